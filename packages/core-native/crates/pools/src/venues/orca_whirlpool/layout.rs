//! The pool and oracle accounts of Whirlpool: `programs/whirlpool/src/state/{whirlpool.rs,oracle.rs}`.

use super::adaptive_fee::{Constants, Oracle, Variables};
use super::tick_math::{MAX_SQRT_PRICE, MAX_TICK, MIN_SQRT_PRICE, MIN_TICK, sqrt_price_at_tick};
use crate::account_reader::AccountReader;
use crate::pool::{AccountView, Address, DecodeError, Pool};
use crate::venues::orca_whirlpool::OrcaWhirlpool;

/// Anchor discriminators of `Whirlpool` and `Oracle`.
const POOL_DISCRIMINATOR: [u8; 8] = [0x3f, 0x95, 0xd1, 0x0c, 0xe1, 0x80, 0x63, 0x09];
const ORACLE_DISCRIMINATOR: [u8; 8] = [0x8b, 0xc2, 0x83, 0xb3, 0x8c, 0xb3, 0xe5, 0xf4];
/// `MAX_FEE_RATE`, `math/token_math.rs`, millionths.
const MAX_FEE_RATE: u16 = 60_000;

/// `Whirlpool`, `state/whirlpool.rs`: packed, A before B.
mod pool_offset {
    pub const TICK_SPACING: usize = 41;
    pub const FEE_TIER_INDEX: usize = 43;
    pub const FEE_RATE: usize = 45;
    pub const LIQUIDITY: usize = 49;
    pub const SQRT_PRICE: usize = 65;
    pub const TICK: usize = 81;
    pub const MINTS: [usize; 2] = [101, 181];
    pub const VAULTS: [usize; 2] = [133, 213];
    pub const REWARD_LAST_UPDATED: usize = 261;
    pub const LENGTH: usize = 653;
}

/// `Oracle`, `state/oracle.rs`: packed; the constants end with 16 reserved bytes.
mod oracle_offset {
    pub const WHIRLPOOL: usize = 8;
    pub const TRADE_ENABLE_TIMESTAMP: usize = 40;
    pub const FILTER_PERIOD: usize = 48;
    pub const DECAY_PERIOD: usize = 50;
    pub const REDUCTION_FACTOR: usize = 52;
    pub const CONTROL_FACTOR: usize = 54;
    pub const MAX_VOLATILITY: usize = 58;
    pub const TICK_GROUP_SIZE: usize = 62;
    pub const MAJOR_SWAP_THRESHOLD: usize = 64;
    pub const LAST_REFERENCE_UPDATE: usize = 82;
    pub const LAST_MAJOR_SWAP: usize = 90;
    pub const VOLATILITY_REFERENCE: usize = 98;
    pub const GROUP_REFERENCE: usize = 102;
    pub const VOLATILITY: usize = 106;
    pub const LENGTH: usize = 254;
}

/// The fields of the pool account that never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) address: Address,
    pub(super) mints: [Address; 2],
    pub(super) vaults: [Address; 2],
    pub(super) tick_spacing: u16,
    /// Whether an oracle account adapts the fee: the fee tier then has an index of its own, no tick spacing.
    pub(super) is_adaptive: bool,
}

/// The fields of the pool account that change.
#[derive(Clone, Copy, Debug)]
pub(super) struct PoolState {
    pub(super) liquidity: u128,
    pub(super) sqrt_price: u128,
    /// Tick of the price, or the one below it where a swap down has just crossed that tick.
    pub(super) tick: i32,
    /// Static fee, millionths.
    pub(super) fee_rate: u32,
    /// Unix seconds of the last swap or change of liquidity: the program refuses an earlier clock.
    pub(super) updated_at: u64,
}

pub(super) fn decode_pool(account: AccountView<'_>) -> Result<(Identity, PoolState), DecodeError> {
    if *account.owner != OrcaWhirlpool::PROGRAM {
        return Err(DecodeError::OwnerMismatch);
    }
    let reader = AccountReader::new(account.data);
    if reader.bytes::<8>(0)? != POOL_DISCRIMINATOR {
        return Err(DecodeError::DiscriminatorMismatch);
    }
    if reader.len() < pool_offset::LENGTH {
        return Err(DecodeError::TooShort);
    }
    let pair = |[first, second]: [usize; 2]| Ok([reader.address(first)?, reader.address(second)?]);
    let tick_spacing = reader.u16(pool_offset::TICK_SPACING)?;
    let identity = Identity {
        address: *account.address,
        mints: pair(pool_offset::MINTS)?,
        vaults: pair(pool_offset::VAULTS)?,
        tick_spacing,
        is_adaptive: reader.u16(pool_offset::FEE_TIER_INDEX)? != tick_spacing,
    };
    let [mint_a, mint_b] = identity.mints;
    let [vault_a, vault_b] = identity.vaults;
    if mint_a == mint_b || vault_a == vault_b || tick_spacing == 0 {
        return Err(DecodeError::FieldInvalid);
    }
    Ok((identity, decode_state(reader)?))
}

fn decode_state(reader: AccountReader<'_>) -> Result<PoolState, DecodeError> {
    let fee_rate = reader.u16(pool_offset::FEE_RATE)?;
    let sqrt_price = reader.u128(pool_offset::SQRT_PRICE)?;
    let tick = reader.i32(pool_offset::TICK)?;
    if fee_rate > MAX_FEE_RATE
        || !(MIN_SQRT_PRICE..=MAX_SQRT_PRICE).contains(&sqrt_price)
        || !(MIN_TICK.saturating_sub(1)..=MAX_TICK).contains(&tick)
        || !(sqrt_price_at_tick(tick)..=sqrt_price_at_tick(tick.saturating_add(1))).contains(&sqrt_price)
    {
        return Err(DecodeError::FieldInvalid);
    }
    Ok(PoolState {
        liquidity: reader.u128(pool_offset::LIQUIDITY)?,
        sqrt_price,
        tick,
        fee_rate: u32::from(fee_rate),
        updated_at: reader.u64(pool_offset::REWARD_LAST_UPDATED)?,
    })
}

/// Decodes the oracle of a pool. An absent one is refused as an account of another owner: the program makes it together with a
/// pool whose fee adapts.
pub(super) fn decode_oracle(account: AccountView<'_>, identity: &Identity) -> Result<Oracle, DecodeError> {
    if *account.owner != OrcaWhirlpool::PROGRAM {
        return Err(DecodeError::OwnerMismatch);
    }
    let reader = AccountReader::new(account.data);
    if reader.bytes::<8>(0)? != ORACLE_DISCRIMINATOR {
        return Err(DecodeError::DiscriminatorMismatch);
    }
    if reader.len() < oracle_offset::LENGTH {
        return Err(DecodeError::TooShort);
    }
    if reader.address(oracle_offset::WHIRLPOOL)? != identity.address {
        return Err(DecodeError::RelationMismatch);
    }
    let oracle = Oracle {
        trade_enable_timestamp: reader.u64(oracle_offset::TRADE_ENABLE_TIMESTAMP)?,
        constants: Constants {
            filter_period: reader.u16(oracle_offset::FILTER_PERIOD)?,
            decay_period: reader.u16(oracle_offset::DECAY_PERIOD)?,
            reduction_factor: reader.u16(oracle_offset::REDUCTION_FACTOR)?,
            control_factor: reader.u32(oracle_offset::CONTROL_FACTOR)?,
            max_volatility: reader.u32(oracle_offset::MAX_VOLATILITY)?,
            tick_group_size: reader.u16(oracle_offset::TICK_GROUP_SIZE)?,
            major_swap_threshold: reader.u16(oracle_offset::MAJOR_SWAP_THRESHOLD)?,
        },
        variables: Variables {
            last_reference_update: reader.u64(oracle_offset::LAST_REFERENCE_UPDATE)?,
            last_major_swap: reader.u64(oracle_offset::LAST_MAJOR_SWAP)?,
            volatility_reference: reader.u32(oracle_offset::VOLATILITY_REFERENCE)?,
            group_reference: reader.i32(oracle_offset::GROUP_REFERENCE)?,
            volatility: reader.u32(oracle_offset::VOLATILITY)?,
        },
    };
    if oracle.is_possible(identity.tick_spacing) { Ok(oracle) } else { Err(DecodeError::FieldInvalid) }
}
