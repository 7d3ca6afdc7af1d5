//! The pool account of Meteora DAMM v2: `programs/cp-amm/src/state/{pool.rs,fee.rs}`, release 0.2.1.

use super::base_fee::BaseFeeRule;
use super::dynamic_fee::DynamicFee;
use crate::account_reader::AccountReader;
use crate::pool::{AccountView, Address, DecodeError, Pool};
use crate::quote::{ChainClock, Direction};
use crate::token_account::{SPL_TOKEN_PROGRAM, TOKEN_2022_PROGRAM};
use crate::venues::meteora_damm_v2::MeteoraDammV2;

/// Anchor discriminator of `Pool`.
const POOL_DISCRIMINATOR: [u8; 8] = [0xf1, 0x9a, 0x6d, 0x04, 0x11, 0xb1, 0x6d, 0xbc];

/// `Pool`, `state/pool.rs`: a zero-copy structure, token A before token B.
mod offset {
    pub const PROTOCOL_FEE_PERCENT: usize = 48;
    pub const COMPOUNDING_FEE_BPS: usize = 54;
    pub const INIT_SQRT_PRICE: usize = 152;
    pub const MINTS: [usize; 2] = [168, 200];
    pub const VAULTS: [usize; 2] = [232, 264];
    pub const LIQUIDITY: usize = 360;
    pub const PROTOCOL_FEES: [usize; 2] = [392, 400];
    pub const SQRT_MIN_PRICE: usize = 424;
    pub const SQRT_MAX_PRICE: usize = 440;
    pub const SQRT_PRICE: usize = 456;
    pub const ACTIVATION_POINT: usize = 472;
    pub const ACTIVATION_TYPE: usize = 480;
    pub const POOL_STATUS: usize = 481;
    pub const TOKEN_FLAGS: [usize; 2] = [482, 483];
    pub const COLLECT_FEE_MODE: usize = 484;
    pub const FEE_VERSION: usize = 486;
    pub const TOTAL_PROTOCOL_FEES: [usize; 2] = [600, 608];
    pub const TOKEN_AMOUNTS: [usize; 2] = [680, 688];
    pub const LAYOUT_VERSION: usize = 696;
    pub const LENGTH: usize = 1112;
}

/// `MIN_SQRT_PRICE` and `MAX_SQRT_PRICE` of `constants.rs`; no range of a pool passes them.
const MIN_SQRT_PRICE: u128 = 4_295_048_016;
const MAX_SQRT_PRICE: u128 = 79_226_673_521_066_979_257_578_248_091;
/// What the square root of a price can be that is a quotient of two 64-bit reserves above zero.
const RESERVE_SQRT_PRICES: core::ops::Range<u128> = 1 << 32..1 << 96;

/// `MAX_FEE_NUMERATOR_V0` and `MAX_FEE_NUMERATOR_V1` of `constants.rs`, in billionths.
const MAX_FEE_NUMERATORS: [u64; 2] = [500_000_000, 990_000_000];

/// Denominator of every fee rate (`FEE_DENOMINATOR`).
pub(super) const BILLIONTHS: u64 = 1_000_000_000;

/// Where fees are taken (`CollectFeeMode`); compounding pools price along their reserves, the others along a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CollectFeeMode {
    /// From the output.
    BothToken,
    /// From token B.
    OnlyB,
    /// From token B, and a part of the fee stays in the reserve.
    Compounding,
}

impl CollectFeeMode {
    /// Returns whether the fee of a swap is taken from its input (`FeeMode::get_fee_mode`).
    pub(super) const fn is_on_input(self, direction: Direction) -> bool {
        matches!((self, direction), (Self::OnlyB | Self::Compounding, Direction::BToA))
    }
}

/// What the activation point and the schedules count in (`ActivationType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ActivationType {
    Slot,
    Timestamp,
}

impl ActivationType {
    #[inline]
    pub(super) const fn point(self, clock: &ChainClock) -> u64 {
        match self {
            Self::Slot => clock.slot,
            Self::Timestamp => clock.unix_timestamp,
        }
    }
}

/// The fields of the pool account that never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) address: Address,
    pub(super) vaults: [Address; 2],
    pub(super) mints: [Address; 2],
    pub(super) token_programs: [Address; 2],
}

/// The fields of the pool account that change.
#[derive(Clone, Copy, Debug)]
pub(super) struct PoolState {
    pub(super) is_enabled: bool,
    pub(super) activation_type: ActivationType,
    pub(super) activation_point: u64,
    pub(super) collect_fee_mode: CollectFeeMode,
    pub(super) base_fee: BaseFeeRule,
    pub(super) dynamic_fee: Option<DynamicFee>,
    pub(super) max_fee_numerator: u64,
    pub(super) protocol_fee_percent: u8,
    pub(super) compounding_fee_bps: u16,
    pub(super) init_sqrt_price: u128,
    pub(super) liquidity: u128,
    pub(super) sqrt_min_price: u128,
    pub(super) sqrt_max_price: u128,
    pub(super) sqrt_price: u128,
    /// What is owed to the protocol, and what ever was; each is counted in 64 bits.
    pub(super) protocol_fees: [u64; 2],
    pub(super) total_protocol_fees: [u64; 2],
    /// The reserves; pools of the first layout have none until their next swap counts them.
    pub(super) token_amounts: Option<[u64; 2]>,
}

pub(super) fn decode_pool(account: AccountView<'_>) -> Result<(Identity, PoolState), DecodeError> {
    if *account.owner != MeteoraDammV2::PROGRAM {
        return Err(DecodeError::OwnerMismatch);
    }
    let reader = AccountReader::new(account.data);
    if reader.bytes::<8>(0)? != POOL_DISCRIMINATOR {
        return Err(DecodeError::DiscriminatorMismatch);
    }
    if reader.len() < offset::LENGTH {
        return Err(DecodeError::TooShort);
    }
    let pair = |[first, second]: [usize; 2]| Ok([reader.address(first)?, reader.address(second)?]);
    let [flag_a, flag_b] = offset::TOKEN_FLAGS;
    let identity = Identity {
        address: *account.address,
        vaults: pair(offset::VAULTS)?,
        mints: pair(offset::MINTS)?,
        token_programs: [
            decode_token_program(reader.u8(flag_a)?)?,
            decode_token_program(reader.u8(flag_b)?)?,
        ],
    };
    let ([mint_a, mint_b], [vault_a, vault_b]) = (identity.mints, identity.vaults);
    if mint_a == mint_b || vault_a == vault_b {
        return Err(DecodeError::FieldInvalid);
    }
    Ok((identity, decode_state(reader)?))
}

/// `TokenProgramFlags`.
const fn decode_token_program(flag: u8) -> Result<Address, DecodeError> {
    match flag {
        0 => Ok(SPL_TOKEN_PROGRAM),
        1 => Ok(TOKEN_2022_PROGRAM),
        _ => Err(DecodeError::FieldInvalid),
    }
}

fn decode_state(reader: AccountReader<'_>) -> Result<PoolState, DecodeError> {
    let numbers = |[first, second]: [usize; 2]| Ok([reader.u64(first)?, reader.u64(second)?]);
    let state = PoolState {
        is_enabled: reader.u8(offset::POOL_STATUS)? == 0,
        activation_type: match reader.u8(offset::ACTIVATION_TYPE)? {
            0 => ActivationType::Slot,
            1 => ActivationType::Timestamp,
            _ => return Err(DecodeError::FieldInvalid),
        },
        activation_point: reader.u64(offset::ACTIVATION_POINT)?,
        collect_fee_mode: match reader.u8(offset::COLLECT_FEE_MODE)? {
            0 => CollectFeeMode::BothToken,
            1 => CollectFeeMode::OnlyB,
            2 => CollectFeeMode::Compounding,
            _ => return Err(DecodeError::FieldInvalid),
        },
        base_fee: BaseFeeRule::decode(reader)?,
        dynamic_fee: DynamicFee::decode(reader, RESERVE_SQRT_PRICES)?,
        max_fee_numerator: *MAX_FEE_NUMERATORS
            .get(usize::from(reader.u8(offset::FEE_VERSION)?))
            .ok_or(DecodeError::FieldInvalid)?,
        protocol_fee_percent: reader.u8(offset::PROTOCOL_FEE_PERCENT)?,
        compounding_fee_bps: reader.u16(offset::COMPOUNDING_FEE_BPS)?,
        init_sqrt_price: reader.u128(offset::INIT_SQRT_PRICE)?,
        liquidity: reader.u128(offset::LIQUIDITY)?,
        sqrt_min_price: reader.u128(offset::SQRT_MIN_PRICE)?,
        sqrt_max_price: reader.u128(offset::SQRT_MAX_PRICE)?,
        sqrt_price: reader.u128(offset::SQRT_PRICE)?,
        protocol_fees: numbers(offset::PROTOCOL_FEES)?,
        total_protocol_fees: numbers(offset::TOTAL_PROTOCOL_FEES)?,
        token_amounts: match reader.u8(offset::LAYOUT_VERSION)? {
            0 => None,
            1 => Some(numbers(offset::TOKEN_AMOUNTS)?),
            _ => return Err(DecodeError::FieldInvalid),
        },
    };
    check(state, numbers(offset::TOKEN_AMOUNTS)?)
}

/// Refuses what the program never writes, so that the arithmetic behind has no case for it.
fn check(mut state: PoolState, token_amounts: [u64; 2]) -> Result<PoolState, DecodeError> {
    let is_priced = if state.collect_fee_mode == CollectFeeMode::Compounding {
        // Their reserves are what they price with, whatever the layout.
        state.token_amounts = Some(token_amounts);
        RESERVE_SQRT_PRICES.contains(&state.sqrt_price)
    } else {
        state.sqrt_min_price >= MIN_SQRT_PRICE
            && state.sqrt_max_price <= MAX_SQRT_PRICE
            && state.sqrt_min_price < state.sqrt_max_price
            && (state.sqrt_min_price..=state.sqrt_max_price).contains(&state.sqrt_price)
    };
    if !is_priced || state.protocol_fee_percent > 100 || state.compounding_fee_bps > 10_000 {
        return Err(DecodeError::FieldInvalid);
    }
    Ok(state)
}
