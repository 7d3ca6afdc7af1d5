//! One step of a swap, within which liquidity and fee are the same: `programs/whirlpool/src/math/{swap_math.rs,token_math.rs}`.

use super::tick_math::{MAX_SQRT_PRICE, MIN_SQRT_PRICE};
use crate::quote::{Direction, QuoteError};
use tandem_math::fee::{MILLIONTHS, fee_amount};
use tandem_math::mul_div::{Rounding, wide_mul};
use tandem_math::sqrt_price::{
    AddOrRemove, amount_a_delta, amount_b_delta, next_sqrt_price_from_a, next_sqrt_price_from_b,
};
use tandem_math::wide::wide_mul_u128;

/// Which amount of a swap is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    Input,
    Output,
}

/// What a step starts from.
#[derive(Clone, Copy, Debug)]
pub(super) struct StepStart {
    pub(super) direction: Direction,
    pub(super) given: Given,
    /// What is left of the given amount.
    pub(super) remaining: u64,
    pub(super) sqrt_price: u128,
    pub(super) liquidity: u128,
    /// Price at which the step ends at the latest.
    pub(super) target: u128,
    /// Millionths; below all of them.
    pub(super) fee_rate: u32,
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) sqrt_price: u128,
    /// Without the fee.
    pub(super) amount_in: u64,
    pub(super) amount_out: u64,
    pub(super) fee: u64,
}

impl StepStart {
    /// Returns the step: `compute_swap`.
    ///
    /// # Errors
    /// `MathOverflow` where the program fails at it.
    #[inline]
    pub(super) fn step(&self) -> Result<Step, QuoteError> {
        let rate = u64::from(self.fee_rate);
        let kept = MILLIONTHS.checked_sub(rate).ok_or(QuoteError::MathOverflow)?;
        let is_input = self.given == Given::Input;
        let usable = if is_input { share_down(self.remaining, kept) } else { self.remaining };
        let to_target = self.delta(self.target, self.given)?;
        let sqrt_price = match to_target {
            Some(amount) if amount <= usable => self.target,
            _ => self.next_price(usable)?,
        };
        let reaches_target = sqrt_price == self.target;
        let fixed = match to_target {
            Some(amount) if reaches_target => amount,
            _ => self.delta(sqrt_price, self.given)?.ok_or(QuoteError::MathOverflow)?,
        };
        let other = if is_input { Given::Output } else { Given::Input };
        let derived = self.delta(sqrt_price, other)?.ok_or(QuoteError::MathOverflow)?;
        let (amount_in, amount_out) =
            if is_input { (fixed, derived) } else { (derived, fixed.min(self.remaining)) };
        let fee = if is_input && !reaches_target {
            self.remaining.checked_sub(amount_in)
        } else {
            fee_amount(amount_in, rate, kept)
        };
        Ok(Step { sqrt_price, amount_in, amount_out, fee: fee.ok_or(QuoteError::MathOverflow)? })
    }

    /// Returns what a move to a price takes in (rounded up) or gives out (rounded down); `None` above 64 bits.
    #[inline]
    fn delta(&self, to: u128, side: Given) -> Result<Option<u64>, QuoteError> {
        let rounding = if side == Given::Input { Rounding::Up } else { Rounding::Down };
        let (from, liquidity) = (self.sqrt_price, self.liquidity);
        let amount = if (self.direction == Direction::AToB) == (side == Given::Input) {
            refuse_above_192_bits(liquidity, from.abs_diff(to))?;
            amount_a_delta(from, to, liquidity, rounding)
        } else {
            amount_b_delta(from, to, liquidity, rounding)
        };
        Ok(amount.and_then(|amount| u64::try_from(amount).ok()))
    }

    /// Returns the price after the given amount: `get_next_sqrt_price`.
    #[inline]
    fn next_price(&self, amount: u64) -> Result<u128, QuoteError> {
        let change = if self.given == Given::Input { AddOrRemove::Add } else { AddOrRemove::Remove };
        let (from, liquidity) = (self.sqrt_price, self.liquidity);
        if (self.direction == Direction::AToB) != (self.given == Given::Input) {
            return next_sqrt_price_from_b(from, liquidity, amount, change).ok_or(QuoteError::MathOverflow);
        }
        refuse_above_192_bits(liquidity, from)?;
        let price =
            next_sqrt_price_from_a(from, liquidity, amount, change).ok_or(QuoteError::MathOverflow)?;
        if (MIN_SQRT_PRICE..=MAX_SQRT_PRICE).contains(&price) {
            Ok(price)
        } else {
            Err(QuoteError::MathOverflow)
        }
    }
}

/// The program fails where it would have to shift such a product by 64 bits.
#[inline]
fn refuse_above_192_bits(liquidity: u128, factor: u128) -> Result<(), QuoteError> {
    // Prices stay below 2^96.
    if liquidity >> 96 != 0 && wide_mul_u128(liquidity, factor).high >> 64 != 0 {
        return Err(QuoteError::MathOverflow);
    }
    Ok(())
}

/// Returns `floor(amount * numerator / MILLIONTHS)` for a numerator up to `MILLIONTHS`, without a division of 128 bits.
#[inline]
fn share_down(amount: u64, numerator: u64) -> u64 {
    let (whole, rest) = (amount / MILLIONTHS, amount % MILLIONTHS);
    // Both products are at most the amount, and their sum too.
    let rest_share = wide_mul(rest, numerator);
    whole.wrapping_mul(numerator).wrapping_add(u64::try_from(rest_share).unwrap_or(u64::MAX) / MILLIONTHS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: u128 = 1 << 64;

    fn start(direction: Direction, given: Given, remaining: u64, target: u128) -> StepStart {
        StepStart {
            direction,
            given,
            remaining,
            sqrt_price: ONE,
            liquidity: 1_000_000,
            target,
            fee_rate: 10_000,
        }
    }

    #[test]
    fn takes_all_that_is_left_as_fee_where_the_target_is_not_reached() {
        let step = start(Direction::AToB, Given::Input, 1_001, ONE / 2).step().unwrap();
        assert_eq!(step.amount_in + step.fee, 1_001);
        assert_eq!((step.amount_in, step.amount_out), (990, 989));
    }

    #[test]
    fn takes_the_share_of_what_it_took_where_the_target_is_reached() {
        // To half the square-root price: as much A as liquidity, half as much B.
        let step = start(Direction::AToB, Given::Input, u64::MAX, ONE / 2).step().unwrap();
        assert_eq!(
            step,
            Step { sqrt_price: ONE / 2, amount_in: 1_000_000, amount_out: 500_000, fee: 10_102 }
        );
    }

    #[test]
    fn gives_no_more_than_asked_where_rounding_moves_the_price_further() {
        let mut from = start(Direction::AToB, Given::Output, 1, ONE - ONE / 1_000_000 - 1);
        from.liquidity = 1_999_999;
        let step = from.step().unwrap();
        assert_eq!(step.amount_out, 1);
    }

    #[test]
    fn spends_a_remainder_too_small_to_move_the_price_as_fee() {
        let step = start(Direction::BToA, Given::Input, 1, 2 * ONE).step().unwrap();
        assert_eq!(step, Step { sqrt_price: ONE, amount_in: 0, amount_out: 0, fee: 1 });
    }

    #[test]
    fn crosses_a_stretch_without_liquidity_for_nothing() {
        let mut from = start(Direction::BToA, Given::Output, 7, 2 * ONE);
        from.liquidity = 0;
        assert_eq!(from.step(), Ok(Step { sqrt_price: 2 * ONE, amount_in: 0, amount_out: 0, fee: 0 }));
    }

    #[test]
    fn fails_where_the_program_cannot_shift_the_product() {
        let mut from = start(Direction::AToB, Given::Input, 1_000, ONE / 2);
        (from.liquidity, from.sqrt_price) = (u128::MAX, 4 * ONE);
        assert_eq!(from.step(), Err(QuoteError::MathOverflow));
        from.liquidity = 1 << 125;
        assert!(from.step().is_ok());
    }

    #[test]
    fn shares_like_the_undivided_formula() {
        for amount in [0, 1, 999_999, 1_000_000, 1_000_001, u64::MAX - 1, u64::MAX] {
            for kept in [900_000, 997_000, 999_999, 1_000_000] {
                let exact = u128::from(amount) * u128::from(kept) / u128::from(MILLIONTHS);
                assert_eq!(u128::from(share_down(amount, kept)), exact);
            }
        }
    }
}
