//! Products of two 64-bit numbers and their quotients, from 64-bit instructions only.
//!
//! The SBF target has no 128-bit multiplication or division, so both are written out here. Nothing in this crate panics.

#![no_std]

mod fixed_point;
mod quad;

pub use fixed_point::{over_q64, times_q64};
pub use quad::{high_of_product, Quad};

/// The direction in which a quotient that is not whole is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
}

/// An unsigned number of 128 bits; the order of the fields makes the derived order numeric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wide {
    high: u64,
    low: u64,
}

const LOW_HALF: u64 = 0xffff_ffff;

impl From<u64> for Wide {
    fn from(low: u64) -> Self {
        Self { high: 0, low }
    }
}

impl Wide {
    const ZERO: Self = Self::new(0, 0);

    /// Builds the number `high · 2^64 + low`.
    #[must_use]
    pub const fn new(high: u64, low: u64) -> Self {
        Self { high, low }
    }

    /// Returns the upper 64 bits.
    #[must_use]
    pub const fn high(self) -> u64 {
        self.high
    }

    /// Returns the lower 64 bits.
    #[must_use]
    pub const fn low(self) -> u64 {
        self.low
    }

    /// Returns the exact product of two 64-bit numbers.
    #[inline(always)]
    #[must_use]
    pub const fn product(a: u64, b: u64) -> Self {
        let (a_high, a_low) = (a >> 32, a & LOW_HALF);
        let (b_high, b_low) = (b >> 32, b & LOW_HALF);
        // No partial sum overflows: (2^32 − 1)² + 2·(2^32 − 1) = 2^64 − 1.
        let lowest = a_low.wrapping_mul(b_low);
        let middle = a_high.wrapping_mul(b_low).wrapping_add(lowest >> 32);
        let cross = a_low.wrapping_mul(b_high).wrapping_add(middle & LOW_HALF);
        let highest = a_high.wrapping_mul(b_high).wrapping_add(middle >> 32);
        Self {
            high: highest.wrapping_add(cross >> 32),
            low: (cross << 32) | (lowest & LOW_HALF),
        }
    }

    /// Returns the sum, or nothing above 128 bits.
    #[inline(always)]
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        let (low, carry) = self.low.overflowing_add(other.low);
        let (high, over) = self.high.overflowing_add(other.high);
        let (high, carried_over) = high.overflowing_add(carry as u64);
        if over | carried_over {
            return None;
        }
        Some(Self { high, low })
    }

    /// Returns the product with a 64-bit number, or nothing above 128 bits.
    #[inline(always)]
    #[must_use]
    pub const fn checked_mul(self, factor: u64) -> Option<Self> {
        let upper = Self::product(self.high, factor);
        if upper.high != 0 {
            return None;
        }
        Self::product(self.low, factor).checked_add(Self::new(upper.low, 0))
    }

    /// Returns the number when it fits 64 bits.
    #[inline(always)]
    #[must_use]
    pub const fn to_u64(self) -> Option<u64> {
        if self.high == 0 {
            Some(self.low)
        } else {
            None
        }
    }

    /// Returns the rounded quotient, or nothing when the divisor is zero or rounding up leaves 128 bits.
    #[inline(always)]
    #[must_use]
    pub fn divided_by(self, divisor: Self, rounding: Rounding) -> Option<Self> {
        if divisor == Self::ZERO {
            return None;
        }
        let mut quotient = Self::ZERO;
        let is_whole = divide(&self, &divisor, &mut quotient);
        if is_whole || matches!(rounding, Rounding::Down) {
            return Some(quotient);
        }
        quotient.checked_add(Self::new(0, 1))
    }

    #[inline(always)]
    const fn shifted_left(self, bits: u32) -> Self {
        if bits == 0 {
            return self;
        }
        let carried = self.low >> 64_u32.wrapping_sub(bits);
        Self::new((self.high << bits) | carried, self.low << bits)
    }

    #[inline(always)]
    const fn wrapping_sub(self, other: Self) -> Self {
        let (low, borrow) = self.low.overflowing_sub(other.low);
        Self::new(
            self.high
                .wrapping_sub(other.high)
                .wrapping_sub(borrow as u64),
            low,
        )
    }
}

/// Returns `a · b / divisor` rounded, or nothing when the divisor is zero or the quotient exceeds 64 bits.
#[inline(always)]
#[must_use]
pub fn mul_div(a: u64, b: u64, divisor: u64, rounding: Rounding) -> Option<u64> {
    let mut quotient = 0;
    mul_div_into(a, b, divisor, rounding, &mut quotient).then_some(quotient)
}

/// Says whether there is a quotient; called and not inlined, like `divide`.
#[inline(never)]
fn mul_div_into(a: u64, b: u64, divisor: u64, rounding: Rounding, quotient: &mut u64) -> bool {
    let result = Wide::product(a, b)
        .divided_by(Wide::from(divisor), rounding)
        .and_then(Wide::to_u64);
    if let Some(result) = result {
        *quotient = result;
    }
    result.is_some()
}

/// Divides by anything but zero and says whether nothing remained.
///
/// Called and not inlined, which keeps the programs small: it answers through a reference, because a call on the SBF
/// target returns one register.
#[inline(never)]
fn divide(dividend: &Wide, divisor: &Wide, quotient: &mut Wide) -> bool {
    if divisor.high != 0 {
        return divide_by_wide(*dividend, *divisor, quotient);
    }
    let word = divisor.low;
    let high_rest = remainder_of(dividend.high, word);
    quotient.high = quotient_of(dividend.high, word);
    if high_rest == 0 {
        quotient.low = quotient_of(dividend.low, word);
        return remainder_of(dividend.low, word) == 0;
    }
    let (low, rest) = divide_two_words(high_rest, dividend.low, word);
    quotient.low = low;
    rest == 0
}

/// Long division, bit by bit: the quotient has fewer than 64 bits because the divisor has more.
#[inline(always)]
fn divide_by_wide(dividend: Wide, divisor: Wide, quotient: &mut Wide) -> bool {
    let mut rest = dividend;
    let mut digits = 0_u64;
    let mut shift = divisor.high.leading_zeros();
    loop {
        let shifted = divisor.shifted_left(shift);
        digits <<= 1;
        if rest >= shifted {
            rest = rest.wrapping_sub(shifted);
            digits |= 1;
        }
        if shift == 0 {
            *quotient = Wide::from(digits);
            return rest == Wide::ZERO;
        }
        shift = shift.wrapping_sub(1);
    }
}

/// The callers have ruled out a zero divisor; zero is then never returned for it.
#[inline(always)]
const fn quotient_of(dividend: u64, divisor: u64) -> u64 {
    match dividend.checked_div(divisor) {
        Some(quotient) => quotient,
        None => 0,
    }
}

#[inline(always)]
const fn remainder_of(dividend: u64, divisor: u64) -> u64 {
    match dividend.checked_rem(divisor) {
        Some(remainder) => remainder,
        None => 0,
    }
}

/// Divides `high · 2^64 + low` by a divisor above `high`: schoolbook division with 32-bit digits, where the divisor is
/// first shifted until its top bit is set so that a guessed digit is at most two too large.
#[inline(always)]
const fn divide_two_words(high: u64, low: u64, divisor: u64) -> (u64, u64) {
    let shift = divisor.leading_zeros();
    let divisor = divisor << shift;
    let carried = if shift == 0 {
        0
    } else {
        low >> 64_u32.wrapping_sub(shift)
    };
    let dividend = (high << shift) | carried;
    let low = low << shift;
    let (first, rest) = divide_digit(dividend, low >> 32, divisor);
    let (second, rest) = divide_digit(rest, low & LOW_HALF, divisor);
    ((first << 32) | second, rest >> shift)
}

/// Returns one 32-bit digit of the quotient of `dividend · 2^32 + next` and the remainder.
#[inline(always)]
const fn divide_digit(dividend: u64, next: u64, divisor: u64) -> (u64, u64) {
    let (top, bottom) = (divisor >> 32, divisor & LOW_HALF);
    let mut digit = quotient_of(dividend, top);
    let mut rest = remainder_of(dividend, top);
    while digit > LOW_HALF || digit.wrapping_mul(bottom) > ((rest << 32) | next) {
        digit = digit.wrapping_sub(1);
        rest = rest.wrapping_add(top);
        if rest > LOW_HALF {
            break;
        }
    }
    let remainder = (dividend << 32)
        .wrapping_add(next)
        .wrapping_sub(digit.wrapping_mul(divisor));
    (digit, remainder)
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::{mul_div, Rounding, Wide};

    /// Numbers on both sides of every boundary that the code treats specially.
    const EDGES: [u64; 18] = [
        0,
        1,
        2,
        3,
        10_000,
        1_000_000,
        0x7fff_ffff,
        0x8000_0000,
        0xffff_fffe,
        0xffff_ffff,
        0x1_0000_0000,
        0x1_0000_0001,
        0x7fff_ffff_ffff_ffff,
        0x8000_0000_0000_0000,
        0x8000_0000_0000_0001,
        0xffff_ffff_0000_0000,
        u64::MAX - 1,
        u64::MAX,
    ];

    fn native(wide: Wide) -> u128 {
        (u128::from(wide.high) << 64) | u128::from(wide.low)
    }

    fn wide(number: u128) -> Wide {
        Wide::new(
            u64::try_from(number >> 64).unwrap_or(0),
            u64::try_from(number & u128::from(u64::MAX)).unwrap_or(0),
        )
    }

    /// Xorshift with a printed seed; every width of number is as likely as any other.
    struct Numbers(u64);

    impl Numbers {
        fn word(&mut self) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0
        }

        fn next(&mut self) -> u64 {
            let bits = self.word() % 64;
            self.word() >> bits
        }

        fn next_wide(&mut self) -> u128 {
            (u128::from(self.next()) << 64) | u128::from(self.word())
        }
    }

    fn check_division(dividend: u128, divisor: u128) {
        let down = wide(dividend).divided_by(wide(divisor), Rounding::Down);
        let up = wide(dividend).divided_by(wide(divisor), Rounding::Up);
        assert_eq!(
            down.map(native),
            dividend.checked_div(divisor),
            "{dividend} / {divisor} down"
        );
        let expected_up = (divisor != 0).then(|| dividend.div_ceil(divisor));
        assert_eq!(up.map(native), expected_up, "{dividend} / {divisor} up");
    }

    #[test]
    fn multiplies_and_divides_every_pair_of_edges_as_native_numbers_do() {
        for a in EDGES {
            for b in EDGES {
                let product = u128::from(a) * u128::from(b);
                assert_eq!(native(Wide::product(a, b)), product, "{a} × {b}");
                for c in EDGES {
                    check_division(product, u128::from(c));
                    check_division((u128::from(a) << 64) | u128::from(b), u128::from(c));
                    check_division(product, (u128::from(a) << 64) | u128::from(c));
                }
            }
        }
    }

    #[test]
    fn multiplies_divides_and_adds_random_numbers_as_native_numbers_do() {
        let seed = 0x5eed_0123_4567_89ab;
        std::println!("seed {seed:#x}");
        let mut numbers = Numbers(seed);
        for _ in 0..500_000 {
            let (a, b) = (numbers.next(), numbers.next());
            assert_eq!(
                native(Wide::product(a, b)),
                u128::from(a) * u128::from(b),
                "{a} × {b}"
            );
            let (x, y) = (numbers.next_wide(), numbers.next_wide());
            check_division(x, u128::from(a));
            check_division(x, y);
            assert_eq!(
                wide(x).checked_add(wide(y)).map(native),
                x.checked_add(y),
                "{x} + {y}"
            );
            assert_eq!(
                wide(x).checked_mul(a).map(native),
                x.checked_mul(u128::from(a)),
                "{x} × {a}"
            );
            assert_eq!(wide(x) > wide(y), x > y, "{x} > {y}");
        }
    }

    #[test]
    fn refuses_a_zero_divisor_and_a_quotient_above_64_bits() {
        assert_eq!(mul_div(7, 3, 0, Rounding::Down), None);
        assert_eq!(
            mul_div(u64::MAX, u64::MAX, u64::MAX, Rounding::Up),
            Some(u64::MAX)
        );
        assert_eq!(mul_div(u64::MAX, 2, 1, Rounding::Down), None);
        assert_eq!(mul_div(u64::MAX, 3, 2, Rounding::Up), None);
    }

    #[test]
    fn rounds_only_a_quotient_that_is_not_whole() {
        assert_eq!(mul_div(10, 3, 6, Rounding::Up), Some(5));
        assert_eq!(mul_div(10, 3, 7, Rounding::Down), Some(4));
        assert_eq!(mul_div(10, 3, 7, Rounding::Up), Some(5));
    }
}
