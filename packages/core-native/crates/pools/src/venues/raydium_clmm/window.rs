//! The tick arrays in reach of the price, and their initialized ticks.

use super::bitmap::{Bitmaps, array_of};
use super::layout::{Identity, Tick};
use super::span::{base_liquidity, fill_spans};
use crate::pool::{Address, Pool, Watch};
use crate::quote::Direction;
use crate::venues::raydium_clmm::RaydiumClmm;
use std::sync::OnceLock;
use tandem_math::program_address::find_program_address;

/// Arrays watched on either side of the current one.
const REACH: usize = 7;
/// The part of an array that the price may have moved in a swap's favour before it lands, for the instruction to hold all the same.
const LEEWAY_DIVISOR: i32 = 6;
const TICK_ARRAY_SEED: &[u8] = b"tick_array";
const EXTENSION_SEED: &[u8] = b"pool_tick_array_bitmap_extension";

/// Returns the address of the account that holds a pool's outer bitmaps. No bump gives one for no pool of 2^255.
pub(super) fn extension_address(pool: &Address) -> Address {
    find_program_address(&[EXTENSION_SEED, pool], &RaydiumClmm::PROGRAM).unwrap_or_default().0
}

/// An array that the bitmaps call initialized.
#[derive(Clone, Debug)]
pub(super) struct WindowArray {
    /// Its number: the tick it starts at, divided by the ticks of an array.
    pub(super) array: i32,
    /// Found at its first use: it takes longer than decoding the pool.
    address: OnceLock<Address>,
    /// How many of the ticks are its own; `None` until it is applied.
    ticks: Option<usize>,
}

impl WindowArray {
    pub(super) fn address(&self, identity: &Identity) -> &Address {
        self.address.get_or_init(|| {
            let start = self.array.saturating_mul(identity.array_span()).to_be_bytes();
            find_program_address(&[TICK_ARRAY_SEED, &identity.address, &start], &RaydiumClmm::PROGRAM)
                .unwrap_or_default()
                .0
        })
    }
}

/// What of the pool's ticks is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Window {
    /// Ascending.
    arrays: Vec<WindowArray>,
    /// Those of the known arrays, ascending.
    ticks: Vec<Tick>,
    /// Which of the ticks a walk from the current price meets before an array that is not known.
    first: usize,
    last: usize,
    /// How many of all ticks are at or below the current one.
    split: usize,
    /// For which of the ticks, and with which liquidity between the lowest two, their spans were filled.
    spans_of: Option<(usize, usize, u128)>,
}

impl Window {
    /// Returns the arrays, ascending.
    pub(super) fn arrays(&self) -> &[WindowArray] {
        &self.arrays
    }

    /// Returns the ticks that a walk can meet, ascending.
    #[inline]
    pub(super) fn ticks(&self) -> &[Tick] {
        self.ticks.get(self.first..self.last).unwrap_or_default()
    }

    /// Returns how many of them are at or below the current one.
    #[inline]
    pub(super) fn split(&self) -> usize {
        self.split.saturating_sub(self.first)
    }

    /// Follows the price and the bitmaps: arrays that came into reach wait to be applied, those out of reach are forgotten.
    pub(super) fn follow(&mut self, bitmaps: &Bitmaps<'_>, identity: &Identity, tick: i32) -> Watch {
        let span = identity.array_span();
        let wanted = in_reach(bitmaps, array_of(tick, span));
        if self.arrays.iter().map(|known| known.array).eq(wanted.iter().copied()) {
            return Watch::Same;
        }
        let mut known = std::mem::take(&mut self.arrays).into_iter().peekable();
        self.arrays = wanted
            .iter()
            .map(|&array| {
                while known.next_if(|kept| kept.array < array).is_some() {}
                let new = || WindowArray { array, address: OnceLock::new(), ticks: None };
                known.next_if(|kept| kept.array == array).unwrap_or_else(new)
            })
            .collect();
        self.ticks.retain(|tick| wanted.binary_search(&array_of(tick.index, span)).is_ok());
        self.spans_of = None;
        Watch::Changed
    }

    /// Returns the position of the array at an address.
    pub(super) fn position(&self, identity: &Identity, address: &Address) -> Option<usize> {
        self.arrays.iter().position(|array| array.address(identity) == address)
    }

    /// Returns the tick that an array starts at, and the ticks known of it.
    pub(super) fn known_of(&self, position: usize, identity: &Identity) -> Option<(i32, &[Tick])> {
        let start = self.arrays.get(position)?.array.saturating_mul(identity.array_span());
        Some((start, self.ticks.get(self.bounds_of(start, identity))?))
    }

    fn bounds_of(&self, start: i32, identity: &Identity) -> std::ops::Range<usize> {
        let end = start.saturating_add(identity.array_span());
        self.ticks.partition_point(|tick| tick.index < start)
            ..self.ticks.partition_point(|tick| tick.index < end)
    }

    /// Takes the ticks of an array; `None` where the array does not exist (any more).
    pub(super) fn set_array(&mut self, position: usize, identity: &Identity, ticks: Option<Vec<Tick>>) {
        let Some(array) = self.arrays.get(position).map(|array| array.array) else { return };
        let bounds = self.bounds_of(array.saturating_mul(identity.array_span()), identity);
        let count = ticks.as_ref().map(Vec::len);
        if let Some(array) = self.arrays.get_mut(position) {
            array.ticks = count;
        }
        let ticks = ticks.unwrap_or_default();
        let known = self.ticks.get_mut(bounds.clone()).unwrap_or_default();
        if known.len() == ticks.len() && known.iter().zip(&ticks).all(|(old, new)| old.is_crossed_as(new)) {
            // Most updates are of fees alone.
            for (old, new) in known.iter_mut().zip(&ticks) {
                old.unfilled = new.unfilled;
            }
            return;
        }
        // Exactly: with the usual doubling a full pool would take twice the memory.
        self.ticks.reserve_exact(ticks.len().saturating_sub(bounds.len()));
        self.ticks.splice(bounds, ticks);
        self.spans_of = None;
    }

    /// Works out what of the ticks a walk from a tick can meet. A walk ends at an array that is not known yet, and at one that
    /// the bitmaps call initialized though it has no tick: the program fails there (`first_initialized_tick`).
    pub(super) fn settle(&mut self, identity: &Identity, tick: i32, liquidity: u128) {
        self.find_range(identity, tick);
        let split = self.split();
        let base = base_liquidity(self.ticks(), split, liquidity);
        if self.spans_of != Some((self.first, self.last, base)) {
            self.spans_of = Some((self.first, self.last, base));
            fill_spans(self.ticks.get_mut(self.first..self.last).unwrap_or_default(), split, liquidity);
        }
    }

    fn find_range(&mut self, identity: &Identity, tick: i32) {
        let current = array_of(tick, identity.array_span());
        self.split = self.ticks.partition_point(|known| known.index <= tick);
        let at_or_below = self.arrays.partition_point(|array| array.array <= current);
        let (below, above) = self.arrays.split_at_checked(at_or_below).unwrap_or_default();
        let below = match below.split_last() {
            Some((own, below)) if own.array == current => {
                if own.ticks.is_none() {
                    (self.first, self.last) = (self.split, self.split);
                    return;
                }
                below
            }
            Some(_) | None => below,
        };
        let met = |array: &WindowArray| array.ticks.filter(|count| *count != 0);
        let reached: [usize; 2] =
            [below.iter().rev().map_while(met).sum(), above.iter().map_while(met).sum()];
        // The current array's own ticks lie on both sides of the split.
        let start = current.saturating_mul(identity.array_span());
        let bounds = self.bounds_of(start, identity);
        let [down, up] = reached;
        self.first = bounds.start.saturating_sub(down);
        self.last = bounds.end.saturating_add(up).min(self.ticks.len());
    }

    /// Notes what is left of a tick's limit orders, by its place among `ticks()`. Returns the number of the tick's array where it
    /// has no initialized tick any more; that array is forgotten, as the program clears its bit.
    pub(super) fn set_unfilled(&mut self, place: usize, unfilled: u64, identity: &Identity) -> Option<i32> {
        let tick = self.ticks.get_mut(self.first.checked_add(place)?)?;
        tick.unfilled = unfilled;
        if unfilled != 0 || tick.has_liquidity {
            return None;
        }
        let array = array_of(tick.index, identity.array_span());
        let position = self.arrays.iter().position(|known| known.array == array)?;
        let left = self.arrays.get(position)?.ticks?.checked_sub(1)?;
        self.arrays.get_mut(position)?.ticks = Some(left);
        (left == 0).then_some(array)
    }

    /// Drops the ticks that are no longer initialized, and the arrays left without any.
    pub(super) fn drop_used_up(&mut self, emptied: &[i32]) {
        self.ticks.retain(|tick| tick.has_liquidity || tick.unfilled != 0);
        self.spans_of = None;
        self.arrays.retain(|array| !emptied.contains(&array.array));
    }

    /// Returns the arrays that a swap meets, in the order it meets them, up to the one that holds `end` and a spare one; all of
    /// that side without an `end`. Before them comes the array that the price may have gone back to: the program passes over those
    /// before the first that it needs (`swap_internal`), but fails without that one.
    pub(super) fn route(
        &self,
        identity: &Identity,
        tick: i32,
        direction: Direction,
        end: Option<i32>,
    ) -> Vec<&WindowArray> {
        let span = identity.array_span();
        let current = array_of(tick, span);
        let side: Vec<&WindowArray> = match direction {
            Direction::AToB => self.arrays.iter().rev().filter(|array| array.array <= current).collect(),
            Direction::BToA => self.arrays.iter().filter(|array| array.array >= current).collect(),
        };
        let count = end
            .map(|end| array_of(end, span))
            .and_then(|end| side.iter().position(|array| array.array == end))
            .map_or(side.len(), |position| position.saturating_add(2));
        self.array_behind(identity, tick, direction).into_iter().chain(side.into_iter().take(count)).collect()
    }

    /// Returns the array next to the current one, against the direction, where the price is near it and the array is known.
    fn array_behind(&self, identity: &Identity, tick: i32, direction: Direction) -> Option<&WindowArray> {
        let span = identity.array_span();
        let leeway = span.checked_div(LEEWAY_DIVISOR)?;
        let moved_tick = match direction {
            Direction::AToB => tick.saturating_add(leeway),
            Direction::BToA => tick.saturating_sub(leeway),
        };
        let behind = array_of(moved_tick, span);
        let known = self.arrays.iter().find(|array| array.array == behind && array.ticks.is_some());
        known.filter(|_| behind != array_of(tick, span))
    }
}

/// Returns the initialized arrays in reach, ascending: the current one and the nearest on either side. None where the current
/// one lies in an extension that is not known: the program asks for it first.
fn in_reach(bitmaps: &Bitmaps<'_>, current: i32) -> Vec<i32> {
    if !bitmaps.covers(current) {
        return Vec::new();
    }
    let below = std::iter::successors(bitmaps.below(current), |&array| bitmaps.below(array)).take(REACH);
    let above = std::iter::successors(bitmaps.above(current), |&array| bitmaps.above(array)).take(REACH);
    let mut arrays: Vec<i32> = below.collect();
    arrays.reverse();
    arrays.extend(bitmaps.is_set(current).then_some(current));
    arrays.extend(above);
    arrays
}
