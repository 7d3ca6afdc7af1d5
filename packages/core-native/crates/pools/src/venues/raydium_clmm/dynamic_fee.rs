//! The fee that grows with volatility: `programs/amm/src/states/pool_fee.rs` and `instructions/swap.rs` (`SwapState`, 2026-07).

use tandem_math::mul_div::{Rounding, mul_div};

/// Largest total rate of a pool with a dynamic fee, millionths (`MAX_FEE_RATE_NUMERATOR`).
pub(super) const MAX_RATE: u32 = 100_000;
/// What one spacing of movement adds to the accumulator (`VOLATILITY_ACCUMULATOR_SCALE`).
const STEP: u64 = 10_000;
/// Denominator of the reduction factor.
const REDUCTION_DENOMINATOR: u64 = 10_000;
/// `DYNAMIC_FEE_CONTROL_DENOMINATOR` times the square of the accumulator's scale.
const RATE_DENOMINATOR: u64 = 10_000_000_000_000;

/// `DynamicFeeInfo`: parameters, and what the last swap left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DynamicFee {
    /// Seconds within which swaps count as one movement.
    pub(super) filter_period: u16,
    /// Seconds after which the volatility is forgotten.
    pub(super) decay_period: u16,
    pub(super) reduction_factor: u16,
    pub(super) control: u32,
    pub(super) max_accumulator: u32,
    /// Spacings from tick 0, as are all indices here.
    pub(super) index_reference: i32,
    pub(super) volatility_reference: u32,
    pub(super) accumulator: u32,
    pub(super) last_update: u64,
}

/// Returns the index of the spacing a tick lies in.
#[inline]
pub(super) fn spacing_index(tick: i32, tick_spacing: u16) -> i32 {
    tick.checked_div_euclid(i32::from(tick_spacing)).unwrap_or(0)
}

impl DynamicFee {
    /// Starts a swap: what volatility is left depends on the time since the last update (`update_reference`).
    #[inline]
    pub(super) fn update_reference(&mut self, index: i32, now: u64) {
        let elapsed = now.saturating_sub(self.last_update);
        if elapsed < u64::from(self.filter_period) {
            return;
        }
        self.volatility_reference = if elapsed < u64::from(self.decay_period) {
            // Rounds down; the factor is below one.
            let decayed = mul_div(
                u64::from(self.accumulator),
                u64::from(self.reduction_factor),
                REDUCTION_DENOMINATOR,
                Rounding::Down,
            );
            decayed.and_then(|decayed| u32::try_from(decayed).ok()).unwrap_or(u32::MAX)
        } else {
            0
        };
        self.index_reference = index;
        self.last_update = now;
    }

    /// Sets the accumulator to what the distance from the reference makes of it.
    #[inline]
    pub(super) fn update_accumulator(&mut self, index: i32) {
        let distance = u64::from(self.index_reference.abs_diff(index));
        // 2^32 + 2^32 * 10^4 at most.
        let grown = u64::from(self.volatility_reference).wrapping_add(distance.wrapping_mul(STEP));
        let capped = grown.min(u64::from(self.max_accumulator));
        self.accumulator = u32::try_from(capped).unwrap_or(self.max_accumulator);
    }

    /// Returns the whole rate, millionths, that goes with an accumulator; the dynamic part rounds up. `None` where the program
    /// fails: it multiplies with the spacing in 32 bits.
    #[inline]
    pub(super) fn rate(&self, accumulator: u32, base_rate: u32, tick_spacing: u16) -> Option<u32> {
        let moved = u64::from(accumulator.checked_mul(u32::from(tick_spacing))?);
        let square = moved.wrapping_mul(moved);
        // A dynamic part above 64 bits is above the maximum too.
        let dynamic = mul_div(u64::from(self.control), square, RATE_DENOMINATOR, Rounding::Up)
            .and_then(|rate| u32::try_from(rate).ok())
            .unwrap_or(MAX_RATE);
        Some(base_rate.saturating_add(dynamic.min(MAX_RATE)).min(MAX_RATE))
    }

    /// Returns the rate that no step of a swap at this time falls below.
    pub(super) fn least_rate(mut self, base_rate: u32, tick: i32, tick_spacing: u16, now: u64) -> u32 {
        self.update_reference(spacing_index(tick, tick_spacing), now);
        let least = self.volatility_reference.min(self.max_accumulator);
        self.rate(least, base_rate, tick_spacing).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEE: DynamicFee = DynamicFee {
        filter_period: 30,
        decay_period: 600,
        reduction_factor: 5_000,
        control: 50_000,
        max_accumulator: 350_000,
        index_reference: -3,
        volatility_reference: 7,
        accumulator: 40_001,
        last_update: 1_000,
    };

    #[test]
    fn keeps_halves_and_forgets_volatility_by_the_time_passed() {
        let after = |now: u64| {
            let mut fee = FEE;
            fee.update_reference(9, now);
            (fee.index_reference, fee.volatility_reference, fee.last_update)
        };
        assert_eq!(after(1_029), (-3, 7, 1_000));
        assert_eq!(after(1_030), (9, 20_000, 1_030));
        assert_eq!(after(1_599), (9, 20_000, 1_599));
        assert_eq!(after(1_600), (9, 0, 1_600));
        // A clock that runs behind counts as no time passed.
        assert_eq!(after(1), (-3, 7, 1_000));
    }

    #[test]
    fn grows_with_the_distance_up_to_the_maximum() {
        let mut fee = FEE;
        fee.update_accumulator(-5);
        assert_eq!(fee.accumulator, 20_007);
        fee.update_accumulator(i32::MAX);
        assert_eq!(fee.accumulator, 350_000);
    }

    #[test]
    fn rounds_the_dynamic_part_up_and_caps_the_whole() {
        // 50,000 * (20,007 * 60)^2 / 10^13 = 7,205.04…
        assert_eq!(FEE.rate(20_007, 2_500, 60), Some(2_500 + 7_206));
        assert_eq!(FEE.rate(0, 2_500, 60), Some(2_500));
        assert_eq!(FEE.rate(350_000, 2_500, 60), Some(MAX_RATE));
        assert_eq!(FEE.rate(u32::MAX, 2_500, 2), None);
    }

    #[test]
    fn indexes_spacings_towards_minus_infinity() {
        assert_eq!(
            [-120, -61, -60, -1, 0, 59, 60].map(|tick| spacing_index(tick, 60)),
            [-2, -2, -1, -1, 0, 0, 1]
        );
    }
}
