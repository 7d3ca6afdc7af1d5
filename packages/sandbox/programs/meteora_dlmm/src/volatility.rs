//! The volatility of a pair and the fee rate that follows from it (`lb_clmm` 0.8 source, `state/parameters.rs` and
//! `state/lb_pair.rs`; dlmm-sdk fb02e51, `commons/src/extensions/lb_pair.rs`).

use crate::dlmm_error::DlmmError;
use crate::lb_pair::Parameters;
use wide_math::{Rounding, Wide};

const BASIS_POINTS: u32 = 10_000;
/// The highest fee rate: 10 %, in parts of 10^9.
const MAX_FEE_RATE: u64 = 100_000_000;
const VARIABLE_FEE_SCALE: u64 = 100_000_000_000;

/// How far the price moved lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Volatility {
    /// The volatility at the last bin that was traded in.
    pub accumulator: u32,
    /// What is left of an earlier volatility.
    pub reference: u32,
    /// The bin from which the distance counts.
    pub index_reference: i32,
    /// When the active bin last moved, in Unix seconds.
    pub last_update: i64,
}

impl Volatility {
    /// Moves the references at the start of a swap that does not follow closely on another.
    ///
    /// # Errors
    ///
    /// `MathOverflow` when the time or the volatility leave their range.
    #[inline(always)]
    pub fn start(
        &mut self,
        parameters: &Parameters,
        active_id: i32,
        now: i64,
    ) -> Result<(), DlmmError> {
        let elapsed = now
            .checked_sub(self.last_update)
            .ok_or(DlmmError::MathOverflow)?;
        if elapsed < i64::from(parameters.filter_period) {
            return Ok(());
        }
        self.index_reference = active_id;
        self.reference = 0;
        if elapsed < i64::from(parameters.decay_period) {
            // Rounds down.
            self.reference = self
                .accumulator
                .checked_mul(u32::from(parameters.reduction_factor))
                .and_then(|product| product.checked_div(BASIS_POINTS))
                .ok_or(DlmmError::MathOverflow)?;
        }
        Ok(())
    }

    /// Moves the accumulator to a bin that is traded in.
    #[inline(always)]
    pub fn enter(&mut self, parameters: &Parameters, active_id: i32) {
        let distance = u64::from(self.index_reference.abs_diff(active_id));
        // Below 2^46 + 2^32.
        let sum = distance
            .wrapping_mul(u64::from(BASIS_POINTS))
            .wrapping_add(u64::from(self.reference));
        let most = parameters.max_volatility_accumulator;
        self.accumulator = u32::try_from(sum).map_or(most, |sum| sum.min(most));
    }
}

/// Returns the base fee rate, in parts of 10^9.
///
/// # Errors
///
/// `MathOverflow` above 128 bits.
#[inline(always)]
pub fn base_fee_rate(parameters: &Parameters) -> Result<Wide, DlmmError> {
    let mut scale = Wide::from(10_u64);
    for _ in 0..parameters.base_fee_power {
        scale = scale.checked_mul(10).ok_or(DlmmError::MathOverflow)?;
    }
    // Below 2^32.
    let factor = u64::from(parameters.base_factor).wrapping_mul(u64::from(parameters.bin_step));
    scale.checked_mul(factor).ok_or(DlmmError::MathOverflow)
}

/// Returns the fee rate at an accumulator, in parts of 10^9: the variable part rounds up, the sum is capped.
///
/// Called and not inlined, because every bin needs it.
///
/// # Errors
///
/// `MathOverflow` above 128 bits.
#[inline(never)]
pub fn fee_rate(
    parameters: &Parameters,
    base: &Wide,
    accumulator: u32,
    rate: &mut u64,
) -> Result<(), DlmmError> {
    let total = variable_fee_rate(parameters, accumulator)
        .and_then(|variable| variable.checked_add(*base))
        .ok_or(DlmmError::MathOverflow)?;
    *rate = total
        .to_u64()
        .map_or(MAX_FEE_RATE, |total| total.min(MAX_FEE_RATE));
    Ok(())
}

#[inline(always)]
fn variable_fee_rate(parameters: &Parameters, accumulator: u32) -> Option<Wide> {
    if parameters.variable_fee_control == 0 {
        return Some(Wide::from(0_u64));
    }
    // Below 2^48.
    let distance = u64::from(accumulator).wrapping_mul(u64::from(parameters.bin_step));
    Wide::product(distance, distance)
        .checked_mul(u64::from(parameters.variable_fee_control))?
        // Rounding up by adding leaves 128 bits earlier than the quotient does, as in the real program.
        .checked_add(Wide::from(VARIABLE_FEE_SCALE.saturating_sub(1)))?
        .divided_by(Wide::from(VARIABLE_FEE_SCALE), Rounding::Down)
}

#[cfg(test)]
mod tests {
    use super::{base_fee_rate, fee_rate, Volatility};
    use crate::dlmm_error::DlmmError;
    use crate::lb_pair::Parameters;

    const PARAMETERS: Parameters = Parameters {
        base_factor: 10_000,
        filter_period: 30,
        decay_period: 600,
        reduction_factor: 5_000,
        variable_fee_control: 40_000,
        max_volatility_accumulator: 350_000,
        min_bin_id: -43_670,
        max_bin_id: 43_670,
        protocol_share: 2_000,
        base_fee_power: 0,
        bin_step: 10,
    };

    const EARLIER: Volatility = Volatility {
        accumulator: 5_001,
        reference: 100,
        index_reference: 7,
        last_update: 1_000,
    };

    fn started(now: i64) -> (u32, i32) {
        let mut volatility = EARLIER;
        assert_eq!(volatility.start(&PARAMETERS, 3, now), Ok(()));
        (volatility.reference, volatility.index_reference)
    }

    #[test]
    fn keeps_halves_or_forgets_the_volatility_by_the_time_that_passed() {
        assert_eq!(started(995), (100, 7));
        assert_eq!(started(1_029), (100, 7));
        assert_eq!(started(1_030), (2_500, 3));
        assert_eq!(started(1_599), (2_500, 3));
        assert_eq!(started(1_600), (0, 3));
    }

    #[test]
    fn counts_the_distance_on_both_sides_up_to_its_cap() {
        let entered = |active_id| {
            let mut volatility = EARLIER;
            volatility.enter(&PARAMETERS, active_id);
            volatility.accumulator
        };
        assert_eq!(entered(7), 100);
        assert_eq!(entered(4), 30_100);
        assert_eq!(entered(10), 30_100);
        assert_eq!(entered(42), 350_000);
        assert_eq!(entered(i32::MIN), 350_000);
    }

    fn rate(parameters: &Parameters, accumulator: u32) -> Result<u64, DlmmError> {
        let mut rate = 0;
        let base = base_fee_rate(parameters)?;
        fee_rate(parameters, &base, accumulator, &mut rate).map(|()| rate)
    }

    #[test]
    fn adds_a_variable_rate_that_rounds_up_and_stops_at_ten_percent() {
        assert_eq!(rate(&PARAMETERS, 0), Ok(1_000_000));
        // 40,000 · (1 · 10)² / 10^11 is a fraction.
        assert_eq!(rate(&PARAMETERS, 1), Ok(1_000_001));
        assert_eq!(rate(&PARAMETERS, 350_000), Ok(5_900_000));
        let still = Parameters {
            variable_fee_control: 0,
            ..PARAMETERS
        };
        assert_eq!(rate(&still, 350_000), Ok(1_000_000));
        let steep = Parameters {
            base_fee_power: 2,
            ..PARAMETERS
        };
        assert_eq!(rate(&steep, 0), Ok(100_000_000));
        assert_eq!(rate(&steep, 350_000), Ok(100_000_000));
        let absurd = Parameters {
            base_fee_power: 40,
            ..PARAMETERS
        };
        assert_eq!(rate(&absurd, 0), Err(DlmmError::MathOverflow));
    }
}
