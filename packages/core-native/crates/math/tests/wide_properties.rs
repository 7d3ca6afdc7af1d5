//! The wide divisions against schoolbook arithmetic on single bits.

use proptest::prelude::*;
use std::cmp::Ordering;
use tandem_math::mul_div::Rounding;
use tandem_math::sqrt_price::{
    AddOrRemove, amount_a_delta, amount_b_delta, next_sqrt_price_from_a, next_sqrt_price_from_b,
};
use tandem_math::wide::{
    U256, div_wide, div_wide_256, mul_div_u128, mul_shift_right, mul_shr_64, shl_64_div, shl_64_div_256,
    wide_mul_u128,
};

/// Bits of a number, the lowest first, without zeros at the top.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Bits(Vec<bool>);

impl Bits {
    fn of(number: U256) -> Self {
        let half = |value: u128| (0..128).map(move |i| value >> i & 1 == 1);
        Self(half(number.low).chain(half(number.high)).collect()).trimmed()
    }

    fn of_u128(number: u128) -> Self {
        Self::of(U256::from(number))
    }

    fn trimmed(mut self) -> Self {
        while self.0.last() == Some(&false) {
            self.0.pop();
        }
        self
    }

    fn bit(&self, index: usize) -> bool {
        self.0.get(index).copied().unwrap_or(false)
    }

    fn shifted_left(&self, bits: usize) -> Self {
        Self(std::iter::repeat_n(false, bits).chain(self.0.iter().copied()).collect()).trimmed()
    }

    fn shifted_right(&self, bits: usize) -> Self {
        Self(self.0.iter().copied().skip(bits).collect())
    }

    fn plus(&self, other: &Self) -> Self {
        let mut carry = false;
        let digits = (0..=self.0.len().max(other.0.len())).map(|i| {
            let (a, b) = (self.bit(i), other.bit(i));
            let sum = a ^ b ^ carry;
            carry = (a && b) || (carry && (a || b));
            sum
        });
        Self(digits.collect()).trimmed()
    }

    /// Needs `other <= self`.
    fn minus(&self, other: &Self) -> Self {
        let mut borrow = false;
        let digits = (0..self.0.len()).map(|i| {
            let (a, b) = (self.bit(i), other.bit(i));
            let difference = a ^ b ^ borrow;
            borrow = (!a && b) || (borrow && (!a || b));
            difference
        });
        Self(digits.collect()).trimmed()
    }

    fn times(&self, other: &Self) -> Self {
        (0..other.0.len())
            .filter(|&i| other.bit(i))
            .fold(Self::default(), |sum, i| sum.plus(&self.shifted_left(i)))
    }

    fn compare(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }

    fn divided(&self, divisor: &Self) -> Option<(Self, Self)> {
        if divisor.0.is_empty() {
            return None;
        }
        let (mut quotient, mut rest) = (vec![false; self.0.len()], Self::default());
        for i in (0..self.0.len()).rev() {
            rest.0.insert(0, self.bit(i));
            rest = rest.trimmed();
            if rest.compare(divisor) != Ordering::Less {
                rest = rest.minus(divisor);
                quotient[i] = true;
            }
        }
        Some((Self(quotient).trimmed(), rest))
    }

    fn to_u128(&self) -> Option<u128> {
        (self.0.len() <= 128).then(|| self.0.iter().rev().fold(0, |value, &bit| value << 1 | u128::from(bit)))
    }

    /// The quotient in a rounding, where it fits 128 bits.
    fn quotient(&self, divisor: &Self, rounding: Rounding) -> Option<u128> {
        let (quotient, rest) = self.divided(divisor)?;
        match rounding {
            Rounding::Up if !rest.0.is_empty() => quotient.plus(&Self::of_u128(1)).to_u128(),
            Rounding::Up | Rounding::Down => quotient.to_u128(),
        }
    }
}

/// Numbers of every magnitude, and the neighbours of the powers of two where digits end.
fn number() -> impl Strategy<Value = u128> {
    prop_oneof![
        4 => (any::<u128>(), 0..128_u32).prop_map(|(value, shift)| value >> shift),
        1 => (0..=128_u32, -2..=2_i32).prop_map(|(bits, step)| {
            let power = 1_u128.checked_shl(bits).unwrap_or(0);
            if step < 0 { power.wrapping_sub(step.unsigned_abs().into()) } else { power.wrapping_add(step.unsigned_abs().into()) }
        }),
        // Digits of all ones and zeros, where the guess of a digit is furthest off.
        1 => (any::<bool>(), any::<bool>(), 0..4_u64, 0..4_u64).prop_map(|(high, low, a, b)| {
            let digit = |ones: bool, by: u64| u128::from(if ones { u64::MAX - by } else { by });
            digit(high, a) << 64 | digit(low, b)
        }),
        1 => Just((1 << 127) + u128::from(u64::MAX)),
    ]
}

fn wide() -> impl Strategy<Value = U256> {
    (number(), number(), 0..4_u8).prop_map(|(high, low, kind)| match kind {
        0 => U256 { high: 0, low },
        1 => wide_mul_u128(high, low),
        _ => U256 { high, low },
    })
}

fn rounding() -> impl Strategy<Value = Rounding> {
    prop_oneof![Just(Rounding::Down), Just(Rounding::Up)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn multiplies_as_on_paper(left in number(), right in number()) {
        let product = Bits::of_u128(left).times(&Bits::of_u128(right));
        prop_assert_eq!(Bits::of(wide_mul_u128(left, right)), product);
    }

    #[test]
    fn adds_subtracts_and_shifts_as_on_paper(left in wide(), right in wide(), bits in 0..300_u32) {
        let (a, b) = (Bits::of(left), Bits::of(right));
        let sum = a.plus(&b);
        prop_assert_eq!(left.checked_add(right).map(Bits::of), (sum.0.len() <= 256).then_some(sum));
        let difference = (a.compare(&b) != Ordering::Less).then(|| a.minus(&b));
        prop_assert_eq!(left.checked_sub(right).map(Bits::of), difference);
        prop_assert_eq!(left.cmp(&right), a.compare(&b));
        prop_assert_eq!(Bits::of(left.shift_right(bits)), a.shifted_right(bits as usize));
        let shifted = a.shifted_left(bits as usize);
        prop_assert_eq!(left.checked_shift_left(bits).map(Bits::of), (shifted.0.len() <= 256).then_some(shifted));
    }

    #[test]
    fn divides_as_on_paper(numerator in wide(), narrow in number(), broad in wide(), rounding in rounding()) {
        let expected = Bits::of(numerator).divided(&Bits::of_u128(narrow)).and_then(|(quotient, rest)| {
            Some((quotient.to_u128()?, rest.to_u128()?))
        });
        prop_assert_eq!(div_wide(numerator, narrow), expected);
        let expected = Bits::of(numerator).quotient(&Bits::of(broad), rounding);
        prop_assert_eq!(div_wide_256(numerator, broad, rounding), expected);
        let expected = Bits::of(numerator).shifted_left(64).quotient(&Bits::of(broad), rounding);
        prop_assert_eq!(shl_64_div_256(numerator, broad, rounding), expected);
    }

    #[test]
    fn tells_the_last_quotient_that_fits_from_the_first_that_does_not(
        divisor in number(), quotient in number(), below in number(),
    ) {
        prop_assume!(divisor != 0);
        let rest = below % divisor;
        let exact = wide_mul_u128(quotient, divisor);
        let numerator = exact.checked_add(U256::from(rest)).unwrap();
        prop_assert_eq!(div_wide(numerator, divisor), Some((quotient, rest)));
        let last = wide_mul_u128(u128::MAX, divisor).checked_add(U256::from(rest)).unwrap();
        prop_assert_eq!(div_wide(last, divisor), Some((u128::MAX, rest)));
        prop_assert_eq!(div_wide_256(last, U256::from(divisor), Rounding::Up).is_none(), rest != 0);
        prop_assert_eq!(div_wide(U256 { high: divisor, low: rest }, divisor), None);
    }

    #[test]
    fn multiplies_and_divides_as_on_paper(
        left in number(), right in number(), divisor in number(), shift in 0..300_u32, rounding in rounding(),
    ) {
        let product = Bits::of_u128(left).times(&Bits::of_u128(right));
        let (divisor_bits, one) = (Bits::of_u128(divisor), Bits::of_u128(1));
        prop_assert_eq!(mul_div_u128(left, right, divisor, rounding), product.quotient(&divisor_bits, rounding));
        prop_assert_eq!(mul_shr_64(left, right, rounding), product.quotient(&one.shifted_left(64), rounding));
        let expected = product.quotient(&one.shifted_left(shift as usize), rounding);
        prop_assert_eq!(mul_shift_right(left, right, shift, rounding), expected);
        let expected = Bits::of_u128(left).shifted_left(64).quotient(&divisor_bits, rounding);
        prop_assert_eq!(shl_64_div(left, divisor, rounding), expected);
    }

    #[test]
    fn finds_amounts_as_on_paper(
        first in number(), second in number(), liquidity in number(), rounding in rounding(),
    ) {
        let scaled = Bits::of_u128(liquidity).times(&Bits::of_u128(first.abs_diff(second)));
        let prices = Bits::of_u128(first).times(&Bits::of_u128(second));
        let expected = scaled.shifted_left(64).quotient(&prices, rounding);
        prop_assert_eq!(amount_a_delta(first, second, liquidity, rounding), expected);
        let expected = scaled.quotient(&Bits::of_u128(1).shifted_left(64), rounding);
        prop_assert_eq!(amount_b_delta(first, second, liquidity, rounding), expected);
    }

    #[test]
    fn divides_once_what_older_programs_divided_twice(
        first in number(), second in number(), liquidity in number(), rounding in rounding(),
    ) {
        prop_assume!(first != 0 && second != 0);
        let up = |bits: &Bits, divisor: u128| {
            let (quotient, rest) = bits.divided(&Bits::of_u128(divisor)).unwrap();
            let inexact = rounding == Rounding::Up && !rest.0.is_empty();
            if inexact { quotient.plus(&Bits::of_u128(1)) } else { quotient }
        };
        let scaled = Bits::of_u128(liquidity).times(&Bits::of_u128(first.abs_diff(second))).shifted_left(64);
        let twice = up(&up(&scaled, first.max(second)), first.min(second));
        prop_assert_eq!(amount_a_delta(first, second, liquidity, rounding), twice.to_u128());
    }

    #[test]
    fn moves_prices_as_on_paper(price in number(), liquidity in 1..=u128::MAX, shift in 0..127_u32, amount in 1..=u64::MAX) {
        let liquidity = (liquidity >> shift).max(1);
        let (p, l, a) = (Bits::of_u128(price), Bits::of_u128(liquidity), Bits::of_u128(amount.into()));
        let (held, moved) = (l.shifted_left(64), a.times(&p));
        let numerator = l.times(&p).shifted_left(64);
        let expected = numerator.quotient(&held.plus(&moved), Rounding::Up);
        prop_assert_eq!(next_sqrt_price_from_a(price, liquidity, amount, AddOrRemove::Add), expected);
        let left = (held.compare(&moved) != Ordering::Less).then(|| held.minus(&moved));
        let expected = left.and_then(|left| numerator.quotient(&left, Rounding::Up));
        prop_assert_eq!(next_sqrt_price_from_a(price, liquidity, amount, AddOrRemove::Remove), expected);

        let step = |rounding| a.shifted_left(64).quotient(&l, rounding);
        let expected = step(Rounding::Down).and_then(|step| price.checked_add(step));
        prop_assert_eq!(next_sqrt_price_from_b(price, liquidity, amount, AddOrRemove::Add), expected);
        let expected = step(Rounding::Up).and_then(|step| price.checked_sub(step));
        prop_assert_eq!(next_sqrt_price_from_b(price, liquidity, amount, AddOrRemove::Remove), expected);
    }
}
