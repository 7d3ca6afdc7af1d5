//! Fees that rise with volatility: `programs/whirlpool/src/manager/fee_rate_manager.rs` and `state/oracle.rs`. The price range
//! is cut into groups of ticks; each has one fee, which grows with the square of its distance from a reference group.

use super::tick_math::{MAX_TICK, MIN_TICK, TICKS_IN_ARRAY, sqrt_price_at_tick, tick_at_sqrt_price};
use super::walk::{FeeSchedule, Stop, Target};
use crate::quote::Direction;
use tandem_math::mul_div::Rounding;
use tandem_math::wide::mul_shift_right;

/// `FEE_RATE_HARD_LIMIT`: a tenth, in millionths.
const MAX_RATE: u32 = 100_000;
/// `VOLATILITY_ACCUMULATOR_SCALE_FACTOR`: what one group adds to the volatility.
const GROUP_VOLATILITY: u32 = 10_000;
/// `REDUCTION_FACTOR_DENOMINATOR`.
const REDUCTION_DENOMINATOR: u64 = 10_000;
/// `ADAPTIVE_FEE_CONTROL_FACTOR_DENOMINATOR`.
const CONTROL_DENOMINATOR: u32 = 100_000;
/// Denominator of the rate: that of the control factor times the square of a group's volatility.
const RATE_DENOMINATOR: u128 = 10_000_000_000_000;
/// `MAX_REFERENCE_AGE`, seconds.
const MAX_REFERENCE_AGE: u64 = 3_600;

/// `AdaptiveFeeConstants`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Constants {
    pub(super) filter_period: u16,
    pub(super) decay_period: u16,
    pub(super) reduction_factor: u16,
    pub(super) control_factor: u32,
    pub(super) max_volatility: u32,
    pub(super) tick_group_size: u16,
    pub(super) major_swap_threshold: u16,
}

/// `AdaptiveFeeVariables`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variables {
    pub(super) last_reference_update: u64,
    pub(super) last_major_swap: u64,
    pub(super) volatility_reference: u32,
    pub(super) group_reference: i32,
    pub(super) volatility: u32,
}

/// The oracle account of a pool whose fee adapts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Oracle {
    pub(super) trade_enable_timestamp: u64,
    pub(super) constants: Constants,
    pub(super) variables: Variables,
}

impl Oracle {
    /// Returns whether the program can have written this: `validate_constants`, and variables within their ranges.
    pub(super) fn is_possible(&self, tick_spacing: u16) -> bool {
        let constants = &self.constants;
        let group_size = i32::from(constants.tick_group_size);
        let widest = u64::from(constants.max_volatility).saturating_mul(u64::from(constants.tick_group_size));
        let threshold = i32::from(constants.major_swap_threshold);
        // Ticks of prices reach one below the range.
        let (Some(lowest), Some(highest)) = (
            MIN_TICK.saturating_sub(1).checked_div_euclid(group_size),
            MAX_TICK.checked_div_euclid(group_size),
        ) else {
            return false;
        };
        constants.filter_period > 0
            && constants.decay_period > constants.filter_period
            && constants.control_factor < CONTROL_DENOMINATOR
            && u64::from(constants.reduction_factor) < REDUCTION_DENOMINATOR
            && u32::try_from(widest).is_ok()
            && constants.tick_group_size <= tick_spacing
            && tick_spacing.checked_rem(constants.tick_group_size) == Some(0)
            && (1..=i32::from(tick_spacing).saturating_mul(TICKS_IN_ARRAY)).contains(&threshold)
            && self.variables.volatility_reference <= constants.max_volatility
            && self.variables.volatility <= constants.max_volatility
            && (lowest..=highest).contains(&self.variables.group_reference)
    }

    /// Returns the last second that a swap left here: the program refuses an earlier clock.
    pub(super) fn swapped_at(&self) -> u64 {
        self.variables.last_reference_update.max(self.variables.last_major_swap)
    }
}

/// The fee along one swap.
#[derive(Clone, Copy, Debug)]
pub(super) struct AdaptiveFee {
    static_rate: u32,
    direction: Direction,
    constants: Constants,
    variables: Variables,
    /// Group whose fee is charged next.
    group: i32,
    /// First and last group in which the volatility can be below its maximum, and whether each lies within the range of ticks.
    core: (i32, i32),
}

impl AdaptiveFee {
    /// Starts a swap at a tick and a time: `update_reference`. The time must not be before `Oracle::swapped_at`.
    pub(super) fn new(oracle: &Oracle, static_rate: u32, direction: Direction, tick: i32, now: u64) -> Self {
        let constants = oracle.constants;
        let mut variables = oracle.variables;
        let group = tick.div_euclid(i32::from(constants.tick_group_size).max(1));
        let elapsed = now.saturating_sub(variables.last_reference_update.max(variables.last_major_swap));
        if now.saturating_sub(variables.last_reference_update) > MAX_REFERENCE_AGE
            || elapsed >= u64::from(constants.decay_period)
        {
            variables.group_reference = group;
            variables.volatility_reference = 0;
            variables.last_reference_update = now;
        } else if elapsed >= u64::from(constants.filter_period) {
            variables.group_reference = group;
            // Rounds down, and is below the volatility, so that 32 bits hold it.
            let decayed =
                u64::from(variables.volatility).saturating_mul(u64::from(constants.reduction_factor));
            variables.volatility_reference =
                u32::try_from(decayed / REDUCTION_DENOMINATOR).unwrap_or(variables.volatility);
            variables.last_reference_update = now;
        }
        let room = constants.max_volatility.saturating_sub(variables.volatility_reference);
        let reach = i32::try_from(room.div_ceil(GROUP_VOLATILITY)).unwrap_or(i32::MAX);
        let core = (
            variables.group_reference.saturating_sub(reach),
            variables.group_reference.saturating_add(reach),
        );
        Self { static_rate, direction, constants, variables, group, core }
    }

    /// Returns the lowest rate that any part of the swap can pay.
    pub(super) fn least_rate(&self) -> u32 {
        self.rate_at(self.variables.volatility_reference.min(self.constants.max_volatility))
    }

    /// Returns the oracle's variables after a swap between two prices: `update_major_swap_timestamp`.
    pub(super) fn finish(mut self, before: u128, after: u128, now: u64) -> Option<Variables> {
        let factor = sqrt_price_at_tick(i32::from(self.constants.major_swap_threshold));
        if before.max(after) >= mul_shift_right(before.min(after), factor, 64, Rounding::Down)? {
            self.variables.last_major_swap = now;
        }
        Some(self.variables)
    }

    /// `update_volatility_accumulator`.
    fn update_volatility(&mut self) {
        let distance = self.variables.group_reference.abs_diff(self.group);
        let volatility = u64::from(self.variables.volatility_reference)
            .saturating_add(u64::from(distance).saturating_mul(u64::from(GROUP_VOLATILITY)));
        let max = self.constants.max_volatility;
        self.variables.volatility = u32::try_from(volatility).unwrap_or(max).min(max);
    }

    /// `get_total_fee_rate`; rounds up.
    fn rate_at(&self, volatility: u32) -> u32 {
        let crossed = u64::from(volatility).saturating_mul(u64::from(self.constants.tick_group_size));
        // The program keeps `crossed` to 32 bits: the product is below 2^81.
        let squared = u128::from(crossed).saturating_mul(u128::from(crossed));
        let adaptive =
            squared.saturating_mul(u128::from(self.constants.control_factor)).div_ceil(RATE_DENOMINATOR);
        let adaptive = u32::try_from(adaptive).unwrap_or(MAX_RATE).min(MAX_RATE);
        self.static_rate.saturating_add(adaptive).min(MAX_RATE)
    }

    /// First tick of a group; far beyond the range where the product would pass 32 bits.
    fn first_tick(&self, group: i32) -> i32 {
        group.saturating_mul(i32::from(self.constants.tick_group_size))
    }

    fn advance_by_one(&mut self) {
        self.group = match self.direction {
            Direction::AToB => self.group.saturating_sub(1),
            Direction::BToA => self.group.saturating_add(1),
        };
    }
}

impl FeeSchedule for AdaptiveFee {
    fn rate(&mut self) -> u32 {
        self.update_volatility();
        self.rate_at(self.variables.volatility)
    }

    /// `get_bounded_sqrt_price_target`: to the end of the group, or further where the fee stays the same.
    fn target(&self, sqrt_price: u128, liquidity: u128, stop: Stop) -> Target {
        let same_fee = |sqrt_price| Target { sqrt_price, spans_groups: true };
        if self.constants.control_factor == 0 || liquidity == 0 {
            return same_fee(sqrt_price);
        }
        let (core_first, core_last) = self.core;
        let core_start = self.first_tick(core_first);
        let core_end = self.first_tick(core_last.saturating_add(1));
        if core_start > MIN_TICK && self.group < core_first {
            return match self.direction {
                Direction::AToB => same_fee(sqrt_price),
                Direction::BToA => same_fee(sqrt_price.min(sqrt_price_at_tick(core_start))),
            };
        }
        if core_end < MAX_TICK && self.group > core_last {
            return match self.direction {
                Direction::AToB => same_fee(sqrt_price.max(sqrt_price_at_tick(core_end))),
                Direction::BToA => same_fee(sqrt_price),
            };
        }
        // Usually the group ends where the stop is, or behind it, and its price need not be found.
        let end = |group: i32| self.first_tick(group).clamp(MIN_TICK, MAX_TICK);
        let bounded = match self.direction {
            Direction::AToB => match end(self.group) {
                tick if tick <= stop.tick => sqrt_price,
                tick => sqrt_price.max(sqrt_price_at_tick(tick)),
            },
            Direction::BToA => match end(self.group.saturating_add(1)) {
                tick if tick >= stop.tick => sqrt_price,
                tick => sqrt_price.min(sqrt_price_at_tick(tick)),
            },
        };
        Target { sqrt_price: bounded, spans_groups: false }
    }

    /// `advance_tick_group` and `advance_tick_group_after_skip`.
    fn advance(&mut self, target: Target, sqrt_price: u128, stop: Stop) {
        if target.spans_groups {
            let size = i32::from(self.constants.tick_group_size).max(1);
            let is_boundary = |tick: i32| tick.checked_rem(size) == Some(0);
            let (tick, is_on_boundary) = if sqrt_price == stop.sqrt_price {
                (stop.tick, is_boundary(stop.tick))
            } else {
                let tick = tick_at_sqrt_price(sqrt_price);
                (tick, is_boundary(tick) && sqrt_price == sqrt_price_at_tick(tick))
            };
            let group = tick.div_euclid(size);
            let (traversed, is_further) = match self.direction {
                Direction::AToB => (group, group < self.group),
                Direction::BToA => {
                    let traversed = if is_on_boundary { group.saturating_sub(1) } else { group };
                    (traversed, traversed > self.group)
                }
            };
            if is_further {
                self.group = traversed;
                self.update_volatility();
            }
        }
        self.advance_by_one();
    }
}
