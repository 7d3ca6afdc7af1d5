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

#[cfg(test)]
mod tests {
    use super::{put_amount, put_price_after_a, put_price_after_b, Amount, Flow, Span, Token};
    use crate::whirlpool_error::WhirlpoolError;
    use wide_math::Rounding;

    const ONE: u128 = 1 << 64;

    /// From price 1 to price 4, which is √4 = 2.
    const SPAN: Span = Span {
        from: ONE,
        to: 2 * ONE,
        liquidity: 1_001,
    };

    fn amount(span: &Span, token: Token, rounding: Rounding) -> Result<Amount, WhirlpoolError> {
        let mut amount = Ok(0);
        put_amount(span, token, rounding, &mut amount)?;
        Ok(amount)
    }

    #[test]
    fn moves_half_the_liquidity_of_a_and_all_of_b_between_price_one_and_four() {
        assert_eq!(amount(&SPAN, Token::A, Rounding::Down), Ok(Ok(500)));
        assert_eq!(amount(&SPAN, Token::A, Rounding::Up), Ok(Ok(501)));
        assert_eq!(amount(&SPAN, Token::B, Rounding::Up), Ok(Ok(1_001)));
        let back = Span {
            from: SPAN.to,
            to: SPAN.from + 1,
            ..SPAN
        };
        assert_eq!(amount(&back, Token::B, Rounding::Down), Ok(Ok(1_000)));
        assert_eq!(amount(&back, Token::B, Rounding::Up), Ok(Ok(1_001)));
    }

    #[test]
    fn tells_an_amount_above_64_bits_from_a_calculation_that_fails() {
        let liquid = |liquidity| Span { liquidity, ..SPAN };
        assert_eq!(
            amount(&liquid(1 << 66), Token::A, Rounding::Up),
            Ok(Err(WhirlpoolError::TokenMaxExceeded))
        );
        assert_eq!(
            amount(&liquid(1 << 66), Token::B, Rounding::Up),
            Ok(Err(WhirlpoolError::MultiplicationShiftRightOverflow))
        );
        let wide = Span {
            from: ONE,
            to: u128::MAX,
            liquidity: u128::MAX,
        };
        assert_eq!(
            amount(&wide, Token::A, Rounding::Up),
            Err(WhirlpoolError::MultiplicationOverflow)
        );
    }

    #[test]
    fn finds_the_price_that_an_amount_leads_to_and_rounds_it_for_the_pool() {
        let mut next = 0;
        // 1 / (1 + 1001 / 1001) is half; one unit less is a little more, rounded up.
        assert_eq!(put_price_after_a(&SPAN, 1_001, Flow::In, &mut next), Ok(()));
        assert_eq!(next, ONE / 2);
        assert_eq!(put_price_after_a(&SPAN, 1_000, Flow::In, &mut next), Ok(()));
        assert_eq!(next, (ONE * 1_001).div_ceil(2_001));
        assert_eq!(put_price_after_a(&SPAN, 0, Flow::In, &mut next), Ok(()));
        assert_eq!(next, ONE);
        assert_eq!(put_price_after_b(&SPAN, 5, Flow::In, &mut next), Ok(()));
        assert_eq!(next, ONE + ONE * 5 / 1_001);
        assert_eq!(put_price_after_b(&SPAN, 5, Flow::Out, &mut next), Ok(()));
        assert_eq!(next, ONE - (ONE * 5).div_ceil(1_001));
    }

    #[test]
    fn refuses_prices_out_of_range_and_more_than_the_liquidity_holds() {
        let mut next = 0;
        for (amount, flow, error) in [
            (1_001, Flow::Out, WhirlpoolError::DivideByZero),
            (u64::MAX, Flow::In, WhirlpoolError::TokenMinSubceeded),
        ] {
            assert_eq!(
                put_price_after_a(&SPAN, amount, flow, &mut next),
                Err(error)
            );
        }
        assert_eq!(
            put_price_after_b(&SPAN, 2_002, Flow::Out, &mut next),
            Err(WhirlpoolError::SqrtPriceOutOfBounds)
        );
        let empty = Span {
            liquidity: 0,
            ..SPAN
        };
        assert_eq!(
            put_price_after_b(&empty, 1, Flow::In, &mut next),
            Err(WhirlpoolError::DivideByZero)
        );
    }
}
