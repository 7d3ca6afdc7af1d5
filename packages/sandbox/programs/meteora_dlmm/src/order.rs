//! The instructions of a swap and the slices of remaining accounts that they name (IDL of `@meteora-ag/dlmm` 1.9.14).

use crate::dlmm_error::DlmmError;
use crate::lb_pair::Token;
use crate::swap_accounts::Version;
use program_frame::{bytes_at, u64_at, u8_at};

const SWAP: [u8; 8] = [0xf8, 0xc6, 0x9e, 0x91, 0xe1, 0x75, 0x87, 0xc8];
const SWAP_2: [u8; 8] = [0x41, 0x4b, 0x3f, 0x4c, 0xeb, 0x5b, 0x5b, 0x88];
const SWAP_EXACT_OUT_2: [u8; 8] = [0x2b, 0xd7, 0xf7, 0x84, 0x89, 0x3c, 0xf3, 0x51];
const SLICES: usize = 24;
const FIRST_SLICE: usize = 28;
/// Kinds of slices: the hook accounts of X, of Y, of a reward, of a numbered reward.
const HOOK_X: u8 = 0;
const HOOK_Y: u8 = 1;
const REWARD: u8 = 2;
const NUMBERED_REWARD: u8 = 3;

/// Which side of a swap is fixed, and the trader's limit on the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Pays `amount_in` for at least `minimum_out`.
    ExactIn {
        /// What leaves the trader.
        amount_in: u64,
        /// The least that reaches them.
        minimum_out: u64,
    },
    /// Receives `amount_out` for at most `maximum_in`.
    ExactOut {
        /// The most that leaves the trader.
        maximum_in: u64,
        /// What reaches them.
        amount_out: u64,
    },
}

/// Decodes an instruction: a discriminator, two amounts and, in the second version, slices of remaining accounts.
///
/// # Errors
///
/// Anchor's codes for an unknown discriminator and for arguments that end early.
#[inline(always)]
pub fn decode(data: &[u8]) -> Result<(Order, Version), DlmmError> {
    let discriminator = bytes_at(data, 0).map_err(|_| DlmmError::InstructionFallbackNotFound)?;
    let argument =
        |offset| u64_at(data, offset).map_err(|_| DlmmError::InstructionDidNotDeserialize);
    let exact_in = || {
        Ok(Order::ExactIn {
            amount_in: argument(8)?,
            minimum_out: argument(16)?,
        })
    };
    match discriminator {
        SWAP => Ok((exact_in()?, Version::Legacy)),
        SWAP_2 => {
            let order = exact_in()?;
            check_slices(data)?;
            Ok((order, Version::Two))
        }
        SWAP_EXACT_OUT_2 => {
            let order = Order::ExactOut {
                maximum_in: argument(8)?,
                amount_out: argument(16)?,
            };
            check_slices(data)?;
            Ok((order, Version::Two))
        }
        _ => Err(DlmmError::InstructionFallbackNotFound),
    }
}

/// One slice of remaining accounts.
struct Slice {
    kind: u8,
    length: u8,
    end: usize,
}

#[inline(always)]
fn slice_at(data: &[u8], offset: usize) -> Result<Slice, DlmmError> {
    let byte = |offset| u8_at(data, offset).map_err(|_| DlmmError::InstructionDidNotDeserialize);
    let kind = byte(offset)?;
    let length_at = match kind {
        HOOK_X | HOOK_Y | REWARD => offset.saturating_add(1),
        // The number of the reward stands between.
        NUMBERED_REWARD => offset.saturating_add(2),
        _ => return Err(DlmmError::InstructionDidNotDeserialize),
    };
    Ok(Slice {
        kind,
        length: byte(length_at)?,
        end: length_at.saturating_add(1),
    })
}

#[inline(always)]
fn slice_count(data: &[u8]) -> Result<u32, DlmmError> {
    bytes_at(data, SLICES)
        .map(u32::from_le_bytes)
        .map_err(|_| DlmmError::InstructionDidNotDeserialize)
}

#[inline(always)]
fn check_slices(data: &[u8]) -> Result<(), DlmmError> {
    let mut offset = FIRST_SLICE;
    for _ in 0..slice_count(data)? {
        offset = slice_at(data, offset)?.end;
    }
    Ok(())
}

/// How many of the remaining accounts belong to the transfer hooks of X and Y; the bin arrays follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HookAccounts {
    x: u8,
    y: u8,
}

impl HookAccounts {
    /// Returns the number of accounts for a token's hook.
    #[inline(always)]
    #[must_use]
    pub const fn of(self, token: Token) -> u8 {
        match token {
            Token::X => self.x,
            Token::Y => self.y,
        }
    }

    /// Returns how many accounts come before the bin arrays.
    #[inline(always)]
    #[must_use]
    pub fn count(self) -> usize {
        usize::from(self.x).saturating_add(usize::from(self.y))
    }

    /// Reads the slices of an instruction of the second version.
    ///
    /// # Errors
    ///
    /// The code of the first slice that a swap does not take.
    #[inline(always)]
    pub fn decode(data: &[u8], remaining: usize) -> Result<Self, DlmmError> {
        let mut hooks = Self::default();
        let mut offset = FIRST_SLICE;
        for _ in 0..slice_count(data)? {
            let slice = slice_at(data, offset)?;
            offset = slice.end;
            let length = match slice.kind {
                HOOK_X => &mut hooks.x,
                HOOK_Y => &mut hooks.y,
                _ => return Err(DlmmError::InvalidRemainingAccountSlice),
            };
            if slice.length == 0 {
                continue;
            }
            if *length != 0 {
                return Err(DlmmError::DuplicatedRemainingAccountTypes);
            }
            *length = slice.length;
            if hooks.count() > remaining {
                return Err(DlmmError::InsufficientRemainingAccounts);
            }
        }
        Ok(hooks)
    }
}
