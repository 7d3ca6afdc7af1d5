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

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "an overflow in a test is a failed test"
)]
mod tests {
    use super::{has_hook, TransferFee};

    const FEE: TransferFee = TransferFee {
        maximum: 5_000_000,
        basis_points: 250,
    };

    /// A mint with a pointer (kind 3), a transfer hook (14) and a transfer fee (1), in this order.
    fn mint(hook: u8) -> [u8; 400] {
        let mut mint = [0_u8; 400];
        let mut offset = 166;
        for (kind, length) in [(3_u16, 32_u16), (14, 64), (1, 108)] {
            mint[offset..offset + 2].copy_from_slice(&kind.to_le_bytes());
            mint[offset + 2..offset + 4].copy_from_slice(&length.to_le_bytes());
            offset += 4 + usize::from(length);
        }
        mint[202 + 4 + 32..202 + 4 + 64].fill(hook);
        let fee = 270 + 4;
        let mut put = |at: usize, epoch: u64, maximum: u64, basis_points: u16| {
            mint[at..at + 8].copy_from_slice(&epoch.to_le_bytes());
            mint[at + 8..at + 16].copy_from_slice(&maximum.to_le_bytes());
            mint[at + 16..at + 18].copy_from_slice(&basis_points.to_le_bytes());
        };
        put(fee + 72, 0, 7, 100);
        put(fee + 90, 900, 5_000_000, 250);
        mint
    }

    #[test]
    fn finds_the_fee_of_the_epoch_behind_other_extensions() {
        let older = TransferFee {
            maximum: 7,
            basis_points: 100,
        };
        assert_eq!(TransferFee::of_mint(&mint(0), 899), older);
        assert_eq!(TransferFee::of_mint(&mint(0), 900), FEE);
        assert_eq!(TransferFee::of_mint(&[0; 400], 900), TransferFee::NONE);
        assert_eq!(TransferFee::of_mint(&[0; 82], 900), TransferFee::NONE);
    }

    #[test]
    fn tells_a_hook_from_an_empty_one() {
        assert!(has_hook(&mint(9)));
        assert!(!has_hook(&mint(0)));
        assert!(!has_hook(&[0; 82]));
    }

    #[test]
    fn sends_at_least_what_must_arrive_and_no_more_than_the_cap_above_it() {
        for net in [
            1,
            2,
            39,
            40,
            41,
            1_000_003,
            195_000_000,
            195_000_001,
            1 << 60,
        ] {
            let sent = FEE.before(net);
            let arrived = sent.map(|sent| sent - FEE.on(sent));
            assert!(arrived.is_ok_and(|arrived| arrived >= net), "{net}");
        }
        assert_eq!(FEE.before(0), Ok(0));
        assert_eq!(FEE.before(195), Ok(200));
        let full = TransferFee {
            maximum: 7,
            basis_points: 10_000,
        };
        assert_eq!(full.before(1_000), Ok(1_007));
        assert_eq!(TransferFee::NONE.before(u64::MAX), Ok(u64::MAX));
        assert!(FEE.before(u64::MAX).is_err());
    }
}
