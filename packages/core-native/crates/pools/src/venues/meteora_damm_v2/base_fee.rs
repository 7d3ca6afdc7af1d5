//! The base fee in billionths: `programs/cp-amm/src/base_fee/{fee_time_scheduler.rs,fee_market_cap_scheduler.rs}` and
//! `math/fee_math.rs`; the rate limiter has its own file.

use super::layout::BILLIONTHS;
use super::rate_limiter::RateLimiter;
use crate::account_reader::AccountReader;
use crate::pool::DecodeError;
use crate::quote::Direction;
use tandem_math::mul_div::wide_mul;
use tandem_math::wide::{div_wide, wide_mul_u128};

/// `BaseFeeInfo` from byte 8 of the pool: 32 bytes that each mode reads in its own way.
mod offset {
    pub const CLIFF_FEE_NUMERATOR: usize = 8;
    pub const MODE: usize = 16;
    pub const NUMBER_OF_PERIOD: usize = 22;
    pub const PERIOD_FREQUENCY: usize = 24;
    pub const SQRT_PRICE_STEP_BPS: usize = 24;
    pub const SCHEDULER_EXPIRATION_DURATION: usize = 28;
    pub const REDUCTION_FACTOR: usize = 32;
}

const MAX_BASIS_POINT: u64 = 10_000;

/// How each period lowers the fee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decline {
    /// By the reduction factor, billionths.
    Linear,
    /// By a share of itself, the reduction factor in basis points.
    Exponential,
}

/// A fee that falls in periods.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schedule {
    decline: Decline,
    cliff: u64,
    periods: u16,
    reduction_factor: u64,
}

/// The base fee as the account says it.
#[derive(Clone, Copy, Debug)]
pub(super) enum BaseFeeRule {
    /// The same at any time.
    Constant(u64),
    /// By time: a period each so many slots or seconds; the frequency is never 0.
    Time { schedule: Schedule, frequency: u64 },
    /// By growth of the price since the start, until it expires.
    MarketCap { schedule: Schedule, sqrt_price_step_bps: u32, duration: u32 },
    /// By the size of a swap.
    Limited(RateLimiter),
}

/// Which amount a fee is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum FeeBase {
    /// The fee is in it.
    Included(u64),
    /// The fee comes on top.
    Excluded(u64),
}

/// The base fee as a quote reads it.
#[derive(Clone, Debug)]
pub(super) enum BaseFee {
    Constant(u64),
    /// The last fee from `until` on.
    Timed(Box<TimedFee>),
    /// The price says the first, which is also what the next swap pays until it expires; then the last.
    Expiring {
        now: u64,
        last: u64,
        until: u64,
    },
    Limited(Box<LimitedFee>),
}

#[derive(Clone, Debug)]
pub(super) struct TimedFee {
    schedule: Schedule,
    from: u64,
    frequency: u64,
    powers: Powers,
}

#[derive(Clone, Debug)]
pub(super) struct LimitedFee {
    limiter: RateLimiter,
    until: u64,
}

impl BaseFeeRule {
    pub(super) fn decode(reader: AccountReader<'_>) -> Result<Self, DecodeError> {
        let cliff = reader.u64(offset::CLIFF_FEE_NUMERATOR)?;
        if cliff > BILLIONTHS {
            return Err(DecodeError::FieldInvalid);
        }
        let schedule = |decline: Decline| -> Result<Schedule, DecodeError> {
            let reduction_factor = reader.u64(offset::REDUCTION_FACTOR)?;
            let periods = reader.u16(offset::NUMBER_OF_PERIOD)?;
            Ok(Schedule { decline, cliff, periods, reduction_factor })
        };
        let timed = |decline: Decline| -> Result<Self, DecodeError> {
            let frequency = reader.u64(offset::PERIOD_FREQUENCY)?;
            let schedule = schedule(decline)?;
            Ok(if frequency == 0 { Self::Constant(cliff) } else { Self::Time { schedule, frequency } })
        };
        let priced = |decline: Decline| -> Result<Self, DecodeError> {
            let sqrt_price_step_bps = reader.u32(offset::SQRT_PRICE_STEP_BPS)?;
            let duration = reader.u32(offset::SCHEDULER_EXPIRATION_DURATION)?;
            Ok(Self::MarketCap { schedule: schedule(decline)?, sqrt_price_step_bps, duration })
        };
        match reader.u8(offset::MODE)? {
            0 => timed(Decline::Linear),
            1 => timed(Decline::Exponential),
            2 => Ok(RateLimiter::decode(reader, cliff)?.map_or(Self::Constant(cliff), Self::Limited)),
            3 => priced(Decline::Linear),
            4 => priced(Decline::Exponential),
            _ => Err(DecodeError::FieldInvalid),
        }
    }

    /// Returns the fee of a pool that was activated and stands at a price; `None` where the program overflows.
    pub(super) fn at(
        &self,
        activation_point: u64,
        init_sqrt_price: u128,
        sqrt_price: u128,
    ) -> Option<BaseFee> {
        match *self {
            Self::Constant(fee) => Some(BaseFee::Constant(fee)),
            Self::Time { schedule, frequency } => {
                let powers = schedule.powers()?;
                // Every earlier fee is at least the last one, so that none of them is refused.
                schedule.fee(schedule.periods, &powers)?;
                Some(BaseFee::Timed(Box::new(TimedFee {
                    schedule,
                    from: activation_point,
                    frequency,
                    powers,
                })))
            }
            Self::MarketCap { schedule, sqrt_price_step_bps, duration } => {
                let powers = schedule.powers()?;
                let grown = sqrt_price.saturating_sub(init_sqrt_price);
                let passed = if grown == 0 {
                    0
                } else {
                    let bps = wide_mul_u128(grown, u128::from(MAX_BASIS_POINT));
                    let (growth_bps, _) = div_wide(bps, init_sqrt_price)?;
                    growth_bps.checked_div(u128::from(sqrt_price_step_bps))?
                };
                let period = u16::try_from(passed).unwrap_or(u16::MAX).min(schedule.periods);
                Some(BaseFee::Expiring {
                    now: schedule.fee(period, &powers)?,
                    last: schedule.fee(schedule.periods, &powers)?,
                    until: activation_point.checked_add(u64::from(duration))?,
                })
            }
            Self::Limited(limiter) => {
                // No clock passes the largest number, which is what a sum beyond 64 bits would ask for.
                let until = activation_point.saturating_add(u64::from(limiter.duration));
                Some(BaseFee::Limited(Box::new(LimitedFee { limiter, until })))
            }
        }
    }
}

impl BaseFee {
    /// Returns the fee at a slot or time not before activation; `None` where the program overflows.
    #[inline]
    pub(super) fn numerator(&self, direction: Direction, amount: FeeBase, point: u64) -> Option<u64> {
        match self {
            Self::Constant(fee) => Some(*fee),
            Self::Timed(timed) => timed.at(point),
            Self::Expiring { now, last, until } => Some(if point > *until { *last } else { *now }),
            Self::Limited(limited) => limited.at(direction, amount, point),
        }
    }

    /// Returns the least fee of any swap.
    pub(super) fn least(&self, point: u64) -> Option<u64> {
        match self {
            Self::Limited(limited) => Some(limited.limiter.cliff),
            Self::Constant(_) | Self::Timed(_) | Self::Expiring { .. } => {
                self.numerator(Direction::AToB, FeeBase::Included(0), point)
            }
        }
    }
}

impl TimedFee {
    fn at(&self, point: u64) -> Option<u64> {
        let passed = point.checked_sub(self.from)?.checked_div(self.frequency)?;
        let period = u16::try_from(passed).unwrap_or(u16::MAX).min(self.schedule.periods);
        self.schedule.fee(period, &self.powers)
    }
}

impl LimitedFee {
    fn at(&self, direction: Direction, amount: FeeBase, point: u64) -> Option<u64> {
        if direction == Direction::AToB || point > self.until {
            return Some(self.limiter.cliff);
        }
        match amount {
            FeeBase::Included(amount) => self.limiter.numerator_of_included(amount),
            FeeBase::Excluded(amount) => self.limiter.numerator_of_excluded(amount),
        }
    }
}

/// The share that a period leaves, to the powers of two up to 2^15, Q0.64: as `pow` of `fee_math.rs` squares it. A period
/// that leaves everything has no such number and none is asked for.
type Powers = [u64; 16];

impl Schedule {
    fn powers(&self) -> Option<Powers> {
        if self.decline == Decline::Linear || self.reduction_factor == 0 {
            return Some([0; 16]);
        }
        // Both divisions round down, as the program's do.
        let lost =
            u128::from(self.reduction_factor).checked_shl(64)?.checked_div(u128::from(MAX_BASIS_POINT))?;
        if self.reduction_factor > MAX_BASIS_POINT {
            return None;
        }
        let mut square = u64::try_from((1_u128 << 64).checked_sub(lost)?).ok()?;
        Some(std::array::from_fn(|_| {
            let power = square;
            square = high_half_of_product(square, square);
            power
        }))
    }

    /// Returns the fee of a period; `None` where it would be negative, or so small a share that the program has none.
    fn fee(&self, period: u16, powers: &Powers) -> Option<u64> {
        if self.reduction_factor == 0 || period == 0 {
            return Some(self.cliff);
        }
        match self.decline {
            Decline::Linear => self.cliff.checked_sub(self.reduction_factor.checked_mul(u64::from(period))?),
            Decline::Exponential => {
                let mut share: Option<u64> = None;
                for (bit, &power) in powers.iter().enumerate() {
                    if (period >> bit) & 1 == 1 {
                        share = Some(share.map_or(power, |share| high_half_of_product(share, power)));
                    }
                }
                share.filter(|&share| share != 0).map(|share| high_half_of_product(share, self.cliff))
            }
        }
    }
}

/// Returns `floor(left * right / 2^64)`.
#[inline]
fn high_half_of_product(left: u64, right: u64) -> u64 {
    (wide_mul(left, right) >> 64) as u64
}
