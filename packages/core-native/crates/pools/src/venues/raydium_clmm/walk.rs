//! A swap from tick to tick: `programs/amm/src/instructions/swap.rs`, `swap_internal` (2026-07).

use super::dynamic_fee::{DynamicFee, spacing_index};
use super::layout::Tick;
use super::step::{Moved, Stretch, Terms};
use super::tick_math::{MAX_TICK, MIN_TICK, sqrt_price_at_tick, tick_at_sqrt_price};
use crate::quote::{Direction, QuoteError};

/// Steps after which a walk is given up, so that no numbers hold up whoever quotes them. A step costs the program some 5,000
/// compute units: no transaction affords a hundredth of these. Natively run swaps make several thousand.
pub(super) const MAX_STEPS: u32 = 65_536;

/// Where a walk starts, and what it can meet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start<'a> {
    pub(super) ticks: &'a [Tick],
    /// How many of the ticks are at or below the current one.
    pub(super) split: usize,
    pub(super) sqrt_price: u128,
    pub(super) liquidity: u128,
    pub(super) tick: i32,
    pub(super) tick_spacing: u16,
    /// Millionths.
    pub(super) base_rate: u32,
    /// As the swap's time leaves it (`update_reference`).
    pub(super) dynamic_fee: Option<DynamicFee>,
    pub(super) terms: Terms,
    /// The input, or the output.
    pub(super) amount: u64,
    /// Square-root price at which the walk stops.
    pub(super) limit: u128,
}

/// Where a walk ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    /// What of the amount was not swapped: nothing unless the limit was reached.
    pub(super) to_go: u64,
    /// The other amount: output for a fixed input, input with its fee for a fixed output.
    pub(super) other: u64,
    pub(super) sqrt_price: u128,
    pub(super) liquidity: u128,
    known_tick: Option<i32>,
    pub(super) dynamic_fee: Option<DynamicFee>,
    /// The last tick that was a target, reached or not.
    pub(super) target: Option<i32>,
    /// Steps made, targets among them, and targets whose orders were matched.
    pub(super) steps: u32,
    pub(super) targets: u32,
    pub(super) matches: u32,
}

impl End {
    /// Returns the tick of the price.
    pub(super) fn tick(&self) -> i32 {
        self.known_tick.unwrap_or_else(|| tick_at_sqrt_price(self.sqrt_price))
    }
}

/// How far one step may go.
struct Bound {
    price: u128,
    /// The spacing's end where that is the bound.
    tick: Option<i32>,
    /// Whether spacings do not bound steps: without a dynamic fee, without liquidity, or with the fee at its maximum.
    is_free: bool,
}

/// Walks. `on_match` hears the place of each tick whose limit orders gave something, and what they still have.
///
/// # Errors
/// `QuoteError` where the program would refuse.
#[inline]
pub(super) fn walk(start: &Start<'_>, mut on_match: impl FnMut(usize, u64)) -> Result<End, QuoteError> {
    let mut walker = Walker::new(start);
    let direction = start.terms.direction;
    // Going down, a tick at the current one is met; going up, it is behind.
    let mut next = match direction {
        Direction::AToB => start.split.checked_sub(1),
        Direction::BToA => Some(start.split),
    };
    while walker.end.to_go != 0 && walker.end.sqrt_price != start.limit {
        let (place, tick) = next
            .and_then(|place| Some((place, start.ticks.get(place)?)))
            .ok_or(QuoteError::LiquidityExceeded)?;
        walker.walk_to(tick, place, &mut on_match)?;
        next = match direction {
            Direction::AToB => place.checked_sub(1),
            Direction::BToA => place.checked_add(1),
        };
    }
    Ok(walker.end)
}

struct Walker<'a> {
    start: &'a Start<'a>,
    end: End,
    /// Spacing in which the next step lies; without meaning where there is no dynamic fee.
    index: i32,
}

impl<'a> Walker<'a> {
    #[inline]
    fn new(start: &'a Start<'a>) -> Self {
        let end = End {
            to_go: start.amount,
            other: 0,
            sqrt_price: start.sqrt_price,
            liquidity: start.liquidity,
            known_tick: Some(start.tick),
            dynamic_fee: start.dynamic_fee,
            target: None,
            steps: 0,
            targets: 0,
            matches: 0,
        };
        let index =
            if start.dynamic_fee.is_some() { spacing_index(start.tick, start.tick_spacing) } else { 0 };
        Self { start, end, index }
    }

    /// Walks until a tick is crossed, the limit is reached or nothing is left.
    #[inline]
    fn walk_to(
        &mut self,
        tick: &Tick,
        place: usize,
        on_match: &mut impl FnMut(usize, u64),
    ) -> Result<(), QuoteError> {
        let start = self.start;
        let target = match start.terms.direction {
            Direction::AToB => tick.sqrt_price.max(start.limit),
            Direction::BToA => tick.sqrt_price.min(start.limit),
        };
        self.end.target = Some(tick.index);
        self.end.targets = self.end.targets.saturating_add(1);
        let mut liquidity = self.end.liquidity;
        loop {
            self.end.steps = self.end.steps.saturating_add(1);
            if self.end.steps > MAX_STEPS {
                return Err(QuoteError::LiquidityExceeded);
            }
            let rate = self.rate()?;
            let bound = self.bound(target);
            let mut price = bound.price;
            if self.end.sqrt_price != price {
                let whole = if price == tick.sqrt_price { self.span_amounts(place) } else { None };
                let (from, liquidity) = (self.end.sqrt_price, self.end.liquidity);
                let stretch = Stretch { from, target: price, liquidity, rate, whole };
                let (reached, moved) = start.terms.swap_to(&stretch, self.end.to_go)?;
                self.book(moved)?;
                price = reached;
            }
            if price == tick.sqrt_price {
                liquidity = self.reach(tick, place, rate, on_match)?;
            } else if price != self.end.sqrt_price {
                self.move_tick(price, &bound);
            }
            self.end.sqrt_price = price;
            self.advance_index(tick, bound.is_free);
            if self.end.to_go == 0 || price == target {
                self.end.liquidity = liquidity;
                return Ok(());
            }
        }
    }

    /// Matches the orders of a tick whose price is reached, and crosses it where none are left. Returns the liquidity beyond.
    fn reach(
        &mut self,
        tick: &Tick,
        place: usize,
        rate: u64,
        on_match: &mut impl FnMut(usize, u64),
    ) -> Result<u128, QuoteError> {
        let direction = self.start.terms.direction;
        let mut unfilled = tick.unfilled;
        if unfilled != 0 && self.end.to_go != 0 {
            let (moved, given) =
                self.start.terms.match_orders(tick.sqrt_price, unfilled, self.end.to_go, rate)?;
            self.book(moved)?;
            unfilled = unfilled.saturating_sub(given);
            self.end.matches = self.end.matches.saturating_add(1);
            if given != 0 {
                on_match(place, unfilled);
            }
            if self.end.to_go != 0 && given != 0 && unfilled != 0 {
                return Err(QuoteError::MathOverflow);
            }
        }
        // Orders that are left keep the price on this side of their tick.
        let is_beyond = unfilled == 0;
        self.end.known_tick = Some(match (direction, is_beyond) {
            (Direction::AToB, true) | (Direction::BToA, false) => tick.index.saturating_sub(1),
            (Direction::AToB, false) | (Direction::BToA, true) => tick.index,
        });
        if !tick.has_liquidity || !is_beyond {
            return Ok(self.end.liquidity);
        }
        let size = tick.liquidity_net.unsigned_abs();
        let is_added = (tick.liquidity_net < 0) == (direction == Direction::AToB);
        let liquidity = if is_added {
            self.end.liquidity.checked_add(size)
        } else {
            self.end.liquidity.checked_sub(size)
        };
        liquidity.ok_or(QuoteError::MathOverflow)
    }

    /// Returns the input and output from the tick before to the one at a place, where the walk stands at that one.
    #[inline]
    fn span_amounts(&self, place: usize) -> Option<(u64, u64)> {
        let ticks = self.start.ticks;
        let direction = self.start.terms.direction;
        let before = match direction {
            Direction::AToB => place.checked_add(1)?,
            Direction::BToA => place.checked_sub(1)?,
        };
        if ticks.get(before)?.sqrt_price != self.end.sqrt_price {
            return None;
        }
        ticks.get(place.min(before))?.span.amounts(direction)
    }

    /// Notes the tick of a price between two initialized ones. It takes longer than a step, and only a dynamic fee goes on from
    /// it: without one the end is left to say it (`End::tick`).
    #[inline]
    fn move_tick(&mut self, price: u128, bound: &Bound) {
        self.end.known_tick = match bound.tick {
            Some(tick) if price == bound.price => Some(tick),
            Some(_) | None => self.end.dynamic_fee.map(|_| tick_at_sqrt_price(price)),
        };
    }

    #[inline]
    fn book(&mut self, moved: Moved) -> Result<(), QuoteError> {
        let Terms { is_exact_in, is_fee_on_input, .. } = self.start.terms;
        let paid =
            if is_fee_on_input { moved.amount_in.checked_add(moved.fee) } else { Some(moved.amount_in) };
        let paid = paid.ok_or(QuoteError::MathOverflow)?;
        let (taken, other) = if is_exact_in { (paid, moved.amount_out) } else { (moved.amount_out, paid) };
        self.end.to_go = self.end.to_go.checked_sub(taken).ok_or(QuoteError::MathOverflow)?;
        self.end.other = self.end.other.checked_add(other).ok_or(QuoteError::MathOverflow)?;
        Ok(())
    }

    /// Returns the rate of the next step.
    #[inline]
    fn rate(&mut self) -> Result<u64, QuoteError> {
        let Start { base_rate, tick_spacing, .. } = *self.start;
        let Some(fee) = &mut self.end.dynamic_fee else { return Ok(base_rate.into()) };
        fee.update_accumulator(self.index);
        let rate = fee.rate(fee.accumulator, base_rate, tick_spacing);
        rate.map(u64::from).ok_or(QuoteError::MathOverflow)
    }

    /// Returns how far the next step may go: while the dynamic fee can still rise, to the end of its spacing at most.
    #[inline]
    fn bound(&self, target: u128) -> Bound {
        let unbound = Bound { price: target, tick: None, is_free: true };
        let Some(fee) = &self.end.dynamic_fee else { return unbound };
        if self.end.liquidity == 0 || fee.accumulator == fee.max_accumulator {
            return unbound;
        }
        let spacing = i32::from(self.start.tick_spacing);
        let end = match self.start.terms.direction {
            Direction::AToB => self.index.saturating_mul(spacing),
            Direction::BToA => self.index.saturating_add(1).saturating_mul(spacing),
        };
        let end = end.clamp(MIN_TICK, MAX_TICK);
        let price = sqrt_price_at_tick(end);
        let is_nearer = match self.start.terms.direction {
            Direction::AToB => target > price,
            Direction::BToA => target < price,
        };
        if is_nearer {
            Bound { price: target, tick: None, is_free: false }
        } else {
            Bound { price, tick: Some(end), is_free: false }
        }
    }

    /// Moves to the spacing of the next step (`update_dynamic_fee_index`).
    #[inline]
    fn advance_index(&mut self, tick: &Tick, is_free: bool) {
        let Some(mut fee) = self.end.dynamic_fee else { return };
        let is_down = self.start.terms.direction == Direction::AToB;
        if is_free {
            let at = if self.end.sqrt_price == tick.sqrt_price { tick.index } else { self.end.tick() };
            self.index = spacing_index(at, self.start.tick_spacing);
            if !is_down && at.checked_rem(i32::from(self.start.tick_spacing)) == Some(0) {
                self.index = self.index.saturating_sub(1);
            }
            if fee.accumulator != fee.max_accumulator {
                fee.update_accumulator(self.index);
                self.end.dynamic_fee = Some(fee);
            }
        }
        self.index = if is_down { self.index.saturating_sub(1) } else { self.index.saturating_add(1) };
    }
}
