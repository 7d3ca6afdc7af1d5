//! The fee rate of each step (orca-so/whirlpools 630c0e0, `manager/fee_rate_manager.rs` and `state/oracle.rs`).
//!
//! An adaptive fee grows with the square of the tick groups that the price has left behind since its reference. Ticks are
//! grouped, and a step ends at its group's edge; far from the reference the fee is at its cap and groups are skipped.

use crate::order::Direction;
use crate::tick_math::{sqrt_price_of, tick_of, MAX_TICK, MIN_TICK};
use crate::whirlpool_error::WhirlpoolError;
use program_frame::{or_stop, stop};
use wide_math::{mul_div, Quad, Rounding};

/// 10 % in millionths: no fee exceeds it.
const MAX_FEE_RATE: u32 = 100_000;
/// One tick group, in units of volatility.
const VOLATILITY_SCALE: u64 = 10_000;
const REDUCTION_ONE: u64 = 10_000;
/// The control factor's denominator times the square of the volatility scale.
const CONTROL_ONE: u64 = 10_000_000_000_000;
/// After an hour without an update the reference is set anew.
const MAX_REFERENCE_AGE: u64 = 3_600;

/// How the fee of a pool follows its price.
#[derive(Clone, Copy)]
pub struct FeeConstants {
    /// Swaps closer together than this share a reference, in seconds.
    pub filter_period: u16,
    /// After this the volatility is forgotten, in seconds.
    pub decay_period: u16,
    /// What is kept of the volatility between the two, in ten-thousandths.
    pub reduction_factor: u16,
    /// How strongly the fee follows the volatility, in hundred-thousandths.
    pub control_factor: u32,
    /// The cap of the volatility.
    pub max_volatility: u32,
    /// The ticks of a group.
    pub tick_group_size: u16,
    /// From how many ticks on a swap counts as a major one.
    pub major_swap_threshold: u16,
}

/// Where the fee of a pool stands.
#[derive(Clone, Copy)]
pub struct FeeVariables {
    /// When the reference was set, in Unix seconds.
    pub last_reference_update: u64,
    /// When the last major swap was, in Unix seconds.
    pub last_major_swap: u64,
    /// The volatility that was kept when the reference was set.
    pub volatility_reference: u32,
    /// The tick group from which volatility is measured.
    pub tick_group_reference: i32,
    /// The volatility of the last step.
    pub volatility_accumulator: u32,
}

/// The price at which a step ends at the latest, and whether tick groups are skipped up to it.
#[derive(Clone, Copy)]
pub struct Bound {
    /// The price.
    pub target: u128,
    /// Whether the fee stays the same up to it.
    pub is_skip: bool,
}

/// The tick groups at whose edges the fee still changes; behind an edge at the end of all ticks there is nothing.
#[derive(Clone, Copy)]
struct Edge {
    group: i32,
    sqrt_price: u128,
}

/// The adaptive fee of a swap under way.
pub struct AdaptiveFee {
    direction: Direction,
    constants: FeeConstants,
    /// Where the fee stands; written back after the swap.
    pub variables: FeeVariables,
    group: i32,
    lower: Option<Edge>,
    upper: Option<Edge>,
}

impl FeeVariables {
    /// Sets the reference anew, according to the time since it was set and since the last major swap.
    #[inline(always)]
    fn update_reference(
        &mut self,
        group: i32,
        now: u64,
        constants: &FeeConstants,
    ) -> Result<(), WhirlpoolError> {
        let last = self.last_reference_update.max(self.last_major_swap);
        let elapsed = now
            .checked_sub(last)
            .ok_or(WhirlpoolError::InvalidTimestamp)?;
        let age = now.wrapping_sub(self.last_reference_update);
        let kept = if age > MAX_REFERENCE_AGE {
            0
        } else if elapsed < u64::from(constants.filter_period) {
            return Ok(());
        } else if elapsed < u64::from(constants.decay_period) {
            reduced(self.volatility_accumulator, constants.reduction_factor)
        } else {
            0
        };
        self.tick_group_reference = group;
        self.volatility_reference = kept;
        self.last_reference_update = now;
        Ok(())
    }

    #[inline(always)]
    fn accumulate(&mut self, group: i32, constants: &FeeConstants) {
        let distance = self.tick_group_reference.wrapping_sub(group).unsigned_abs();
        let volatility = u64::from(distance)
            .wrapping_mul(VOLATILITY_SCALE)
            .wrapping_add(u64::from(self.volatility_reference));
        self.volatility_accumulator = u32::try_from(volatility)
            .map_or(constants.max_volatility, |volatility| {
                volatility.min(constants.max_volatility)
            });
    }
}

/// Rounded down; a factor below one keeps it in 32 bits.
#[inline(always)]
fn reduced(volatility: u32, factor: u16) -> u32 {
    let (volatility, factor) = (u64::from(volatility), u64::from(factor));
    let kept = or_stop(mul_div(volatility, factor, REDUCTION_ONE, Rounding::Down));
    let [a, b, c, d, ..] = kept.to_le_bytes();
    // The real program cuts where a factor above one leaves 32 bits.
    u32::from_le_bytes([a, b, c, d])
}

impl AdaptiveFee {
    /// Begins a swap at a tick.
    ///
    /// # Errors
    ///
    /// `InvalidTimestamp` when the oracle was updated after `now`.
    #[inline(always)]
    pub fn begin(
        direction: Direction,
        tick: i32,
        now: u64,
        constants: FeeConstants,
        mut variables: FeeVariables,
    ) -> Result<Self, WhirlpoolError> {
        let size = i32::from(constants.tick_group_size);
        let group = floor_div(tick, size);
        variables.update_reference(group, now, &constants)?;
        let room = constants
            .max_volatility
            .wrapping_sub(variables.volatility_reference);
        // So many groups away the volatility is at its cap; rounded up.
        let reach = or_stop(mul_div(u64::from(room), 1, VOLATILITY_SCALE, Rounding::Up));
        let reach = or_stop(i32::try_from(reach).ok());
        let lower = variables.tick_group_reference.wrapping_sub(reach);
        let upper = variables.tick_group_reference.wrapping_add(reach);
        let lower_tick = lower.wrapping_mul(size);
        let upper_tick = upper.wrapping_mul(size).wrapping_add(size);
        Ok(Self {
            direction,
            constants,
            variables,
            group,
            lower: edge(lower, lower_tick, lower_tick > MIN_TICK),
            upper: edge(upper, upper_tick, upper_tick < MAX_TICK),
        })
    }

    /// Adds the current tick group to the volatility and returns the fee rate, in millionths.
    #[inline(always)]
    pub fn rate(&mut self, static_rate: u16) -> u32 {
        self.variables.accumulate(self.group, &self.constants);
        let crossed = self
            .variables
            .volatility_accumulator
            .wrapping_mul(u32::from(self.constants.tick_group_size));
        let squared = u64::from(crossed).wrapping_mul(u64::from(crossed));
        let control = u64::from(self.constants.control_factor);
        // Rounded up; a quotient above 64 bits is above the cap too.
        let adaptive = mul_div(control, squared, CONTROL_ONE, Rounding::Up)
            .and_then(|rate| u32::try_from(rate).ok())
            .map_or(MAX_FEE_RATE, |rate| rate.min(MAX_FEE_RATE));
        u32::from(static_rate)
            .wrapping_add(adaptive)
            .min(MAX_FEE_RATE)
    }

    /// Returns how far the current fee rate holds on the way to `target`.
    #[inline(always)]
    #[must_use]
    pub fn bound(&self, target: u128, liquidity: u128) -> Bound {
        if self.constants.control_factor == 0 || liquidity == 0 {
            return skip_to(target);
        }
        if let Some(edge) = self.lower.filter(|edge| self.group < edge.group) {
            return skip_to(match self.direction {
                Direction::AToB => target,
                Direction::BToA => target.min(edge.sqrt_price),
            });
        }
        if let Some(edge) = self.upper.filter(|edge| self.group > edge.group) {
            return skip_to(match self.direction {
                Direction::AToB => target.max(edge.sqrt_price),
                Direction::BToA => target,
            });
        }
        let size = i32::from(self.constants.tick_group_size);
        let start = self.group.wrapping_mul(size);
        let (end, is_down) = match self.direction {
            Direction::AToB => (start, true),
            Direction::BToA => (start.wrapping_add(size), false),
        };
        let end = sqrt_price_of(end.clamp(MIN_TICK, MAX_TICK));
        let target = if is_down {
            target.max(end)
        } else {
            target.min(end)
        };
        Bound {
            target,
            is_skip: false,
        }
    }

    /// Goes one tick group on.
    #[inline(always)]
    pub fn advance(&mut self) {
        self.group = self.group.wrapping_add(match self.direction {
            Direction::AToB => -1,
            Direction::BToA => 1,
        });
    }

    /// Goes on from the tick group in which a skip ended.
    #[inline(always)]
    pub fn advance_after_skip(&mut self, sqrt_price: u128, next_price: u128, next_tick: i32) {
        let size = i32::from(self.constants.tick_group_size);
        let (tick, is_on_tick) = if sqrt_price == next_price {
            (next_tick, true)
        } else {
            let tick = tick_of(&sqrt_price);
            (tick, sqrt_price == sqrt_price_of(tick))
        };
        let group = floor_div(tick, size);
        let is_on_edge = is_on_tick && group.wrapping_mul(size) == tick;
        let (last, is_further) = match self.direction {
            Direction::AToB => (group, group < self.group),
            Direction::BToA => {
                // On its edge the price has not entered the upper group yet.
                let last = group.wrapping_sub(i32::from(is_on_edge));
                (last, last > self.group)
            }
        };
        if is_further {
            self.group = last;
            self.variables.accumulate(last, &self.constants);
        }
        self.advance();
    }

    /// Notes a swap that moved the price by the threshold or more.
    ///
    /// # Errors
    ///
    /// `NumberDownCastError` where the threshold lies outside all prices.
    #[inline(always)]
    pub fn note_major_swap(
        &mut self,
        before: u128,
        after: u128,
        now: u64,
    ) -> Result<(), WhirlpoolError> {
        let factor = sqrt_price_of(i32::from(self.constants.major_swap_threshold));
        // Rounded down by the shift.
        let threshold = Quad::product(before.min(after), factor)
            .to_u128_from_bit(64)
            .ok_or(WhirlpoolError::NumberDownCastError)?;
        if before.max(after) >= threshold {
            self.variables.last_major_swap = now;
        }
        Ok(())
    }
}

#[inline(always)]
const fn skip_to(target: u128) -> Bound {
    Bound {
        target,
        is_skip: true,
    }
}

#[inline(always)]
fn edge(group: i32, tick: i32, is_inside: bool) -> Option<Edge> {
    is_inside.then(|| Edge {
        group,
        sqrt_price: sqrt_price_of(tick),
    })
}

/// Rounded towards negative infinity.
///
/// # Panics
///
/// When the divisor is not positive, as the real program does.
#[inline(always)]
#[must_use]
pub fn floor_div(dividend: i32, divisor: i32) -> i32 {
    if divisor <= 0 {
        stop();
    }
    // The SBF target divides unsigned numbers only.
    let (size, divisor) = (dividend.unsigned_abs(), divisor.unsigned_abs());
    if dividend < 0 {
        return size.div_ceil(divisor).cast_signed().wrapping_neg();
    }
    or_stop(size.checked_div(divisor)).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::{floor_div, reduced, AdaptiveFee, FeeConstants, FeeVariables};
    use crate::order::Direction;
    use crate::tick_math::sqrt_price_of;
    use crate::whirlpool_error::WhirlpoolError;

    const CONSTANTS: FeeConstants = FeeConstants {
        filter_period: 30,
        decay_period: 600,
        reduction_factor: 5_000,
        control_factor: 4_000,
        max_volatility: 350_000,
        tick_group_size: 64,
        major_swap_threshold: 64,
    };
    const VARIABLES: FeeVariables = FeeVariables {
        last_reference_update: 1_000,
        last_major_swap: 1_100,
        volatility_reference: 20_000,
        tick_group_reference: -7,
        volatility_accumulator: 50_001,
    };

    fn begin(tick: i32, now: u64) -> AdaptiveFee {
        AdaptiveFee::begin(Direction::AToB, tick, now, CONSTANTS, VARIABLES)
            .unwrap_or_else(|error| panic!("{error:?}"))
    }

    #[test]
    fn keeps_halves_or_forgets_the_volatility_with_time() {
        let reference = |now| {
            let FeeVariables {
                volatility_reference,
                tick_group_reference,
                last_reference_update,
                ..
            } = begin(-129, now).variables;
            (
                volatility_reference,
                tick_group_reference,
                last_reference_update,
            )
        };
        assert_eq!(reference(1_129), (20_000, -7, 1_000));
        assert_eq!(reference(1_130), (25_000, -3, 1_130));
        assert_eq!(reference(1_699), (25_000, -3, 1_699));
        assert_eq!(reference(1_700), (0, -3, 1_700));
        assert_eq!(reference(4_601), (0, -3, 4_601));
    }

    #[test]
    fn refuses_a_clock_before_the_last_major_swap() {
        let begun = AdaptiveFee::begin(Direction::AToB, 0, 1_099, CONSTANTS, VARIABLES);
        assert_eq!(begun.err(), Some(WhirlpoolError::InvalidTimestamp));
    }

    #[test]
    fn grows_with_the_square_of_the_distance_up_to_the_cap() {
        let mut fee = begin(-7 * 64, 1_110);
        // (20 000 · 64)² · 4 000 / 10¹³ = 655.36, rounded up.
        assert_eq!(fee.rate(2_000), 2_656);
        fee.advance();
        // (30 000 · 64)² · 4 000 / 10¹³ = 1 474.56.
        assert_eq!(fee.rate(2_000), 3_475);
        fee.group = 1_000;
        // (350 000 · 64)² · 4 000 / 10¹³ = 200 704, above the cap.
        assert_eq!(fee.rate(2_000), 100_000);
    }

    #[test]
    fn stops_at_the_group_inside_the_core_range_and_skips_outside() {
        let mut fee = begin(-7 * 64, 1_110);
        let far = sqrt_price_of(-100_000);
        let bound = fee.bound(far, 1);
        assert!(!bound.is_skip && bound.target == sqrt_price_of(-7 * 64));
        assert!(fee.bound(far, 0).is_skip);
        // The core range reaches 33 groups each way: (350 000 − 20 000) / 10 000.
        fee.group = -41;
        assert!(fee.bound(far, 1).is_skip && fee.bound(far, 1).target == far);
        fee.group = 27;
        let bound = fee.bound(far, 1);
        assert!(bound.is_skip && bound.target == sqrt_price_of(27 * 64));
    }

    #[test]
    fn counts_the_last_group_that_a_skip_went_through() {
        let up = || {
            AdaptiveFee::begin(Direction::BToA, -50 * 64, 1_110, CONSTANTS, VARIABLES)
                .unwrap_or_else(|error| panic!("{error:?}"))
        };
        let edge = sqrt_price_of(-45 * 64);
        // On the edge of group −45 the price has gone through −46, and the next step begins in −45.
        let mut fee = up();
        fee.advance_after_skip(edge, edge, -45 * 64);
        assert_eq!(fee.group, -45);
        assert_eq!(fee.variables.volatility_accumulator, 350_000);
        fee = up();
        fee.advance_after_skip(edge, sqrt_price_of(0), 0);
        assert_eq!(fee.group, -45);
        // Above it the price is inside −45.
        fee = up();
        fee.advance_after_skip(edge.wrapping_add(1), sqrt_price_of(0), 0);
        assert_eq!(fee.group, -44);
        // Downwards the edge belongs to the group above it.
        let mut fee = begin(-30 * 64, 1_110);
        fee.advance_after_skip(edge, edge, -45 * 64);
        assert_eq!(fee.group, -46);
    }

    #[test]
    fn notes_a_swap_from_the_threshold_on() {
        let mut fee = begin(0, 1_110);
        let price = sqrt_price_of(640);
        let noted = fee.note_major_swap(price, sqrt_price_of(577), 1_110);
        assert_eq!((noted, fee.variables.last_major_swap), (Ok(()), 1_100));
        let noted = fee.note_major_swap(price, sqrt_price_of(575), 1_110);
        assert_eq!((noted, fee.variables.last_major_swap), (Ok(()), 1_110));
    }

    #[test]
    fn divides_towards_negative_infinity() {
        for dividend in [-129, -128, -127, -64, -1, 0, 1, 63, 64, i32::MIN, i32::MAX] {
            assert_eq!(
                floor_div(dividend, 64),
                dividend.div_euclid(64),
                "{dividend}"
            );
            assert_eq!(floor_div(dividend, 1), dividend);
        }
    }

    #[test]
    fn rounds_the_kept_volatility_down() {
        assert_eq!(reduced(50_001, 5_000), 25_000);
    }
}
