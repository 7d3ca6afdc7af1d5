//! Amounts and prices of concentrated liquidity, with square-root prices in Q64.64.
//!
//! Follows the Uniswap-v3 formulas as Raydium CLMM (`programs/amm/src/libraries/sqrt_price_math.rs`, `liquidity_math.rs`,
//! 2026-07) and Orca Whirlpool (`programs/whirlpool/src/math/token_math.rs`, 2026-08) round them. Both give the numbers below
//! wherever both give one; where a program refuses what has a value here is said at each function, and its venue checks it.

use crate::mul_div::Rounding;
use crate::wide::{U256, mul_shr_64, shl_64_div_256, wide_mul_u128};

/// Whether an amount enters or leaves the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddOrRemove {
    /// The amount enters the pool.
    Add,
    /// The amount leaves the pool.
    Remove,
}

/// Returns `liquidity * 2^64 * (upper - lower) / (lower * upper)`: the token A between two prices, given in either order.
/// `None` for a zero price or a result above 128 bits. The programs refuse above 64 bits, which is the caller's to check.
///
/// Raydium before June 2026 divided by `upper` and then by `lower`, rounding both times. The single division agrees: an
/// integer q is at most x / bc just where c q, an integer too, is at most x / b, and so at most floor(x / b). Therefore
/// floor(floor(x / b) / c) = floor(x / bc), and likewise for ceilings.
///
/// Orca stops with `MultiplicationOverflow` where `liquidity * (upper - lower)` reaches 2^192; Raydium goes on. For prices
/// below 2^96, all that either program has, such a result is above 64 bits, so that they differ only in that Orca fails the
/// swap where Raydium takes the price for out of reach.
#[inline]
#[must_use]
pub fn amount_a_delta(
    sqrt_lower: u128,
    sqrt_upper: u128,
    liquidity: u128,
    rounding: Rounding,
) -> Option<u128> {
    let difference = wide_mul_u128(liquidity, sqrt_lower.abs_diff(sqrt_upper));
    shl_64_div_256(difference, wide_mul_u128(sqrt_lower, sqrt_upper), rounding)
}

/// Returns `liquidity * (upper - lower) / 2^64`: the token B between two prices, given in either order. `None` above 128 bits.
/// The programs refuse above 64 bits, which is the caller's to check: Orca where the product passes 128 bits or rounding
/// lifts the result over `u64::MAX`, which is the same.
#[inline]
#[must_use]
pub fn amount_b_delta(
    sqrt_lower: u128,
    sqrt_upper: u128,
    liquidity: u128,
    rounding: Rounding,
) -> Option<u128> {
    mul_shr_64(liquidity, sqrt_lower.abs_diff(sqrt_upper), rounding)
}

/// Returns the price after an amount of token A: `ceil(liquidity * 2^64 * price / (liquidity * 2^64 ± amount * price))`, plus
/// for an amount added. Up, so that no more is taken in than given and no less given out than asked. An amount of zero leaves
/// any price. `None` for zero liquidity, a removal of all the token A that the price stands for, or a result above 128 bits.
///
/// Orca also refuses where `liquidity * price` reaches 2^192 and where the result leaves its range of prices
/// (`TokenMinSubceeded`, `TokenMaxExceeded`); Raydium compares with the target price only. Raydium's second formula, for an
/// overflow of `amount * price`, is never reached: 64 and 128 bits do not overflow its 256.
#[inline]
#[must_use]
pub fn next_sqrt_price_from_a(
    sqrt_price: u128,
    liquidity: u128,
    amount: u64,
    change: AddOrRemove,
) -> Option<u128> {
    if amount == 0 {
        return Some(sqrt_price);
    }
    if liquidity == 0 {
        return None;
    }
    let scaled = U256 { high: liquidity >> 64, low: liquidity << 64 };
    let product = wide_mul_u128(sqrt_price, u128::from(amount));
    let denominator = match change {
        AddOrRemove::Add => scaled.checked_add(product)?, // both below 2^192
        AddOrRemove::Remove => scaled.checked_sub(product)?,
    };
    // A removal of everything leaves a zero denominator, which the division refuses.
    shl_64_div_256(wide_mul_u128(liquidity, sqrt_price), denominator, Rounding::Up)
}

/// Returns the price after an amount of token B: `price + floor(amount * 2^64 / liquidity)` for an amount added,
/// `price - ceil(amount * 2^64 / liquidity)` for one removed; both are the exact price rounded down. An amount of zero leaves
/// any price. `None` for zero liquidity, a result below zero, or one above 128 bits.
///
/// Neither program compares the result with its range of prices here. Orca divides before it looks at the amount, so that it
/// refuses a zero amount of zero liquidity (`DivideByZero`); its swap never asks for that.
#[inline]
#[must_use]
pub fn next_sqrt_price_from_b(
    sqrt_price: u128,
    liquidity: u128,
    amount: u64,
    change: AddOrRemove,
) -> Option<u128> {
    if amount == 0 {
        return Some(sqrt_price);
    }
    let scaled = u128::from(amount) << 64;
    match change {
        AddOrRemove::Add => sqrt_price.checked_add(scaled.checked_div(liquidity)?),
        AddOrRemove::Remove => {
            if liquidity == 0 {
                return None;
            }
            sqrt_price.checked_sub(scaled.div_ceil(liquidity))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AddOrRemove::{Add, Remove};

    const ONE: u128 = 1 << 64;

    #[test]
    fn takes_the_two_prices_in_either_order() {
        for rounding in [Rounding::Down, Rounding::Up] {
            let (low, high) = (ONE + 12_345, 3 * ONE + 1);
            assert_eq!(
                amount_a_delta(low, high, 777_777, rounding),
                amount_a_delta(high, low, 777_777, rounding)
            );
            assert_eq!(
                amount_b_delta(low, high, 777_777, rounding),
                amount_b_delta(high, low, 777_777, rounding)
            );
        }
    }

    #[test]
    fn finds_the_amounts_between_round_prices() {
        // From a price of 1 to 4: half the liquidity in A, the whole of it in B.
        assert_eq!(amount_a_delta(ONE, 2 * ONE, 10, Rounding::Up), Some(5));
        assert_eq!(amount_a_delta(ONE, 2 * ONE, 11, Rounding::Down), Some(5));
        assert_eq!(amount_a_delta(ONE, 2 * ONE, 11, Rounding::Up), Some(6));
        assert_eq!(amount_b_delta(ONE, 2 * ONE, 11, Rounding::Up), Some(11));
    }

    #[test]
    fn has_no_amount_at_a_price_of_zero_and_none_between_equal_prices() {
        assert_eq!(amount_a_delta(0, ONE, 1, Rounding::Down), None);
        assert_eq!(amount_a_delta(0, 0, 0, Rounding::Down), None);
        assert_eq!(amount_a_delta(ONE, ONE, u128::MAX, Rounding::Up), Some(0));
        assert_eq!(amount_b_delta(ONE, ONE, u128::MAX, Rounding::Up), Some(0));
    }

    #[test]
    fn moves_the_price_by_an_amount() {
        assert_eq!(next_sqrt_price_from_a(2 * ONE, 10, 5, Add), Some(ONE));
        assert_eq!(next_sqrt_price_from_a(ONE, 10, 5, Remove), Some(2 * ONE));
        assert_eq!(next_sqrt_price_from_b(ONE, 10, 10, Add), Some(2 * ONE));
        assert_eq!(next_sqrt_price_from_b(2 * ONE, 10, 10, Remove), Some(ONE));
        assert_eq!(next_sqrt_price_from_b(ONE, 3, 1, Add), Some(ONE + ONE / 3));
        assert_eq!(next_sqrt_price_from_b(ONE, 3, 1, Remove), Some(ONE - ONE / 3 - 1));
    }

    #[test]
    fn leaves_the_price_where_nothing_is_added_or_removed() {
        for change in [Add, Remove] {
            assert_eq!(next_sqrt_price_from_a(7, 0, 0, change), Some(7));
            assert_eq!(next_sqrt_price_from_b(7, 0, 0, change), Some(7));
        }
    }

    #[test]
    fn refuses_more_than_the_liquidity_holds() {
        assert_eq!(next_sqrt_price_from_a(ONE, 10, 10, Remove), None);
        assert_eq!(next_sqrt_price_from_a(ONE, 10, 11, Remove), None);
        assert_eq!(next_sqrt_price_from_b(ONE, 10, 10, Remove), Some(0));
        assert_eq!(next_sqrt_price_from_b(ONE, 10, 11, Remove), None);
        assert_eq!(next_sqrt_price_from_b(u128::MAX, u128::MAX, u64::MAX, Add), Some(u128::MAX));
        assert_eq!(next_sqrt_price_from_b(u128::MAX, 1, 1, Add), None);
        for change in [Add, Remove] {
            assert_eq!(next_sqrt_price_from_a(ONE, 0, 1, change), None);
            assert_eq!(next_sqrt_price_from_b(ONE, 0, 1, change), None);
        }
    }
}
