//! Fee rates and fee amounts.

use crate::mul_div::{Rounding, mul_div};

/// A fee as a share: `numerator / denominator` of an amount, at most all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeeRate {
    numerator: u64,
    denominator: u64,
}

impl FeeRate {
    /// Returns the rate, or `None` for a zero denominator or a share above the whole.
    #[must_use]
    pub const fn new(numerator: u64, denominator: u64) -> Option<Self> {
        if denominator == 0 || numerator > denominator { None } else { Some(Self { numerator, denominator }) }
    }

    /// Returns the fee on an amount, rounded up: the program keeps the remainder.
    #[inline]
    #[must_use]
    pub fn fee(self, amount: u64) -> Option<u64> {
        // Both denominators in use are literals here, so that the divisions become multiplications.
        match self.denominator {
            MILLIONTHS => ceil_share(amount, self.numerator, MILLIONTHS),
            TEN_THOUSANDTHS => ceil_share(amount, self.numerator, TEN_THOUSANDTHS),
            denominator => mul_div(amount, self.numerator, denominator, Rounding::Up),
        }
    }

    /// Returns what is left of an amount after its fee.
    #[inline]
    #[must_use]
    pub fn after_fee(self, amount: u64) -> Option<u64> {
        amount.checked_sub(self.fee(amount)?)
    }

    /// Returns the amount that must be paid so that `net` is left after the fee, rounded up as the programs do:
    /// `ceil(net * denominator / (denominator - numerator))`. `None` when the fee takes everything or the result overflows.
    #[inline]
    #[must_use]
    pub fn before_fee(self, net: u64) -> Option<u64> {
        let kept = self.denominator.checked_sub(self.numerator)?;
        mul_div(net, self.denominator, kept, Rounding::Up)
    }
}

/// Denominator of Raydium CPMM's rates (cp-swap, `curve/fees.rs`).
pub const MILLIONTHS: u64 = 1_000_000;
/// Denominator of basis points, and of Raydium AMM v4's usual rates.
pub const TEN_THOUSANDTHS: u64 = 10_000;

/// Returns `ceil(amount * numerator / denominator)` in 64-bit steps. With `amount = whole * denominator + rest`, the exact
/// value is `whole * numerator + ceil(rest * numerator / denominator)`.
#[expect(clippy::inline_always, reason = "the denominator must be a literal here to become a multiplication")]
#[inline(always)]
fn ceil_share(amount: u64, numerator: u64, denominator: u64) -> Option<u64> {
    let whole = amount.checked_div(denominator)?;
    let rest = amount.checked_rem(denominator)?;
    let rest_fee = rest.checked_mul(numerator)?.div_ceil(denominator);
    whole.checked_mul(numerator)?.checked_add(rest_fee)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_at_least_one_unit_of_a_positive_amount() {
        let rate = FeeRate::new(25, 10_000).unwrap();
        assert_eq!(rate.fee(1), Some(1));
        assert_eq!(rate.fee(400), Some(1));
        assert_eq!(rate.fee(401), Some(2));
        assert_eq!(rate.fee(0), Some(0));
    }

    #[test]
    fn refuses_a_share_above_the_whole() {
        assert_eq!(FeeRate::new(10_001, 10_000), None);
        assert_eq!(FeeRate::new(0, 0), None);
    }

    #[test]
    fn inverts_to_an_amount_that_leaves_at_least_the_net() {
        let rate = FeeRate::new(2_500, 1_000_000).unwrap();
        let gross = rate.before_fee(997_501).unwrap();
        assert!(rate.after_fee(gross).unwrap() >= 997_501);
    }

    #[test]
    fn has_no_inverse_when_the_fee_takes_everything() {
        assert_eq!(FeeRate::new(1, 1).unwrap().before_fee(1), None);
    }
}
