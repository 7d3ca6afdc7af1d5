//! The Token-2022 extensions that a swap looks at (token-2022, `extension/mod.rs` and `extension/transfer_fee/mod.rs`).

use crate::fields::u16_at;
use crate::whirlpool_error::WhirlpoolError;
use pinocchio::error::ProgramError;
use program_frame::{bytes_at, or_stop, u64_at, u8_at};
use wide_math::{mul_div, Rounding};

const BASIS_POINTS: u64 = 10_000;
/// Extensions follow the account type, which stands at 165 in every extended account.
const FIRST_EXTENSION: usize = 166;
const HEADER_LENGTH: usize = 4;
const TRANSFER_FEE_CONFIG: u16 = 1;
const MEMO_TRANSFER: u16 = 8;
const TRANSFER_HOOK: u16 = 14;
/// Inside the fee extension: two authorities and the withheld amount, then the older and the newer fee.
const OLDER_FEE: usize = 72;
const NEWER_FEE: usize = 90;
/// Inside the hook extension: an authority, then the program.
const HOOK_PROGRAM: usize = 32;

/// The fee that a mint takes on transfers in one epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransferFee {
    maximum: u64,
    basis_points: u64,
}

/// Returns the value of an extension; nothing when the account does not have it.
#[inline(always)]
fn find_extension(account: &[u8], wanted: u16) -> Option<&[u8]> {
    let mut offset = FIRST_EXTENSION;
    loop {
        let kind = u16_at(account, offset).ok()?;
        let length = u16_at(account, offset.wrapping_add(2)).ok()?;
        let value = offset.wrapping_add(HEADER_LENGTH);
        if kind == wanted {
            return account.get(value..);
        }
        // Kind 0 is the unused rest of the account.
        if kind == 0 {
            return None;
        }
        offset = value.wrapping_add(usize::from(length));
    }
}

/// Says whether a mint calls another program on each transfer.
#[inline(always)]
#[must_use]
pub fn has_hook(mint: &[u8]) -> bool {
    find_extension(mint, TRANSFER_HOOK)
        .is_some_and(|hook| bytes_at(hook, HOOK_PROGRAM).is_ok_and(|program| program != [0_u8; 32]))
}

/// Says whether a token account wants a memo before each transfer to it.
#[inline(always)]
#[must_use]
pub fn wants_memo(token_account: &[u8]) -> bool {
    find_extension(token_account, MEMO_TRANSFER)
        .is_some_and(|extension| u8_at(extension, 0).is_ok_and(|flag| flag != 0))
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
        find_extension(mint, TRANSFER_FEE_CONFIG)
            .and_then(|extension| Self::of_extension(extension, epoch).ok())
            .unwrap_or(Self::NONE)
    }

    #[inline(always)]
    fn of_extension(extension: &[u8], epoch: u64) -> Result<Self, ProgramError> {
        let newer_from = u64_at(extension, NEWER_FEE)?;
        let fee = if epoch >= newer_from {
            NEWER_FEE
        } else {
            OLDER_FEE
        };
        Ok(Self {
            maximum: u64_at(extension, fee.wrapping_add(8))?,
            basis_points: u64::from(u16_at(extension, fee.wrapping_add(16))?),
        })
    }

    /// Returns what is withheld when `amount` is sent, rounded up.
    #[inline(always)]
    #[must_use]
    pub fn on(self, amount: u64) -> u64 {
        if self.basis_points == 0 {
            return 0;
        }
        let fee = mul_div(amount, self.basis_points, BASIS_POINTS, Rounding::Up);
        // A quotient above 64 bits is above every maximum too.
        fee.map_or(self.maximum, |fee| fee.min(self.maximum))
    }

    /// Returns what arrives of `amount`.
    ///
    /// # Panics
    ///
    /// When more is withheld than is sent, as the real program does.
    #[inline(always)]
    #[must_use]
    pub fn net(self, amount: u64) -> u64 {
        or_stop(amount.checked_sub(self.on(amount)))
    }

    /// Returns what must be sent so that `net` arrives.
    ///
    /// # Errors
    ///
    /// `TransferFeeCalculationError` above 64 bits, and when the fee on the result is another one.
    #[inline(always)]
    pub fn gross(self, net: u64) -> Result<u64, WhirlpoolError> {
        if net == 0 || self == Self::NONE {
            return Ok(net);
        }
        let fee = self
            .before(net)
            .ok_or(WhirlpoolError::TransferFeeCalculationError)?;
        net.checked_add(fee)
            .filter(|gross| self.on(*gross) == fee)
            .ok_or(WhirlpoolError::TransferFeeCalculationError)
    }

    /// Returns the fee on the smallest amount of which at least `net` arrives.
    #[inline(always)]
    fn before(self, net: u64) -> Option<u64> {
        if self.basis_points == BASIS_POINTS {
            return Some(self.maximum);
        }
        if self.basis_points == 0 {
            return Some(0);
        }
        let kept = BASIS_POINTS.checked_sub(self.basis_points)?;
        let gross = match mul_div(net, BASIS_POINTS, kept, Rounding::Up) {
            Some(gross) if gross.checked_sub(net)? < self.maximum => gross,
            _ => net.checked_add(self.maximum)?,
        };
        Some(self.on(gross))
    }
}

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "an overflow in a test is a failed test"
)]
mod tests {
    use super::{has_hook, wants_memo, TransferFee};
    use crate::whirlpool_error::WhirlpoolError;

    const FEE: TransferFee = TransferFee {
        maximum: 5_000_000,
        basis_points: 250,
    };

    fn account_with(extensions: &[(u16, u16)]) -> [u8; 400] {
        let mut account = [0_u8; 400];
        let mut offset = 166;
        for (kind, length) in extensions {
            account[offset..offset + 2].copy_from_slice(&kind.to_le_bytes());
            account[offset + 2..offset + 4].copy_from_slice(&length.to_le_bytes());
            offset += 4 + usize::from(*length);
        }
        account
    }

    fn put_fee(mint: &mut [u8], at: usize, epoch: u64, maximum: u64, basis_points: u16) {
        mint[at..at + 8].copy_from_slice(&epoch.to_le_bytes());
        mint[at + 8..at + 16].copy_from_slice(&maximum.to_le_bytes());
        mint[at + 16..at + 18].copy_from_slice(&basis_points.to_le_bytes());
    }

    #[test]
    fn finds_the_fee_of_the_epoch_behind_another_extension() {
        let mut mint = account_with(&[(3, 32), (1, 108)]);
        put_fee(&mut mint, 206 + 72, 0, 7, 100);
        put_fee(&mut mint, 206 + 90, 900, 5_000_000, 250);
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
    fn finds_hooks_and_wanted_memos() {
        let mut mint = account_with(&[(14, 64)]);
        assert!(!has_hook(&mint));
        mint[170 + 32] = 1;
        assert!(has_hook(&mint));
        let mut token_account = account_with(&[(7, 0), (8, 1)]);
        assert!(!wants_memo(&token_account));
        token_account[174] = 1;
        assert!(wants_memo(&token_account));
        assert!(!has_hook(&[0; 82]) && !wants_memo(&[0; 165]));
    }

    #[test]
    fn rounds_up_and_stops_at_the_maximum() {
        assert_eq!((FEE.on(0), FEE.on(1), FEE.on(41)), (0, 1, 2));
        assert_eq!(FEE.on(u64::MAX), 5_000_000);
        assert_eq!(FEE.net(41), 39);
        assert_eq!(TransferFee::NONE.net(u64::MAX), u64::MAX);
    }

    #[test]
    fn sends_what_lets_the_net_amount_arrive() {
        for net in [1, 39, 40, 41, 1_000_003, 195_000_000, 195_000_001, 1 << 60] {
            assert_eq!(FEE.gross(net).map(|gross| FEE.net(gross)), Ok(net), "{net}");
        }
        assert_eq!(FEE.gross(195), Ok(200));
        assert_eq!(FEE.gross(0), Ok(0));
        assert_eq!(
            FEE.gross(u64::MAX),
            Err(WhirlpoolError::TransferFeeCalculationError)
        );
        let whole = TransferFee {
            maximum: 5,
            basis_points: 10_000,
        };
        assert_eq!(whole.gross(7), Ok(12));
    }
}
