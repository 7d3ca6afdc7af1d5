//! The up to three tick arrays that a swap can use (orca-so/whirlpools 630c0e0, `util/sparse_swap.rs` and
//! `util/swap_tick_sequence.rs`).
//!
//! They may be given in any order; one without an account counts as empty when its address was given.

use crate::fee_rate::floor_div;
use crate::order::Direction;
use crate::tick_array::{
    cross, find_down, find_tick, find_up, load, Format, Growths, Header, TICK_COUNT,
};
use crate::tick_math::{MAX_TICK, MIN_TICK};
use crate::whirlpool_error::WhirlpoolError;
use pinocchio::{error::ProgramError, AccountView, Address};
use program_frame::or_stop;

const MAX_GIVEN: usize = 6;
const MAX_USED: usize = 3;
const SEED: &[u8] = b"tick_array";
const SYSTEM_PROGRAM: Address = Address::new_from_array([0; 32]);
/// A sign and ten digits.
const MAX_DIGITS: usize = 11;

/// The pool that the arrays belong to.
pub struct ArrayOwner<'a> {
    /// The pool's address.
    pub pool: &'a Address,
    /// This program.
    pub program_id: &'a Address,
    /// The pool's tick spacing.
    pub tick_spacing: u16,
}

/// Accounts that were given as tick arrays, in the order of their addresses; one that is repeated is loaded again.
pub struct GivenArrays<'a> {
    views: [Option<(&'a AccountView, Header)>; MAX_GIVEN],
}

/// One array of the sequence.
#[derive(Clone, Copy)]
struct Slot<'a> {
    header: Header,
    account: &'a AccountView,
}

/// The arrays of a swap in the order in which it reaches them.
pub struct TickSequence<'a> {
    slots: [Option<Slot<'a>>; MAX_USED],
    count: usize,
    spacing: i32,
    direction: Direction,
}

/// Where a step may end: an initialized tick, or the end of what an array covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NextTick {
    /// The tick.
    pub tick: i32,
    /// The array that holds it.
    pub array: usize,
}

impl<'a> GivenArrays<'a> {
    /// Sorts accounts by address.
    #[inline(always)]
    #[must_use]
    pub fn collect(accounts: [&'a AccountView; 3], supplement: &'a [AccountView]) -> Self {
        let mut given = Self {
            views: [None; MAX_GIVEN],
        };
        for account in accounts {
            given.insert(account);
        }
        for account in supplement {
            given.insert(account);
        }
        given
    }

    #[inline(always)]
    fn insert(&mut self, account: &'a AccountView) {
        // Loaded later: the first refusal is that of the lowest address.
        let header = Header {
            start: 0,
            format: Format::Absent,
        };
        let mut moved = Some((account, header));
        for view in &mut self.views {
            match *view {
                Some((known, _)) if known.address().as_array() < account.address().as_array() => {}
                _ => core::mem::swap(view, &mut moved),
            }
            if moved.is_none() {
                return;
            }
        }
    }

    #[inline(always)]
    fn load(&mut self, owner: &ArrayOwner) -> Result<(), ProgramError> {
        for (account, header) in self.views.iter_mut().flatten() {
            if account.owned_by(&SYSTEM_PROGRAM) && account.is_data_empty() {
                continue;
            }
            *header = load(account, owner.pool, owner.program_id)?;
        }
        Ok(())
    }

    #[inline(always)]
    fn find(&self, start: i32, owner: &ArrayOwner) -> Option<Slot<'a>> {
        let views = || self.views.iter().flatten();
        if let Some((account, header)) =
            views().find(|(_, header)| header.format != Format::Absent && header.start == start)
        {
            return Some(Slot {
                header: *header,
                account,
            });
        }
        let address = array_address(owner, start);
        let (account, _) = views().find(|(account, _)| *account.address() == address)?;
        let format = Format::Absent;
        Some(Slot {
            header: Header { start, format },
            account,
        })
    }
}

impl<'a> TickSequence<'a> {
    /// Finds the arrays that a swap from a tick can use.
    ///
    /// # Errors
    ///
    /// What is wrong with the first given account, by address; `InvalidTickArraySequence` when the first array of the
    /// swap was not given.
    #[inline(always)]
    pub fn build(
        mut given: GivenArrays<'a>,
        owner: &ArrayOwner,
        tick: i32,
        direction: Direction,
    ) -> Result<Self, ProgramError> {
        given.load(owner)?;
        let spacing = i32::from(owner.tick_spacing);
        let span = spacing.wrapping_mul(TICK_COUNT);
        let base = floor_div(tick, span).wrapping_mul(span);
        let (mut start, step) = match direction {
            Direction::AToB => (base, span.wrapping_neg()),
            // The last tick of an array belongs to the next one when the price rises.
            Direction::BToA if tick.wrapping_add(spacing) >= base.wrapping_add(span) => {
                (base.wrapping_add(span), span)
            }
            Direction::BToA => (base, span),
        };
        let mut sequence = Self {
            slots: [None; MAX_USED],
            count: 0,
            spacing,
            direction,
        };
        for _ in 0..MAX_USED {
            if is_start(start, span) {
                let Some(slot) = given.find(start, owner) else {
                    break;
                };
                sequence.slots[sequence.count] = Some(slot);
                sequence.count = sequence.count.wrapping_add(1);
            }
            start = start.wrapping_add(step);
        }
        if sequence.count == 0 {
            return Err(WhirlpoolError::InvalidTickArraySequence.into());
        }
        Ok(sequence)
    }

    /// Puts the next initialized tick, or the last tick that the arrays cover.
    ///
    /// # Errors
    ///
    /// `TickArraySequenceInvalidIndex` behind the last array, `InvalidTickArraySequence` for a tick outside of `array`.
    #[inline(never)]
    pub fn put_next(
        &self,
        tick: i32,
        array: usize,
        next: &mut NextTick,
    ) -> Result<(), WhirlpoolError> {
        let span = self.spacing.wrapping_mul(TICK_COUNT);
        let mut search = tick;
        let mut array = array;
        loop {
            let Some(Some(slot)) = self.slots.get(array) else {
                return Err(WhirlpoolError::TickArraySequenceInvalidIndex);
            };
            let start = slot.header.start;
            next.array = array;
            if let Some(place) = self.find_in(slot, search)? {
                next.tick = start.wrapping_add(place.wrapping_mul(self.spacing));
                return Ok(());
            }
            let end = start.wrapping_add(span);
            let is_last = array.wrapping_add(1) == self.count;
            let (edge, is_outermost, extreme, beyond) = match self.direction {
                Direction::AToB => (start, start <= MIN_TICK, MIN_TICK, start.wrapping_sub(1)),
                Direction::BToA => {
                    let last = end.wrapping_sub(1);
                    (last, end > MAX_TICK, MAX_TICK, last)
                }
            };
            if is_outermost || is_last {
                next.tick = if is_outermost { extreme } else { edge };
                return Ok(());
            }
            search = beyond;
            array = array.wrapping_add(1);
        }
    }

    /// Searches one array: downwards from the tick itself, upwards from behind it.
    #[inline(always)]
    fn find_in(&self, slot: &Slot, tick: i32) -> Result<Option<i32>, WhirlpoolError> {
        let place = floor_div(tick.wrapping_sub(slot.header.start), self.spacing);
        let first = match self.direction {
            Direction::AToB => place,
            Direction::BToA => place.wrapping_add(1),
        };
        if !(0..TICK_COUNT).contains(&first) {
            return Err(WhirlpoolError::InvalidTickArraySequence);
        }
        let data = or_stop(slot.account.try_borrow().ok());
        Ok(match self.direction {
            Direction::AToB => find_down(&data, slot.header.format, first),
            Direction::BToA => find_up(&data, slot.header.format, first),
        })
    }

    /// Crosses a tick, and puts its net liquidity where the tick is initialized.
    #[inline(never)]
    pub fn cross(&self, next: NextTick, growths: &Growths, net_liquidity: &mut Option<i128>) {
        *net_liquidity = None;
        let Some(Some(slot)) = self.slots.get(next.array) else {
            return;
        };
        let Some(place) = self.place_of(slot, next.tick) else {
            return;
        };
        let mut account = *slot.account;
        let mut data = or_stop(account.try_borrow_mut().ok());
        if let Some(tick) = find_tick(&data, slot.header.format, place) {
            *net_liquidity = Some(or_stop(cross(&mut data, tick, growths).ok()));
        }
    }

    /// Returns a tick's place in an array, where it can be initialized there.
    #[inline(always)]
    fn place_of(&self, slot: &Slot, tick: i32) -> Option<i32> {
        let place = floor_div(tick.wrapping_sub(slot.header.start), self.spacing);
        let is_inside = (0..TICK_COUNT).contains(&place);
        let is_usable = (MIN_TICK..=MAX_TICK).contains(&tick)
            && floor_div(tick, self.spacing).wrapping_mul(self.spacing) == tick;
        (is_inside && is_usable).then_some(place)
    }

    /// Returns the array in which the search goes on behind a tick.
    #[inline(always)]
    #[must_use]
    pub fn array_behind(&self, next: NextTick) -> usize {
        let Some(Some(slot)) = self.slots.get(next.array) else {
            return next.array;
        };
        let place = floor_div(next.tick.wrapping_sub(slot.header.start), self.spacing);
        let last = match self.direction {
            Direction::AToB => 0,
            Direction::BToA => TICK_COUNT.wrapping_sub(1),
        };
        next.array.wrapping_add(usize::from(place == last))
    }
}

/// Says whether an array can start at a tick; the lowest one starts below the lowest tick.
#[inline(always)]
fn is_start(tick: i32, span: i32) -> bool {
    if (MIN_TICK..=MAX_TICK).contains(&tick) {
        return true;
    }
    tick <= MIN_TICK && tick == floor_div(MIN_TICK, span).wrapping_mul(span)
}

/// Derives the address of an array from its first tick, in decimal digits.
#[inline(always)]
fn array_address(owner: &ArrayOwner, start: i32) -> Address {
    let mut buffer = [0; MAX_DIGITS];
    let digits = decimal(start, &mut buffer);
    let seeds = [SEED, owner.pool.as_array(), digits];
    or_stop(Address::derive_program_address(&seeds, owner.program_id)).0
}

/// Writes a number in decimal digits at the end of a buffer and returns them.
#[inline(always)]
fn decimal(number: i32, buffer: &mut [u8; MAX_DIGITS]) -> &[u8] {
    let mut rest = number.unsigned_abs();
    let mut at = MAX_DIGITS;
    loop {
        at = at.wrapping_sub(1);
        let [digit, ..] = (rest % 10).to_le_bytes();
        buffer[at] = digit.wrapping_add(b'0');
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        at = at.wrapping_sub(1);
        buffer[at] = b'-';
    }
    buffer.get(at..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{decimal, is_start};

    #[test]
    fn writes_ticks_as_the_address_seeds_have_them() {
        let mut buffer = [0; 11];
        for (number, digits) in [
            (0, "0"),
            (-439_296, "-439296"),
            (5_632, "5632"),
            (i32::MIN, "-2147483648"),
        ] {
            assert_eq!(decimal(number, &mut buffer), digits.as_bytes());
        }
    }

    #[test]
    fn knows_the_lowest_array_by_the_tick_below_the_lowest_one() {
        let span = 88 * 64;
        assert!(is_start(0, span) && is_start(-33_792, span));
        assert!(is_start(-444_928, span));
        assert!(!is_start(-444_928 - span, span) && !is_start(444_928, span));
    }
}
