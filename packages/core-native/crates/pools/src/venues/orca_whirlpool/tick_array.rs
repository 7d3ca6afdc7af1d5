//! Tick arrays of both formats: `programs/whirlpool/src/state/{fixed_tick_array.rs,dynamic_tick_array.rs,tick.rs}`. Of the 88
//! ticks only the initialized ones are kept, with their price.

use super::tick_math::{MAX_TICK, MIN_TICK, TICKS_IN_ARRAY, sqrt_price_at_tick};
use crate::account_reader::AccountReader;
use crate::pool::{AccountView, Address, DecodeError, Pool};
use crate::venues::orca_whirlpool::OrcaWhirlpool;

/// Anchor discriminators of `TickArray` and `DynamicTickArray`.
const FIXED_DISCRIMINATOR: [u8; 8] = [0x45, 0x61, 0xbd, 0xbe, 0x6e, 0x07, 0x42, 0xbb];
const DYNAMIC_DISCRIMINATOR: [u8; 8] = [0x11, 0xd8, 0xf6, 0x8e, 0xe1, 0xc7, 0xda, 0x38];

/// The same in both formats.
const START_TICK: usize = 8;

mod fixed_offset {
    pub const TICKS: usize = 12;
    pub const TICK_LENGTH: usize = 113;
    /// Of the liquidity that a swap upwards adds, after the byte that says whether the tick is initialized.
    pub const LIQUIDITY_NET: usize = 1;
    pub const WHIRLPOOL: usize = 9_956;
    pub const LENGTH: usize = 9_988;
}

mod dynamic_offset {
    pub const WHIRLPOOL: usize = 12;
    pub const BITMAP: usize = 44;
    pub const TICKS: usize = 60;
    /// Of an uninitialized tick, and of an initialized one with its tag.
    pub const EMPTY_LENGTH: usize = 1;
    pub const TICK_LENGTH: usize = 113;
    pub const LIQUIDITY_NET: usize = 1;
}

/// An initialized tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tick {
    pub(super) sqrt_price: u128,
    /// What crossing it upwards adds to the liquidity.
    pub(super) liquidity_net: i128,
    pub(super) index: i32,
}

/// What a pool says about one of its tick arrays.
#[derive(Clone, Copy, Debug)]
pub(super) struct ArrayRelation<'a> {
    pub(super) pool: &'a Address,
    pub(super) start: i32,
    pub(super) tick_spacing: u16,
    /// Initialized ticks as known before, ascending: their prices are taken over.
    pub(super) known: &'a [Tick],
}

/// Decodes a tick array into its initialized ticks, ascending. One that does not exist has none.
pub(super) fn decode_tick_array(
    account: AccountView<'_>,
    relation: ArrayRelation<'_>,
) -> Result<Vec<Tick>, DecodeError> {
    if account.is_absent() {
        return Ok(Vec::new());
    }
    if *account.owner != OrcaWhirlpool::PROGRAM {
        return Err(DecodeError::OwnerMismatch);
    }
    let reader = AccountReader::new(account.data);
    let (whirlpool, is_fixed) = match reader.bytes::<8>(0)? {
        FIXED_DISCRIMINATOR if reader.len() < fixed_offset::LENGTH => return Err(DecodeError::TooShort),
        FIXED_DISCRIMINATOR => (fixed_offset::WHIRLPOOL, true),
        DYNAMIC_DISCRIMINATOR => (dynamic_offset::WHIRLPOOL, false),
        _ => return Err(DecodeError::DiscriminatorMismatch),
    };
    if reader.address(whirlpool)? != *relation.pool || reader.i32(START_TICK)? != relation.start {
        return Err(DecodeError::RelationMismatch);
    }
    let mut ticks = TickList { relation, ticks: Vec::new(), known: relation.known.iter() };
    if is_fixed {
        decode_fixed(reader, &mut ticks)?;
    } else {
        decode_dynamic(reader, &mut ticks)?;
    }
    Ok(ticks.ticks)
}

fn decode_fixed(reader: AccountReader<'_>, ticks: &mut TickList<'_>) -> Result<(), DecodeError> {
    let mut at = fixed_offset::TICKS;
    for position in 0..TICKS_IN_ARRAY {
        match reader.u8(at)? {
            0 => {}
            1 => ticks.push(position, reader.i128(at.saturating_add(fixed_offset::LIQUIDITY_NET))?)?,
            _ => return Err(DecodeError::FieldInvalid),
        }
        at = at.saturating_add(fixed_offset::TICK_LENGTH);
    }
    Ok(())
}

fn decode_dynamic(reader: AccountReader<'_>, ticks: &mut TickList<'_>) -> Result<(), DecodeError> {
    let bitmap = reader.u128(dynamic_offset::BITMAP)?;
    if bitmap >> TICKS_IN_ARRAY != 0 {
        return Err(DecodeError::FieldInvalid);
    }
    let mut at = dynamic_offset::TICKS;
    for position in 0..TICKS_IN_ARRAY {
        let is_initialized = bitmap >> position & 1 == 1;
        if reader.u8(at)? != u8::from(is_initialized) {
            return Err(DecodeError::FieldInvalid);
        }
        if is_initialized {
            ticks.push(position, reader.i128(at.saturating_add(dynamic_offset::LIQUIDITY_NET))?)?;
        }
        let length = if is_initialized { dynamic_offset::TICK_LENGTH } else { dynamic_offset::EMPTY_LENGTH };
        at = at.saturating_add(length);
    }
    // The account ends with the last tick, growths included.
    if at > reader.len() { Err(DecodeError::TooShort) } else { Ok(()) }
}

struct TickList<'a> {
    relation: ArrayRelation<'a>,
    ticks: Vec<Tick>,
    known: std::slice::Iter<'a, Tick>,
}

impl TickList<'_> {
    fn push(&mut self, position: i32, liquidity_net: i128) -> Result<(), DecodeError> {
        let spacing = i32::from(self.relation.tick_spacing);
        let index = self.relation.start.saturating_add(position.saturating_mul(spacing));
        if !(MIN_TICK..=MAX_TICK).contains(&index) {
            return Err(DecodeError::FieldInvalid);
        }
        let sqrt_price = self.known_price(index).unwrap_or_else(|| sqrt_price_at_tick(index));
        self.ticks.push(Tick { sqrt_price, liquidity_net, index });
        Ok(())
    }

    /// Both lists ascend, so that one pass over the known ticks serves all.
    fn known_price(&mut self, index: i32) -> Option<u128> {
        let ahead = self.known.as_slice();
        let skipped = ahead.iter().take_while(|tick| tick.index < index).count();
        self.known = ahead.get(skipped..)?.iter();
        let tick = self.known.as_slice().first()?;
        (tick.index == index).then_some(tick.sqrt_price)
    }
}
