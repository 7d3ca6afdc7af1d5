//! Token-2022 transfer fees, forwards and backwards.
//!
//! Follows `TransferFeeConfig` of spl-token-2022 (`extension/transfer_fee/mod.rs`), and for the inverse the check that
//! Raydium CPMM adds (`utils/token.rs`, `get_transfer_inverse_fee`).

use crate::fee::{TEN_THOUSANDTHS, amount_before_fee, fee_amount};

/// One epoch's fee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransferFee {
    /// First epoch the fee applies in.
    pub epoch: u64,
    /// Cap of the fee, raw units.
    pub maximum: u64,
    /// Share of the amount, basis points; at most 10,000.
    pub basis_points: u16,
}

/// The two fees a mint carries: `newer` from its epoch on, `older` before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransferFeeConfig {
    /// The fee before `newer.epoch`.
    pub older: TransferFee,
    /// The fee from `newer.epoch` on.
    pub newer: TransferFee,
}

impl TransferFee {
    /// Returns the fee withheld from a transfer of `amount`.
    #[must_use]
    pub fn fee(self, amount: u64) -> Option<u64> {
        Some(fee_amount(amount, self.share(), TEN_THOUSANDTHS)?.min(self.maximum))
    }

    /// Returns what arrives of a transfer of `amount`.
    #[must_use]
    pub fn after_fee(self, amount: u64) -> Option<u64> {
        amount.checked_sub(self.fee(amount)?)
    }

    /// Returns the amount to transfer so that exactly `net` arrives, as the program computes it. `None` where the program
    /// refuses: an overflow, or no amount whose fee agrees.
    #[must_use]
    pub fn before_fee(self, net: u64) -> Option<u64> {
        let fee = if self.share() == TEN_THOUSANDTHS {
            self.maximum
        } else {
            let gross = self.gross_estimate(net)?;
            let fee = self.fee(gross)?;
            if self.fee(net.checked_add(fee)?)? != fee {
                return None;
            }
            fee
        };
        net.checked_add(fee)
    }

    /// The estimate of `calculate_pre_fee_amount`: the share inverted, or the cap added where the cap binds.
    fn gross_estimate(self, net: u64) -> Option<u64> {
        if self.basis_points == 0 {
            return Some(net);
        }
        match amount_before_fee(net, self.share(), TEN_THOUSANDTHS) {
            Some(gross) if gross.checked_sub(net)? < self.maximum => Some(gross),
            // Where the share's inverse passes 64 bits but stays under the cap, the cap's own sum passes them too, so that
            // this refuses exactly where the program does.
            Some(_) | None => net.checked_add(self.maximum),
        }
    }

    const fn share(self) -> u64 {
        self.basis_points as u64
    }
}

impl TransferFeeConfig {
    /// Returns the fee of an epoch.
    #[must_use]
    pub const fn at(&self, epoch: u64) -> TransferFee {
        if epoch >= self.newer.epoch { self.newer } else { self.older }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fee(basis_points: u16, maximum: u64) -> TransferFee {
        TransferFee { epoch: 0, maximum, basis_points }
    }

    #[test]
    fn caps_the_fee() {
        assert_eq!(fee(250, 5_000_000).fee(1_000), Some(25));
        assert_eq!(fee(250, 5_000_000).fee(1_001), Some(26));
        assert_eq!(fee(250, 5_000_000).fee(1_000_000_000), Some(5_000_000));
    }

    #[test]
    fn inverts_to_the_amount_whose_transfer_leaves_the_net() {
        for net in [1, 2, 39, 40, 999, 195_000_000, 194_999_999, u64::MAX / 2] {
            let gross = fee(250, 5_000_000).before_fee(net).unwrap();
            assert_eq!(fee(250, 5_000_000).after_fee(gross), Some(net), "net {net}");
        }
    }

    #[test]
    fn adds_the_cap_when_the_share_is_everything() {
        assert_eq!(fee(10_000, 7).before_fee(100), Some(107));
        assert_eq!(fee(10_000, u64::MAX).before_fee(1), None);
    }

    #[test]
    fn changes_over_at_the_newer_epoch() {
        let config = TransferFeeConfig {
            older: TransferFee { epoch: 1, maximum: 9, basis_points: 1 },
            newer: TransferFee { epoch: 5, maximum: 9, basis_points: 2 },
        };
        assert_eq!(config.at(4).basis_points, 1);
        assert_eq!(config.at(5).basis_points, 2);
    }
}
