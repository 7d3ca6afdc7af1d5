//! Fee rates of Meteora DLMM: `dlmm-sdk` `commons/src/extensions/lb_pair.rs` (fb02e51), which mirrors the program.

use crate::quote::QuoteError;
use tandem_math::fee::fee_amount;

/// Denominator of the rates.
pub(super) const BILLIONTHS: u64 = 1_000_000_000;
/// No fee is above a tenth.
pub(super) const MAX_RATE: u64 = 100_000_000;
/// What one bin adds to the volatility.
const VOLATILITY_STEP: u64 = 10_000;
/// Divides the variable part.
const VARIABLE_SCALE: u64 = 100_000_000_000;
/// Largest numerator of the variable part that stays below the cap.
const VARIABLE_CAP: u128 = 10_000_000_000_000_000_000;

/// The fields that say how fees follow the price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FeeParameters {
    /// What is charged at rest; capped already.
    pub(super) base_rate: u64,
    /// `variable_fee_control * bin_step^2`.
    pub(super) variable_factor: u64,
    pub(super) max_accumulator: u32,
    /// Seconds.
    pub(super) filter_period: u16,
    pub(super) decay_period: u16,
    /// Ten-thousandths.
    pub(super) reduction_factor: u16,
}

/// The fields that swaps move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Volatility {
    pub(super) accumulator: u32,
    pub(super) reference: u32,
    pub(super) index_reference: i32,
    /// Unix seconds.
    pub(super) last_update: i64,
}

/// The rates of one swap: its references are set once at its start.
#[derive(Clone, Copy, Debug)]
pub(super) struct FeeSchedule {
    parameters: FeeParameters,
    pub(super) reference: u32,
    pub(super) index_reference: i32,
}

impl FeeParameters {
    /// Returns the schedule of a swap that starts at `active_id` (`update_references`).
    #[inline]
    pub(super) fn schedule(
        self,
        volatility: &Volatility,
        active_id: i32,
        unix_timestamp: u64,
    ) -> Result<FeeSchedule, QuoteError> {
        let now = signed_seconds(unix_timestamp);
        let elapsed = now.checked_sub(volatility.last_update).ok_or(QuoteError::MathOverflow)?;
        if elapsed < i64::from(self.filter_period) {
            let (reference, index_reference) = (volatility.reference, volatility.index_reference);
            return Ok(FeeSchedule { parameters: self, reference, index_reference });
        }
        let reference = if elapsed < i64::from(self.decay_period) {
            let reduced = volatility.accumulator.checked_mul(u32::from(self.reduction_factor));
            reduced.ok_or(QuoteError::MathOverflow)? / 10_000
        } else {
            0
        };
        Ok(FeeSchedule { parameters: self, reference, index_reference: active_id })
    }
}

impl FeeSchedule {
    /// Returns the volatility accumulator in a bin.
    #[inline]
    pub(super) fn accumulator(&self, id: i32) -> u32 {
        self.accumulator_at_distance(u64::from(self.index_reference.abs_diff(id)))
    }

    /// Returns the fee rate in a bin, billionths.
    #[inline]
    pub(super) fn rate(&self, id: i32) -> u64 {
        self.rate_at(self.accumulator(id))
    }

    /// Returns the fee rate so many bins from the reference; it never falls with the distance.
    pub(super) fn rate_at_distance(&self, distance: u64) -> u64 {
        self.rate_at(self.accumulator_at_distance(distance))
    }

    #[inline]
    fn accumulator_at_distance(&self, distance: u64) -> u32 {
        let raised = u64::from(self.reference).saturating_add(distance.saturating_mul(VOLATILITY_STEP));
        u32::try_from(raised).unwrap_or(u32::MAX).min(self.parameters.max_accumulator)
    }

    #[inline]
    fn rate_at(&self, accumulator: u32) -> u64 {
        let square = u64::from(accumulator).saturating_mul(u64::from(accumulator));
        // Neither factor is above 64 bits.
        let numerator = u128::from(self.parameters.variable_factor).saturating_mul(u128::from(square));
        if numerator > VARIABLE_CAP {
            return MAX_RATE;
        }
        // Below the cap the numerator is narrow, which makes the division a multiplication.
        let variable = u64::try_from(numerator).unwrap_or(u64::MAX).div_ceil(VARIABLE_SCALE);
        self.parameters.base_rate.saturating_add(variable).min(MAX_RATE)
    }
}

/// Returns the time as the program holds it; no cluster's clock is beyond.
#[inline]
pub(super) fn signed_seconds(unix_timestamp: u64) -> i64 {
    i64::try_from(unix_timestamp).unwrap_or(i64::MAX)
}

/// Returns the fee contained in an amount, rounded up (`compute_fee_from_amount`).
#[inline]
pub(super) fn fee_within(amount: u64, rate: u64) -> Result<u64, QuoteError> {
    fee_amount(amount, rate, BILLIONTHS).ok_or(QuoteError::MathOverflow)
}

/// Returns the fee to add to an amount that has none yet, rounded up (`compute_fee`).
#[inline]
pub(super) fn fee_on_top(amount: u64, rate: u64) -> Result<u64, QuoteError> {
    fee_amount(amount, rate, BILLIONTHS.saturating_sub(rate)).ok_or(QuoteError::MathOverflow)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMETERS: FeeParameters = FeeParameters {
        base_rate: 500_000,
        variable_factor: 120_000 * 64,
        max_accumulator: 300_000,
        filter_period: 30,
        decay_period: 600,
        reduction_factor: 5_000,
    };
    const VOLATILITY: Volatility =
        Volatility { accumulator: 12_814, reference: 2_814, index_reference: 3_773, last_update: 1_000 };

    fn schedule(now: u64) -> FeeSchedule {
        PARAMETERS.schedule(&VOLATILITY, 3_774, now).unwrap()
    }

    #[test]
    fn keeps_halves_and_forgets_the_volatility_as_time_goes_by() {
        let references = |now| (schedule(now).reference, schedule(now).index_reference);
        assert_eq!(references(1_029), (2_814, 3_773));
        assert_eq!(references(1_030), (6_407, 3_774));
        assert_eq!(references(1_599), (6_407, 3_774));
        assert_eq!(references(1_600), (0, 3_774));
        assert_eq!(references(0), (2_814, 3_773), "a clock before the last swap is inside the filter");
    }

    #[test]
    fn raises_the_rate_with_the_distance_up_to_the_caps() {
        let schedule = schedule(1_000);
        assert_eq!(schedule.accumulator(3_773), 2_814);
        assert_eq!(schedule.accumulator(3_775), 22_814);
        assert_eq!(schedule.accumulator(i32::MIN), 300_000);
        let variable = (120_000_u128 * (22_814 * 8) * (22_814 * 8)).div_ceil(100_000_000_000);
        assert_eq!(u128::from(schedule.rate(3_775)), 500_000 + variable);
        let steep = FeeParameters { variable_factor: u64::MAX, ..PARAMETERS };
        assert_eq!(steep.schedule(&VOLATILITY, 0, 1_000).unwrap().rate(0), MAX_RATE);
    }

    #[test]
    fn refuses_a_volatility_or_an_age_that_overflows() {
        let volatility = Volatility { accumulator: u32::MAX, ..VOLATILITY };
        assert!(PARAMETERS.schedule(&volatility, 0, 1_030).is_err());
        let volatility = Volatility { last_update: i64::MIN, ..VOLATILITY };
        assert!(PARAMETERS.schedule(&volatility, 0, u64::MAX).is_err());
    }

    #[test]
    fn takes_from_the_whole_what_it_adds_to_the_rest() {
        for net in [1, 9, 10, 899_999_999, 900_000_001, u64::MAX / 2] {
            let gross = net + fee_on_top(net, MAX_RATE).unwrap();
            assert_eq!(gross - fee_within(gross, MAX_RATE).unwrap(), net);
        }
    }
}
