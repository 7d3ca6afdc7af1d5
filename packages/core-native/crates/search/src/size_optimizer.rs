//! The best input of one two-leg cycle, on exact quotes of any pool.
//!
//! Three steps, all in integers. A grid of powers of four finds the region of the largest gross profit. A Fibonacci search
//! narrows that region to a few dozen sizes; it assumes that gross profit rises and then falls, which holds but
//! for rounding and for the cap of a transfer fee, behind which it may rise once more. A scan of what is left picks the best
//! net profit, ties to the smaller input. A small region is scanned whole.
//!
//! Rounding is what can mislead it: where one raw unit of the middle mint is worth many of the base mint, gross profit over
//! inputs is a saw. There the search runs over the middle amount, whose input is the exact-out quote of the first leg; each
//! size then loses a few raw units at most to rounding. Among sizes that differ by less than that, any may be returned.

use tandem_pools::quote::{Quote, QuoteError, SwapMode};

use crate::profit::{Profit, RouteCosts};

/// One leg that can be quoted.
pub trait Leg {
    /// Quotes the leg.
    ///
    /// # Errors
    /// `QuoteError` where the program would refuse.
    fn quote(&self, mode: SwapMode, amount: u64) -> Result<Quote, QuoteError>;

    /// Returns whether a larger swap may get a better price again.
    fn price_may_recover(&self) -> bool {
        false
    }
}

/// A cycle at one size: `amount_out` of the first leg is `amount_in` of the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SizedCycle {
    /// Paid into the first leg.
    pub amount_in: u64,
    /// Between the legs.
    pub middle: u64,
    /// Received from the second leg.
    pub amount_out: u64,
    /// What it earns.
    pub profit: Profit,
}

/// Finds the best size of one cycle.
#[derive(Clone, Copy, Debug)]
pub struct SizeOptimizer<'a, L> {
    first: &'a L,
    second: &'a L,
    max_amount_in: u64,
    costs: &'a RouteCosts,
}

/// Width of the regions that are scanned whole; a Fibonacci number.
const SCAN_POINTS: u64 = 89;
/// The same where amounts are large, so that a few raw units of profit are worth less than the time; a Fibonacci number.
const SCAN_POINTS_OF_LARGE: u64 = 21;
/// Amounts from here on are large.
const LARGE_AMOUNT: u64 = 4_096;
const GRID_FACTOR: u64 = 4;
/// Raw units of the base mint that rounding may take from one size: a fee and an output on the way, a fee and an input.
const HIDDEN_BY_ROUNDING: i128 = 4;
/// Powers of four up to 2^62, and the largest input.
const GRID_POINTS: usize = 33;
/// An exact-out quote may name an input that is a little larger than needed.
const POLISH_STEPS: u64 = 2;

/// The amounts of one size.
#[derive(Clone, Copy, Debug)]
struct Amounts {
    amount_in: u64,
    middle: u64,
    amount_out: u64,
}

impl Amounts {
    fn gross(&self) -> i128 {
        i128::from(self.amount_out).saturating_sub(i128::from(self.amount_in))
    }

    /// Returns whether this gross profit is below another whatever rounding took from it.
    fn is_below(&self, other: &Self) -> bool {
        self.gross().saturating_add(self.hidden_by_rounding()) < other.gross()
    }

    /// Returns what rounding may take from the gross profit: a few raw units, and two of the middle mint.
    fn hidden_by_rounding(&self) -> i128 {
        let middle_unit = self.amount_in.checked_div(self.middle).unwrap_or(0).saturating_add(1);
        i128::from(middle_unit).saturating_mul(2).saturating_add(HIDDEN_BY_ROUNDING)
    }
}

/// What one size gives.
#[derive(Clone, Copy, Debug)]
enum Trial {
    Gives(Amounts),
    /// Refused, and every smaller size as well.
    TooSmall,
    /// Refused, and every larger size as well.
    TooLarge,
    /// No size is possible.
    Never,
}

/// The amount that is searched over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Axis {
    Input,
    Middle,
}

/// A closed range of the axis.
#[derive(Clone, Copy, Debug)]
struct Region {
    axis: Axis,
    low: u64,
    high: u64,
}

fn trial_of(error: QuoteError) -> Trial {
    match error {
        QuoteError::AmountZero | QuoteError::OutputZero => Trial::TooSmall,
        QuoteError::LiquidityExceeded | QuoteError::MathOverflow => Trial::TooLarge,
        QuoteError::SwapDisabled
        | QuoteError::NotOpen
        | QuoteError::AccountMissing
        | QuoteError::FeatureUnsupported => Trial::Never,
    }
}

impl<'a, L: Leg> SizeOptimizer<'a, L> {
    /// Makes an optimizer of one cycle with inputs from 1 to `max_amount_in`.
    #[must_use]
    pub const fn new(first: &'a L, second: &'a L, max_amount_in: u64, costs: &'a RouteCosts) -> Self {
        Self { first, second, max_amount_in, costs }
    }

    /// Returns the size of the best net profit; `None` when that is not positive or no size can be quoted.
    #[must_use]
    pub fn best(&self) -> Option<SizedCycle> {
        // So few sizes are tried one by one: where a unit is worth much, rounding makes profit jump, and no search is sure.
        if self.max_amount_in <= LARGE_AMOUNT {
            return self.try_every();
        }
        let (region, from_grid) = self.locate()?;
        if self.rises_once() && from_grid.is_some_and(|amounts| self.is_hopeless(amounts)) {
            return None;
        }
        // A region that ends early enough is scanned from the start: it costs no more.
        let low = if region.high <= SCAN_POINTS { 1 } else { region.low };
        let (region, from_narrowing) = self.narrow(Region { low, ..region });
        let mut best = None;
        for amounts in [from_grid, from_narrowing].into_iter().flatten() {
            self.consider(&mut best, amounts);
        }
        for point in region.low..=region.high {
            if let Trial::Gives(amounts) = self.trial(region.axis, point) {
                self.consider(&mut best, amounts);
            }
        }
        self.polish(best?).filter(|sized| sized.profit.net > 0)
    }

    fn try_every(&self) -> Option<SizedCycle> {
        let mut best = None;
        for amount_in in 1..=self.max_amount_in {
            match self.trial_input(amount_in) {
                Trial::Gives(amounts) => self.consider(&mut best, amounts),
                Trial::TooSmall => {}
                Trial::TooLarge | Trial::Never => break,
            }
        }
        best.filter(|sized: &SizedCycle| sized.profit.net > 0)
    }

    /// Returns whether gross profit is sure to rise and then fall, but for rounding. A transfer fee is a share of small amounts
    /// and a fixed sum of large ones, so that profit may fall first and rise from the fee's cap on; so may it where a swap back
    /// towards the reference of a volatility fee pays less the further it goes.
    fn rises_once(&self) -> bool {
        !self.first.price_may_recover() && !self.second.price_may_recover()
    }

    /// Returns whether the costs eat up any profit, given the best point of the grid. A profit that rises and then falls,
    /// from nothing at no input, is at most `GRID_FACTOR` times that of the grid point below its maximum; rounding may hide
    /// a few raw units and two of the middle mint.
    fn is_hopeless(&self, best_of_grid: Amounts) -> bool {
        let hidden = best_of_grid.hidden_by_rounding();
        let reachable = best_of_grid.gross().saturating_add(hidden).saturating_mul(i128::from(GRID_FACTOR));
        self.costs.profit(0, 0).is_ok_and(|nothing| reachable <= i128::from(nothing.cost))
    }

    fn trial(&self, axis: Axis, point: u64) -> Trial {
        match axis {
            Axis::Input => self.trial_input(point),
            Axis::Middle => self.trial_middle(point),
        }
    }

    fn trial_input(&self, amount_in: u64) -> Trial {
        match self.first.quote(SwapMode::ExactIn, amount_in) {
            Ok(quote) => self.finish(quote),
            Err(error) => trial_of(error),
        }
    }

    fn trial_middle(&self, middle: u64) -> Trial {
        match self.first.quote(SwapMode::ExactOut, middle) {
            Ok(quote) if quote.amount_in > self.max_amount_in => Trial::TooLarge,
            Ok(quote) => self.finish(quote),
            Err(error) => trial_of(error),
        }
    }

    /// Quotes the second leg for what the first one gives.
    fn finish(&self, first: Quote) -> Trial {
        match self.second.quote(SwapMode::ExactIn, first.amount_out) {
            Ok(second) => Trial::Gives(Amounts {
                amount_in: first.amount_in,
                middle: first.amount_out,
                amount_out: second.amount_out,
            }),
            Err(error) => trial_of(error),
        }
    }

    /// Tries an input, and where the middle mint is the coarser one, the smallest input of the same middle amount.
    fn trial_grid(&self, amount_in: u64) -> Trial {
        let trial = self.trial_input(amount_in);
        let Trial::Gives(amounts) = trial else { return trial };
        if amounts.middle >= amounts.amount_in {
            return trial;
        }
        match self.trial_middle(amounts.middle) {
            snapped @ Trial::Gives(_) => snapped,
            Trial::TooSmall | Trial::TooLarge | Trial::Never => trial,
        }
    }

    /// Returns the region around the best point of the grid, and that point.
    fn locate(&self) -> Option<(Region, Option<Amounts>)> {
        let mut best: Option<(usize, Amounts)> = None;
        let mut points = [0_u64; GRID_POINTS];
        let mut count = 0_usize;
        // Where no point can be quoted, the sizes that can are between the last too small and the first too large one.
        let mut first_too_large = None;
        for (at, point) in grid(self.max_amount_in).enumerate() {
            *points.get_mut(at)? = point;
            count = at.saturating_add(1);
            match self.trial_grid(point) {
                Trial::Gives(amounts) if best.is_none_or(|(_, held)| amounts.gross() > held.gross()) => {
                    best = Some((at, amounts));
                }
                // Past the maximum, by more than rounding can pretend: every larger size gives less.
                Trial::Gives(amounts)
                    if self.rises_once() && best.is_some_and(|(_, held)| amounts.is_below(&held)) =>
                {
                    break;
                }
                Trial::Gives(_) | Trial::TooSmall => {}
                Trial::TooLarge => {
                    first_too_large = Some(at);
                    break;
                }
                Trial::Never => return None,
            }
        }
        let middle = best.map(|(at, _)| at).or(first_too_large)?;
        let low = points.get(middle.saturating_sub(1)).copied()?;
        let last = if best.is_some() { middle.saturating_add(1) } else { middle };
        let high = points.get(last.min(count.saturating_sub(1))).copied()?;
        let Some((_, amounts)) = best else {
            return Some((Region { axis: Axis::Input, low, high }, None));
        };
        let region = Region { axis: Axis::Input, low, high };
        Some((self.on_coarser_axis(region, amounts), Some(amounts)))
    }

    /// Turns a region of inputs into one of middle amounts where those are fewer.
    fn on_coarser_axis(&self, region: Region, best: Amounts) -> Region {
        if best.middle >= best.amount_in || !matches!(self.trial_middle(best.middle), Trial::Gives(_)) {
            return region;
        }
        let low = self.first.quote(SwapMode::ExactIn, region.low).map_or(1, |quote| quote.amount_out);
        let high =
            self.first.quote(SwapMode::ExactIn, region.high).map_or(u64::MAX, |quote| quote.amount_out);
        Region { axis: Axis::Middle, low, high: high.max(low) }
    }

    /// Narrows a region to the few steps that are scanned, around its largest gross profit. Points beyond the region count as
    /// too large, so that its width can be a Fibonacci number and each step needs one new point.
    fn narrow(&self, region: Region) -> (Region, Option<Amounts>) {
        let Region { axis, mut low, high } = region;
        let Some((mut shorter, mut width)) = fibonacci_cover(high.saturating_sub(low)) else {
            return (region, None);
        };
        let mut best: Option<Amounts> = None;
        let mut look = |point: Option<u64>| -> Trial {
            let trial = match point {
                Some(point) if point <= high => self.trial(axis, point),
                Some(_) | None => Trial::TooLarge,
            };
            if let Trial::Gives(amounts) = trial
                && best.is_none_or(|held| amounts.gross() > held.gross())
            {
                best = Some(amounts);
            }
            trial
        };
        let mut left = look(low.checked_add(width.saturating_sub(shorter)));
        let mut right = look(low.checked_add(shorter));
        let scanned = if high > LARGE_AMOUNT { SCAN_POINTS_OF_LARGE } else { SCAN_POINTS };
        while width > scanned {
            let step = width.saturating_sub(shorter);
            // The new width is `shorter`; its inner points are `shorter - step` and `step` from its start.
            (width, shorter) = (shorter, step);
            if keeps_left(left, right) {
                right = left;
                left = look(low.checked_add(width.saturating_sub(shorter)));
            } else {
                low = low.saturating_add(step);
                left = right;
                right = look(low.checked_add(shorter));
            }
        }
        let end = low.checked_add(width).map_or(high, |end| end.min(high));
        (Region { axis, low: low.min(end), high: end }, best)
    }

    /// Keeps the better of two sizes; ties go to the smaller input.
    fn consider(&self, best: &mut Option<SizedCycle>, amounts: Amounts) {
        if let Some(held) = best
            && self.costs.net_follows_gross()
            && amounts.gross() < held.profit.gross
        {
            return;
        }
        // A size whose costs do not fit 64 bits is no size to trade.
        let Ok(profit) = self.costs.profit(amounts.amount_in, amounts.amount_out) else { return };
        let better = best.as_ref().is_none_or(|held| {
            profit.net > held.profit.net
                || (profit.net == held.profit.net && amounts.amount_in < held.amount_in)
        });
        if better {
            let Amounts { amount_in, middle, amount_out } = amounts;
            *best = Some(SizedCycle { amount_in, middle, amount_out, profit });
        }
    }

    /// Quotes the chosen input the way it will be traded, exact in on both legs, and tries the next smaller inputs.
    fn polish(&self, chosen: SizedCycle) -> Option<SizedCycle> {
        let mut best = None;
        for less in 0..=POLISH_STEPS {
            let amount_in = chosen.amount_in.saturating_sub(less);
            if let Trial::Gives(amounts) = self.trial_input(amount_in) {
                self.consider(&mut best, amounts);
            }
        }
        best
    }
}

/// Returns 1, 4, 16, … below the largest input, and the largest input.
fn grid(max_amount_in: u64) -> impl Iterator<Item = u64> {
    let powers = std::iter::successors(Some(1_u64), |point| point.checked_mul(GRID_FACTOR));
    powers.take_while(move |point| *point < max_amount_in).chain((max_amount_in > 0).then_some(max_amount_in))
}

/// Returns the smallest Fibonacci number that covers a width, after the one before it; `None` when the width is small
/// enough to be scanned, or larger than any Fibonacci number of 64 bits covers.
fn fibonacci_cover(width: u64) -> Option<(u64, u64)> {
    let (mut shorter, mut longer) = (55_u64, SCAN_POINTS);
    if width <= longer {
        return None;
    }
    while longer < width {
        // 2^64 is not covered by a 64-bit Fibonacci number: the largest then covers what can hold a maximum.
        let Some(next) = shorter.checked_add(longer) else { break };
        (shorter, longer) = (longer, next);
    }
    Some((shorter, longer))
}

/// Returns whether the maximum is left of the right point, as far as two trials tell.
fn keeps_left(left: Trial, right: Trial) -> bool {
    match (left, right) {
        (Trial::Gives(left), Trial::Gives(right)) => left.gross() >= right.gross(),
        (Trial::TooLarge | Trial::Never, _) | (Trial::Gives(_), Trial::TooLarge | Trial::Never) => true,
        (Trial::TooSmall, _) | (Trial::Gives(_), Trial::TooSmall) => false,
    }
}
