//! Fees that are a share of an amount. A share is `numerator / denominator` with `numerator <= denominator`.

use crate::mul_div::{Rounding, mul_div};

/// Denominator of the rates of Raydium CPMM (cp-swap, `curve/fees.rs`), Raydium CLMM and Whirlpool.
pub const MILLIONTHS: u64 = 1_000_000;
/// Denominator of basis points, and of Raydium AMM v4's usual rates.
pub const TEN_THOUSANDTHS: u64 = 10_000;

/// Returns `ceil(amount * numerator / denominator)`: the fee on an amount, rounded up because the program keeps the
/// remainder. `None` for a zero denominator or a result above `u64::MAX`.
///
/// Where the product fits 64 bits, as it does for most amounts, one division suffices, and none where the caller's denominator
/// is a literal. Elsewhere, with `amount = whole * denominator + rest`, the exact value is `whole * numerator +
/// ceil(rest * numerator / denominator)`, which needs no wide division either.
#[inline]
#[must_use]
pub fn fee_amount(amount: u64, numerator: u64, denominator: u64) -> Option<u64> {
    if let Some(product) = amount.checked_mul(numerator) {
        let fee = product.checked_div(denominator)?;
        let rest = product.checked_rem(denominator)?;
        return fee.checked_add(u64::from(rest != 0));
    }
    fee_of_large_amount(amount, numerator, denominator)
}

#[cold]
fn fee_of_large_amount(amount: u64, numerator: u64, denominator: u64) -> Option<u64> {
    let whole = amount.checked_div(denominator)?;
    let rest = amount.checked_rem(denominator)?;
    whole.checked_mul(numerator)?.checked_add(mul_div(rest, numerator, denominator, Rounding::Up)?)
}

/// Returns the amount that leaves `net` after its fee, rounded up as the programs do: `ceil(net * denominator /
/// (denominator - numerator))`. `None` when the fee takes everything or the result is above `u64::MAX`.
#[inline]
#[must_use]
pub fn amount_before_fee(net: u64, numerator: u64, denominator: u64) -> Option<u64> {
    if numerator == 0 {
        return Some(net);
    }
    mul_div(net, denominator, denominator.checked_sub(numerator)?, Rounding::Up)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_at_least_one_unit_of_a_positive_amount() {
        assert_eq!(fee_amount(1, 25, TEN_THOUSANDTHS), Some(1));
        assert_eq!(fee_amount(400, 25, TEN_THOUSANDTHS), Some(1));
        assert_eq!(fee_amount(401, 25, TEN_THOUSANDTHS), Some(2));
        assert_eq!(fee_amount(0, 25, TEN_THOUSANDTHS), Some(0));
    }

    #[test]
    fn equals_the_undivided_formula_at_the_ends_of_the_range() {
        for amount in [1, 999_999, 1_000_000, 1_000_001, u64::MAX - 1, u64::MAX] {
            for rate in [0, 1, 2_500, 999_999, 1_000_000] {
                let expected = mul_div(amount, rate, MILLIONTHS, Rounding::Up);
                assert_eq!(fee_amount(amount, rate, MILLIONTHS), expected, "{amount} at {rate}");
            }
        }
    }

    #[test]
    fn inverts_to_the_least_amount_that_leaves_the_net() {
        let gross = amount_before_fee(997_501, 2_500, MILLIONTHS).unwrap();
        let kept = |amount: u64| amount - fee_amount(amount, 2_500, MILLIONTHS).unwrap();
        assert!(kept(gross) >= 997_501);
        assert!(kept(gross - 1) < 997_501);
    }

    #[test]
    fn has_no_inverse_when_the_fee_takes_everything() {
        assert_eq!(amount_before_fee(1, 1, 1), None);
        assert_eq!(amount_before_fee(1, 2, 1), None);
    }
}
