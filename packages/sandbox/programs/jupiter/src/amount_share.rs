//! Shares of an amount in basis points, from 64-bit operations only: the target has no 128-bit multiplication.

/// The whole, in basis points.
pub const WHOLE_BPS: u16 = 10_000;

/// Returns a share of an amount, rounded down; `None` above the whole.
#[inline(always)]
#[must_use]
pub fn share_down(amount: u64, bps: u16) -> Option<u64> {
    let (whole, rest) = split(amount, bps)?;
    whole.checked_add(rest.checked_div(u64::from(WHOLE_BPS))?)
}

/// Returns a share of an amount, rounded up; `None` above the whole.
#[inline(always)]
#[must_use]
pub fn share_up(amount: u64, bps: u16) -> Option<u64> {
    let (whole, rest) = split(amount, bps)?;
    whole.checked_add(rest.div_ceil(u64::from(WHOLE_BPS)))
}

/// The share of the part that 10,000 divides, and ten thousand times that of the remainder: both fit 64 bits.
#[inline(always)]
fn split(amount: u64, bps: u16) -> Option<(u64, u64)> {
    if bps > WHOLE_BPS {
        return None;
    }
    let base = u64::from(WHOLE_BPS);
    let whole = amount.checked_div(base)?.checked_mul(u64::from(bps))?;
    let rest = amount.checked_rem(base)?.checked_mul(u64::from(bps))?;
    Some((whole, rest))
}

#[cfg(test)]
mod tests {
    use super::{share_down, share_up};

    #[test]
    fn equals_the_wide_product() {
        for amount in [0, 1, 9_999, 10_000, 12_345_678_901, u64::MAX - 1, u64::MAX] {
            for bps in [0_u16, 1, 33, 5_000, 9_950, 9_999, 10_000] {
                let product = u128::from(amount) * u128::from(bps);
                let down = u64::try_from(product / 10_000).ok();
                let up = u64::try_from(product.div_ceil(10_000)).ok();
                assert_eq!(share_down(amount, bps), down, "{amount} {bps}");
                assert_eq!(share_up(amount, bps), up, "{amount} {bps}");
            }
        }
    }

    #[test]
    fn refuses_more_than_the_whole() {
        assert_eq!(share_down(1, 10_001), None);
        assert_eq!(share_up(1, 10_001), None);
    }
}
