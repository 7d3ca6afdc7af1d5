//! 128-bit products in full (256 bits) and divisions of them.
//!
//! The divisions are the hot path of concentrated venues. They go digit by digit of 64 bits (Knuth, "The Art of Computer
//! Programming", volume 2, 4.3.1, algorithm D), one hardware division a digit, and take one digit where the quotient has one.
//! Reciprocals (Möller and Granlund 2011) were measured a third slower: for two digits they do not pay.
//!
//! Wrapping operations are used where the comment next to them says why nothing can wrap, or where the algorithm computes
//! modulo a power of two; they also keep the overflow checks of release builds out of the hot path.

use crate::mul_div::{Rounding, wide_mul};

/// Mask of the low half of a 128-bit number.
const LOW_64: u128 = 0xffff_ffff_ffff_ffff;

/// A 256-bit unsigned integer.
// The derived order compares `high` first, as the order of numbers needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct U256 {
    /// Bits 128 to 255.
    pub high: u128,
    /// Bits 0 to 127.
    pub low: u128,
}

impl U256 {
    /// Zero.
    pub const ZERO: Self = Self { high: 0, low: 0 };
    /// Largest number of 256 bits.
    pub const MAX: Self = Self { high: u128::MAX, low: u128::MAX };

    /// Returns the sum, or `None` above 256 bits.
    #[inline]
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let (low, carry) = self.low.overflowing_add(other.low);
        let high = self.high.checked_add(other.high)?.checked_add(u128::from(carry))?;
        Some(Self { high, low })
    }

    /// Returns the difference, or `None` below zero.
    #[inline]
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        let (low, borrow) = self.low.overflowing_sub(other.low);
        let high = self.high.checked_sub(other.high)?.checked_sub(u128::from(borrow))?;
        Some(Self { high, low })
    }

    /// Returns `self * 2^bits`, or `None` above 256 bits.
    #[inline]
    #[must_use]
    pub fn checked_shift_left(self, bits: u32) -> Option<Self> {
        if self == Self::ZERO {
            return Some(self);
        }
        (bits <= self.leading_zeros()).then(|| self.shift_left(bits))
    }

    /// Returns `floor(self / 2^bits)`; zero from 256 bits on.
    #[inline]
    #[must_use]
    pub fn shift_right(self, bits: u32) -> Self {
        match bits {
            0 => self,
            1..128 => Self {
                high: self.high.wrapping_shr(bits),
                low: self.low.wrapping_shr(bits) | self.high.wrapping_shl(128_u32.wrapping_sub(bits)),
            },
            128..256 => Self { high: 0, low: self.high.wrapping_shr(bits.wrapping_sub(128)) },
            _ => Self::ZERO,
        }
    }

    /// Returns the number of zero bits above the highest one.
    #[inline]
    #[must_use]
    pub fn leading_zeros(self) -> u32 {
        match self.high {
            0 => self.low.leading_zeros().wrapping_add(128), // at most 256
            high => high.leading_zeros(),
        }
    }

    /// Returns the number, or `None` above 128 bits.
    #[inline]
    #[must_use]
    pub fn to_u128(self) -> Option<u128> {
        (self.high == 0).then_some(self.low)
    }

    /// Shifts left and drops what leaves at the top.
    #[inline]
    fn shift_left(self, bits: u32) -> Self {
        match bits {
            0 => self,
            1..128 => Self {
                high: self.high.wrapping_shl(bits) | self.low.wrapping_shr(128_u32.wrapping_sub(bits)),
                low: self.low.wrapping_shl(bits),
            },
            128..256 => Self { high: self.low.wrapping_shl(bits.wrapping_sub(128)), low: 0 },
            _ => Self::ZERO,
        }
    }

    /// Subtracts modulo 2^256.
    #[inline]
    fn wrapping_sub(self, other: Self) -> Self {
        let (low, borrow) = self.low.overflowing_sub(other.low);
        Self { high: self.high.wrapping_sub(other.high).wrapping_sub(u128::from(borrow)), low }
    }
}

impl From<u128> for U256 {
    #[inline]
    fn from(low: u128) -> Self {
        Self { high: 0, low }
    }
}

#[inline]
const fn high_half(value: u128) -> u64 {
    (value >> 64) as u64
}

#[inline]
const fn low_half(value: u128) -> u64 {
    (value & LOW_64) as u64
}

#[inline]
fn join(high: u64, low: u64) -> u128 {
    (u128::from(high) << 64) | u128::from(low)
}

/// Returns `left * right` in full.
#[inline]
#[must_use]
pub fn wide_mul_u128(left: u128, right: u128) -> U256 {
    let (left_high, left_low) = (high_half(left), low_half(left));
    let (right_high, right_low) = (high_half(right), low_half(right));
    let low = wide_mul(left_low, right_low);
    let cross = wide_mul(left_low, right_high);
    // (2^64 - 1)^2 + 2 (2^64 - 1) = 2^128 - 1: neither of these sums can wrap.
    let middle = wide_mul(left_high, right_low).wrapping_add(u128::from(high_half(low)));
    let carried = cross.wrapping_add(u128::from(low_half(middle)));
    let high = wide_mul(left_high, right_high)
        .wrapping_add(u128::from(high_half(middle)))
        .wrapping_add(u128::from(high_half(carried)));
    U256 { high, low: join(low_half(carried), low_half(low)) }
}

/// Divides 128 bits by 128 bits; `None` for a zero divisor.
#[inline]
fn div_narrow(numerator: u128, denominator: u128) -> Option<(u128, u128)> {
    if (numerator | denominator) <= LOW_64 {
        // The hardware divides 64 bits several times faster.
        let (numerator, denominator) = (low_half(numerator), low_half(denominator));
        let quotient = numerator.checked_div(denominator)?;
        return Some((u128::from(quotient), u128::from(numerator.checked_rem(denominator)?)));
    }
    let quotient = numerator.checked_div(denominator)?;
    // Multiplying back is cheaper than a second division; quotient * denominator <= numerator.
    Some((quotient, numerator.wrapping_sub(quotient.wrapping_mul(denominator))))
}

/// Divides `join(high, low)` by a divisor above `high`, so that the quotient fits 64 bits.
#[inline]
fn div_digit(high: u64, low: u64, denominator: u64) -> Option<(u64, u64)> {
    let numerator = join(high, low);
    let quotient = low_half(numerator.checked_div(u128::from(denominator))?);
    // The remainder is below 2^64, so that the low halves alone give it.
    Some((quotient, low.wrapping_sub(quotient.wrapping_mul(denominator))))
}

/// Divides the 192 bits of `high` and `low` by a divisor above `high` whose top bit is set: the 64-bit quotient and the
/// remainder.
#[inline]
fn div_long_digit(high: u128, low: u64, divisor: u128) -> Option<(u64, u128)> {
    let (top, second) = (high_half(divisor), low_half(divisor));
    let (guess, rest) = if high_half(high) == top {
        // The guess would be 2^64, which no digit is; where the rest of one less passes 64 bits, that one is right.
        (u64::MAX, u128::from(low_half(high)).wrapping_add(u128::from(top)))
    } else {
        let (guess, rest) = div_digit(high_half(high), low_half(high), top)?;
        (guess, u128::from(rest))
    };
    let product = wide_mul(guess, second);
    if rest > LOW_64 {
        return Some((guess, (rest << 64).wrapping_add(u128::from(low)).wrapping_sub(product)));
    }
    let (mut remainder, mut below) = join(low_half(rest), low).overflowing_sub(product);
    let mut quotient = guess;
    while below {
        // Twice at most, because the divisor's top bit is set.
        quotient = quotient.wrapping_sub(1);
        let (sum, carried) = remainder.overflowing_add(divisor);
        remainder = sum;
        below = !carried;
    }
    Some((quotient, remainder))
}

/// Divides by a divisor whose top bit is set and which is above the numerator's high half.
#[inline]
fn div_normalized(numerator: U256, divisor: u128) -> Option<(u128, u128)> {
    let start = join(low_half(numerator.high), high_half(numerator.low));
    let (upper, rest) = if numerator.high <= LOW_64 && start < divisor {
        (0, start) // a quotient of one digit: the usual case of amounts
    } else {
        div_long_digit(numerator.high, high_half(numerator.low), divisor)?
    };
    let (lower, rest) = div_long_digit(rest, low_half(numerator.low), divisor)?;
    Some((join(upper, lower), rest))
}

/// Returns the quotient and the remainder of `numerator / denominator`, or `None` for a zero denominator or a quotient above
/// 128 bits.
#[inline]
#[must_use]
pub fn div_wide(numerator: U256, denominator: u128) -> Option<(u128, u128)> {
    if numerator.high == 0 {
        return div_narrow(numerator.low, denominator);
    }
    if numerator.high >= denominator {
        return None;
    }
    if denominator <= LOW_64 {
        let divisor = low_half(denominator);
        let (upper, rest) = div_digit(low_half(numerator.high), high_half(numerator.low), divisor)?;
        let (lower, rest) = div_digit(rest, low_half(numerator.low), divisor)?;
        return Some((join(upper, lower), u128::from(rest)));
    }
    // numerator.high < denominator, so that no bit is lost.
    let shift = denominator.leading_zeros() & 63; // the mask says what the range already is, for shorter code
    let divisor = denominator.wrapping_shl(shift);
    let shifted = U256 {
        high: numerator.high.wrapping_shl(shift)
            | u128::from((high_half(numerator.low) >> 1).wrapping_shr(63_u32.wrapping_sub(shift))),
        low: numerator.low.wrapping_shl(shift),
    };
    let (quotient, remainder) = div_normalized(shifted, divisor)?;
    Some((quotient, remainder.wrapping_shr(shift)))
}

/// Divides 256 bits by 256 bits; `None` for a zero divisor or a quotient above 128 bits.
#[inline]
fn div_rem_256(numerator: U256, denominator: U256) -> Option<(u128, U256)> {
    if denominator.high == 0 {
        let (quotient, remainder) = div_wide(numerator, denominator.low)?;
        return Some((quotient, U256::from(remainder)));
    }
    if numerator < denominator {
        return Some((0, numerator));
    }
    // Cutting n low bits off both, so that the divisor keeps its top 128, raises the quotient by less than quotient *
    // (1 - 2^-n) / top. That is below one, as the quotient is below 2^(129 - n) and top at least 2^127: the estimate is right
    // or one too large, and one less is right or one too small.
    let dropped = 128_u32.wrapping_sub(denominator.high.leading_zeros());
    let (estimate, _) = div_normalized(numerator.shift_right(dropped), denominator.shift_right(dropped).low)?;
    let mut quotient = estimate.saturating_sub(1);
    // quotient * denominator <= numerator, so that the dropped high half of the second product is zero.
    let low = wide_mul_u128(quotient, denominator.low);
    let product = U256 { high: low.high.wrapping_add(quotient.wrapping_mul(denominator.high)), low: low.low };
    let mut remainder = numerator.wrapping_sub(product);
    if remainder >= denominator {
        quotient = quotient.wrapping_add(1);
        remainder = remainder.wrapping_sub(denominator);
    }
    Some((quotient, remainder))
}

/// Returns the quotient in the rounding asked for, or `None` where rounding up passes 128 bits.
#[inline]
fn rounded(quotient: u128, exact: bool, rounding: Rounding) -> Option<u128> {
    match rounding {
        Rounding::Up if !exact => quotient.checked_add(1),
        Rounding::Up | Rounding::Down => Some(quotient),
    }
}

/// Returns `numerator / denominator`, or `None` for a zero denominator or a result above 128 bits.
#[inline]
#[must_use]
pub fn div_wide_256(numerator: U256, denominator: U256, rounding: Rounding) -> Option<u128> {
    let (quotient, remainder) = div_rem_256(numerator, denominator)?;
    rounded(quotient, remainder == U256::ZERO, rounding)
}

/// Returns `numerator * 2^64 / denominator`, whose undivided value may pass 256 bits. `None` for a zero denominator or a
/// result above 128 bits.
#[inline]
#[must_use]
pub fn shl_64_div_256(numerator: U256, denominator: U256, rounding: Rounding) -> Option<u128> {
    match numerator.checked_shift_left(64) {
        Some(shifted) => div_wide_256(shifted, denominator, rounding),
        None => shl_64_div_long(numerator, denominator, rounding),
    }
}

/// Bit by bit: only numbers that no pool of sane amounts holds come here, and exactness is all that counts.
#[cold]
fn shl_64_div_long(numerator: U256, denominator: U256, rounding: Rounding) -> Option<u128> {
    let (mut quotient, mut remainder) = div_rem_256(numerator, denominator)?;
    for _ in 0..64 {
        let carried = remainder.high.leading_zeros() == 0;
        remainder = remainder.shift_left(1);
        quotient = quotient.checked_mul(2)?;
        if carried || remainder >= denominator {
            // Twice a remainder is less than twice the denominator: one subtraction is enough, and takes the carry with it.
            remainder = remainder.wrapping_sub(denominator);
            quotient |= 1;
        }
    }
    rounded(quotient, remainder == U256::ZERO, rounding)
}

/// Returns `left * right / denominator`, or `None` for a zero denominator or a result above 128 bits.
///
/// # Examples
/// ```
/// use tandem_math::{mul_div::Rounding, wide::mul_div_u128};
/// assert_eq!(mul_div_u128(u128::MAX, 6, 9, Rounding::Down), Some(u128::MAX / 3 * 2));
/// ```
#[inline]
#[must_use]
pub fn mul_div_u128(left: u128, right: u128, denominator: u128, rounding: Rounding) -> Option<u128> {
    let (quotient, remainder) = div_wide(wide_mul_u128(left, right), denominator)?;
    rounded(quotient, remainder == 0, rounding)
}

/// Returns `left * right / 2^64`, or `None` above 128 bits.
#[inline]
#[must_use]
pub fn mul_shr_64(left: u128, right: u128, rounding: Rounding) -> Option<u128> {
    let product = wide_mul_u128(left, right);
    if product.high > LOW_64 {
        return None;
    }
    let quotient = join(low_half(product.high), high_half(product.low));
    rounded(quotient, low_half(product.low) == 0, rounding)
}

/// Returns `left * 2^64 / denominator`, or `None` for a zero denominator or a result above 128 bits.
#[inline]
#[must_use]
pub fn shl_64_div(left: u128, denominator: u128, rounding: Rounding) -> Option<u128> {
    let numerator = U256 { high: left >> 64, low: left << 64 };
    let (quotient, remainder) = div_wide(numerator, denominator)?;
    rounded(quotient, remainder == 0, rounding)
}

/// Returns `left * right / 2^shift`, or `None` above 128 bits.
#[inline]
#[must_use]
pub fn mul_shift_right(left: u128, right: u128, shift: u32, rounding: Rounding) -> Option<u128> {
    let product = wide_mul_u128(left, right);
    let shifted = product.shift_right(shift);
    // Shifting back drops nothing at the top, so that any difference is what was cut off at the bottom.
    rounded(shifted.to_u128()?, shifted.shift_left(shift) == product, rounding)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO_128: U256 = U256 { high: 1, low: 0 };

    #[test]
    fn multiplies_in_full() {
        assert_eq!(wide_mul_u128(u128::MAX, u128::MAX), U256 { high: u128::MAX - 1, low: 1 });
        assert_eq!(wide_mul_u128(1 << 127, 2), TWO_128);
        assert_eq!(wide_mul_u128(0, u128::MAX), U256::ZERO);
    }

    #[test]
    fn adds_and_subtracts_across_the_halves() {
        assert_eq!(U256::from(u128::MAX).checked_add(U256::from(1)), Some(TWO_128));
        assert_eq!(TWO_128.checked_sub(U256::from(1)), Some(U256::from(u128::MAX)));
        assert_eq!(U256::MAX.checked_add(U256::from(1)), None);
        assert_eq!(U256 { high: u128::MAX, low: 1 }.checked_add(U256::from(u128::MAX)), None);
        assert_eq!(TWO_128.checked_sub(U256 { high: 1, low: 1 }), None);
        assert_eq!(U256::ZERO.checked_sub(U256::from(1)), None);
    }

    #[test]
    fn shifts_left_only_what_keeps_its_bits() {
        for bits in [0, 1, 63, 64, 127, 128, 129, 255] {
            let shifted = U256::from(1).checked_shift_left(bits).unwrap();
            assert_eq!(shifted.leading_zeros(), 255 - bits);
            assert_eq!(shifted.shift_right(bits), U256::from(1), "{bits}");
            assert_eq!(shifted.shift_right(bits + 1), U256::ZERO, "{bits}");
        }
        assert_eq!(U256::from(1).checked_shift_left(256), None);
        assert_eq!(U256::from(3).checked_shift_left(255), None);
        assert_eq!(U256::ZERO.checked_shift_left(1_000), Some(U256::ZERO));
        assert_eq!(U256::MAX.shift_right(u32::MAX), U256::ZERO);
    }

    #[test]
    fn refuses_a_quotient_of_2_to_the_128() {
        for divisor in [1, 3, u128::from(u64::MAX), 1 << 64, (1 << 96) + 7, u128::MAX] {
            let boundary = wide_mul_u128(u128::MAX, divisor);
            assert_eq!(div_wide(boundary, divisor), Some((u128::MAX, 0)), "{divisor}");
            let last = boundary.checked_add(U256::from(divisor - 1)).unwrap();
            assert_eq!(div_wide(last, divisor), Some((u128::MAX, divisor - 1)), "{divisor}");
            let above = boundary.checked_add(U256::from(divisor));
            assert_eq!(above.and_then(|value| div_wide(value, divisor)), None, "{divisor}");
        }
    }

    #[test]
    fn refuses_a_zero_divisor_in_every_path() {
        for numerator in [U256::ZERO, U256::from(1), U256::from(u128::MAX), TWO_128, U256::MAX] {
            assert_eq!(div_wide(numerator, 0), None);
            assert_eq!(div_wide_256(numerator, U256::ZERO, Rounding::Up), None);
            assert_eq!(shl_64_div_256(numerator, U256::ZERO, Rounding::Down), None);
        }
    }

    #[test]
    fn divides_by_divisors_above_128_bits() {
        assert_eq!(div_wide_256(U256::MAX, U256::MAX, Rounding::Up), Some(1));
        assert_eq!(div_wide_256(U256::MAX, TWO_128, Rounding::Down), Some(u128::MAX));
        assert_eq!(div_wide_256(U256::MAX, TWO_128, Rounding::Up), None);
        assert_eq!(div_wide_256(U256::from(1), U256::MAX, Rounding::Up), Some(1));
        assert_eq!(div_wide_256(U256::ZERO, U256::MAX, Rounding::Up), Some(0));
    }

    #[test]
    fn rounds_up_only_what_is_cut_off() {
        assert_eq!(mul_shift_right(3, 1, 1, Rounding::Up), Some(2));
        assert_eq!(mul_shift_right(4, 1, 1, Rounding::Up), Some(2));
        assert_eq!(mul_shift_right(u128::MAX, u128::MAX, 300, Rounding::Up), Some(1));
        assert_eq!(mul_shift_right(u128::MAX, u128::MAX, 300, Rounding::Down), Some(0));
        assert_eq!(mul_shift_right(u128::MAX, u128::MAX, 127, Rounding::Down), None);
        assert_eq!(mul_shr_64(u128::MAX, 1 << 64, Rounding::Up), Some(u128::MAX));
        assert_eq!(mul_shr_64(u128::MAX, (1 << 64) + 1, Rounding::Down), None);
    }
}
