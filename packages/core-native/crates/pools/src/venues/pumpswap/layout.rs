//! The accounts of `PumpSwap`: IDL `pump_amm.json` (`Pool`, `GlobalConfig`) of the crate `pump-rust-client` 0.5.0.
//!
//! The program has appended to both accounts over time and reads what an older one lacks as zero, one addition as a whole.

use crate::account_reader::AccountReader;
use crate::pool::{AccountView, Address, DecodeError, Pool};
use crate::quote::Direction;
use crate::token_account::{
    SPL_TOKEN_PROGRAM, TOKEN_2022_PROGRAM, VaultBalance, VaultRelation, decode_vault,
};
use crate::venues::pumpswap::Pumpswap;
use tandem_math::fee::TEN_THOUSANDTHS;

/// Anchor discriminators of `Pool` and `GlobalConfig`.
const POOL_DISCRIMINATOR: [u8; 8] = [0xf1, 0x9a, 0x6d, 0x04, 0x11, 0xb1, 0x6d, 0xbc];
const CONFIG_DISCRIMINATOR: [u8; 8] = [0x95, 0x08, 0x9c, 0xca, 0xa0, 0xfc, 0xb0, 0xd9];

/// `Pool`, Borsh; `…_END` is the length an account must have to carry the addition.
mod pool_offset {
    pub const CREATOR: usize = 11;
    pub const MINTS: [usize; 2] = [43, 75];
    pub const VAULTS: [usize; 2] = [139, 171];
    pub const LENGTH: usize = 211;
    pub const COIN_CREATOR: usize = 211;
    pub const IS_MAYHEM_MODE: usize = 243;
    pub const IS_CASHBACK_COIN: usize = 244;
    pub const VIRTUAL_QUOTE_RESERVES: usize = 245;
    pub const VIRTUAL_QUOTE_RESERVES_END: usize = 261;
    pub const CREATOR_FEE: usize = 261;
    pub const CREATOR_FEE_END: usize = 270;
    pub const PROTOCOL_FEES: usize = 271;
    pub const CREATOR_FEES: usize = 279;
    pub const FEES_END: usize = 287;
}

/// `GlobalConfig`, Borsh.
mod config_offset {
    pub const DISABLE_FLAGS: usize = 56;
    pub const BUYBACK_RECIPIENTS: usize = 643;
    pub const BUYBACK_RATE: usize = 899;
    pub const LENGTH: usize = 907;
    pub const CREATOR_FEE_CONFIGURABLE: usize = 940;
    pub const CREATOR_FEE_CONFIGURABLE_END: usize = 949;
}

/// `GlobalConfig.disable_flags`.
const DISABLE_BUY: u8 = 1 << 3;
const DISABLE_SELL: u8 = 1 << 4;

/// Default of an address: the pool has no coin creator.
const NO_ADDRESS: Address = [0; 32];

/// The fields of the pool account that never change; base before quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) address: Address,
    pub(super) creator: Address,
    pub(super) mints: [Address; 2],
    pub(super) vaults: [Address; 2],
}

/// The fields of the pool account that change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PoolState {
    pub(super) has_coin_creator: bool,
    pub(super) is_mayhem_mode: bool,
    pub(super) is_cashback_coin: bool,
    /// Priced on top of the quote vault: the boost less the fees that wait in it.
    pub(super) virtual_quote_reserves: i128,
    /// Ten-thousandths that replace the schedule's creator fee; 0 means none.
    pub(super) creator_fee_rate: u64,
    /// Fees of `_v2` swaps that wait in the quote vault; `None` where the account is older than them, so that the first such
    /// swap makes it longer.
    pub(super) waiting: Option<WaitingFees>,
}

/// Fees that lie in the quote vault until someone sweeps them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct WaitingFees {
    pub(super) protocol: u64,
    pub(super) creator: u64,
}

/// What a quote needs of the global configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct GlobalConfig {
    disable_flags: u8,
    /// Whether a pool's own creator fee counts.
    pub(super) is_creator_fee_configurable: bool,
    /// Ten-thousandths of the protocol fee that a swap pays out at once.
    pub(super) buyback_rate: u64,
    pub(super) buyback_recipient: Address,
}

impl GlobalConfig {
    pub(super) const fn is_disabled(&self, direction: Direction) -> bool {
        let flag = match direction {
            Direction::AToB => DISABLE_SELL,
            Direction::BToA => DISABLE_BUY,
        };
        self.disable_flags & flag != 0
    }
}

pub(super) fn decode_pool(account: AccountView<'_>) -> Result<(Identity, PoolState), DecodeError> {
    let reader = read_owned(account, POOL_DISCRIMINATOR, pool_offset::LENGTH)?;
    let pair = |[base, quote]: [usize; 2]| Ok([reader.address(base)?, reader.address(quote)?]);
    let identity = Identity {
        address: *account.address,
        creator: reader.address(pool_offset::CREATOR)?,
        mints: pair(pool_offset::MINTS)?,
        vaults: pair(pool_offset::VAULTS)?,
    };
    let ([base_mint, quote_mint], [base_vault, quote_vault]) = (identity.mints, identity.vaults);
    if base_mint == quote_mint || base_vault == quote_vault {
        return Err(DecodeError::FieldInvalid);
    }
    Ok((identity, decode_state(reader)?))
}

fn decode_state(reader: AccountReader<'_>) -> Result<PoolState, DecodeError> {
    let has = |end: usize| reader.len() >= end;
    let flag = |offset: usize| match reader.u8(offset).unwrap_or(0) {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(DecodeError::FieldInvalid),
    };
    let mut state = PoolState {
        has_coin_creator: reader
            .address(pool_offset::COIN_CREATOR)
            .is_ok_and(|creator| creator != NO_ADDRESS),
        is_mayhem_mode: flag(pool_offset::IS_MAYHEM_MODE)?,
        is_cashback_coin: flag(pool_offset::IS_CASHBACK_COIN)?,
        virtual_quote_reserves: 0,
        creator_fee_rate: 0,
        waiting: None,
    };
    if has(pool_offset::VIRTUAL_QUOTE_RESERVES_END) {
        state.virtual_quote_reserves = reader.i128(pool_offset::VIRTUAL_QUOTE_RESERVES)?;
    }
    if has(pool_offset::CREATOR_FEE_END) {
        state.creator_fee_rate = reader.u64(pool_offset::CREATOR_FEE)?;
    }
    if has(pool_offset::FEES_END) {
        let (protocol, creator) = (pool_offset::PROTOCOL_FEES, pool_offset::CREATOR_FEES);
        state.waiting = Some(WaitingFees { protocol: reader.u64(protocol)?, creator: reader.u64(creator)? });
    }
    if state.creator_fee_rate > TEN_THOUSANDTHS {
        return Err(DecodeError::FieldInvalid);
    }
    Ok(state)
}

pub(super) fn decode_config(account: AccountView<'_>) -> Result<GlobalConfig, DecodeError> {
    let reader = read_owned(account, CONFIG_DISCRIMINATOR, config_offset::LENGTH)?;
    let has_configurable_fee = reader.len() >= config_offset::CREATOR_FEE_CONFIGURABLE_END;
    let config = GlobalConfig {
        disable_flags: reader.u8(config_offset::DISABLE_FLAGS)?,
        is_creator_fee_configurable: has_configurable_fee
            && reader.u8(config_offset::CREATOR_FEE_CONFIGURABLE)? != 0,
        buyback_rate: reader.u64(config_offset::BUYBACK_RATE)?,
        // Any of the eight is taken; one for all keeps lookup tables small.
        buyback_recipient: reader.address(config_offset::BUYBACK_RECIPIENTS)?,
    };
    if config.buyback_rate > TEN_THOUSANDTHS {
        return Err(DecodeError::FieldInvalid);
    }
    Ok(config)
}

/// Decodes a vault, whose token program the pool does not name: returns which it is.
pub(super) fn decode_pool_vault(
    account: AccountView<'_>,
    pool: &Address,
    mint: &Address,
) -> Result<(Address, VaultBalance), DecodeError> {
    if ![SPL_TOKEN_PROGRAM, TOKEN_2022_PROGRAM].contains(account.owner) {
        return Err(DecodeError::OwnerMismatch);
    }
    let relation = VaultRelation { token_program: account.owner, mint, authority: pool };
    Ok((*account.owner, decode_vault(account, relation)?))
}

fn read_owned(
    account: AccountView<'_>,
    discriminator: [u8; 8],
    length: usize,
) -> Result<AccountReader<'_>, DecodeError> {
    if *account.owner != Pumpswap::PROGRAM {
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
