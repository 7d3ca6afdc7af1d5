//! Multiply-then-divide without losing the high half, with an explicit rounding.

/// Which neighbour an inexact division takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Towards zero: for amounts we receive.
    Down,
    /// Away from zero: for amounts we pay.
    Up,
}

/// Returns `left * right` in full.
#[inline]
#[must_use]
pub fn wide_mul(left: u64, right: u64) -> u128 {
    // Two 64-bit factors always fit 128 bits, so nothing can wrap here; the name only avoids the overflow check.
    u128::from(left).wrapping_mul(u128::from(right))
}

/// Returns `numerator / denominator`, or `None` for a zero denominator or a result above `u64::MAX`.
#[inline]
fn div_to_u64(numerator: u128, denominator: u64, rounding: Rounding) -> Option<u64> {
    // Most numerators fit 64 bits, where the hardware divides several times faster.
    let quotient = match u64::try_from(numerator) {
        Ok(narrow) => narrow.checked_div(denominator)?,
        Err(_) => div_beyond_64_bits(numerator, denominator)?,
    };
    // Multiplying back tells whether the division was exact, and costs less than a second division for the remainder.
    match rounding {
        Rounding::Up if wide_mul(quotient, denominator) != numerator => quotient.checked_add(1),
        Rounding::Up | Rounding::Down => Some(quotient),
    }
}

/// Apart, so that the call of the compiler's long division costs nothing where it is not needed.
#[inline(never)]
fn div_beyond_64_bits(numerator: u128, denominator: u64) -> Option<u64> {
    u64::try_from(numerator.checked_div(u128::from(denominator))?).ok()
}

/// Returns `left * right / denominator`, or `None` for a zero denominator or a result above `u64::MAX`.
///
/// # Examples
/// ```
/// use tandem_math::mul_div::{Rounding, mul_div};
/// assert_eq!(mul_div(u64::MAX, 6, 9, Rounding::Up), Some(12_297_829_382_473_034_410));
/// ```
#[inline]
#[must_use]
pub fn mul_div(left: u64, right: u64, denominator: u64, rounding: Rounding) -> Option<u64> {
    div_to_u64(wide_mul(left, right), denominator, rounding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_only_an_inexact_division() {
        assert_eq!(mul_div(6, 4, 8, Rounding::Down), Some(3));
        assert_eq!(mul_div(6, 4, 8, Rounding::Up), Some(3));
        assert_eq!(mul_div(7, 1, 2, Rounding::Down), Some(3));
        assert_eq!(mul_div(7, 1, 2, Rounding::Up), Some(4));
    }

    #[test]
    fn refuses_a_zero_denominator_in_the_narrow_and_the_wide_path() {
        assert_eq!(mul_div(1, 1, 0, Rounding::Down), None);
        assert_eq!(mul_div(u64::MAX, u64::MAX, 0, Rounding::Down), None);
    }

    #[test]
    fn refuses_a_result_above_64_bits_even_when_only_rounding_lifts_it_there() {
        assert_eq!(mul_div(u64::MAX, 2, 1, Rounding::Down), None);
        assert_eq!(div_to_u64(u128::from(u64::MAX) * 3 + 1, 3, Rounding::Down), Some(u64::MAX));
        assert_eq!(div_to_u64(u128::from(u64::MAX) * 3 + 1, 3, Rounding::Up), None);
    }
}
