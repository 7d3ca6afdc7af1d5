//! The accounts of Raydium CLMM: `raydium-io/raydium-clmm`, `programs/amm/src/states/{pool.rs,pool_fee.rs,config.rs,
//! tick_array.rs,tickarray_bitmap_extension.rs}` (2026-07). Pools of before dynamic fees have zeros where those are.

use super::bitmap::{EXTENSION_WORDS, POOL_WORDS};
use super::dynamic_fee::DynamicFee;
use super::span::Span;
use super::tick_math::{MAX_SQRT_PRICE, MAX_TICK, MIN_SQRT_PRICE, MIN_TICK, sqrt_price_at_tick};
use crate::account_reader::AccountReader;
use crate::pool::{AccountView, Address, DecodeError, Pool};
use crate::quote::Direction;
use crate::venues::raydium_clmm::RaydiumClmm;
use tandem_math::fee::MILLIONTHS;

/// Anchor discriminators of `PoolState`, `AmmConfig`, `TickArrayState` and `TickArrayBitmapExtension`.
const POOL_DISCRIMINATOR: [u8; 8] = [0xf7, 0xed, 0xe3, 0xf5, 0xd7, 0xc3, 0xde, 0x46];
const CONFIG_DISCRIMINATOR: [u8; 8] = [0xda, 0xf4, 0x21, 0x68, 0xcb, 0xcb, 0x2b, 0x6f];
const TICK_ARRAY_DISCRIMINATOR: [u8; 8] = [0xc0, 0x9b, 0x55, 0xcd, 0x31, 0xf9, 0x81, 0x2a];
const EXTENSION_DISCRIMINATOR: [u8; 8] = [0x3c, 0x96, 0x24, 0xdb, 0x61, 0x80, 0x8b, 0x99];

/// Ticks in an array (`TICK_ARRAY_SIZE`).
pub(super) const TICKS_PER_ARRAY: i32 = 60;

/// `PoolState`, packed, token 0 before token 1.
mod pool_offset {
    pub const AMM_CONFIG: usize = 9;
    pub const MINTS: [usize; 2] = [73, 105];
    pub const VAULTS: [usize; 2] = [137, 169];
    pub const OBSERVATION: usize = 201;
    pub const TICK_SPACING: usize = 235;
    pub const LIQUIDITY: usize = 237;
    pub const SQRT_PRICE: usize = 253;
    pub const TICK: usize = 269;
    pub const STATUS: usize = 389;
    pub const FEE_ON: usize = 390;
    pub const BITMAP: usize = 904;
    pub const OPEN_TIME: usize = 1080;
    pub const DYNAMIC_FEE: usize = 1096;
    pub const LENGTH: usize = 1544;
}

/// `DynamicFeeInfo` inside the pool, packed.
mod dynamic_fee_offset {
    pub const FILTER_PERIOD: usize = 1096;
    pub const DECAY_PERIOD: usize = 1098;
    pub const REDUCTION_FACTOR: usize = 1100;
    pub const CONTROL: usize = 1102;
    pub const MAX_ACCUMULATOR: usize = 1106;
    pub const INDEX_REFERENCE: usize = 1110;
    pub const VOLATILITY_REFERENCE: usize = 1114;
    pub const ACCUMULATOR: usize = 1118;
    pub const LAST_UPDATE: usize = 1122;
    pub const BYTES: usize = 80;
}

/// `AmmConfig`.
mod config_offset {
    pub const PROTOCOL_FEE_RATE: usize = 43;
    pub const TRADE_FEE_RATE: usize = 47;
    pub const FUND_FEE_RATE: usize = 53;
    pub const LENGTH: usize = 117;
}

/// `TickArrayState` and its `TickState`s, packed.
mod tick_offset {
    pub const POOL: usize = 8;
    pub const START: usize = 40;
    pub const FIRST: usize = 44;
    pub const EACH: usize = 168;
    pub const LIQUIDITY_NET: usize = 4;
    pub const LIQUIDITY_GROSS: usize = 20;
    pub const ORDERS: usize = 124;
    pub const PART_FILLED: usize = 132;
    pub const LENGTH: usize = 10_240;
}

/// `TickArrayBitmapExtension`.
mod extension_offset {
    pub const POOL: usize = 8;
    pub const WORDS: usize = 40;
    pub const LENGTH: usize = 1832;
}

/// Which token the fee is taken in (`CollectFeeOn`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FeeOn {
    Input,
    Token0,
    Token1,
}

impl FeeOn {
    pub(super) const fn is_input(self, direction: Direction) -> bool {
        match (self, direction) {
            (Self::Input, _) | (Self::Token0, Direction::AToB) | (Self::Token1, Direction::BToA) => true,
            (Self::Token0, Direction::BToA) | (Self::Token1, Direction::AToB) => false,
        }
    }
}

/// The fields of the pool account that never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) address: Address,
    pub(super) config: Address,
    pub(super) mints: [Address; 2],
    pub(super) vaults: [Address; 2],
    pub(super) observation: Address,
    pub(super) tick_spacing: u16,
}

impl Identity {
    /// Returns the ticks that an array spans.
    pub(super) fn array_span(&self) -> i32 {
        i32::from(self.tick_spacing).saturating_mul(TICKS_PER_ARRAY)
    }
}

/// The fields of the pool account that change.
#[derive(Clone, Copy, Debug)]
pub(super) struct PoolState {
    pub(super) sqrt_price: u128,
    pub(super) liquidity: u128,
    pub(super) tick: i32,
    pub(super) status: u8,
    pub(super) fee_on: FeeOn,
    pub(super) open_time: u64,
    /// `None` where all of `DynamicFeeInfo` is zero, as the program tells whether a pool has one.
    pub(super) dynamic_fee: Option<DynamicFee>,
    pub(super) bitmap: [u64; POOL_WORDS],
}

/// One initialized tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tick {
    pub(super) sqrt_price: u128,
    /// What is added to the liquidity on the way up; nothing is where no position ends.
    pub(super) liquidity_net: i128,
    /// What the limit orders at this tick still give out.
    pub(super) unfilled: u64,
    /// Which tick.
    pub(super) index: i32,
    pub(super) has_liquidity: bool,
    /// What lies between this tick and the next one above.
    pub(super) span: Span,
}

impl Tick {
    /// Returns whether a swap crosses this tick as it does another.
    pub(super) fn is_crossed_as(&self, other: &Self) -> bool {
        self.index == other.index
            && self.liquidity_net == other.liquidity_net
            && self.has_liquidity == other.has_liquidity
    }
}

fn reader_of(
    account: AccountView<'_>,
    discriminator: [u8; 8],
    length: usize,
) -> Result<AccountReader<'_>, DecodeError> {
    if *account.owner != RaydiumClmm::PROGRAM {
        return Err(DecodeError::OwnerMismatch);
    }
    let reader = AccountReader::new(account.data);
    if reader.bytes::<8>(0)? != discriminator {
        return Err(DecodeError::DiscriminatorMismatch);
    }
    if reader.len() < length {
        return Err(DecodeError::TooShort);
    }
    Ok(reader)
}

pub(super) fn decode_pool(account: AccountView<'_>) -> Result<(Identity, PoolState), DecodeError> {
    let reader = reader_of(account, POOL_DISCRIMINATOR, pool_offset::LENGTH)?;
    let pair = |[first, second]: [usize; 2]| Ok([reader.address(first)?, reader.address(second)?]);
    let identity = Identity {
        address: *account.address,
        config: reader.address(pool_offset::AMM_CONFIG)?,
        mints: pair(pool_offset::MINTS)?,
        vaults: pair(pool_offset::VAULTS)?,
        observation: reader.address(pool_offset::OBSERVATION)?,
        tick_spacing: reader.u16(pool_offset::TICK_SPACING)?,
    };
    let [mint_0, mint_1] = identity.mints;
    let [vault_0, vault_1] = identity.vaults;
    if mint_0 == mint_1 || vault_0 == vault_1 || identity.tick_spacing == 0 {
        return Err(DecodeError::FieldInvalid);
    }
    Ok((identity, decode_state(reader)?))
}

fn decode_state(reader: AccountReader<'_>) -> Result<PoolState, DecodeError> {
    let sqrt_price = reader.u128(pool_offset::SQRT_PRICE)?;
    let tick = reader.i32(pool_offset::TICK)?;
    let in_range =
        (MIN_SQRT_PRICE..MAX_SQRT_PRICE).contains(&sqrt_price) && (MIN_TICK..MAX_TICK).contains(&tick);
    // A swap that stops on a tick on its way down leaves the tick below it, so that the upper end belongs to the range too.
    if !in_range
        || sqrt_price < sqrt_price_at_tick(tick)
        || sqrt_price > sqrt_price_at_tick(tick.saturating_add(1))
    {
        return Err(DecodeError::FieldInvalid);
    }
    let mut bitmap = [0; POOL_WORDS];
    read_words(reader, pool_offset::BITMAP, &mut bitmap)?;
    Ok(PoolState {
        sqrt_price,
        liquidity: reader.u128(pool_offset::LIQUIDITY)?,
        tick,
        status: reader.u8(pool_offset::STATUS)?,
        fee_on: match reader.u8(pool_offset::FEE_ON)? {
            0 => FeeOn::Input,
            1 => FeeOn::Token0,
            2 => FeeOn::Token1,
            _ => return Err(DecodeError::FieldInvalid),
        },
        open_time: reader.u64(pool_offset::OPEN_TIME)?,
        dynamic_fee: decode_dynamic_fee(reader)?,
        bitmap,
    })
}

fn read_words(reader: AccountReader<'_>, offset: usize, words: &mut [u64]) -> Result<(), DecodeError> {
    for (word, at) in words.iter_mut().zip((offset..).step_by(8)) {
        *word = reader.u64(at)?;
    }
    Ok(())
}

fn decode_dynamic_fee(reader: AccountReader<'_>) -> Result<Option<DynamicFee>, DecodeError> {
    if reader.bytes::<{ dynamic_fee_offset::BYTES }>(pool_offset::DYNAMIC_FEE)?
        == [0; dynamic_fee_offset::BYTES]
    {
        return Ok(None);
    }
    let fee = DynamicFee {
        filter_period: reader.u16(dynamic_fee_offset::FILTER_PERIOD)?,
        decay_period: reader.u16(dynamic_fee_offset::DECAY_PERIOD)?,
        reduction_factor: reader.u16(dynamic_fee_offset::REDUCTION_FACTOR)?,
        control: reader.u32(dynamic_fee_offset::CONTROL)?,
        max_accumulator: reader.u32(dynamic_fee_offset::MAX_ACCUMULATOR)?,
        index_reference: reader.i32(dynamic_fee_offset::INDEX_REFERENCE)?,
        volatility_reference: reader.u32(dynamic_fee_offset::VOLATILITY_REFERENCE)?,
        accumulator: reader.u32(dynamic_fee_offset::ACCUMULATOR)?,
        last_update: reader.u64(dynamic_fee_offset::LAST_UPDATE)?,
    };
    // Written by swaps only, from a pool's own ticks and below the maximum.
    let is_possible = fee.accumulator <= fee.max_accumulator
        && fee.volatility_reference <= fee.max_accumulator
        && (MIN_TICK..=MAX_TICK).contains(&fee.index_reference);
    if is_possible { Ok(Some(fee)) } else { Err(DecodeError::FieldInvalid) }
}

/// Returns the trade fee's rate in millionths.
pub(super) fn decode_config(account: AccountView<'_>) -> Result<u32, DecodeError> {
    let reader = reader_of(account, CONFIG_DISCRIMINATOR, config_offset::LENGTH)?;
    let rate = reader.u32(config_offset::TRADE_FEE_RATE)?;
    let shares = u64::from(reader.u32(config_offset::PROTOCOL_FEE_RATE)?)
        .saturating_add(u64::from(reader.u32(config_offset::FUND_FEE_RATE)?));
    // `create_amm_config`: a fee of everything or more shares of it than there is are never written.
    if u64::from(rate) >= MILLIONTHS || shares > MILLIONTHS {
        return Err(DecodeError::FieldInvalid);
    }
    Ok(rate)
}

/// Returns the initialized ticks of the array that starts at a tick, ascending. Their prices are taken from `known`, which is
/// ascending too, where it has them: a price takes longer than all else of a tick.
pub(super) fn decode_tick_array(
    account: AccountView<'_>,
    identity: &Identity,
    start: i32,
    known: &[Tick],
) -> Result<Vec<Tick>, DecodeError> {
    let reader = reader_of(account, TICK_ARRAY_DISCRIMINATOR, tick_offset::LENGTH)?;
    if reader.len() > tick_offset::LENGTH {
        // The swap takes an account of another length for the end of its list.
        return Err(DecodeError::DiscriminatorMismatch);
    }
    if reader.address(tick_offset::POOL)? != identity.address || reader.i32(tick_offset::START)? != start {
        return Err(DecodeError::RelationMismatch);
    }
    let mut ticks = Vec::new();
    let mut known = known.iter().peekable();
    let positions = (start..).step_by(usize::from(identity.tick_spacing));
    for (position, at) in positions.zip((tick_offset::FIRST..).step_by(tick_offset::EACH)).take(60) {
        let field = |offset: usize| at.saturating_add(offset);
        let has_liquidity = reader.u128(field(tick_offset::LIQUIDITY_GROSS))? != 0;
        let orders = reader.u64(field(tick_offset::ORDERS))?;
        let part_filled = reader.u64(field(tick_offset::PART_FILLED))?;
        if !has_liquidity && orders == 0 && part_filled == 0 {
            continue;
        }
        let unfilled = orders.checked_add(part_filled).ok_or(DecodeError::FieldInvalid)?;
        if reader.i32(at)? != position || !(MIN_TICK..=MAX_TICK).contains(&position) {
            return Err(DecodeError::FieldInvalid);
        }
        while known.next_if(|tick| tick.index < position).is_some() {}
        let sqrt_price = known
            .peek()
            .filter(|tick| tick.index == position)
            .map_or_else(|| sqrt_price_at_tick(position), |tick| tick.sqrt_price);
        let liquidity_net = reader.i128(field(tick_offset::LIQUIDITY_NET))?;
        let span = Span::default();
        ticks.push(Tick { sqrt_price, liquidity_net, unfilled, index: position, has_liquidity, span });
    }
    Ok(ticks)
}

pub(super) fn decode_extension(
    account: AccountView<'_>,
    pool: &Address,
) -> Result<Box<[u64; EXTENSION_WORDS]>, DecodeError> {
    let reader = reader_of(account, EXTENSION_DISCRIMINATOR, extension_offset::LENGTH)?;
    if reader.len() > extension_offset::LENGTH {
        return Err(DecodeError::DiscriminatorMismatch);
    }
    if reader.address(extension_offset::POOL)? != *pool {
        return Err(DecodeError::RelationMismatch);
    }
    let mut words = Box::new([0; EXTENSION_WORDS]);
    read_words(reader, extension_offset::WORDS, words.as_mut_slice())?;
    Ok(words)
}
