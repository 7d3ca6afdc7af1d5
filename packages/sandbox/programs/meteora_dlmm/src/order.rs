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

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "an overflow in a test is a failed test"
)]
mod tests {
    use super::{decode, HookAccounts, Order, SWAP, SWAP_2, SWAP_EXACT_OUT_2};
    use crate::dlmm_error::DlmmError;
    use crate::lb_pair::Token;
    use crate::swap_accounts::Version;

    fn instruction(discriminator: [u8; 8], count: u8, slices: &[u8]) -> [u8; 40] {
        let mut data = [0xff; 40];
        data[..8].copy_from_slice(&discriminator);
        data[8..24].fill(0);
        data[8] = 5;
        data[16] = 6;
        data[24..28].copy_from_slice(&u32::from(count).to_le_bytes());
        data[28..28 + slices.len()].copy_from_slice(slices);
        data
    }

    #[test]
    fn reads_the_three_swaps() {
        let exact_in = Order::ExactIn {
            amount_in: 5,
            minimum_out: 6,
        };
        let exact_out = Order::ExactOut {
            maximum_in: 5,
            amount_out: 6,
        };
        let read = |discriminator| decode(&instruction(discriminator, 0, &[]));
        assert_eq!(read(SWAP), Ok((exact_in, Version::Legacy)));
        assert_eq!(read(SWAP_2), Ok((exact_in, Version::Two)));
        assert_eq!(read(SWAP_EXACT_OUT_2), Ok((exact_out, Version::Two)));
        assert_eq!(read([9; 8]), Err(DlmmError::InstructionFallbackNotFound));
        let short = decode(&instruction(SWAP_2, 0, &[])[..27]);
        assert_eq!(short, Err(DlmmError::InstructionDidNotDeserialize));
        let unknown_kind = decode(&instruction(SWAP_2, 1, &[4, 1]));
        assert_eq!(unknown_kind, Err(DlmmError::InstructionDidNotDeserialize));
    }

    #[test]
    fn counts_the_accounts_of_each_hook() {
        let count = |count, slices: &[u8]| {
            HookAccounts::decode(&instruction(SWAP_2, count, slices), 4)
                .map(|it| (it.of(Token::X), it.of(Token::Y)))
        };
        assert_eq!(count(0, &[]), Ok((0, 0)));
        assert_eq!(count(2, &[1, 3, 0, 1]), Ok((1, 3)));
        assert_eq!(count(2, &[0, 0, 0, 1]), Ok((1, 0)));
        assert_eq!(
            count(2, &[0, 1, 0, 1]),
            Err(DlmmError::DuplicatedRemainingAccountTypes)
        );
        assert_eq!(
            count(2, &[0, 2, 1, 3]),
            Err(DlmmError::InsufficientRemainingAccounts)
        );
        assert_eq!(
            count(1, &[2, 1]),
            Err(DlmmError::InvalidRemainingAccountSlice)
        );
        assert_eq!(
            count(1, &[3, 0, 1]),
            Err(DlmmError::InvalidRemainingAccountSlice)
        );
    }
}
