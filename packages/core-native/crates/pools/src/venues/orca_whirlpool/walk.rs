//! The way of a swap over the ticks: `programs/whirlpool/src/manager/swap_manager.rs`, `swap`.

use super::swap_step::{Given, StepStart};
use super::tick_array::Tick;
use super::tick_math::tick_at_sqrt_price;
use super::window::{End, Path};
use crate::quote::{Direction, QuoteError};

/// More steps than the program can take within the compute units of a transaction: a window has at most 264 ticks to cross, and
/// each tick group takes some 5,000 of 1,400,000 units.
const MAX_STEPS: u32 = 600;

/// A tick at which a swap stops on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stop {
    pub(super) tick: i32,
    pub(super) sqrt_price: u128,
    /// What crossing it upwards adds to the liquidity; `None` for the end of an array.
    pub(super) liquidity_net: Option<i128>,
}

/// How far one fee reaches.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub(super) sqrt_price: u128,
    /// Whether it may lie more than one tick group away.
    pub(super) spans_groups: bool,
}

/// The fee along a swap.
pub(super) trait FeeSchedule {
    /// Returns the rate from here, millionths.
    fn rate(&mut self) -> u32;
    /// Returns the price to which this rate holds, at most the one asked for on the way to a stop.
    fn target(&self, sqrt_price: u128, liquidity: u128, stop: Stop) -> Target;
    /// Follows a step towards a target that went to a price, on the way to a stop.
    fn advance(&mut self, target: Target, sqrt_price: u128, stop: Stop);
}

/// The same rate everywhere, millionths.
#[derive(Clone, Copy, Debug)]
pub(super) struct StaticFee(pub(super) u32);

impl FeeSchedule for StaticFee {
    #[inline]
    fn rate(&mut self) -> u32 {
        self.0
    }

    #[inline]
    fn target(&self, sqrt_price: u128, _liquidity: u128, _stop: Stop) -> Target {
        Target { sqrt_price, spans_groups: false }
    }

    #[inline]
    fn advance(&mut self, _target: Target, _sqrt_price: u128, _stop: Stop) {}
}

/// What a swap starts from.
#[derive(Clone, Copy, Debug)]
pub(super) struct WalkStart<'a> {
    pub(super) direction: Direction,
    pub(super) given: Given,
    pub(super) amount: u64,
    /// Price at which it stops, within the range and ahead of the pool's.
    pub(super) limit: u128,
    pub(super) sqrt_price: u128,
    pub(super) liquidity: u128,
    pub(super) path: &'a Path,
    /// The initialized ticks of the path, ascending.
    pub(super) ticks: &'a [Tick],
}

/// Where the price came to rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Where it was.
    Start,
    /// On a stop; the tick the pool has there.
    AtStop(i32),
    /// Between two stops.
    Between,
}

/// How far a swap got.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk {
    /// What is left of the given amount.
    pub(super) remaining: u64,
    /// The other amount; an input includes the fees.
    pub(super) derived: u64,
    pub(super) sqrt_price: u128,
    pub(super) liquidity: u128,
    pub(super) place: Place,
    /// Initialized ticks crossed.
    pub(super) crossed: u32,
    pub(super) steps: u32,
}

impl Walk {
    /// Returns the pool's tick afterwards.
    pub(super) fn tick(&self, before: i32) -> i32 {
        match self.place {
            Place::Start => before,
            Place::AtStop(tick) => tick,
            Place::Between => tick_at_sqrt_price(self.sqrt_price),
        }
    }
}

impl WalkStart<'_> {
    /// Walks until the amount is used up or the limit is reached.
    ///
    /// # Errors
    /// `LiquidityExceeded` where the known ticks end before; `MathOverflow` where the program fails at a number.
    #[inline]
    pub(super) fn walk<F: FeeSchedule>(&self, fees: &mut F) -> Result<Walk, QuoteError> {
        let mut walk = Walk {
            remaining: self.amount,
            derived: 0,
            sqrt_price: self.sqrt_price,
            liquidity: self.liquidity,
            place: Place::Start,
            crossed: 0,
            steps: 0,
        };
        let mut ticks = self.ticks;
        while walk.remaining > 0 && walk.sqrt_price != self.limit {
            let (stop, rest) = self.next_stop(ticks);
            if self.walk_to(stop, fees, &mut walk)? {
                self.cross(stop, &mut walk)?;
                match rest {
                    Some(rest) => ticks = rest,
                    None if self.path.end == End::Unknown => return Err(QuoteError::LiquidityExceeded),
                    None if walk.remaining > 0 && walk.sqrt_price != self.limit => {
                        return Err(QuoteError::LiquidityExceeded);
                    }
                    None => {}
                }
            }
        }
        Ok(walk)
    }

    /// Returns the next stop and the ticks behind it; no ticks are behind the last stop.
    #[inline]
    fn next_stop<'t>(&self, ticks: &'t [Tick]) -> (Stop, Option<&'t [Tick]>) {
        let next = match self.direction {
            Direction::AToB => ticks.split_last(),
            Direction::BToA => ticks.split_first(),
        };
        match next {
            Some((tick, rest)) => {
                let liquidity_net = Some(tick.liquidity_net);
                (Stop { tick: tick.index, sqrt_price: tick.sqrt_price, liquidity_net }, Some(rest))
            }
            None => (self.path.last, None),
        }
    }

    /// Takes the steps to a stop; returns whether it was reached.
    #[inline]
    fn walk_to<F: FeeSchedule>(&self, stop: Stop, fees: &mut F, walk: &mut Walk) -> Result<bool, QuoteError> {
        let goal = match self.direction {
            Direction::AToB => stop.sqrt_price.max(self.limit),
            Direction::BToA => stop.sqrt_price.min(self.limit),
        };
        loop {
            let fee_rate = fees.rate();
            let target = fees.target(goal, walk.liquidity, stop);
            let taken = StepStart {
                direction: self.direction,
                given: self.given,
                remaining: walk.remaining,
                sqrt_price: walk.sqrt_price,
                liquidity: walk.liquidity,
                target: target.sqrt_price,
                fee_rate,
            }
            .step()?;
            let paid = taken.amount_in.checked_add(taken.fee).ok_or(QuoteError::MathOverflow)?;
            let (used, derived) = match self.given {
                Given::Input => (paid, taken.amount_out),
                Given::Output => (taken.amount_out, paid),
            };
            walk.remaining = walk.remaining.checked_sub(used).ok_or(QuoteError::MathOverflow)?;
            walk.derived = walk.derived.checked_add(derived).ok_or(QuoteError::MathOverflow)?;
            walk.steps = walk.steps.saturating_add(1);
            if taken.sqrt_price != walk.sqrt_price {
                walk.place = Place::Between;
                walk.sqrt_price = taken.sqrt_price;
            }
            fees.advance(target, taken.sqrt_price, stop);
            if taken.sqrt_price == stop.sqrt_price {
                return Ok(true);
            }
            if walk.remaining == 0 || taken.sqrt_price == goal {
                return Ok(false);
            }
            if walk.steps >= MAX_STEPS {
                return Err(QuoteError::LiquidityExceeded);
            }
        }
    }

    /// Comes to rest on a stop and takes its liquidity in.
    #[inline]
    fn cross(&self, stop: Stop, walk: &mut Walk) -> Result<(), QuoteError> {
        walk.place = Place::AtStop(match self.direction {
            Direction::AToB => stop.tick.saturating_sub(1),
            Direction::BToA => stop.tick,
        });
        let Some(net) = stop.liquidity_net else { return Ok(()) };
        walk.crossed = walk.crossed.saturating_add(1);
        let added = match self.direction {
            Direction::AToB => net.checked_neg(),
            Direction::BToA => Some(net),
        };
        walk.liquidity = added
            .and_then(|added| walk.liquidity.checked_add_signed(added))
            .ok_or(QuoteError::MathOverflow)?;
        Ok(())
    }
}
