//! The pool account: 752 bytes without a discriminator (raydium-amm 27f461d, `program/src/state.rs`, `AmmInfo`).

use crate::amm_error::AmmError;
use crate::swap_math::FeeRate;
use pinocchio::{error::ProgramError, Address};
use program_frame::{address_at, or_stop, put_u64, stop, u64_at};
use wide_math::Wide;

/// The length of a pool account.
pub const LENGTH: usize = 752;

const STATUS: usize = 0;
const NONCE: usize = 8;
const SWAP_FEE_NUMERATOR: usize = 176;
const SWAP_FEE_DENOMINATOR: usize = 184;
const NEED_TAKE_PNL_COIN: usize = 192;
const NEED_TAKE_PNL_PC: usize = 200;
const POOL_OPEN_TIME: usize = 224;
const SWAP_COIN_IN: usize = 256;
const SWAP_PC_OUT: usize = 272;
const SWAP_ACC_PC_FEE: usize = 288;
const SWAP_PC_IN: usize = 296;
const SWAP_COIN_OUT: usize = 312;
const SWAP_ACC_COIN_FEE: usize = 328;
const COIN_VAULT: usize = 336;
const PC_VAULT: usize = 368;
const RECENT_EPOCH: usize = 736;

const STATUS_INITIALIZED: u64 = 1;
const STATUS_ORDER_BOOK_ONLY: u64 = 5;
const STATUS_SWAP_ONLY: u64 = 6;
const STATUS_WAITING_TRADE: u64 = 7;

/// Which of the two tokens goes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The coin (base) token goes in.
    CoinToPc,
    /// The pc (quote) token goes in.
    PcToCoin,
}

/// What the bookkeeping fields need to know about a swap.
pub struct Booking {
    /// Which token went in.
    pub direction: Direction,
    /// What the trader paid, fee included.
    pub amount_in: u64,
    /// What the trader received.
    pub amount_out: u64,
    /// The part of the input that is fee.
    pub fee: u64,
    /// The epoch of the swap.
    pub epoch: u64,
}

/// Which generation of swap instruction asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// Tags 9 and 11, with market accounts.
    Legacy,
    /// Tags 16 and 17, without.
    V2,
}

/// The fields of a pool that a swap reads.
pub struct AmmInfo {
    /// The status number.
    pub status: u64,
    /// The bump of the authority's address; the chain uses the lowest byte only.
    pub nonce: u8,
    /// The swap fee.
    pub fee: FeeRate,
    /// Profit still to be taken from the coin vault.
    pub need_take_pnl_coin: u64,
    /// Profit still to be taken from the pc vault.
    pub need_take_pnl_pc: u64,
    /// When a waiting pool opens, in Unix seconds.
    pub open_time: u64,
    /// The vault of the coin token.
    pub coin_vault: Address,
    /// The vault of the pc token.
    pub pc_vault: Address,
}

impl AmmInfo {
    /// Decodes the fields that a swap reads.
    ///
    /// # Errors
    ///
    /// `ExpectedAccount` when the account has another length.
    #[inline(always)]
    pub fn decode(data: &[u8]) -> Result<Self, ProgramError> {
        let data: &[u8; LENGTH] = data.try_into().map_err(|_| AmmError::ExpectedAccount)?;
        let [nonce, ..] = u64_at(data, NONCE)?.to_le_bytes();
        Ok(Self {
            status: u64_at(data, STATUS)?,
            nonce,
            fee: FeeRate {
                numerator: u64_at(data, SWAP_FEE_NUMERATOR)?,
                denominator: u64_at(data, SWAP_FEE_DENOMINATOR)?,
            },
            need_take_pnl_coin: u64_at(data, NEED_TAKE_PNL_COIN)?,
            need_take_pnl_pc: u64_at(data, NEED_TAKE_PNL_PC)?,
            open_time: u64_at(data, POOL_OPEN_TIME)?,
            coin_vault: address_at(data, COIN_VAULT)?,
            pc_vault: address_at(data, PC_VAULT)?,
        })
    }

    /// Says whether the pool swaps now.
    ///
    /// # Errors
    ///
    /// `InvalidStatus` when it does not; `InvalidMarket` when a legacy swap would need an order book, which is not modelled.
    #[inline(always)]
    pub fn check_open(&self, generation: Generation, unix_timestamp: i64) -> Result<(), AmmError> {
        match self.status {
            STATUS_SWAP_ONLY => Ok(()),
            STATUS_WAITING_TRADE => match u64::try_from(unix_timestamp) {
                Ok(now) if now >= self.open_time => Ok(()),
                _ => Err(AmmError::InvalidStatus),
            },
            STATUS_INITIALIZED | STATUS_ORDER_BOOK_ONLY if generation == Generation::Legacy => {
                Err(AmmError::InvalidMarket)
            }
            0..STATUS_SWAP_ONLY => Err(AmmError::InvalidStatus),
            // The real program panics on a number outside its list.
            _ => stop(),
        }
    }
}

/// Adds a swap to the pool's counters and leaves the waiting state for good.
///
/// # Errors
///
/// `AccountDataTooSmall` when the account is shorter than a pool.
#[inline(always)]
pub fn book(data: &mut [u8], booking: &Booking) -> Result<(), ProgramError> {
    let (total_in, total_out, fees) = match booking.direction {
        Direction::CoinToPc => (SWAP_COIN_IN, SWAP_PC_OUT, SWAP_ACC_COIN_FEE),
        Direction::PcToCoin => (SWAP_PC_IN, SWAP_COIN_OUT, SWAP_ACC_PC_FEE),
    };
    add_to_u128(data, total_in, booking.amount_in)?;
    add_to_u128(data, total_out, booking.amount_out)?;
    let fees_before = u64_at(data, fees)?;
    put_u64(data, fees, or_stop(fees_before.checked_add(booking.fee)))?;
    if u64_at(data, STATUS)? == STATUS_WAITING_TRADE {
        put_u64(data, STATUS, STATUS_SWAP_ONLY)?;
    }
    put_u64(data, RECENT_EPOCH, booking.epoch)
}

#[inline(always)]
fn add_to_u128(data: &mut [u8], offset: usize, amount: u64) -> Result<(), ProgramError> {
    let high_offset = offset.saturating_add(8);
    let before = Wide::new(u64_at(data, high_offset)?, u64_at(data, offset)?);
    let after = or_stop(before.checked_add(Wide::from(amount)));
    put_u64(data, high_offset, after.high())?;
    put_u64(data, offset, after.low())
}
