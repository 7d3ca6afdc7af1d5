//! Amounts between two prices, and the price that an amount leads to (orca-so/whirlpools 630c0e0, `math/token_math.rs`).
//!
//! With liquidity `L` and prices `√P`: token A moves by `L · (1/√P₀ − 1/√P₁)`, token B by `L · (√P₁ − √P₀)`.

use crate::tick_math::{MAX_SQRT_PRICE, MIN_SQRT_PRICE};
use crate::whirlpool_error::WhirlpoolError;
use program_frame::or_stop;
use wide_math::{Quad, Rounding, Wide};

/// One of the two tokens of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// Token A.
    A,
    /// Token B.
    B,
}

/// What an amount is calculated from; the order of the prices does not matter.
#[derive(Clone, Copy)]
pub struct Span {
    /// The price at one end.
    pub from: u128,
    /// The price at the other end.
    pub to: u128,
    /// The liquidity between them.
    pub liquidity: u128,
}

/// An amount, or why there is none of 64 bits.
pub type Amount = Result<u64, WhirlpoolError>;

/// Puts the amount of a token between two prices.
///
/// # Errors
///
/// `MultiplicationOverflow` where token A's numerator exceeds 256 bits: this refuses the swap even where an amount above
/// 64 bits would not.
#[inline(never)]
pub fn put_amount(
    span: &Span,
    token: Token,
    rounding: Rounding,
    amount: &mut Amount,
) -> Result<(), WhirlpoolError> {
    let (lower, upper) = if span.from > span.to {
        (span.to, span.from)
    } else {
        (span.from, span.to)
    };
    let width = upper.wrapping_sub(lower);
    *amount = match token {
        Token::A => amount_a(span.liquidity, width, Quad::product(upper, lower), rounding)?,
        Token::B => amount_b(span.liquidity, width, rounding),
    };
    Ok(())
}

/// `L · 2^64 · width / (upper · lower)`.
#[inline(always)]
fn amount_a(
    liquidity: u128,
    width: u128,
    prices: Quad,
    rounding: Rounding,
) -> Result<Amount, WhirlpoolError> {
    let numerator = Quad::product(liquidity, width)
        .checked_shl_word()
        .ok_or(WhirlpoolError::MultiplicationOverflow)?;
    // A price of zero divides by zero, and the real program panics.
    let quotient = or_stop(numerator.divided_by(prices, rounding));
    Ok(match quotient.to_u128() {
        Some(amount) => Wide::from(amount)
            .to_u64()
            .ok_or(WhirlpoolError::TokenMaxExceeded),
        None => Err(WhirlpoolError::NumberDownCastError),
    })
}

/// `L · width / 2^64`.
#[inline(always)]
fn amount_b(liquidity: u128, width: u128, rounding: Rounding) -> Amount {
    let product = Quad::product(liquidity, width)
        .to_u128()
        .ok_or(WhirlpoolError::MultiplicationShiftRightOverflow)?;
    let product = Wide::from(product);
    let is_cut = product.low() != 0 && rounding == Rounding::Up;
    product
        .high()
        .checked_add(u64::from(is_cut))
        .ok_or(WhirlpoolError::MultiplicationOverflow)
}

/// A token of fixed amount that goes into the pool or comes out of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// The amount is added to the pool.
    In,
    /// The amount is taken from the pool.
    Out,
}

/// Puts the price that an amount of token A leads to, rounded up.
///
/// # Errors
///
/// The code of the bound that the price breaks.
#[inline(always)]
pub fn put_price_after_a(
    span: &Span,
    amount: u64,
    flow: Flow,
    next: &mut u128,
) -> Result<(), WhirlpoolError> {
    *next = span.from;
    if amount == 0 {
        return Ok(());
    }
    let product = Quad::product(span.from, u128::from(amount));
    let numerator = Quad::product(span.liquidity, span.from)
        .checked_shl_word()
        .ok_or(WhirlpoolError::MultiplicationOverflow)?;
    let liquidity = Wide::from(span.liquidity);
    let liquidity = Quad::new([0, liquidity.low(), liquidity.high(), 0]);
    let denominator = match flow {
        Flow::In => liquidity.wrapping_add(product),
        Flow::Out => liquidity
            .checked_sub(product)
            .filter(|rest| *rest != Quad::new([0; 4]))
            .ok_or(WhirlpoolError::DivideByZero)?,
    };
    // Without liquidity and price the real program divides by zero, and panics.
    let price = or_stop(numerator.divided_by(denominator, Rounding::Up))
        .to_u128()
        .ok_or(WhirlpoolError::NumberDownCastError)?;
    if price < MIN_SQRT_PRICE {
        return Err(WhirlpoolError::TokenMinSubceeded);
    }
    if price > MAX_SQRT_PRICE {
        return Err(WhirlpoolError::TokenMaxExceeded);
    }
    *next = price;
    Ok(())
}

/// Puts the price that an amount of token B leads to, rounded down.
///
/// # Errors
///
/// `SqrtPriceOutOfBounds` where the price leaves 128 bits, `DivideByZero` without liquidity.
#[inline(always)]
pub fn put_price_after_b(
    span: &Span,
    amount: u64,
    flow: Flow,
    next: &mut u128,
) -> Result<(), WhirlpoolError> {
    let rounding = match flow {
        Flow::In => Rounding::Down,
        Flow::Out => Rounding::Up,
    };
    let change = Quad::new([0, amount, 0, 0])
        .divided_by(Quad::from(span.liquidity), rounding)
        .and_then(Quad::to_u128)
        .ok_or(WhirlpoolError::DivideByZero)?;
    let price = match flow {
        Flow::In => span.from.checked_add(change),
        Flow::Out => span.from.checked_sub(change),
    };
    *next = price.ok_or(WhirlpoolError::SqrtPriceOutOfBounds)?;
    Ok(())
}
