//! Numbers of 256 bits: products of two 128-bit numbers and their quotients, from 64-bit instructions only.

use crate::{divide_two_words, Rounding, Wide};

const WORDS: usize = 4;

/// An unsigned number of 256 bits, its lowest word first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quad([u64; WORDS]);

impl From<u128> for Wide {
    #[inline(always)]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "each word takes its 64 bits of the number"
    )]
    fn from(number: u128) -> Self {
        Self::new((number >> 64) as u64, number as u64)
    }
}

impl From<Wide> for u128 {
    #[inline(always)]
    fn from(wide: Wide) -> Self {
        (Self::from(wide.high()) << 64) | Self::from(wide.low())
    }
}

impl From<u128> for Quad {
    #[inline(always)]
    fn from(number: u128) -> Self {
        let number = Wide::from(number);
        Self([number.low(), number.high(), 0, 0])
    }
}

impl Quad {
    /// Builds a number from its words, the lowest first.
    #[must_use]
    pub const fn new(words: [u64; WORDS]) -> Self {
        Self(words)
    }

    /// Returns the exact product of two 128-bit numbers.
    #[inline(always)]
    #[must_use]
    pub fn product(a: u128, b: u128) -> Self {
        let (a, b) = (Wide::from(a), Wide::from(b));
        // Not inlined, because who shifts the number drops the lowest word.
        let mut lowest = Wide::ZERO;
        put_product(a.low(), b.low(), &mut lowest);
        let left = Wide::product(a.high(), b.low());
        let right = Wide::product(a.low(), b.high());
        let highest = Wide::product(a.high(), b.high());
        let (second, carry_left) = lowest.high().overflowing_add(left.low());
        let (second, carry_right) = second.overflowing_add(right.low());
        let carry = u64::from(carry_left).wrapping_add(u64::from(carry_right));
        let (third, over_left) = highest.low().overflowing_add(left.high());
        let (third, over_right) = third.overflowing_add(right.high());
        let (third, over_carry) = third.overflowing_add(carry);
        // The product has at most 256 bits, so the last word takes every carry.
        let fourth = highest
            .high()
            .wrapping_add(u64::from(over_left))
            .wrapping_add(u64::from(over_right))
            .wrapping_add(u64::from(over_carry));
        Self([lowest.low(), second, third, fourth])
    }

    /// Returns the number times 2^64, or nothing above 256 bits.
    #[inline(always)]
    #[must_use]
    pub const fn checked_shl_word(self) -> Option<Self> {
        let [first, second, third, fourth] = self.0;
        if fourth != 0 {
            return None;
        }
        Some(Self([0, first, second, third]))
    }

    /// Returns the number divided by `2^bits` towards zero, or nothing above 128 bits; `bits` is 64 to 127.
    #[inline(always)]
    #[must_use]
    pub fn to_u128_from_bit(self, bits: u32) -> Option<u128> {
        let [_, first, second, third] = self.0;
        let rest = bits.wrapping_sub(64);
        if rest == 0 {
            return (third == 0).then(|| u128::from(Wide::new(second, first)));
        }
        let up = 64_u32.wrapping_sub(rest);
        if third.wrapping_shr(rest) != 0 {
            return None;
        }
        let low = first.wrapping_shr(rest) | second.wrapping_shl(up);
        let high = second.wrapping_shr(rest) | third.wrapping_shl(up);
        Some(u128::from(Wide::new(high, low)))
    }

    /// Returns the number when it fits 128 bits.
    #[inline(always)]
    #[must_use]
    pub fn to_u128(self) -> Option<u128> {
        let [first, second, third, fourth] = self.0;
        (third | fourth == 0).then(|| u128::from(Wide::new(second, first)))
    }

    /// Returns the sum, modulo 2^256.
    #[inline(always)]
    #[must_use]
    pub fn wrapping_add(self, other: Self) -> Self {
        let mut words = [0; WORDS];
        let mut carry = 0_u64;
        for (sum, (a, b)) in words.iter_mut().zip(self.0.into_iter().zip(other.0)) {
            let (partial, over) = a.overflowing_add(b);
            let (total, carried_over) = partial.overflowing_add(carry);
            *sum = total;
            carry = u64::from(over | carried_over);
        }
        Self(words)
    }

    /// Returns the difference, or nothing below zero.
    #[inline(always)]
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        let mut words = [0; WORDS];
        let mut borrow = 0_u64;
        for (rest, (a, b)) in words.iter_mut().zip(self.0.into_iter().zip(other.0)) {
            let (partial, under) = a.overflowing_sub(b);
            let (total, borrowed_under) = partial.overflowing_sub(borrow);
            *rest = total;
            borrow = u64::from(under | borrowed_under);
        }
        (borrow == 0).then_some(Self(words))
    }

    /// Returns the rounded quotient, or nothing when the divisor is zero.
    #[inline(always)]
    #[must_use]
    pub fn divided_by(self, divisor: Self, rounding: Rounding) -> Option<Self> {
        if divisor.length() == 0 {
            return None;
        }
        let mut quotient = Self([0; WORDS]);
        let is_whole = divide(&self, &divisor, &mut quotient);
        if is_whole || matches!(rounding, Rounding::Down) {
            return Some(quotient);
        }
        // A rest means a divisor above one, so the quotient is far below 2^256.
        Some(quotient.wrapping_add(Self([1, 0, 0, 0])))
    }

    /// Returns the number of words up to the highest that is not zero.
    #[inline(always)]
    const fn length(&self) -> usize {
        match self.0 {
            [0, 0, 0, 0] => 0,
            [_, 0, 0, 0] => 1,
            [_, _, 0, 0] => 2,
            [_, _, _, 0] => 3,
            _ => 4,
        }
    }
}

/// Returns the upper 64 bits of a product.
#[inline(always)]
#[must_use]
pub fn high_of_product(a: u64, b: u64) -> u64 {
    let mut product = Wide::ZERO;
    put_product(a, b, &mut product);
    product.high()
}

/// Called and not inlined: where the lower half is dropped, LLVM 22 recognizes what is left of `Wide::product` and makes a
/// 128-bit multiplication of it, which the SBF target does not have. Here both halves are stored.
#[inline(never)]
fn put_product(a: u64, b: u64, product: &mut Wide) {
    *product = Wide::product(a, b);
}

/// Divides by anything but zero and says whether nothing remained; called and not inlined, to keep the programs small.
#[inline(never)]
fn divide(dividend: &Quad, divisor: &Quad, quotient: &mut Quad) -> bool {
    let (length, width) = (dividend.length(), divisor.length());
    if length < width {
        return length == 0;
    }
    if width == 1 {
        return divide_by_word(dividend, length, divisor.0[0], quotient);
    }
    let shift = divisor.0[width.wrapping_sub(1)].leading_zeros();
    let divisor = shifted_left(&divisor.0, shift);
    let mut rest = shifted_left(&dividend.0, shift);
    let mut at = length.wrapping_sub(width);
    loop {
        let digit = digit_of(&rest, &divisor, at, width);
        quotient.0[at] = take_away(&mut rest, &divisor, digit, at, width);
        if at == 0 {
            return rest == [0; WORDS + 1];
        }
        at = at.wrapping_sub(1);
    }
}

#[inline(always)]
fn divide_by_word(dividend: &Quad, length: usize, divisor: u64, quotient: &mut Quad) -> bool {
    let mut rest = 0;
    let mut at = length;
    while at > 0 {
        at = at.wrapping_sub(1);
        rest = divide_word(rest, dividend.0[at], divisor, &mut quotient.0[at]);
    }
    rest == 0
}

/// Returns the remainder of `high · 2^64 + low`; the divisor is above `high`.
#[inline(never)]
fn divide_word(high: u64, low: u64, divisor: u64, quotient: &mut u64) -> u64 {
    let (digit, rest) = divide_two_words(high, low, divisor);
    *quotient = digit;
    rest
}

/// Shifts by less than a word; one word more takes what leaves the number.
#[inline(always)]
fn shifted_left(words: &[u64; WORDS], bits: u32) -> [u64; WORDS + 1] {
    let [first, second, third, fourth] = *words;
    if bits == 0 {
        return [first, second, third, fourth, 0];
    }
    let down = 64_u32.wrapping_sub(bits);
    [
        first << bits,
        (second << bits) | (first >> down),
        (third << bits) | (second >> down),
        (fourth << bits) | (third >> down),
        fourth >> down,
    ]
}

/// Guesses one 64-bit digit of the quotient from the three upper words; it is at most one too large.
#[inline(always)]
fn digit_of(rest: &[u64; WORDS + 1], divisor: &[u64; WORDS + 1], at: usize, width: usize) -> u64 {
    let head = at.wrapping_add(width);
    let (top, next) = (rest[head], rest[head.wrapping_sub(1)]);
    let (first, second) = (
        divisor[width.wrapping_sub(1)],
        divisor[width.wrapping_sub(2)],
    );
    let mut digit = u64::MAX;
    let (mut left, mut is_small) = if top >= first {
        // The rest is below the divisor, so the two words are equal and the digit is the largest.
        let (left, over) = next.overflowing_add(first);
        (left, !over)
    } else {
        (divide_word(top, next, first, &mut digit), true)
    };
    while is_small && Wide::product(digit, second) > Wide::new(left, rest[head.wrapping_sub(2)]) {
        digit = digit.wrapping_sub(1);
        let (sum, over) = left.overflowing_add(first);
        left = sum;
        is_small = !over;
    }
    digit
}

/// Takes `digit` times the divisor from the rest and returns the digit; one less where the guess was one too large.
#[inline(always)]
fn take_away(
    rest: &mut [u64; WORDS + 1],
    divisor: &[u64; WORDS + 1],
    digit: u64,
    at: usize,
    width: usize,
) -> u64 {
    let mut borrow = 0_u64;
    let mut index = 0;
    while index < width {
        let part = Wide::product(digit, divisor[index]);
        let place = &mut rest[at.wrapping_add(index)];
        let (partial, under) = place.overflowing_sub(part.low());
        let (total, borrowed_under) = partial.overflowing_sub(borrow);
        *place = total;
        // The upper word of a product is at most 2^64 − 2, and not both subtractions borrow when it is.
        borrow = part
            .high()
            .wrapping_add(u64::from(under))
            .wrapping_add(u64::from(borrowed_under));
        index = index.wrapping_add(1);
    }
    let head = &mut rest[at.wrapping_add(width)];
    let (total, under) = head.overflowing_sub(borrow);
    *head = total;
    if !under {
        return digit;
    }
    give_back(rest, divisor, at, width);
    digit.wrapping_sub(1)
}

#[inline(always)]
fn give_back(rest: &mut [u64; WORDS + 1], divisor: &[u64; WORDS + 1], at: usize, width: usize) {
    let mut carry = 0_u64;
    let mut index = 0;
    while index < width {
        let place = &mut rest[at.wrapping_add(index)];
        let (partial, over) = place.overflowing_add(divisor[index]);
        let (total, carried_over) = partial.overflowing_add(carry);
        *place = total;
        carry = u64::from(over | carried_over);
        index = index.wrapping_add(1);
    }
    let head = &mut rest[at.wrapping_add(width)];
    *head = head.wrapping_add(carry);
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::{high_of_product, Quad};
    use crate::{Rounding, Wide};

    /// Xorshift with a printed seed; words of all ones, all zeros and every width are frequent, because they reach the
    /// corrections of a guessed digit.
    struct Numbers(u64);

    impl Numbers {
        fn word(&mut self) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0
        }

        fn next(&mut self) -> u64 {
            let word = self.word();
            match self.word() % 6 {
                0 => 0,
                1 => u64::MAX,
                2 => 1 << (word % 64),
                3 => word >> (word % 64),
                4 => !(word % 3),
                _ => word,
            }
        }

        fn next_u128(&mut self) -> u128 {
            u128::from(Wide::new(self.next(), self.next()))
        }

        fn next_quad(&mut self) -> Quad {
            let length = self.word() % 5;
            let words = [0, 1, 2, 3].map(|index| if index < length { self.next() } else { 0 });
            Quad::new(words)
        }
    }

    /// Bit by bit: as slow as it is simple.
    fn divided_by_hand(dividend: Quad, divisor: Quad) -> (Quad, Quad) {
        let (mut quotient, mut rest) = (Quad::new([0; 4]), Quad::new([0; 4]));
        for bit in (0..256_usize).rev() {
            let top = rest.0[3] >> 63;
            rest = rest.wrapping_add(rest);
            rest.0[0] |= (dividend.0[bit / 64] >> (bit % 64)) & 1;
            let smaller = rest.checked_sub(divisor);
            if top == 1 || smaller.is_some() {
                // Modulo 2^256 the difference is right even where the doubled rest was above it.
                rest = smaller.unwrap_or_else(|| rest.wrapping_add(negated(divisor)));
                quotient.0[bit / 64] |= 1 << (bit % 64);
            }
        }
        (quotient, rest)
    }

    fn negated(number: Quad) -> Quad {
        Quad::new(number.0.map(|word| !word)).wrapping_add(Quad::new([1, 0, 0, 0]))
    }

    /// Adds one factor once for every bit of the other.
    fn product_by_hand(a: u128, b: u128) -> Quad {
        let mut product = Quad::new([0; 4]);
        for bit in (0..128).rev() {
            product = product.wrapping_add(product);
            if (b >> bit) & 1 == 1 {
                product = product.wrapping_add(Quad::from(a));
            }
        }
        product
    }

    #[test]
    fn divides_random_numbers_as_long_division_by_hand_does() {
        let seed = 0x5eed_0246_8ace_1357;
        std::println!("seed {seed:#x}");
        let mut numbers = Numbers(seed);
        for _ in 0..60_000 {
            let (dividend, divisor) = (numbers.next_quad(), numbers.next_quad());
            if divisor == Quad::new([0; 4]) {
                assert_eq!(dividend.divided_by(divisor, Rounding::Up), None);
                continue;
            }
            let (quotient, rest) = divided_by_hand(dividend, divisor);
            assert_eq!(
                dividend.divided_by(divisor, Rounding::Down),
                Some(quotient),
                "{dividend:?} / {divisor:?} down"
            );
            let more = Quad::from(u128::from(rest != Quad::new([0; 4])));
            assert_eq!(
                dividend.divided_by(divisor, Rounding::Up),
                Some(quotient.wrapping_add(more)),
                "{dividend:?} / {divisor:?} up"
            );
        }
    }

    #[test]
    fn takes_back_a_guessed_digit_that_was_one_too_large() {
        // Hacker's Delight 9-2: the guess for the first digit survives both tests and is still one too large.
        let dividend = Quad::new([3, 0, 1 << 63, 0x7fff_ffff_ffff_ffff]);
        let divisor = Quad::new([1, 0, 1 << 63, 0]);
        assert_eq!(
            dividend.divided_by(divisor, Rounding::Down),
            Some(divided_by_hand(dividend, divisor).0)
        );
    }

    #[test]
    fn multiplies_random_numbers_as_repeated_addition_does() {
        let mut numbers = Numbers(0x5eed_1111_2222_3333);
        for _ in 0..20_000 {
            let (a, b) = (numbers.next_u128(), numbers.next_u128());
            assert_eq!(Quad::product(a, b), product_by_hand(a, b), "{a} × {b}");
        }
        assert_eq!(high_of_product(u64::MAX, u64::MAX), u64::MAX - 1);
        let most = Quad::product(u128::MAX, u128::MAX);
        assert_eq!(most, Quad::new([1, 0, u64::MAX - 1, u64::MAX]));
    }

    #[test]
    fn shifts_to_128_bits_or_says_that_they_do_not_suffice() {
        let number = Quad::product(u128::MAX, 1 << 40);
        assert_eq!(number.to_u128_from_bit(96), Some(u128::MAX >> 56));
        assert_eq!(number.to_u128_from_bit(64), Some(u128::MAX >> 24));
        let number = Quad::product(u128::MAX, 1 << 96);
        assert_eq!(number.to_u128_from_bit(96), Some(u128::MAX));
        assert_eq!(number.to_u128_from_bit(95), None);
        assert_eq!(number.to_u128_from_bit(64), None);
        assert_eq!(number.to_u128(), None);
        assert_eq!(Quad::from(7).to_u128(), Some(7));
    }

    #[test]
    fn shifts_by_a_word_until_the_highest_is_used() {
        let shifted = Quad::from(5).checked_shl_word();
        assert_eq!(shifted, Some(Quad::new([0, 5, 0, 0])));
        assert_eq!(Quad::new([0, 0, 0, 1]).checked_shl_word(), None);
    }

    #[test]
    fn refuses_a_difference_below_zero() {
        assert_eq!(Quad::from(5).checked_sub(Quad::from(6)), None);
        let difference = Quad::new([0, 0, 0, 1]).checked_sub(Quad::from(1));
        assert_eq!(
            difference,
            Some(Quad::new([u64::MAX, u64::MAX, u64::MAX, 0]))
        );
    }
}
