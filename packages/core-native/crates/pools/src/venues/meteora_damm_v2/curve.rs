//! Prices without fees: `programs/cp-amm/src/liquidity_handler/{concentrated_liquidity.rs,compounding_liquidity.rs}`.
//!
//! Liquidity is scaled by 2^64 and prices are Q64.64, so that amounts of token B are products divided by 2^128.

use super::square_root::square_root;
use crate::constant_product::input_for;
use crate::quote::{Direction, QuoteError};
use tandem_math::mul_div::{Rounding, mul_div};
use tandem_math::wide::{U256, div_wide, div_wide_256, wide_mul_u128};

/// How a pool prices.
#[derive(Clone, Copy, Debug)]
pub(super) enum Curve {
    /// One range of constant liquidity.
    Range(Range),
    /// The product of the reserves.
    Reserves,
}

/// One range of constant liquidity and the price within it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) liquidity: u128,
    pub(super) sqrt_price: u128,
    pub(super) sqrt_min_price: u128,
    pub(super) sqrt_max_price: u128,
}

/// What a swap moves: in without fees, out with them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moved {
    pub(super) entering: u64,
    pub(super) leaving: u64,
    /// The price after; pools that price along their reserves take it from those.
    pub(super) sqrt_price: u128,
}

impl Range {
    /// Prices a whole input (`calculate_*_from_amount_in`).
    #[inline]
    pub(super) fn give(&self, direction: Direction, entering: u64) -> Result<Moved, QuoteError> {
        let sqrt_price = self.price_after_input(direction, entering)?;
        let leaving = match direction {
            Direction::AToB => amount_b(sqrt_price, self.sqrt_price, self.liquidity, Rounding::Down),
            Direction::BToA => amount_a(self.sqrt_price, sqrt_price, self.liquidity, Rounding::Down),
        };
        Ok(Moved { entering, leaving: leaving.ok_or(QuoteError::MathOverflow)?, sqrt_price })
    }

    /// Prices what fits of an input (`calculate_*_from_partial_amount_in`).
    pub(super) fn give_what_fits(&self, direction: Direction, offered: u64) -> Result<Moved, QuoteError> {
        let (limit, needed) = match direction {
            Direction::AToB => {
                let limit = self.sqrt_min_price;
                (limit, amount_a(limit, self.sqrt_price, self.liquidity, Rounding::Up))
            }
            Direction::BToA => {
                let limit = self.sqrt_max_price;
                (limit, amount_b(self.sqrt_price, limit, self.liquidity, Rounding::Up))
            }
        };
        // A need above 64 bits is one that no input meets.
        let Some(entering) = needed.filter(|&needed| offered >= needed) else {
            return self.give(direction, offered);
        };
        let leaving = match direction {
            Direction::AToB => amount_b(limit, self.sqrt_price, self.liquidity, Rounding::Down),
            Direction::BToA => amount_a(self.sqrt_price, limit, self.liquidity, Rounding::Down),
        };
        Ok(Moved { entering, leaving: leaving.ok_or(QuoteError::MathOverflow)?, sqrt_price: limit })
    }

    /// Prices a whole output (`calculate_*_from_amount_out`).
    #[inline]
    pub(super) fn take(&self, direction: Direction, leaving: u64) -> Result<Moved, QuoteError> {
        let sqrt_price = self.price_after_output(direction, leaving)?;
        let entering = match direction {
            Direction::AToB => amount_a(sqrt_price, self.sqrt_price, self.liquidity, Rounding::Up),
            Direction::BToA => amount_b(self.sqrt_price, sqrt_price, self.liquidity, Rounding::Up),
        };
        Ok(Moved { entering: entering.ok_or(QuoteError::MathOverflow)?, leaving, sqrt_price })
    }

    /// Returns what each side holds within the range; rounded up it is what the program counts for pools of the first
    /// layout (`get_reserves_amount`). `None` above 64 bits.
    pub(super) fn reserves(&self, rounding: Rounding) -> [Option<u64>; 2] {
        [
            amount_a(self.sqrt_price, self.sqrt_max_price, self.liquidity, rounding),
            amount_b(self.sqrt_min_price, self.sqrt_price, self.liquidity, rounding),
        ]
    }

    /// `get_next_sqrt_price_from_input`: A lowers the price, rounded up; B raises it, rounded down.
    #[inline]
    fn price_after_input(&self, direction: Direction, entering: u64) -> Result<u128, QuoteError> {
        let (price, liquidity) = (self.sqrt_price, self.liquidity);
        match direction {
            Direction::AToB => {
                let drag = wide_mul_u128(price, u128::from(entering));
                let denominator = drag.checked_add(U256::from(liquidity)).ok_or(QuoteError::MathOverflow)?;
                let next = div_wide_256(wide_mul_u128(liquidity, price), denominator, Rounding::Up);
                next.filter(|&next| next >= self.sqrt_min_price).ok_or(QuoteError::LiquidityExceeded)
            }
            Direction::BToA => {
                let raise = div_wide(shifted_by_128(entering), liquidity).map(|(quotient, _)| quotient);
                let next = raise.and_then(|raise| price.checked_add(raise));
                next.filter(|&next| next <= self.sqrt_max_price).ok_or(QuoteError::LiquidityExceeded)
            }
        }
    }

    /// `get_next_sqrt_price_from_output`: B out lowers the price, rounded down; A out raises it, rounded up.
    #[inline]
    fn price_after_output(&self, direction: Direction, leaving: u64) -> Result<u128, QuoteError> {
        let (price, liquidity) = (self.sqrt_price, self.liquidity);
        let next = match direction {
            Direction::AToB => div_wide(shifted_by_128(leaving), liquidity)
                .and_then(|(floor, rest)| floor.checked_add(u128::from(rest != 0)))
                .and_then(|fall| price.checked_sub(fall))
                .filter(|&next| next >= self.sqrt_min_price),
            Direction::BToA => U256::from(liquidity)
                .checked_sub(wide_mul_u128(price, u128::from(leaving)))
                .and_then(|left| div_wide_256(wide_mul_u128(liquidity, price), left, Rounding::Up))
                .filter(|&next| next <= self.sqrt_max_price),
        };
        next.ok_or(QuoteError::LiquidityExceeded)
    }
}

/// Prices a whole input along the product of the reserves (`CompoundingLiquidity`); the new reserve must fit 64 bits.
#[inline]
pub(super) fn give_along_reserves(entering: u64, reserves: (u64, u64)) -> Result<Moved, QuoteError> {
    let (reserve_in, reserve_out) = reserves;
    let after = reserve_in.checked_add(entering).ok_or(QuoteError::MathOverflow)?;
    let leaving = mul_div(entering, reserve_out, after, Rounding::Down).ok_or(QuoteError::MathOverflow)?;
    Ok(Moved { entering, leaving, sqrt_price: 0 })
}

/// Prices a whole output along the product of the reserves.
#[inline]
pub(super) fn take_along_reserves(leaving: u64, reserves: (u64, u64)) -> Result<Moved, QuoteError> {
    let (reserve_in, reserve_out) = reserves;
    Ok(Moved { entering: input_for(leaving, reserve_in, reserve_out)?, leaving, sqrt_price: 0 })
}

/// Returns the square-root price that two reserves stand for (`get_sqrt_price_from_amounts`), rounded down at both steps.
pub(super) fn sqrt_price_of_reserves([reserve_a, reserve_b]: [u64; 2]) -> Option<u128> {
    let numerator = shifted_by_128(reserve_b);
    // The quotient may pass 128 bits, so it is taken in two digits.
    let divisor = u128::from(reserve_a);
    let high = numerator.high.checked_div(divisor)?;
    let rest = numerator.high.checked_rem(divisor)?;
    let (low, _) = div_wide(U256 { high: rest, low: numerator.low }, divisor)?;
    square_root(U256 { high, low })
}

/// `get_delta_amount_a_unsigned`: `L * (upper - lower) / (upper * lower)`.
#[inline]
fn amount_a(lower: u128, upper: u128, liquidity: u128, rounding: Rounding) -> Option<u64> {
    let numerator = wide_mul_u128(liquidity, upper.checked_sub(lower)?);
    u64::try_from(div_wide_256(numerator, wide_mul_u128(lower, upper), rounding)?).ok()
}

/// `get_delta_amount_b_unsigned`: `L * (upper - lower) / 2^128`.
#[inline]
fn amount_b(lower: u128, upper: u128, liquidity: u128, rounding: Rounding) -> Option<u64> {
    let product = wide_mul_u128(liquidity, upper.checked_sub(lower)?);
    let floor = u64::try_from(product.high).ok()?;
    if rounding == Rounding::Up && product.low != 0 { floor.checked_add(1) } else { Some(floor) }
}

#[inline]
fn shifted_by_128(amount: u64) -> U256 {
    U256 { high: u128::from(amount), low: 0 }
}
