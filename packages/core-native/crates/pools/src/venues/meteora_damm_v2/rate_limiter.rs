//! The rate limiter, a fee that grows with the size of a swap: `programs/cp-amm/src/base_fee/fee_rate_limiter.rs`.
//!
//! The first `reference` units pay the cliff, each further `reference` units one increment more, up to the largest fee.

use super::layout::BILLIONTHS;
use super::square_root::square_root;
use crate::account_reader::AccountReader;
use crate::pool::DecodeError;
use core::cmp::Ordering;
use tandem_math::fee::{amount_before_fee, fee_amount};
use tandem_math::mul_div::{Rounding, mul_div, wide_mul};
use tandem_math::wide::wide_mul_u128;

/// `PodAlignedFeeRateLimiter`, from byte 8 of the pool.
mod offset {
    pub const FEE_INCREMENT_BPS: usize = 22;
    pub const MAX_LIMITER_DURATION: usize = 24;
    pub const MAX_FEE_BPS: usize = 28;
    pub const REFERENCE_AMOUNT: usize = 32;
}

/// Billionths in a basis point (`to_numerator`).
const BASIS_POINT: u64 = 100_000;
const WHOLE: u128 = 1_000_000_000;

/// A rate limiter in billionths. `cliff` and `max` are at most one whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct RateLimiter {
    pub(super) cliff: u64,
    /// How long it applies after activation.
    pub(super) duration: u32,
    increment: u64,
    max: u64,
    reference: u64,
    /// Increments up to the largest fee (`get_max_index`); `None` where the cliff is above it or there is no increment.
    steps: Option<u64>,
}

impl RateLimiter {
    /// Decodes the part of a pool account; `None` for a limiter of zeros, which limits nothing.
    pub(super) fn decode(reader: AccountReader<'_>, cliff: u64) -> Result<Option<Self>, DecodeError> {
        let increment_bps = reader.u16(offset::FEE_INCREMENT_BPS)?;
        let duration = reader.u32(offset::MAX_LIMITER_DURATION)?;
        let max_bps = reader.u32(offset::MAX_FEE_BPS)?;
        let reference = reader.u64(offset::REFERENCE_AMOUNT)?;
        if increment_bps == 0 && duration == 0 && max_bps == 0 && reference == 0 {
            return Ok(None);
        }
        let increment = u64::from(increment_bps).saturating_mul(BASIS_POINT);
        let max = u64::from(max_bps).saturating_mul(BASIS_POINT);
        if max > BILLIONTHS || increment > BILLIONTHS || reference == 0 {
            return Err(DecodeError::FieldInvalid);
        }
        let steps = max.checked_sub(cliff).and_then(|room| room.checked_div(increment));
        Ok(Some(Self { cliff, duration, increment, max, reference, steps }))
    }

    /// Returns the fee rate of an amount that includes its fee; `None` where the program overflows.
    pub(super) fn numerator_of_included(&self, amount: u64) -> Option<u64> {
        let above = amount.saturating_sub(self.reference);
        if above == 0 {
            return Some(self.cliff);
        }
        let steps = self.steps?;
        let (full, rest) = (above.checked_div(self.reference)?, above.checked_rem(self.reference)?);
        // Rates of the whole steps: c + c * n + i * n * (n + 1) / 2, then what the last, begun one pays.
        let (stepped, last_rate, last_amount) = if full < steps {
            let next = full.checked_add(1)?;
            (full, self.cliff.checked_add(self.increment.checked_mul(next)?)?, rest)
        } else {
            let at_max = full.checked_sub(steps)?.checked_mul(self.reference)?.checked_add(rest)?;
            (steps, self.max, at_max)
        };
        let cliffs = wide_mul(self.cliff, stepped).checked_add(u128::from(self.cliff))?;
        let triangle = wide_mul(stepped, stepped.checked_add(1)?);
        let increments = u128::from(self.increment).checked_mul(triangle)?.checked_div(2)?;
        let first = cliffs.checked_add(increments)?.checked_mul(u128::from(self.reference))?;
        let total = first.checked_add(wide_mul(last_amount, last_rate))?;
        let fee = u64::try_from(total.div_ceil(WHOLE)).ok()?;
        mul_div(fee, BILLIONTHS, amount, Rounding::Up)
    }

    /// Returns the fee rate of an amount whose fee comes on top; `None` where the program refuses.
    pub(super) fn numerator_of_excluded(&self, amount: u64) -> Option<u64> {
        if amount <= self.without_fee(self.reference)? {
            return Some(self.cliff);
        }
        let below_max = u128::from(self.steps?).checked_add(1)?.checked_mul(u128::from(self.reference))?;
        let (last_step, is_all) = u64::try_from(below_max).map_or((u64::MAX, true), |amount| (amount, false));
        let without_fee = self.without_fee(last_step)?;
        let included = match amount.cmp(&without_fee) {
            Ordering::Equal => return self.numerator_of_included(last_step),
            Ordering::Less => self.included_within_steps(amount)?,
            Ordering::Greater if is_all => return None,
            Ordering::Greater => {
                let rest = amount_before_fee(amount.checked_sub(without_fee)?, self.max, BILLIONTHS)?;
                rest.checked_add(last_step)?
            }
        };
        let fee = included.checked_sub(amount)?;
        mul_div(fee, BILLIONTHS, included, Rounding::Up).filter(|&numerator| numerator >= self.cliff)
    }

    /// Solves `i * x^2 - y * x + z = 0` for the included amount `x`, with `y = (2d + i - 2c) * r` and `z = 2 * e * d * r`
    /// (d: one whole, r: the reference, e: the excluded amount), and adds what the steps before leave over.
    fn included_within_steps(&self, amount: u64) -> Option<u64> {
        let slope = BILLIONTHS.checked_sub(self.cliff)?.checked_mul(2)?.checked_add(self.increment)?;
        let linear = wide_mul(slope, self.reference);
        let four_times = u128::from(self.increment).checked_mul(8)?.checked_mul(WHOLE)?;
        let discriminant = wide_mul_u128(linear, linear)
            .checked_sub(wide_mul_u128(four_times, wide_mul(amount, self.reference)))?;
        let double = u128::from(self.increment).checked_mul(2)?;
        let solved = linear.checked_sub(square_root(discriminant)?)?.checked_div(double)?;
        let solved = u64::try_from(solved).ok()?;
        let steps = solved.checked_div(self.reference)?;
        let rest = amount.checked_sub(self.without_fee(solved)?)?;
        let rate = self.cliff.checked_add(self.increment.checked_mul(steps)?)?;
        solved.checked_add(amount_before_fee(rest, rate, BILLIONTHS)?)
    }

    fn without_fee(&self, included: u64) -> Option<u64> {
        let fee = fee_amount(included, self.numerator_of_included(included)?, BILLIONTHS)?;
        included.checked_sub(fee)
    }
}
