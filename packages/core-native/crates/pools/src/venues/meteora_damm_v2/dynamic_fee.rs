//! The volatility part of the fee: `programs/cp-amm/src/state/fee.rs` (`DynamicFeeStruct`).

use crate::account_reader::AccountReader;
use crate::pool::DecodeError;
use core::ops::Range;
use tandem_math::mul_div::Rounding;
use tandem_math::wide::shl_64_div;

/// `PoolFeesStruct::dynamic_fee`, from byte 56 of the pool.
mod offset {
    pub const INITIALIZED: usize = 56;
    pub const MAX_VOLATILITY_ACCUMULATOR: usize = 64;
    pub const VARIABLE_FEE_CONTROL: usize = 68;
    pub const BIN_STEP: usize = 72;
    pub const FILTER_PERIOD: usize = 74;
    pub const DECAY_PERIOD: usize = 76;
    pub const REDUCTION_FACTOR: usize = 78;
    pub const LAST_UPDATE_TIMESTAMP: usize = 80;
    pub const BIN_STEP_U128: usize = 88;
    pub const SQRT_PRICE_REFERENCE: usize = 104;
    pub const VOLATILITY_ACCUMULATOR: usize = 120;
    pub const VOLATILITY_REFERENCE: usize = 136;
}

const ONE_Q64: u128 = 1 << 64;
const MAX_BASIS_POINT: u128 = 10_000;
/// Far below the step that every pool has (2^64 / 10,000), and enough that no number of bins overflows.
const LEAST_BIN_STEP: u128 = 1 << 32;

/// The volatility a pool has seen and how it is charged.
#[derive(Clone, Copy, Debug)]
pub(super) struct DynamicFee {
    max_volatility_accumulator: u32,
    variable_fee_control: u32,
    bin_step: u16,
    filter_period: u64,
    decay_period: u64,
    reduction_factor: u16,
    last_update_timestamp: u64,
    bin_step_x64: u128,
    /// Zero until the first swap.
    sqrt_price_reference: u128,
    volatility_accumulator: u128,
    volatility_reference: u128,
}

impl DynamicFee {
    /// Decodes the part of a pool account; `None` where the pool charges none.
    pub(super) fn decode(
        reader: AccountReader<'_>,
        sqrt_prices: Range<u128>,
    ) -> Result<Option<Self>, DecodeError> {
        if reader.u8(offset::INITIALIZED)? == 0 {
            return Ok(None);
        }
        let fee = Self {
            max_volatility_accumulator: reader.u32(offset::MAX_VOLATILITY_ACCUMULATOR)?,
            variable_fee_control: reader.u32(offset::VARIABLE_FEE_CONTROL)?,
            bin_step: reader.u16(offset::BIN_STEP)?,
            filter_period: u64::from(reader.u16(offset::FILTER_PERIOD)?),
            decay_period: u64::from(reader.u16(offset::DECAY_PERIOD)?),
            reduction_factor: reader.u16(offset::REDUCTION_FACTOR)?,
            last_update_timestamp: reader.u64(offset::LAST_UPDATE_TIMESTAMP)?,
            bin_step_x64: reader.u128(offset::BIN_STEP_U128)?,
            sqrt_price_reference: reader.u128(offset::SQRT_PRICE_REFERENCE)?,
            volatility_accumulator: reader.u128(offset::VOLATILITY_ACCUMULATOR)?,
            volatility_reference: reader.u128(offset::VOLATILITY_REFERENCE)?,
        };
        let is_reference = fee.sqrt_price_reference == 0 || sqrt_prices.contains(&fee.sqrt_price_reference);
        if fee.bin_step_x64 < LEAST_BIN_STEP
            || fee.volatility_accumulator > u128::from(u32::MAX)
            || fee.volatility_reference > u128::from(u64::MAX)
            || !is_reference
        {
            return Err(DecodeError::FieldInvalid);
        }
        Ok(Some(fee))
    }

    /// Returns what is added to the base fee, billionths: `ceil(control * (accumulator * bin step)^2 / 10^11)`. It follows
    /// from the accumulator that the swap before left, so that no clock is asked. `None` where the program overflows.
    pub(super) fn numerator(&self) -> Option<u64> {
        let square = self.volatility_accumulator.checked_mul(u128::from(self.bin_step))?.checked_pow(2)?;
        let scaled = square.checked_mul(u128::from(self.variable_fee_control))?;
        u64::try_from(scaled.checked_add(99_999_999_999)?.checked_div(100_000_000_000)?).ok()
    }

    /// Returns the first time at which a swap has a price to compare its own with; the program refuses earlier ones. Zero
    /// but for a pool never traded, on a clock that starts at zero.
    pub(super) const fn priced_from(&self) -> u64 {
        if self.sqrt_price_reference != 0 || self.filter_period == 0 {
            return 0;
        }
        self.last_update_timestamp.saturating_add(self.filter_period)
    }

    /// Returns the fee after a swap that moved the price (`update_references` before it, `update_volatility_accumulator`
    /// after it, and the time of the last update only where a bin was crossed). `None` where the program refuses.
    pub(super) fn after_swap(mut self, before: u128, after: u128, timestamp: u64) -> Option<Self> {
        let elapsed = timestamp.saturating_sub(self.last_update_timestamp);
        if elapsed >= self.filter_period {
            self.sqrt_price_reference = before;
            self.volatility_reference = if elapsed < self.decay_period {
                let decayed = self.volatility_accumulator.checked_mul(u128::from(self.reduction_factor))?;
                decayed.checked_div(MAX_BASIS_POINT)?
            } else {
                0
            };
        }
        let moved = self.bins_between(after, self.sqrt_price_reference)?.checked_mul(MAX_BASIS_POINT)?;
        let accumulated = self.volatility_reference.checked_add(moved)?;
        self.volatility_accumulator = accumulated.min(u128::from(self.max_volatility_accumulator));
        if self.bins_between(before, after)? > 0 {
            self.last_update_timestamp = timestamp;
        }
        Some(self)
    }

    /// `get_delta_bin_id`: twice the bins between two square-root prices, as if each were as wide as the first.
    fn bins_between(&self, left: u128, right: u128) -> Option<u128> {
        let ratio = shl_64_div(left.max(right), left.min(right), Rounding::Down)?;
        ratio.checked_sub(ONE_Q64)?.checked_div(self.bin_step_x64)?.checked_mul(2)
    }
}
