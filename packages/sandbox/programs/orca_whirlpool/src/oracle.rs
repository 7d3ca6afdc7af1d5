//! The oracle of a pool with adaptive fees: 254 packed bytes (orca-so/whirlpools 630c0e0, `state/oracle.rs`, `Oracle`).

use crate::fee_rate::{FeeConstants, FeeVariables};
use crate::fields::{i32_at, put_bytes, u16_at, u32_at};
use crate::whirlpool_error::WhirlpoolError;
use pinocchio::{error::ProgramError, AccountView, Address};
use program_frame::{bytes_at, put_u64, stop, u64_at};

const LENGTH: usize = 254;
const DISCRIMINATOR: [u8; 8] = [0x8b, 0xc2, 0x83, 0xb3, 0x8c, 0xb3, 0xe5, 0xf4];
const WHIRLPOOL: usize = 8;
const TRADE_ENABLE_TIMESTAMP: usize = 40;
const FILTER_PERIOD: usize = 48;
const DECAY_PERIOD: usize = 50;
const REDUCTION_FACTOR: usize = 52;
const CONTROL_FACTOR: usize = 54;
const MAX_VOLATILITY: usize = 58;
const TICK_GROUP_SIZE: usize = 62;
const MAJOR_SWAP_THRESHOLD: usize = 64;
const LAST_REFERENCE_UPDATE: usize = 82;
const LAST_MAJOR_SWAP: usize = 90;
const VOLATILITY_REFERENCE: usize = 98;
const TICK_GROUP_REFERENCE: usize = 102;
const VOLATILITY_ACCUMULATOR: usize = 106;
const SYSTEM_PROGRAM: Address = Address::new_from_array([0; 32]);

/// What a swap reads of an oracle.
#[derive(Clone, Copy)]
pub struct Oracle {
    /// From when on the pool trades, in Unix seconds.
    pub trade_enable_timestamp: u64,
    /// How the fee follows the price.
    pub constants: FeeConstants,
    /// Where the fee stands.
    pub variables: FeeVariables,
}

impl Oracle {
    /// Reads the oracle of a pool; a pool of static fees has none.
    ///
    /// # Errors
    ///
    /// Anchor's codes for an account of another program or type.
    ///
    /// # Panics
    ///
    /// On a short account and on another pool's oracle, as the real program does.
    #[inline(always)]
    pub fn load(
        account: &AccountView,
        pool: &Address,
        program_id: &Address,
    ) -> Result<Option<Self>, ProgramError> {
        let data = account.try_borrow()?;
        if account.owned_by(&SYSTEM_PROGRAM) && data.is_empty() {
            return Ok(None);
        }
        if !account.owned_by(program_id) {
            return Err(WhirlpoolError::AccountOwnedByWrongProgram.into());
        }
        match bytes_at(&data, 0) {
            Ok(DISCRIMINATOR) => {}
            Ok(_) => return Err(WhirlpoolError::AccountDiscriminatorMismatch.into()),
            Err(_) => return Err(WhirlpoolError::AccountDiscriminatorNotFound.into()),
        }
        if data.len() < LENGTH || bytes_at(&data, WHIRLPOOL) != Ok(pool.to_bytes()) {
            stop();
        }
        Self::decode(&data).map(Some)
    }

    #[inline(always)]
    fn decode(data: &[u8]) -> Result<Self, ProgramError> {
        Ok(Self {
            trade_enable_timestamp: u64_at(data, TRADE_ENABLE_TIMESTAMP)?,
            constants: FeeConstants {
                filter_period: u16_at(data, FILTER_PERIOD)?,
                decay_period: u16_at(data, DECAY_PERIOD)?,
                reduction_factor: u16_at(data, REDUCTION_FACTOR)?,
                control_factor: u32_at(data, CONTROL_FACTOR)?,
                max_volatility: u32_at(data, MAX_VOLATILITY)?,
                tick_group_size: u16_at(data, TICK_GROUP_SIZE)?,
                major_swap_threshold: u16_at(data, MAJOR_SWAP_THRESHOLD)?,
            },
            variables: FeeVariables {
                last_reference_update: u64_at(data, LAST_REFERENCE_UPDATE)?,
                last_major_swap: u64_at(data, LAST_MAJOR_SWAP)?,
                volatility_reference: u32_at(data, VOLATILITY_REFERENCE)?,
                tick_group_reference: i32_at(data, TICK_GROUP_REFERENCE)?,
                volatility_accumulator: u32_at(data, VOLATILITY_ACCUMULATOR)?,
            },
        })
    }
}

/// Writes the variables that a swap left.
///
/// # Errors
///
/// `AccountNotMutable` when the account is not writable.
#[inline(always)]
pub fn store(account: &AccountView, variables: &FeeVariables) -> Result<(), ProgramError> {
    if !account.is_writable() {
        return Err(WhirlpoolError::AccountNotMutable.into());
    }
    let mut account = *account;
    let mut data = account.try_borrow_mut()?;
    put_u64(
        &mut data,
        LAST_REFERENCE_UPDATE,
        variables.last_reference_update,
    )?;
    put_u64(&mut data, LAST_MAJOR_SWAP, variables.last_major_swap)?;
    for (offset, bytes) in [
        (
            VOLATILITY_REFERENCE,
            variables.volatility_reference.to_le_bytes(),
        ),
        (
            TICK_GROUP_REFERENCE,
            variables.tick_group_reference.to_le_bytes(),
        ),
        (
            VOLATILITY_ACCUMULATOR,
            variables.volatility_accumulator.to_le_bytes(),
        ),
    ] {
        put_bytes(&mut data, offset, bytes)?;
    }
    Ok(())
}
