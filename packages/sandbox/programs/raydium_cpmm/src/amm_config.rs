//! The fee configuration of a group of pools (raydium-cp-swap 609780f, `states/config.rs`, `AmmConfig`, 236 bytes).

use crate::cpmm_error::CpmmError;
use pinocchio::error::ProgramError;
use program_frame::{bytes_at, u64_at};

const LENGTH: usize = 236;
const DISCRIMINATOR: [u8; 8] = [0xda, 0xf4, 0x21, 0x68, 0xcb, 0xcb, 0x2b, 0x6f];
const TRADE_FEE_RATE: usize = 12;
const PROTOCOL_FEE_RATE: usize = 20;
const FUND_FEE_RATE: usize = 28;
const CREATOR_FEE_RATE: usize = 108;

/// The rates of a configuration, in millionths.
#[derive(Clone, Copy, Debug)]
pub struct AmmConfig {
    /// Share of the input that is trade fee.
    pub trade_fee_rate: u64,
    /// Share of the trade fee that goes to the protocol.
    pub protocol_fee_rate: u64,
    /// Share of the trade fee that goes to the fund.
    pub fund_fee_rate: u64,
    /// Share of one side that goes to the pool's creator, where the pool wants it.
    pub creator_fee_rate: u64,
}

impl AmmConfig {
    /// Decodes the rates.
    ///
    /// # Errors
    ///
    /// An Anchor code when the account is of another type or too short.
    #[inline(always)]
    pub fn decode(data: &[u8]) -> Result<Self, ProgramError> {
        if bytes_at(data, 0) != Ok(DISCRIMINATOR) {
            return Err(CpmmError::AccountDiscriminatorMismatch.into());
        }
        if data.len() < LENGTH {
            return Err(CpmmError::AccountDidNotDeserialize.into());
        }
        Ok(Self {
            trade_fee_rate: u64_at(data, TRADE_FEE_RATE)?,
            protocol_fee_rate: u64_at(data, PROTOCOL_FEE_RATE)?,
            fund_fee_rate: u64_at(data, FUND_FEE_RATE)?,
            creator_fee_rate: u64_at(data, CREATOR_FEE_RATE)?,
        })
    }
}
