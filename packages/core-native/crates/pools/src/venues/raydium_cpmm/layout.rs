//! The accounts of Raydium CPMM: `programs/cp-swap/src/states/{pool.rs,config.rs}`.

use crate::account_reader::AccountReader;
use crate::pool::{AccountView, Address, DecodeError, Pool};
use crate::quote::Direction;
use crate::token_account::{SPL_TOKEN_PROGRAM, TOKEN_2022_PROGRAM};
use crate::venues::raydium_cpmm::RaydiumCpmm;
use tandem_math::fee::MILLIONTHS;

/// Anchor discriminators of `PoolState` and `AmmConfig`.
const POOL_DISCRIMINATOR: [u8; 8] = [0xf7, 0xed, 0xe3, 0xf5, 0xd7, 0xc3, 0xde, 0x46];
const CONFIG_DISCRIMINATOR: [u8; 8] = [0xda, 0xf4, 0x21, 0x68, 0xcb, 0xcb, 0x2b, 0x6f];
/// `PoolState`, `states/pool.rs`: packed, token 0 before token 1.
mod pool_offset {
    pub const AMM_CONFIG: usize = 8;
    pub const VAULTS: [usize; 2] = [72, 104];
    pub const MINTS: [usize; 2] = [168, 200];
    pub const TOKEN_PROGRAMS: [usize; 2] = [232, 264];
    pub const OBSERVATION: usize = 296;
    pub const STATUS: usize = 329;
    pub const PROTOCOL_FEES: [usize; 2] = [341, 349];
    pub const FUND_FEES: [usize; 2] = [357, 365];
    pub const OPEN_TIME: usize = 373;
    pub const CREATOR_FEE_ON: usize = 389;
    pub const ENABLE_CREATOR_FEE: usize = 390;
    pub const CREATOR_FEES: [usize; 2] = [397, 405];
    pub const LENGTH: usize = 637;
}

/// `AmmConfig`, `states/config.rs`.
mod config_offset {
    pub const TRADE_FEE_RATE: usize = 12;
    pub const PROTOCOL_FEE_RATE: usize = 20;
    pub const FUND_FEE_RATE: usize = 28;
    pub const CREATOR_FEE_RATE: usize = 108;
    pub const LENGTH: usize = 236;
}

/// Which of the pool's tokens the creator fee is taken in (`CreatorFeeOn`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CreatorFeeOn {
    Input,
    Token0,
    Token1,
}

impl CreatorFeeOn {
    pub(super) const fn is_input(self, direction: Direction) -> bool {
        match (self, direction) {
            (Self::Input, _) | (Self::Token0, Direction::AToB) | (Self::Token1, Direction::BToA) => true,
            (Self::Token0, Direction::BToA) | (Self::Token1, Direction::AToB) => false,
        }
    }
}

/// The fields of the pool account that change.
#[derive(Clone, Copy, Debug)]
pub(super) struct PoolState {
    pub(super) status: u8,
    pub(super) open_time: u64,
    pub(super) creator_fee_on: CreatorFeeOn,
    pub(super) is_creator_fee_enabled: bool,
    /// Fees that lie in the vaults but are owed: protocol, fund and creator; `None` when their sum overflows.
    pub(super) owed: [Option<u64>; 2],
}

/// The fields of the pool account that never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) address: Address,
    pub(super) config: Address,
    pub(super) vaults: [Address; 2],
    pub(super) mints: [Address; 2],
    pub(super) token_programs: [Address; 2],
    pub(super) observation: Address,
}

/// Fee rates in millionths.
#[derive(Clone, Copy, Debug)]
pub(super) struct ConfigRates {
    pub(super) trade: u64,
    pub(super) creator: u64,
    /// Shares of the trade fee that are owed to the protocol and to the fund.
    pub(super) protocol_share: u64,
    pub(super) fund_share: u64,
}

pub(super) fn decode_pool(account: AccountView<'_>) -> Result<(Identity, PoolState), DecodeError> {
    if *account.owner != RaydiumCpmm::PROGRAM {
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
    let identity = Identity {
        address: *account.address,
        config: reader.address(pool_offset::AMM_CONFIG)?,
        vaults: pair(pool_offset::VAULTS)?,
        mints: pair(pool_offset::MINTS)?,
        token_programs: pair(pool_offset::TOKEN_PROGRAMS)?,
        observation: reader.address(pool_offset::OBSERVATION)?,
    };
    let [mint_0, mint_1] = identity.mints;
    let [vault_0, vault_1] = identity.vaults;
    let is_token_program = |program: &Address| [SPL_TOKEN_PROGRAM, TOKEN_2022_PROGRAM].contains(program);
    if mint_0 == mint_1 || vault_0 == vault_1 || !identity.token_programs.iter().all(is_token_program) {
        return Err(DecodeError::FieldInvalid);
    }
    Ok((identity, decode_state(reader)?))
}

pub(super) fn decode_state(reader: AccountReader<'_>) -> Result<PoolState, DecodeError> {
    let [protocol_0, protocol_1] = pool_offset::PROTOCOL_FEES;
    let [fund_0, fund_1] = pool_offset::FUND_FEES;
    let [creator_0, creator_1] = pool_offset::CREATOR_FEES;
    let owed = |protocol: usize, fund: usize, creator: usize| -> Result<Option<u64>, DecodeError> {
        let (protocol, fund, creator) = (reader.u64(protocol)?, reader.u64(fund)?, reader.u64(creator)?);
        Ok(protocol.checked_add(fund).and_then(|sum| sum.checked_add(creator)))
    };
    Ok(PoolState {
        status: reader.u8(pool_offset::STATUS)?,
        open_time: reader.u64(pool_offset::OPEN_TIME)?,
        creator_fee_on: match reader.u8(pool_offset::CREATOR_FEE_ON)? {
            0 => CreatorFeeOn::Input,
            1 => CreatorFeeOn::Token0,
            2 => CreatorFeeOn::Token1,
            _ => return Err(DecodeError::FieldInvalid),
        },
        is_creator_fee_enabled: reader.u8(pool_offset::ENABLE_CREATOR_FEE)? != 0,
        owed: [owed(protocol_0, fund_0, creator_0)?, owed(protocol_1, fund_1, creator_1)?],
    })
}

pub(super) fn decode_config(account: AccountView<'_>) -> Result<ConfigRates, DecodeError> {
    if *account.owner != RaydiumCpmm::PROGRAM {
        return Err(DecodeError::OwnerMismatch);
    }
    let reader = AccountReader::new(account.data);
    if reader.bytes::<8>(0)? != CONFIG_DISCRIMINATOR {
        return Err(DecodeError::DiscriminatorMismatch);
    }
    if reader.len() < config_offset::LENGTH {
        return Err(DecodeError::TooShort);
    }
    let rates = ConfigRates {
        trade: reader.u64(config_offset::TRADE_FEE_RATE)?,
        creator: reader.u64(config_offset::CREATOR_FEE_RATE)?,
        protocol_share: reader.u64(config_offset::PROTOCOL_FEE_RATE)?,
        fund_share: reader.u64(config_offset::FUND_FEE_RATE)?,
    };
    let shares = rates.protocol_share.saturating_add(rates.fund_share);
    if rates.trade > MILLIONTHS || rates.creator > MILLIONTHS || shares > MILLIONTHS {
        return Err(DecodeError::FieldInvalid);
    }
    Ok(rates)
}
