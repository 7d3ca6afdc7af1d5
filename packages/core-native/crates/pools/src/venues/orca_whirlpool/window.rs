//! Which tick arrays a swap can use: `programs/whirlpool/src/util/{sparse_swap.rs,swap_tick_sequence.rs}`. The program takes at
//! most three, from the one of the current tick in the direction of the swap.

use super::tick_array::Tick;
use super::tick_math::{
    MAX_SQRT_PRICE, MAX_TICK, MIN_SQRT_PRICE, MIN_TICK, TICKS_IN_ARRAY, sqrt_price_at_tick,
};
use super::walk::Stop;
use crate::pool::{Address, Pool};
use crate::quote::Direction;
use crate::venues::orca_whirlpool::OrcaWhirlpool;
use std::ops::Range;
use std::sync::OnceLock;
use tandem_math::program_address::find_program_address;

/// Most arrays that one swap uses.
pub(super) const ARRAYS_A_SWAP: usize = 3;

/// What stands at the end of the ticks that a swap can reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The end of the range of prices: what is left of the amount stays with the user.
    Price,
    /// The end of the last array that the program takes; it refuses to go on.
    Window,
    /// An array that has not been applied, so that nothing is known of a swap that reaches it.
    Unknown,
}

/// The way ahead of a swap in one direction.
#[derive(Clone, Debug)]
pub(super) struct Path {
    /// Its initialized ticks, by position among the window's.
    pub(super) ticks: Range<usize>,
    pub(super) last: Stop,
    pub(super) end: End,
}

/// An address that the program derives, and the bump that its search ends with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Derived {
    pub(super) address: Address,
    pub(super) bump: u8,
}

/// One array within reach.
#[derive(Clone, Debug)]
struct Slot {
    start: i32,
    /// Derived when first asked for.
    address: OnceLock<Derived>,
    /// Number of its initialized ticks; `None` while it has not been applied.
    ticks: Option<usize>,
}

/// The arrays within reach of swaps in either direction, ascending, and their initialized ticks.
#[derive(Clone, Debug)]
pub(super) struct Window {
    slots: Vec<Slot>,
    ticks: Vec<Tick>,
    paths: [Path; 2],
    /// Position of the array of the current tick.
    current: usize,
    /// Whether swaps upwards start at the array after it: none of its ticks is above the current one.
    starts_above: bool,
    tick_spacing: u16,
}

impl Window {
    /// Returns the window around a pool's tick, all its arrays unknown.
    pub(super) fn new(tick_spacing: u16, tick: i32, sqrt_price: u128) -> Self {
        let last = Stop { tick, sqrt_price, liquidity_net: None };
        let path = Path { ticks: 0..0, last, end: End::Unknown };
        let paths = [path.clone(), path];
        let mut window = Self {
            slots: Vec::new(),
            ticks: Vec::new(),
            paths,
            current: 0,
            starts_above: false,
            tick_spacing,
        };
        window.move_to(tick, sqrt_price);
        window
    }

    /// Follows the pool's price; returns whether other arrays are within reach than before.
    pub(super) fn move_to(&mut self, tick: i32, sqrt_price: u128) -> bool {
        let span = self.span();
        let base = tick.div_euclid(span).saturating_mul(span);
        self.starts_above = tick.saturating_add(i32::from(self.tick_spacing)) >= base.saturating_add(span);
        let above = if self.starts_above { 3 } else { 2 };
        let starts = (-2..=above).map(|offset: i32| base.saturating_add(offset.saturating_mul(span)));
        // Arrays beyond the range of ticks do not exist.
        let is_possible = |start: &i32| *start <= MAX_TICK && start.saturating_add(span) > MIN_TICK;
        let is_same = starts.clone().filter(is_possible).eq(self.slots.iter().map(|slot| slot.start));
        if !is_same {
            self.reslot(starts.filter(is_possible).collect());
        }
        self.current = self.slots.iter().take_while(|slot| slot.start < base).count();
        self.settle(tick, sqrt_price);
        !is_same
    }

    /// Takes over the arrays that stay.
    fn reslot(&mut self, starts: Vec<i32>) {
        let mut ticks = Vec::new();
        let slots = starts
            .into_iter()
            .map(|start| {
                let Some(position) = self.slots.iter().position(|slot| slot.start == start) else {
                    return Slot { start, address: OnceLock::new(), ticks: None };
                };
                ticks.extend_from_slice(self.ticks_of(position));
                self.slots.get(position).cloned().unwrap_or(Slot {
                    start,
                    address: OnceLock::new(),
                    ticks: None,
                })
            })
            .collect();
        (self.slots, self.ticks) = (slots, ticks);
    }

    /// Returns the position and the start of the array at an address; `None` when it is not within reach.
    pub(super) fn find(&self, pool: &Address, address: &Address) -> Option<(usize, i32)> {
        let position = self.slots.iter().position(|slot| slot.address(pool) == *address)?;
        Some((position, self.slots.get(position)?.start))
    }

    /// Returns the known ticks of the array at a position.
    pub(super) fn ticks_of(&self, position: usize) -> &[Tick] {
        self.ticks.get(self.range(position..position.saturating_add(1))).unwrap_or(&[])
    }

    /// Replaces the ticks of the array at a position.
    pub(super) fn set(&mut self, position: usize, ticks: Vec<Tick>, tick: i32, sqrt_price: u128) {
        let range = self.range(position..position.saturating_add(1));
        if let Some(slot) = self.slots.get_mut(position) {
            slot.ticks = Some(ticks.len());
            self.ticks.splice(range, ticks);
            self.settle(tick, sqrt_price);
        }
    }

    /// Returns the addresses of all arrays within reach.
    pub(super) fn addresses(&self, pool: &Address) -> impl Iterator<Item = Address> {
        self.slots.iter().map(|slot| slot.address(pool))
    }

    /// Returns the addresses of the first arrays of a swap, so many as are needed to come to a tick, and one more in case the
    /// price moves on before.
    pub(super) fn addresses_to(
        &self,
        pool: &Address,
        direction: Direction,
        tick: Option<i32>,
    ) -> Vec<Address> {
        let span = self.span();
        let is_needed = |slot: &&Slot| match (direction, tick) {
            (_, None) => true,
            (Direction::AToB, Some(tick)) => tick < slot.start.saturating_add(span),
            (Direction::BToA, Some(tick)) => tick >= slot.start,
        };
        let sequence = || self.sequence(direction);
        let needed = sequence().take_while(is_needed).count().max(1);
        sequence().take(needed.saturating_add(1)).map(|slot| slot.address(pool)).collect()
    }

    /// Returns the bumps of the arrays of a swap that hold no ticks: the program derives the addresses of those that do not exist.
    pub(super) fn absent_bumps(&self, pool: &Address, direction: Direction) -> impl Iterator<Item = u8> {
        let is_empty = |slot: &&Slot| slot.ticks == Some(0);
        self.sequence(direction).filter(is_empty).map(|slot| slot.derived(pool).bump)
    }

    /// Returns the way ahead in a direction, and all ticks of it, ascending.
    #[inline]
    pub(super) fn path(&self, direction: Direction) -> (&Path, &[Tick]) {
        let [falling, rising] = &self.paths;
        let path = match direction {
            Direction::AToB => falling,
            Direction::BToA => rising,
        };
        (path, self.ticks.get(path.ticks.clone()).unwrap_or(&[]))
    }

    /// Finds both ways ahead again.
    fn settle(&mut self, tick: i32, sqrt_price: u128) {
        let here = Stop { tick, sqrt_price, liquidity_net: None };
        let cursor = self.ticks.partition_point(|known| known.index <= tick);
        let paths = [Direction::AToB, Direction::BToA].map(|direction| {
            let known = self.sequence(direction).take_while(|slot| slot.ticks.is_some()).count();
            let is_whole = known == self.sequence(direction).count();
            let Some(last) = known.checked_sub(1).and_then(|last| self.sequence(direction).nth(last)) else {
                return Path { ticks: cursor..cursor, last: here, end: End::Unknown };
            };
            let first = self.first(direction);
            let (last, end) = self.last_stop(direction, last, is_whole);
            let ticks = match direction {
                Direction::AToB => {
                    let positions = first.saturating_add(1).saturating_sub(known)..first.saturating_add(1);
                    self.range(positions).start..cursor
                }
                Direction::BToA => cursor..self.range(first..first.saturating_add(known)).end,
            };
            Path { ticks, last, end }
        });
        self.paths = paths;
    }

    /// Where a swap has to stop after the last initialized tick: `get_next_initialized_tick_index`.
    fn last_stop(&self, direction: Direction, last: &Slot, is_whole: bool) -> (Stop, End) {
        let after = last.start.saturating_add(self.span());
        let stop = |tick: i32| Stop { tick, sqrt_price: sqrt_price_at_tick(tick), liquidity_net: None };
        let end = if is_whole { End::Window } else { End::Unknown };
        match direction {
            Direction::AToB if last.start <= MIN_TICK => {
                (Stop { tick: MIN_TICK, sqrt_price: MIN_SQRT_PRICE, liquidity_net: None }, End::Price)
            }
            Direction::BToA if after > MAX_TICK => {
                (Stop { tick: MAX_TICK, sqrt_price: MAX_SQRT_PRICE, liquidity_net: None }, End::Price)
            }
            Direction::AToB => (stop(last.start), end),
            Direction::BToA => (stop(after.saturating_sub(1)), end),
        }
    }

    fn first(&self, direction: Direction) -> usize {
        match direction {
            Direction::BToA if self.starts_above => self.current.saturating_add(1),
            Direction::AToB | Direction::BToA => self.current,
        }
    }

    /// The arrays that the program takes, in their order.
    fn sequence(&self, direction: Direction) -> impl Iterator<Item = &Slot> {
        let first = self.first(direction);
        (0..ARRAYS_A_SWAP).map_while(move |step| {
            let position = match direction {
                Direction::AToB => first.checked_sub(step)?,
                Direction::BToA => first.saturating_add(step),
            };
            self.slots.get(position)
        })
    }

    /// Returns where the ticks of these arrays stand among all.
    fn range(&self, positions: Range<usize>) -> Range<usize> {
        let count = |slots: &[Slot]| {
            slots.iter().fold(0_usize, |sum, slot| sum.saturating_add(slot.ticks.unwrap_or(0)))
        };
        let start = count(self.slots.get(..positions.start).unwrap_or(&[]));
        start..start.saturating_add(count(self.slots.get(positions).unwrap_or(&[])))
    }

    fn span(&self) -> i32 {
        i32::from(self.tick_spacing).saturating_mul(TICKS_IN_ARRAY).max(1)
    }
}

impl Slot {
    fn address(&self, pool: &Address) -> Address {
        self.derived(pool).address
    }

    fn derived(&self, pool: &Address) -> Derived {
        *self.address.get_or_init(|| {
            let start = self.start.to_string();
            derive_address(&[b"tick_array", pool, start.as_bytes()])
        })
    }
}

/// Returns an address that the program derives. That every bump gives a point of the curve has a chance of 2^-255; the
/// address is then one that holds nothing.
pub(super) fn derive_address(seeds: &[&[u8]]) -> Derived {
    let (address, bump) = find_program_address(seeds, &OrcaWhirlpool::PROGRAM).unwrap_or(([0; 32], 0));
    Derived { address, bump }
}
