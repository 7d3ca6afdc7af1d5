//! The transfer fee and the transfer hook of a Token-2022 mint (token-2022, `extension/transfer_fee/mod.rs` and
//! `extension/transfer_hook/mod.rs`).

use crate::dlmm_error::DlmmError;
use pinocchio::Address;
use program_frame::{address_at, bytes_at, u64_at};
use wide_math::{mul_div, Rounding};

const BASIS_POINTS: u64 = 10_000;
/// Extensions follow the account type, which stands at 165 in every extended account.
const FIRST_EXTENSION: usize = 166;
const HEADER_LENGTH: usize = 4;
const TRANSFER_FEE_CONFIG: u16 = 1;
const TRANSFER_HOOK: u16 = 14;
/// Inside the fee extension: two authorities and the withheld amount, then the older and the newer fee.
const OLDER_FEE: usize = 72;
const NEWER_FEE: usize = 90;
/// Inside the hook extension: its authority, then its program.
const HOOK_PROGRAM: usize = 32;

/// The fee of one epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransferFee {
    maximum: u64,
    basis_points: u64,
}

impl TransferFee {
    /// The fee of a mint that takes none.
    pub const NONE: Self = Self {
        maximum: 0,
        basis_points: 0,
    };

    /// Reads the fee that a Token-2022 mint takes in an epoch: none when the mint has no whole fee extension.
    #[inline(always)]
    #[must_use]
    pub fn of_mint(mint: &[u8], epoch: u64) -> Self {
        let Some(extension) = extension(mint, TRANSFER_FEE_CONFIG) else {
            return Self::NONE;
        };
        let is_newer = u64_at(extension, NEWER_FEE).is_ok_and(|from| epoch >= from);
        let fee = if is_newer { NEWER_FEE } else { OLDER_FEE };
        let maximum = u64_at(extension, fee.saturating_add(8));
        let basis_points = bytes_at(extension, fee.saturating_add(16)).map(u16::from_le_bytes);
        match (maximum, basis_points) {
            (Ok(maximum), Ok(basis_points)) => Self {
                maximum,
                basis_points: u64::from(basis_points),
            },
            _ => Self::NONE,
        }
    }

    /// Returns what is withheld when `amount` is sent.
    #[inline(always)]
    #[must_use]
    pub fn on(self, amount: u64) -> u64 {
        let fee = mul_div(amount, self.basis_points, BASIS_POINTS, Rounding::Up);
        // A quotient above 64 bits is above every maximum too.
        fee.map_or(self.maximum, |fee| fee.min(self.maximum))
    }

    /// Returns what must be sent so that at least `net` arrives.
    ///
    /// # Errors
    ///
    /// `MathOverflow` above 64 bits.
    #[inline(always)]
    pub fn before(self, net: u64) -> Result<u64, DlmmError> {
        if net == 0 || self.basis_points == 0 {
            return Ok(net);
        }
        let fee = if self.basis_points == BASIS_POINTS {
            self.maximum
        } else {
            self.on(self.gross(net).ok_or(DlmmError::MathOverflow)?)
        };
        net.checked_add(fee).ok_or(DlmmError::MathOverflow)
    }

    /// Returns the smallest amount of which at least `net` arrives.
    #[inline(always)]
    fn gross(self, net: u64) -> Option<u64> {
        let kept = BASIS_POINTS.checked_sub(self.basis_points)?;
        match mul_div(net, BASIS_POINTS, kept, Rounding::Up) {
            Some(amount) if amount.checked_sub(net)? < self.maximum => Some(amount),
            _ => net.checked_add(self.maximum),
        }
    }
}

/// Says whether a Token-2022 mint calls a program at every transfer.
#[inline(always)]
#[must_use]
pub fn has_hook(mint: &[u8]) -> bool {
    extension(mint, TRANSFER_HOOK)
        .and_then(|extension| address_at(extension, HOOK_PROGRAM).ok())
        .is_some_and(|program| program != Address::default())
}

/// Returns the rest of a mint from the value of an extension on.
#[inline(always)]
fn extension(mint: &[u8], wanted: u16) -> Option<&[u8]> {
    let mut offset = FIRST_EXTENSION;
    while let Ok([kind_low, kind_high, length_low, length_high]) = bytes_at::<4>(mint, offset) {
        let kind = u16::from_le_bytes([kind_low, kind_high]);
        let length = u16::from_le_bytes([length_low, length_high]);
        let value = offset.saturating_add(HEADER_LENGTH);
        if kind == wanted {
            return mint.get(value..);
        }
        // Kind 0 is the unused rest of the account.
        if kind == 0 {
            break;
        }
        offset = value.saturating_add(usize::from(length));
    }
    None
}
