//! The steps of a swap, tick by tick (orca-so/whirlpools 630c0e0, `manager/swap_manager.rs`).

use crate::fee_rate::{AdaptiveFee, Bound};
use crate::order::{Direction, SwapMode};
use crate::swap_step::{run_step, Step, StepOutcome};
use crate::tick_array::Growths;
use crate::tick_math::{sqrt_price_of, tick_of, MAX_SQRT_PRICE, MIN_SQRT_PRICE};
use crate::tick_sequence::{NextTick, TickSequence};
use crate::whirlpool::{per_liquidity, Whirlpool};
use crate::whirlpool_error::WhirlpoolError;
use program_frame::or_stop;
use wide_math::{mul_div, Quad, Rounding};

const PROTOCOL_FEE_ONE: u64 = 10_000;

/// A swap under way; its public fields are what it leaves.
pub struct SwapLoop<'a> {
    pool: &'a Whirlpool,
    arrays: &'a TickSequence<'a>,
    /// The adaptive fee, where the pool has one.
    pub adaptive: Option<AdaptiveFee>,
    mode: SwapMode,
    /// Which token goes in.
    pub direction: Direction,
    limit: u128,
    /// What remains of the fixed side.
    pub remaining: u64,
    /// The other side so far, fees included where it goes in.
    pub calculated: u64,
    /// The current price.
    pub sqrt_price: u128,
    /// The current tick.
    pub tick: i32,
    /// The liquidity at the current price.
    pub liquidity: u128,
    /// The fees per liquidity of the token that goes in.
    pub fee_growth: u128,
    /// The protocol's part of the fees so far.
    pub protocol_fee: u64,
    array: usize,
}

/// What a swap wants of a pool, transfer fees set aside.
#[derive(Clone, Copy)]
pub struct Wish {
    /// The fixed side.
    pub amount: u64,
    /// The price limit; zero is none.
    pub sqrt_price_limit: u128,
    /// Which side is fixed.
    pub mode: SwapMode,
    /// Which token goes in.
    pub direction: Direction,
}

/// Returns the price at which a swap ends at the latest.
///
/// # Errors
///
/// The code of the first rule that the limit or the amount breaks.
#[inline(always)]
pub fn limit_of(wish: &Wish, sqrt_price: u128) -> Result<u128, WhirlpoolError> {
    let limit = match (wish.sqrt_price_limit, wish.direction) {
        (0, Direction::AToB) => MIN_SQRT_PRICE,
        (0, Direction::BToA) => MAX_SQRT_PRICE,
        (limit, _) => limit,
    };
    if !(MIN_SQRT_PRICE..=MAX_SQRT_PRICE).contains(&limit) {
        return Err(WhirlpoolError::SqrtPriceOutOfBounds);
    }
    let is_behind = match wish.direction {
        Direction::AToB => limit >= sqrt_price,
        Direction::BToA => limit <= sqrt_price,
    };
    if is_behind {
        return Err(WhirlpoolError::InvalidSqrtPriceLimitDirection);
    }
    if wish.amount == 0 {
        return Err(WhirlpoolError::ZeroTradableAmount);
    }
    Ok(limit)
}

impl<'a> SwapLoop<'a> {
    /// Begins a swap at the pool's price; `limit` comes from `limit_of`.
    #[inline(always)]
    #[must_use]
    pub fn begin(
        pool: &'a Whirlpool,
        arrays: &'a TickSequence<'a>,
        adaptive: Option<AdaptiveFee>,
        wish: &Wish,
        limit: u128,
    ) -> Self {
        Self {
            pool,
            arrays,
            adaptive,
            mode: wish.mode,
            direction: wish.direction,
            limit,
            remaining: wish.amount,
            calculated: 0,
            sqrt_price: pool.sqrt_price,
            tick: pool.tick,
            liquidity: pool.liquidity,
            fee_growth: pool.fee_growths[Whirlpool::side_in(wish.direction)],
            protocol_fee: 0,
            array: 0,
        }
    }

    /// Goes from tick to tick until the amount is traded or the limit is reached.
    ///
    /// # Errors
    ///
    /// The code of the first calculation that fails, or of the tick arrays running out.
    #[inline(never)]
    pub fn run(&mut self) -> Result<(), WhirlpoolError> {
        let mut next = NextTick::default();
        while self.remaining > 0 && self.limit != self.sqrt_price {
            self.arrays.put_next(self.tick, self.array, &mut next)?;
            let next_price = sqrt_price_of(next.tick);
            let target = match self.direction {
                Direction::AToB => self.limit.max(next_price),
                Direction::BToA => self.limit.min(next_price),
            };
            loop {
                self.step(target, next, next_price)?;
                if self.remaining == 0 || self.sqrt_price == target {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Makes one step towards a target: as far as the fee rate holds.
    #[inline(always)]
    fn step(
        &mut self,
        target: u128,
        next: NextTick,
        next_price: u128,
    ) -> Result<(), WhirlpoolError> {
        let static_rate = self.pool.fee_rate;
        let (fee_rate, bound) = match &mut self.adaptive {
            Some(adaptive) => (
                adaptive.rate(static_rate),
                adaptive.bound(target, self.liquidity),
            ),
            None => (
                u32::from(static_rate),
                Bound {
                    target,
                    is_skip: false,
                },
            ),
        };
        let step = Step {
            remaining: self.remaining,
            fee_rate,
            liquidity: self.liquidity,
            sqrt_price: self.sqrt_price,
            target: bound.target,
            mode: self.mode,
            direction: self.direction,
        };
        let mut outcome = StepOutcome::default();
        run_step(&step, &mut outcome)?;
        self.count(&outcome)?;
        self.split_fee(outcome.fee);
        if outcome.next_price == next_price {
            self.arrive(next)?;
        } else if outcome.next_price != self.sqrt_price {
            self.tick = tick_of(&outcome.next_price);
        }
        self.sqrt_price = outcome.next_price;
        if let Some(adaptive) = &mut self.adaptive {
            if bound.is_skip {
                adaptive.advance_after_skip(self.sqrt_price, next_price, next.tick);
            } else {
                adaptive.advance();
            }
        }
        Ok(())
    }

    /// Adds a step to both sides of the swap.
    #[inline(always)]
    fn count(&mut self, outcome: &StepOutcome) -> Result<(), WhirlpoolError> {
        let (fixed, fixed_fee, other, other_fee) = match self.mode {
            SwapMode::ExactIn => (outcome.amount_in, outcome.fee, outcome.amount_out, 0),
            SwapMode::ExactOut => (outcome.amount_out, 0, outcome.amount_in, outcome.fee),
        };
        self.remaining = self
            .remaining
            .checked_sub(fixed)
            .and_then(|remaining| remaining.checked_sub(fixed_fee))
            .ok_or(WhirlpoolError::AmountRemainingOverflow)?;
        self.calculated = self
            .calculated
            .checked_add(other)
            .and_then(|calculated| calculated.checked_add(other_fee))
            .ok_or(WhirlpoolError::AmountCalcOverflow)?;
        Ok(())
    }

    /// Gives the protocol its part, rounded down, and the rest to the liquidity, rounded down.
    #[inline(always)]
    fn split_fee(&mut self, fee: u64) {
        let rate = u64::from(self.pool.protocol_fee_rate);
        let protocol = or_stop(mul_div(fee, rate, PROTOCOL_FEE_ONE, Rounding::Down));
        self.protocol_fee = self.protocol_fee.wrapping_add(protocol);
        let rest = Quad::new([0, fee.wrapping_sub(protocol), 0, 0]);
        if let Some(growth) = per_liquidity(rest, self.liquidity) {
            self.fee_growth = self.fee_growth.wrapping_add(growth);
        }
    }

    /// Crosses the tick at which a step ended, and goes on behind it.
    #[inline(always)]
    fn arrive(&mut self, next: NextTick) -> Result<(), WhirlpoolError> {
        let mut fees = self.pool.fee_growths;
        fees[Whirlpool::side_in(self.direction)] = self.fee_growth;
        let growths = Growths {
            fees,
            rewards: self.pool.reward_growths,
        };
        let mut crossed = None;
        self.arrays.cross(next, &growths, &mut crossed);
        if let Some(net_liquidity) = crossed {
            let change = match self.direction {
                Direction::AToB => net_liquidity.wrapping_neg(),
                Direction::BToA => net_liquidity,
            };
            self.liquidity = moved(self.liquidity, change)?;
        }
        self.array = self.arrays.array_behind(next);
        self.tick = match self.direction {
            // The search downwards begins with the tick itself.
            Direction::AToB => next.tick.wrapping_sub(1),
            Direction::BToA => next.tick,
        };
        Ok(())
    }
}

#[inline(always)]
fn moved(liquidity: u128, change: i128) -> Result<u128, WhirlpoolError> {
    let size = change.unsigned_abs();
    if change < 0 {
        liquidity
            .checked_sub(size)
            .ok_or(WhirlpoolError::LiquidityUnderflow)
    } else {
        liquidity
            .checked_add(size)
            .ok_or(WhirlpoolError::LiquidityOverflow)
    }
}
