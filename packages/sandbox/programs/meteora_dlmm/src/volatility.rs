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
    let mut scale = Wide::from(10);
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
        return Some(Wide::from(0));
    }
    // Below 2^48.
    let distance = u64::from(accumulator).wrapping_mul(u64::from(parameters.bin_step));
    Wide::product(distance, distance)
        .checked_mul(u64::from(parameters.variable_fee_control))?
        // Rounding up by adding leaves 128 bits earlier than the quotient does, as in the real program.
        .checked_add(Wide::from(VARIABLE_FEE_SCALE.saturating_sub(1)))?
        .divided_by(Wide::from(VARIABLE_FEE_SCALE), Rounding::Down)
}
