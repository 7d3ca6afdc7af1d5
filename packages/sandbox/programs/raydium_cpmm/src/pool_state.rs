//! The pool account: 637 packed bytes (raydium-cp-swap 609780f, `states/pool.rs`, `PoolState`).

use crate::cpmm_error::CpmmError;
use crate::swap_math::SwapAmounts;
use pinocchio::{error::ProgramError, Address};
use program_frame::{address_at, bytes_at, or_stop, put_u64, stop, u64_at, u8_at};

const LENGTH: usize = 637;
const DISCRIMINATOR: [u8; 8] = [0xf7, 0xed, 0xe3, 0xf5, 0xd7, 0xc3, 0xde, 0x46];
const AMM_CONFIG: usize = 8;
const TOKEN_0_VAULT: usize = 72;
const TOKEN_1_VAULT: usize = 104;
const OBSERVATION_KEY: usize = 296;
const AUTH_BUMP: usize = 328;
const STATUS: usize = 329;
const PROTOCOL_FEES: usize = 341;
const FUND_FEES: usize = 357;
const OPEN_TIME: usize = 373;
const RECENT_EPOCH: usize = 381;
const CREATOR_FEE_ON: usize = 389;
const ENABLE_CREATOR_FEE: usize = 390;
const CREATOR_FEES: usize = 397;

const STATUS_SWAP_OFF: u8 = 4;

/// One of the two tokens of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Token 0.
    Zero,
    /// Token 1.
    One,
}

impl Side {
    /// Returns the other token.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Zero => Self::One,
            Self::One => Self::Zero,
        }
    }

    /// Returns the offset of this token's number in a pair of 64-bit numbers.
    const fn of_pair(self, offset: usize) -> usize {
        match self {
            Self::Zero => offset,
            Self::One => offset.saturating_add(8),
        }
    }
}

/// The fields of a pool that a swap reads.
pub struct PoolState {
    /// The configuration with the rates.
    pub amm_config: Address,
    /// The vaults of token 0 and token 1.
    pub vaults: [Address; 2],
    /// The price history.
    pub observation_key: Address,
    /// The bump of the authority's address.
    pub auth_bump: u8,
    /// Flags of what is switched off.
    pub status: u8,
    /// When the pool opens, in Unix seconds.
    pub open_time: u64,
    /// On which token the creator's fee is taken: the input (0), token 0 (1) or token 1 (2).
    pub creator_fee_on: u8,
    /// Whether the creator's fee is taken at all.
    pub enable_creator_fee: bool,
}

impl PoolState {
    /// Decodes the fields that a swap reads.
    ///
    /// # Errors
    ///
    /// An Anchor code when the account is of another type.
    #[inline(always)]
    pub fn decode(data: &[u8]) -> Result<Self, ProgramError> {
        if bytes_at(data, 0) != Ok(DISCRIMINATOR) {
            return Err(CpmmError::AccountDiscriminatorMismatch.into());
        }
        if data.len() < LENGTH {
            // The real program maps the account without looking at its length, and panics.
            stop();
        }
        Ok(Self {
            amm_config: address_at(data, AMM_CONFIG)?,
            vaults: [
                address_at(data, TOKEN_0_VAULT)?,
                address_at(data, TOKEN_1_VAULT)?,
            ],
            observation_key: address_at(data, OBSERVATION_KEY)?,
            auth_bump: u8_at(data, AUTH_BUMP)?,
            status: u8_at(data, STATUS)?,
            open_time: u64_at(data, OPEN_TIME)?,
            creator_fee_on: u8_at(data, CREATOR_FEE_ON)?,
            enable_creator_fee: u8_at(data, ENABLE_CREATOR_FEE)? != 0,
        })
    }

    /// Says whether the pool swaps now.
    ///
    /// # Errors
    ///
    /// `NotApproved` when it does not.
    #[inline(always)]
    pub fn check_open(&self, unix_timestamp: i64) -> Result<(), CpmmError> {
        let is_open = u64::try_from(unix_timestamp).is_ok_and(|now| now >= self.open_time);
        if self.status & STATUS_SWAP_OFF != 0 || !is_open {
            return Err(CpmmError::NotApproved);
        }
        Ok(())
    }

    /// Returns the token on which a swap pays the creator.
    ///
    /// # Errors
    ///
    /// `InvalidFeeModel` when the pool names none of the three models.
    #[inline(always)]
    pub fn creator_side(&self, input: Side) -> Result<Side, CpmmError> {
        match self.creator_fee_on {
            0 => Ok(input),
            1 => Ok(Side::Zero),
            2 => Ok(Side::One),
            _ => Err(CpmmError::InvalidFeeModel),
        }
    }
}

/// Returns what a vault holds beyond the fees that are owed from it.
///
/// # Errors
///
/// `InsufficientVault` when the fees exceed the balance.
#[inline(always)]
pub fn reserve(data: &[u8], side: Side, vault_amount: u64) -> Result<u64, ProgramError> {
    let mut rest = vault_amount;
    for fees in [PROTOCOL_FEES, FUND_FEES, CREATOR_FEES] {
        rest = rest
            .checked_sub(u64_at(data, side.of_pair(fees))?)
            .ok_or(CpmmError::InsufficientVault)?;
    }
    Ok(rest)
}

/// Adds the fees of a swap to what the pool owes, and notes the epoch.
///
/// # Errors
///
/// `AccountDataTooSmall` when the account is shorter than a pool.
#[inline(always)]
pub fn book(
    data: &mut [u8],
    input: Side,
    creator: Side,
    amounts: &SwapAmounts,
    epoch: u64,
) -> Result<(), ProgramError> {
    add_fee(data, input.of_pair(PROTOCOL_FEES), amounts.protocol_fee)?;
    add_fee(data, input.of_pair(FUND_FEES), amounts.fund_fee)?;
    add_fee(data, creator.of_pair(CREATOR_FEES), amounts.creator_fee)?;
    put_u64(data, RECENT_EPOCH, epoch)
}

#[inline(always)]
fn add_fee(data: &mut [u8], offset: usize, fee: u64) -> Result<(), ProgramError> {
    let owed = u64_at(data, offset)?;
    put_u64(data, offset, or_stop(owed.checked_add(fee)))
}
