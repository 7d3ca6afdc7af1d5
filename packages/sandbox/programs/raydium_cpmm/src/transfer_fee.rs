//! The transfer fee of a Token-2022 mint (token-2022, `extension/transfer_fee/mod.rs`).

use crate::cpmm_error::CpmmError;
use pinocchio::error::ProgramError;
use program_frame::{bytes_at, or_stop, u64_at};
use wide_math::{mul_div, Rounding};

const BASIS_POINTS: u64 = 10_000;
/// Extensions follow the account type, which stands at 165 in every extended account.
const FIRST_EXTENSION: usize = 166;
const HEADER_LENGTH: usize = 4;
const TRANSFER_FEE_CONFIG: u16 = 1;
/// Inside the extension: two authorities and the withheld amount, then the older and the newer fee.
const OLDER_FEE: usize = 72;
const NEWER_FEE: usize = 90;

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
        let mut offset = FIRST_EXTENSION;
        while let Ok([kind_low, kind_high, length_low, length_high]) = bytes_at::<4>(mint, offset) {
            let kind = u16::from_le_bytes([kind_low, kind_high]);
            let length = u16::from_le_bytes([length_low, length_high]);
            let value = offset.saturating_add(HEADER_LENGTH);
            if kind == TRANSFER_FEE_CONFIG {
                let extension = mint.get(value..).unwrap_or_default();
                return Self::of_extension(extension, epoch).unwrap_or(Self::NONE);
            }
            // Kind 0 is the unused rest of the account.
            if kind == 0 {
                break;
            }
            offset = value.saturating_add(usize::from(length));
        }
        Self::NONE
    }

    #[inline(always)]
    fn of_extension(extension: &[u8], epoch: u64) -> Result<Self, ProgramError> {
        let newer_from = u64_at(extension, NEWER_FEE)?;
        let fee = if epoch >= newer_from {
            NEWER_FEE
        } else {
            OLDER_FEE
        };
        let basis_points = u16::from_le_bytes(bytes_at(extension, fee.saturating_add(16))?);
        Ok(Self {
            maximum: u64_at(extension, fee.saturating_add(8))?,
            basis_points: u64::from(basis_points),
        })
    }

    /// Returns what is withheld when `amount` is sent.
    #[inline(always)]
    #[must_use]
    pub fn on(self, amount: u64) -> u64 {
        let fee = mul_div(amount, self.basis_points, BASIS_POINTS, Rounding::Up);
        // A quotient above 64 bits is above every maximum too.
        fee.map_or(self.maximum, |fee| fee.min(self.maximum))
    }

    /// Returns what is withheld when so much is sent that `net` arrives.
    ///
    /// # Errors
    ///
    /// `TransferFeeCalculateNotMatch` when the fee on the sum is another one.
    #[inline(always)]
    pub fn before(self, net: u64) -> Result<u64, CpmmError> {
        let fee = if self.basis_points == BASIS_POINTS {
            self.maximum
        } else {
            self.on(or_stop(self.gross(net)))
        };
        let sent = or_stop(net.checked_add(fee));
        if self.on(sent) != fee {
            return Err(CpmmError::TransferFeeCalculateNotMatch);
        }
        Ok(fee)
    }

    /// Returns the smallest amount of which at least `net` arrives.
    #[inline(always)]
    fn gross(self, net: u64) -> Option<u64> {
        if self.basis_points == 0 || net == 0 {
            return Some(net);
        }
        let kept = BASIS_POINTS.checked_sub(self.basis_points)?;
        let capped = net.checked_add(self.maximum);
        match mul_div(net, BASIS_POINTS, kept, Rounding::Up) {
            Some(amount) if amount.checked_sub(net)? < self.maximum => Some(amount),
            _ => capped,
        }
    }
}

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "an overflow in a test is a failed test"
)]
mod tests {
    use super::TransferFee;

    const FEE: TransferFee = TransferFee {
        maximum: 5_000_000,
        basis_points: 250,
    };

    fn mint_with(extensions: &[(u16, u16)], fee_offset: usize) -> [u8; 400] {
        let mut mint = [0_u8; 400];
        let mut offset = 166;
        for (kind, length) in extensions {
            mint[offset..offset + 2].copy_from_slice(&kind.to_le_bytes());
            mint[offset + 2..offset + 4].copy_from_slice(&length.to_le_bytes());
            offset += 4 + usize::from(*length);
        }
        let mut put = |at: usize, epoch: u64, maximum: u64, basis_points: u16| {
            mint[at..at + 8].copy_from_slice(&epoch.to_le_bytes());
            mint[at + 8..at + 16].copy_from_slice(&maximum.to_le_bytes());
            mint[at + 16..at + 18].copy_from_slice(&basis_points.to_le_bytes());
        };
        put(fee_offset + 72, 0, 7, 100);
        put(fee_offset + 90, 900, 5_000_000, 250);
        mint
    }

    #[test]
    fn finds_the_fee_of_the_epoch_behind_another_extension() {
        let mint = mint_with(&[(3, 32), (1, 108)], 166 + 36 + 4);
        let older = TransferFee {
            maximum: 7,
            basis_points: 100,
        };
        assert_eq!(TransferFee::of_mint(&mint, 899), older);
        assert_eq!(TransferFee::of_mint(&mint, 900), FEE);
        assert_eq!(TransferFee::of_mint(&[0; 400], 900), TransferFee::NONE);
        assert_eq!(TransferFee::of_mint(&[0; 82], 900), TransferFee::NONE);
    }

    #[test]
    fn rounds_up_and_stops_at_the_maximum() {
        assert_eq!(FEE.on(0), 0);
        assert_eq!(FEE.on(1), 1);
        assert_eq!(FEE.on(41), 2);
        assert_eq!(FEE.on(u64::MAX), 5_000_000);
        assert_eq!(TransferFee::NONE.on(u64::MAX), 0);
    }

    #[test]
    fn withholds_what_the_inverse_said() {
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
            let fee = FEE.before(net);
            assert_eq!(fee.map(|fee| FEE.on(net + fee)), fee, "{net}");
        }
        assert_eq!(FEE.before(195), Ok(5));
    }
}
