//! The bin arrays in reach of the price, and the bins that a swap meets in them.

use super::bin::{Bin, LimitOrders, Terms};
use super::bitmap::{Bitmap, step};
use super::layout::{ArrayRelation, BitmapExtension, Identity, PairState, array_of_bin, decode_bin_array};
use crate::pool::{AccountView, Address, DecodeError, Pool};
use crate::quote::Direction;
use crate::venues::meteora_dlmm::MeteoraDlmm;
use tandem_math::program_address::find_program_address;

/// Arrays kept in each direction: the one of the price and five more.
pub(super) const REACH: usize = 6;
/// How far the price may have moved in a swap's favour before it lands, for the instruction to hold all the same.
const LEEWAY_BINS: i32 = 12;

/// A bin array that swaps may reach.
#[derive(Clone, Debug)]
pub(super) struct ReachedArray {
    pub(super) index: i32,
    pub(super) address: Address,
    /// Those that hold something, by id; `None` until the account has been applied.
    pub(super) bins: Option<Vec<Bin>>,
    depth: Depth,
}

/// What an array holds, cut at 64 bits.
#[derive(Clone, Copy, Debug, Default)]
struct Depth {
    /// X and Y of the liquidity providers.
    provided: [u64; 2],
    /// X of asks and Y of bids.
    ordered: [u64; 2],
}

impl Depth {
    fn of(bins: &[Bin]) -> Self {
        bins.iter().fold(Self::default(), |sum, bin| {
            let ([x, y], [asked, bid]) = (sum.provided, sum.ordered);
            let [bin_x, bin_y] = bin.amounts;
            let orders = bin.processed_orders.saturating_add(bin.open_orders);
            let (of_x, of_y) = if bin.orders_for == Direction::BToA { (orders, 0) } else { (0, orders) };
            Self {
                provided: [x.saturating_add(bin_x), y.saturating_add(bin_y)],
                ordered: [asked.saturating_add(of_x), bid.saturating_add(of_y)],
            }
        })
    }

    fn of_direction(self, terms: Terms) -> u64 {
        let (_, provided) = terms.direction.input_output(self.provided);
        let (_, ordered) = terms.direction.input_output(self.ordered);
        match terms.orders {
            LimitOrders::Counted => provided.saturating_add(ordered),
            LimitOrders::Ignored => provided,
        }
    }
}

/// The arrays in reach, by index.
#[derive(Clone, Debug, Default)]
pub(super) struct Window {
    arrays: Vec<ReachedArray>,
    /// Arrays that lie below the price or around it, and below it only.
    downward: usize,
    upward: usize,
    /// Of the array around the price: bins at the price or below, and below only.
    bins_downward: usize,
    bins_upward: usize,
    /// What the last array was decoded into, kept for the next one.
    spare: Vec<Bin>,
}

impl Window {
    /// Follows the price and the bitmaps: keeps the arrays that stay in reach and finds the addresses of new ones. Returns
    /// whether other arrays are in reach than before.
    pub(super) fn follow(
        &mut self,
        identity: &Identity,
        state: &PairState,
        extension: Option<&BitmapExtension>,
    ) -> bool {
        let indexes = reach(state, extension);
        let is_same = self.arrays.iter().map(|array| array.index).eq(indexes.iter().copied());
        if !is_same {
            let mut known = std::mem::take(&mut self.arrays);
            let found = indexes.iter().filter_map(|&index| {
                match known.iter().position(|array| array.index == index) {
                    Some(position) => Some(known.swap_remove(position)),
                    None => Some(ReachedArray {
                        index,
                        address: array_address(identity, index)?,
                        bins: None,
                        depth: Depth::default(),
                    }),
                }
            });
            self.arrays = found.collect();
        }
        self.locate(state.active_id);
        !is_same
    }

    /// Notes where walks from a bin start.
    fn locate(&mut self, active_id: i32) {
        let active_array = array_of_bin(active_id);
        self.downward = self.arrays.partition_point(|array| array.index <= active_array);
        self.upward = self.arrays.partition_point(|array| array.index < active_array);
        let around = self.arrays.get(self.upward).filter(|array| array.index == active_array);
        let bins = around.and_then(|array| array.bins.as_deref()).unwrap_or_default();
        self.bins_downward = bins.partition_point(|bin| bin.id <= active_id);
        self.bins_upward = bins.partition_point(|bin| bin.id < active_id);
    }

    /// Applies an account when it is that of an array in reach; `None` when it is not. An absent one is not known.
    pub(super) fn apply(
        &mut self,
        account: AccountView<'_>,
        identity: &Identity,
        active_id: i32,
    ) -> Option<Result<(), DecodeError>> {
        let array = self.arrays.iter_mut().find(|array| array.address == *account.address)?;
        if account.is_absent() {
            array.bins = None;
        } else {
            let relation = ArrayRelation { pair: &identity.address, index: array.index };
            if let Err(error) = decode_bin_array(account, relation, &mut self.spare) {
                return Some(Err(error));
            }
            array.depth = Depth::of(&self.spare);
            std::mem::swap(array.bins.get_or_insert_default(), &mut self.spare);
            self.spare.clear();
        }
        self.locate(active_id);
        Some(Ok(()))
    }

    pub(super) fn addresses(&self) -> impl Iterator<Item = Address> {
        self.arrays.iter().map(|array| array.address)
    }

    /// Returns how many arrays a swap enters on its way from one to another.
    pub(super) fn arrays_between(&self, from: i32, to: i32) -> u32 {
        let is_entered = |index: i32| index != from && (from.min(to)..=from.max(to)).contains(&index);
        let entered = self.arrays.iter().filter(|array| is_entered(array.index));
        u32::try_from(entered.count()).unwrap_or(u32::MAX)
    }

    /// Returns the arrays of a direction, the one around the price first.
    pub(super) fn arrays(&self, direction: Direction) -> ArrayWalk<'_> {
        let arrays = match direction {
            Direction::AToB => self.arrays.get(..self.downward),
            Direction::BToA => self.arrays.get(self.upward..),
        };
        ArrayWalk { arrays: arrays.unwrap_or_default(), direction }
    }

    /// Returns the array next to that of the price, against the direction, where the price is near it. Only a known one: the
    /// program refuses an account that does not exist.
    pub(super) fn array_behind(&self, direction: Direction, active_id: i32) -> Option<&ReachedArray> {
        let moved_id = match direction {
            Direction::AToB => active_id.saturating_add(LEEWAY_BINS),
            Direction::BToA => active_id.saturating_sub(LEEWAY_BINS),
        };
        let index = array_of_bin(moved_id);
        let behind = self.arrays.iter().find(|array| array.index == index && array.bins.is_some());
        behind.filter(|_| index != array_of_bin(active_id))
    }

    /// Returns the bins that a swap meets, up to the first array that is not known.
    #[inline]
    pub(super) fn bins(&self, direction: Direction) -> BinWalk<'_> {
        let mut arrays = self.arrays(direction);
        let has_around = self.downward > self.upward;
        let bins = match arrays.next().map(|array| array.bins.as_deref()) {
            None => &[],
            Some(None) => {
                arrays.arrays = &[];
                &[]
            }
            Some(Some(bins)) if !has_around => bins,
            Some(Some(bins)) => match direction {
                Direction::AToB => bins.get(..self.bins_downward).unwrap_or_default(),
                Direction::BToA => bins.get(self.bins_upward..).unwrap_or_default(),
            },
        };
        BinWalk { arrays, bins: bins.iter() }
    }

    /// Replaces a bin by what a swap left of it.
    pub(super) fn replace(&mut self, after: Bin) {
        let index = array_of_bin(after.id);
        let Some(array) = self.arrays.iter_mut().find(|array| array.index == index) else { return };
        let Some(bins) = array.bins.as_mut() else { return };
        if let Some(bin) = bins.iter_mut().find(|bin| bin.id == after.id) {
            *bin = after;
        }
        array.depth = Depth::of(bins);
    }

    /// Returns what the known arrays of a direction hold, cut at 64 bits. On the far side of the price a pool holds nothing
    /// that this direction could take, so that whole arrays are counted.
    pub(super) fn depth(&self, terms: Terms) -> u64 {
        let known = self.arrays(terms.direction).take_while(|array| array.bins.is_some());
        known.fold(0, |sum, array| sum.saturating_add(array.depth.of_direction(terms)))
    }
}

/// Arrays in the order of a swap.
#[derive(Clone, Debug)]
pub(super) struct ArrayWalk<'a> {
    arrays: &'a [ReachedArray],
    direction: Direction,
}

impl<'a> Iterator for ArrayWalk<'a> {
    type Item = &'a ReachedArray;

    #[inline]
    fn next(&mut self) -> Option<&'a ReachedArray> {
        let (array, rest) = match self.direction {
            Direction::AToB => self.arrays.split_last()?,
            Direction::BToA => self.arrays.split_first()?,
        };
        self.arrays = rest;
        Some(array)
    }
}

/// Bins in the order of a swap.
#[derive(Clone, Debug)]
pub(super) struct BinWalk<'a> {
    arrays: ArrayWalk<'a>,
    bins: std::slice::Iter<'a, Bin>,
}

impl<'a> Iterator for BinWalk<'a> {
    type Item = &'a Bin;

    #[inline]
    fn next(&mut self) -> Option<&'a Bin> {
        loop {
            let bin = match self.arrays.direction {
                Direction::AToB => self.bins.next_back(),
                Direction::BToA => self.bins.next(),
            };
            if bin.is_some() {
                return bin;
            }
            match self.arrays.next()?.bins.as_deref() {
                Some(bins) => self.bins = bins.iter(),
                None => self.arrays.arrays = &[],
            }
        }
    }
}

/// Returns the indexes in reach, in their order.
fn reach(state: &PairState, extension: Option<&BitmapExtension>) -> Vec<i32> {
    let bitmap = Bitmap { pair: &state.bitmap, extension };
    let active_array = array_of_bin(state.active_id);
    let mut indexes = Vec::with_capacity(2 * REACH);
    for direction in [Direction::AToB, Direction::BToA] {
        let mut start = active_array;
        for _ in 0..REACH {
            let Some(index) = bitmap.next(direction, start) else { break };
            indexes.push(index);
            start = step(direction, index);
        }
    }
    indexes.sort_unstable();
    indexes.dedup();
    indexes
}

/// PDA of `bin_array`, the pair and the index, as a 64-bit integer.
fn array_address(identity: &Identity, index: i32) -> Option<Address> {
    let index = i64::from(index).to_le_bytes();
    find_program_address(&[b"bin_array", &identity.address, &index], &MeteoraDlmm::PROGRAM)
        .map(|(address, _)| address)
}

/// PDA of `bitmap` and the pair.
pub(super) fn extension_address(pair: &Address) -> Option<Address> {
    find_program_address(&[b"bitmap", pair], &MeteoraDlmm::PROGRAM).map(|(address, _)| address)
}
