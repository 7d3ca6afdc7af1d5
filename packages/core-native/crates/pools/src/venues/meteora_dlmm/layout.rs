//! The accounts of Meteora DLMM (`lb_clmm` 0.12.0): the IDL of `@meteora-ag/dlmm` 1.9.14, Anchor zero-copy, so that fields
//! stand at their natural alignment.

use super::bin::{Bin, FeeSide, LimitOrders, Terms};
use super::fee::{FeeParameters, MAX_RATE, Volatility};
use crate::account_reader::AccountReader;
use crate::pool::{AccountView, Address, DecodeError, Pool};
use crate::quote::Direction;
use crate::token_account::{SPL_TOKEN_PROGRAM, TOKEN_2022_PROGRAM};
use crate::venues::meteora_dlmm::MeteoraDlmm;

/// Anchor discriminators of `LbPair`, `BinArray` and `BinArrayBitmapExtension`.
const PAIR_DISCRIMINATOR: [u8; 8] = [0x21, 0x0b, 0x31, 0x62, 0xb5, 0x65, 0xb1, 0x0d];
const BIN_ARRAY_DISCRIMINATOR: [u8; 8] = [0x5c, 0x8e, 0x5c, 0xdc, 0x05, 0x94, 0x46, 0xb5];
const EXTENSION_DISCRIMINATOR: [u8; 8] = [0x50, 0x6f, 0x7c, 0x71, 0x37, 0xed, 0x12, 0x05];

/// Bins in an array.
pub(super) const BINS_PER_ARRAY: i32 = 70;
/// The program moves no price beyond this bin, either way.
const MAX_BIN_ID: i32 = 443_636;
/// Words of the bitmap in the pair, and of each half of the extension's.
pub(super) const PAIR_WORDS: usize = 16;
pub(super) const EXTENSION_WORDS: usize = 96;

mod pair_offset {
    pub const BASE_FACTOR: usize = 8;
    pub const FILTER_PERIOD: usize = 10;
    pub const DECAY_PERIOD: usize = 12;
    pub const REDUCTION_FACTOR: usize = 14;
    pub const VARIABLE_FEE_CONTROL: usize = 16;
    pub const MAX_ACCUMULATOR: usize = 20;
    pub const BASE_FEE_POWER: usize = 34;
    pub const FUNCTION_TYPE: usize = 35;
    pub const COLLECT_FEE_MODE: usize = 36;
    pub const ACCUMULATOR: usize = 40;
    pub const REFERENCE: usize = 44;
    pub const INDEX_REFERENCE: usize = 48;
    pub const LAST_UPDATE: usize = 56;
    pub const PAIR_TYPE: usize = 75;
    pub const ACTIVE_ID: usize = 76;
    pub const BIN_STEP: usize = 80;
    pub const STATUS: usize = 82;
    pub const ACTIVATION_TYPE: usize = 86;
    pub const MINTS: [usize; 2] = [88, 120];
    pub const RESERVES: [usize; 2] = [152, 184];
    pub const REWARD_MINTS: [usize; 2] = [264, 408];
    pub const ORACLE: usize = 552;
    pub const BITMAP: usize = 584;
    pub const ACTIVATION_POINT: usize = 816;
    pub const TOKEN_PROGRAM_FLAGS: [usize; 2] = [880, 881];
    pub const LENGTH: usize = 904;
}

mod array_offset {
    pub const INDEX: usize = 8;
    pub const PAIR: usize = 24;
    pub const BINS: usize = 56;
    pub const LENGTH: usize = 10_136;
}

mod bin_offset {
    pub const AMOUNT_X: usize = 0;
    pub const AMOUNT_Y: usize = 8;
    pub const PRICE: usize = 16;
    pub const OPEN_ORDERS: usize = 112;
    pub const PROCESSED_ORDERS: usize = 128;
    pub const IS_ASK_SIDE: usize = 140;
    pub const LENGTH: usize = 144;
}

mod extension_offset {
    pub const PAIR: usize = 8;
    pub const POSITIVE: usize = 40;
    pub const NEGATIVE: usize = 808;
    pub const LENGTH: usize = 1_576;
}

/// The fields of the pair that never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) address: Address,
    pub(super) mints: [Address; 2],
    pub(super) reserves: [Address; 2],
    pub(super) token_programs: [Address; 2],
    pub(super) oracle: Address,
    pub(super) bin_step: u16,
}

/// When swaps begin (`activation_type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Activation {
    /// They began with the pool.
    Open,
    Slot(u64),
    UnixTimestamp(u64),
}

/// The fields of the pair that change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PairState {
    pub(super) fees: FeeParameters,
    pub(super) volatility: Volatility,
    pub(super) fee_mode: FeeMode,
    pub(super) orders: LimitOrders,
    pub(super) is_enabled: bool,
    pub(super) activation: Activation,
    pub(super) active_id: i32,
    pub(super) bitmap: [u64; PAIR_WORDS],
}

/// Which token fees are taken in (`CollectFeeMode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FeeMode {
    Input,
    OnlyY,
}

impl PairState {
    /// Returns how a direction is charged and filled.
    pub(super) const fn terms(&self, direction: Direction) -> Terms {
        let fee_side = match (self.fee_mode, direction) {
            (FeeMode::Input, _) | (FeeMode::OnlyY, Direction::BToA) => FeeSide::Input,
            (FeeMode::OnlyY, Direction::AToB) => FeeSide::Output,
        };
        Terms { direction, fee_side, orders: self.orders }
    }
}

/// The bitmap of the arrays that lie outside the pair's own, by words of 64 arrays away from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BitmapExtension {
    pub(super) positive: [u64; EXTENSION_WORDS],
    pub(super) negative: [u64; EXTENSION_WORDS],
}

fn open(
    account: AccountView<'_>,
    discriminator: [u8; 8],
    length: usize,
) -> Result<AccountReader<'_>, DecodeError> {
    if *account.owner != MeteoraDlmm::PROGRAM {
        return Err(DecodeError::OwnerMismatch);
    }
    let reader = AccountReader::new(account.data);
    if reader.bytes::<8>(0)? != discriminator {
        return Err(DecodeError::DiscriminatorMismatch);
    }
    if reader.len() < length { Err(DecodeError::TooShort) } else { Ok(reader) }
}

pub(super) fn decode_pair(account: AccountView<'_>) -> Result<(Identity, PairState), DecodeError> {
    let reader = open(account, PAIR_DISCRIMINATOR, pair_offset::LENGTH)?;
    let pair = |[first, second]: [usize; 2]| Ok([reader.address(first)?, reader.address(second)?]);
    let token_program = |offset: usize| match reader.u8(offset)? {
        0 => Ok(SPL_TOKEN_PROGRAM),
        1 => Ok(TOKEN_2022_PROGRAM),
        _ => Err(DecodeError::FieldInvalid),
    };
    let [flag_x, flag_y] = pair_offset::TOKEN_PROGRAM_FLAGS;
    let identity = Identity {
        address: *account.address,
        mints: pair(pair_offset::MINTS)?,
        reserves: pair(pair_offset::RESERVES)?,
        token_programs: [token_program(flag_x)?, token_program(flag_y)?],
        oracle: reader.address(pair_offset::ORACLE)?,
        bin_step: reader.u16(pair_offset::BIN_STEP)?,
    };
    let [mint_x, mint_y] = identity.mints;
    let [reserve_x, reserve_y] = identity.reserves;
    if mint_x == mint_y || reserve_x == reserve_y || identity.bin_step == 0 {
        return Err(DecodeError::FieldInvalid);
    }
    Ok((identity, decode_state(reader, identity.bin_step)?))
}

fn decode_state(reader: AccountReader<'_>, bin_step: u16) -> Result<PairState, DecodeError> {
    let active_id = reader.i32(pair_offset::ACTIVE_ID)?;
    if active_id.unsigned_abs() > MAX_BIN_ID.unsigned_abs() {
        return Err(DecodeError::FieldInvalid);
    }
    let mut bitmap = [0; PAIR_WORDS];
    read_words(reader, pair_offset::BITMAP, &mut bitmap)?;
    Ok(PairState {
        fees: decode_fees(reader, bin_step)?,
        volatility: Volatility {
            accumulator: reader.u32(pair_offset::ACCUMULATOR)?,
            reference: reader.u32(pair_offset::REFERENCE)?,
            index_reference: reader.i32(pair_offset::INDEX_REFERENCE)?,
            last_update: reader.i64(pair_offset::LAST_UPDATE)?,
        },
        fee_mode: match reader.u8(pair_offset::COLLECT_FEE_MODE)? {
            0 => FeeMode::Input,
            1 => FeeMode::OnlyY,
            _ => return Err(DecodeError::FieldInvalid),
        },
        orders: decode_orders(reader)?,
        is_enabled: reader.u8(pair_offset::STATUS)? == 0,
        activation: decode_activation(reader)?,
        active_id,
        bitmap,
    })
}

fn decode_fees(reader: AccountReader<'_>, bin_step: u16) -> Result<FeeParameters, DecodeError> {
    let step = u64::from(bin_step);
    // 16 and 16 bits; the power of ten may pass 128, which the program refuses at every swap.
    let flat = u64::from(reader.u16(pair_offset::BASE_FACTOR)?).saturating_mul(step);
    let power = u32::from(reader.u8(pair_offset::BASE_FEE_POWER)?).saturating_add(1);
    let base = 10_u128.checked_pow(power).and_then(|scale| scale.checked_mul(u128::from(flat)));
    let base_rate = base.ok_or(DecodeError::FieldInvalid)?.min(u128::from(MAX_RATE));
    let control = u64::from(reader.u32(pair_offset::VARIABLE_FEE_CONTROL)?);
    Ok(FeeParameters {
        base_rate: u64::try_from(base_rate).map_err(|_| DecodeError::FieldInvalid)?,
        // 32 and twice 16 bits always fit 64.
        variable_factor: control.saturating_mul(step).saturating_mul(step),
        max_accumulator: reader.u32(pair_offset::MAX_ACCUMULATOR)?,
        filter_period: reader.u16(pair_offset::FILTER_PERIOD)?,
        decay_period: reader.u16(pair_offset::DECAY_PERIOD)?,
        reduction_factor: reader.u16(pair_offset::REDUCTION_FACTOR)?,
    })
}

/// Pools that mine rewards keep other figures where the limit orders of the rest stand (`is_support_limit_order`).
fn decode_orders(reader: AccountReader<'_>) -> Result<LimitOrders, DecodeError> {
    let [reward_0, reward_1] = pair_offset::REWARD_MINTS;
    match reader.u8(pair_offset::FUNCTION_TYPE)? {
        0 if reader.address(reward_0)? == [0; 32] && reader.address(reward_1)? == [0; 32] => {
            Ok(LimitOrders::Counted)
        }
        0 | 1 => Ok(LimitOrders::Ignored),
        2 => Ok(LimitOrders::Counted),
        _ => Err(DecodeError::FieldInvalid),
    }
}

/// Only permissioned pools and those with customizable terms wait for an activation point.
fn decode_activation(reader: AccountReader<'_>) -> Result<Activation, DecodeError> {
    let point = reader.u64(pair_offset::ACTIVATION_POINT)?;
    match (reader.u8(pair_offset::PAIR_TYPE)?, reader.u8(pair_offset::ACTIVATION_TYPE)?) {
        (0 | 3, 0 | 1) => Ok(Activation::Open),
        (1 | 2, 0) => Ok(Activation::Slot(point)),
        (1 | 2, 1) => Ok(Activation::UnixTimestamp(point)),
        _ => Err(DecodeError::FieldInvalid),
    }
}

fn read_words(reader: AccountReader<'_>, offset: usize, words: &mut [u64]) -> Result<(), DecodeError> {
    for (word, at) in words.iter_mut().zip((offset..).step_by(8)) {
        *word = reader.u64(at)?;
    }
    Ok(())
}

/// Which array is expected.
#[derive(Clone, Copy, Debug)]
pub(super) struct ArrayRelation<'a> {
    pub(super) pair: &'a Address,
    pub(super) index: i32,
}

/// Decodes the bins that hold something, in the order of their ids, into `bins`, whose content is lost.
pub(super) fn decode_bin_array(
    account: AccountView<'_>,
    relation: ArrayRelation<'_>,
    bins: &mut Vec<Bin>,
) -> Result<(), DecodeError> {
    let reader = open(account, BIN_ARRAY_DISCRIMINATOR, array_offset::LENGTH)?;
    if reader.address(array_offset::PAIR)? != *relation.pair
        || reader.i64(array_offset::INDEX)? != i64::from(relation.index)
    {
        return Err(DecodeError::RelationMismatch);
    }
    bins.clear();
    let lowest = relation.index.checked_mul(BINS_PER_ARRAY).ok_or(DecodeError::FieldInvalid)?;
    let records = account.data.get(array_offset::BINS..array_offset::LENGTH).ok_or(DecodeError::TooShort)?;
    for (id, record) in (lowest..).zip(records.chunks_exact(bin_offset::LENGTH)) {
        let reader = AccountReader::new(record);
        let amounts = [reader.u64(bin_offset::AMOUNT_X)?, reader.u64(bin_offset::AMOUNT_Y)?];
        let processed_orders = reader.u64(bin_offset::PROCESSED_ORDERS)?;
        let open_orders = reader.u64(bin_offset::OPEN_ORDERS)?;
        let [x, y] = amounts;
        if x | y | processed_orders | open_orders == 0 {
            continue;
        }
        let price = reader.u128(bin_offset::PRICE)?;
        let is_ask_side = reader.u8(bin_offset::IS_ASK_SIDE)? != 0;
        let orders_for = if is_ask_side { Direction::BToA } else { Direction::AToB };
        bins.push(Bin { price, amounts, processed_orders, open_orders, id, orders_for });
    }
    Ok(())
}

/// Decodes the bitmap extension of a pair.
pub(super) fn decode_extension(
    account: AccountView<'_>,
    pair: &Address,
) -> Result<BitmapExtension, DecodeError> {
    let reader = open(account, EXTENSION_DISCRIMINATOR, extension_offset::LENGTH)?;
    if reader.address(extension_offset::PAIR)? != *pair {
        return Err(DecodeError::RelationMismatch);
    }
    let mut extension = BitmapExtension { positive: [0; EXTENSION_WORDS], negative: [0; EXTENSION_WORDS] };
    read_words(reader, extension_offset::POSITIVE, &mut extension.positive)?;
    read_words(reader, extension_offset::NEGATIVE, &mut extension.negative)?;
    Ok(extension)
}

/// Returns the array of a bin.
pub(super) const fn array_of_bin(id: i32) -> i32 {
    id.div_euclid(BINS_PER_ARRAY)
}
