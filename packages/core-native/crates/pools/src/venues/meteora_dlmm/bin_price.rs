//! Prices of bins: `dlmm-sdk` `commons/src/math/{price_math.rs,u64x64_math.rs}` (fb02e51), which mirrors the program.

/// 1 in Q64.64.
pub(super) const ONE: u128 = 1 << 64;
const BASIS_POINTS: u128 = 10_000;
/// From here on the program refuses the exponent.
const EXPONENT_END: u32 = 0x8_0000;

/// Returns `(1 + bin_step / 10000) ^ id` in Q64.64, Y for each X, by squaring with every product cut to 64 fractional bits.
/// `None` where the price does not fit.
///
/// The program raises the inverse of the base, which stays below 1 and so never overflows, and inverts what comes out for a
/// positive id: the cuts are part of the price.
pub(super) fn price_of_bin(id: i32, bin_step: u16) -> Option<u128> {
    let exponent = id.unsigned_abs();
    if exponent >= EXPONENT_END {
        return None;
    }
    if exponent == 0 {
        return Some(ONE);
    }
    let step = (u128::from(bin_step) << 64).checked_div(BASIS_POINTS)?;
    let mut power = u128::MAX.checked_div(ONE.checked_add(step)?)?;
    let mut result = ONE;
    let mut bits = exponent;
    while bits > 0 {
        if bits & 1 == 1 {
            result = result.checked_mul(power)? >> 64;
        }
        power = power.checked_mul(power)? >> 64;
        bits >>= 1;
    }
    if result == 0 {
        return None;
    }
    if id > 0 { u128::MAX.checked_div(result) } else { Some(result) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_at_bin_zero_whatever_the_step() {
        assert_eq!(price_of_bin(0, 1), Some(ONE));
        assert_eq!(price_of_bin(0, 400), Some(ONE));
    }

    #[test]
    fn rises_with_the_id() {
        for step in [1, 10, 25, 400] {
            let prices: Vec<u128> = (-500..500).map(|id| price_of_bin(id, step).unwrap()).collect();
            assert!(prices.is_sorted_by(|left, right| left < right), "step {step}");
        }
    }

    #[test]
    fn has_no_price_beyond_64_bits_on_either_side() {
        assert!(price_of_bin(443_636, 1).is_some());
        assert!(price_of_bin(-443_636, 1).is_some());
        assert_eq!(price_of_bin(0x8_0000, 1), None);
        assert_eq!(price_of_bin(-443_636, 400), None);
        assert_eq!(price_of_bin(i32::MIN, 1), None);
    }
}
