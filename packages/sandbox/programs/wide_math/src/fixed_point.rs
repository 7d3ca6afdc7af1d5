//! Products and quotients of an amount and a price with 64 fractional bits (Q64.64).

use crate::{divide_two_words, Rounding, Wide};

/// Returns `amount · price / 2^64` rounded, or nothing above 64 bits.
#[inline(always)]
#[must_use]
pub fn times_q64(amount: u64, price: Wide, rounding: Rounding) -> Option<u64> {
    let (mut fraction, mut whole) = (Wide::ZERO, Wide::ZERO);
    multiply(amount, price.low, &mut fraction);
    multiply(amount, price.high, &mut whole);
    let floor = whole.to_u64()?.checked_add(fraction.high)?;
    if fraction.low != 0 && rounding == Rounding::Up {
        return floor.checked_add(1);
    }
    Some(floor)
}

/// Returns `amount · 2^64 / price` rounded, or nothing when the price is zero or the quotient exceeds 64 bits.
#[inline(always)]
#[must_use]
pub fn over_q64(amount: u64, price: Wide, rounding: Rounding) -> Option<u64> {
    let (floor, is_whole) = if price.high == 0 {
        if amount >= price.low {
            return None;
        }
        let (quotient, rest) = divide_two_words(amount, 0, price.low);
        (quotient, rest == 0)
    } else {
        divide_by_two_words(amount, price)
    };
    if is_whole || rounding == Rounding::Down {
        return Some(floor);
    }
    floor.checked_add(1)
}

/// Multiplies two 64-bit numbers.
///
/// Called and not inlined: where only half of a product is looked at, LLVM recognizes it and calls for a 128-bit
/// multiplication, which the target does not have.
#[inline(never)]
fn multiply(a: u64, b: u64, product: &mut Wide) {
    *product = Wide::product(a, b);
}

/// Divides `amount · 2^64` by a divisor of more than 64 bits, and says whether nothing remained.
///
/// The divisor's upper 64 bits, shifted until the top one is set, give a quotient that is at most one too large
/// (Hacker's Delight, section 9-5): one less is right or one too small.
#[inline(always)]
fn divide_by_two_words(amount: u64, divisor: Wide) -> (u64, bool) {
    let shift = divisor.high.leading_zeros();
    let top = divisor.shifted_left(shift).high;
    // Half the dividend, so that its upper word is below the divisor.
    let (guess, _) = divide_two_words(amount >> 1, amount << 63, top);
    let guess = guess >> 63_u32.wrapping_sub(shift);
    let quotient = guess.saturating_sub(1);
    let mut low = Wide::ZERO;
    multiply(quotient, divisor.low, &mut low);
    let high = low.high.wrapping_add(quotient.wrapping_mul(divisor.high));
    let rest = Wide::new(amount, 0).wrapping_sub(Wide::new(high, low.low));
    if rest < divisor {
        return (quotient, rest == Wide::ZERO);
    }
    (quotient.wrapping_add(1), rest == divisor)
}

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "an overflow in a test is a failed test"
)]
mod tests {
    extern crate std;

    use super::{over_q64, times_q64};
    use crate::{Rounding, Wide};

    const WORDS: [u64; 14] = [
        0,
        1,
        2,
        3,
        0xffff_ffff,
        0x1_0000_0000,
        0x1_0000_0001,
        0x7fff_ffff_ffff_ffff,
        0x8000_0000_0000_0000,
        0x8000_0000_0000_0001,
        0xffff_ffff_0000_0000,
        0xffff_ffff_ffff_0000,
        u64::MAX - 1,
        u64::MAX,
    ];

    fn check(amount: u64, price: Wide) {
        let native = (u128::from(price.high) << 64) | u128::from(price.low);
        let fraction = u128::from(amount) * u128::from(price.low);
        let whole = u128::from(amount) * u128::from(price.high);
        for rounding in [Rounding::Down, Rounding::Up] {
            let is_up = rounding == Rounding::Up;
            let carried = u128::from(is_up && fraction & u128::from(u64::MAX) != 0);
            let product = whole
                .checked_add((fraction >> 64) + carried)
                .and_then(|it| u64::try_from(it).ok());
            let answer = times_q64(amount, price, rounding);
            assert_eq!(answer, product, "{amount} × {native} {rounding:?}");
            let dividend = u128::from(amount) << 64;
            let quotient = dividend.checked_div(native).and_then(|floor| {
                let carried = u128::from(is_up && dividend % native != 0);
                u64::try_from(floor.checked_add(carried)?).ok()
            });
            let answer = over_q64(amount, price, rounding);
            assert_eq!(answer, quotient, "{amount} / {native} {rounding:?}");
        }
    }

    #[test]
    fn answers_as_native_numbers_do_at_every_edge() {
        for amount in WORDS {
            for high in WORDS {
                for low in WORDS {
                    check(amount, Wide::new(high, low));
                }
            }
        }
    }

    #[test]
    fn answers_as_native_numbers_do_at_random() {
        let seed = 0x0d1a_5eed_0123_4567_u64;
        std::println!("seed {seed:#x}");
        let mut state = seed;
        let mut word = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        for _ in 0..500_000 {
            // Every width of amount and price is as likely as any other.
            let (amount_bits, high_bits) = (word() % 64, word() % 65);
            let amount = word() >> amount_bits;
            let high = word().checked_shr(u32::try_from(high_bits).unwrap_or(64));
            check(amount, Wide::new(high.unwrap_or(0), word()));
        }
    }
}
