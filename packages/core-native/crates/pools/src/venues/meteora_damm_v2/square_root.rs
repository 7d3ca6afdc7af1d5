//! Square roots of wide numbers (`sqrt_u256` of cp-amm's `math/utils_math.rs`).

use tandem_math::wide::{U256, div_wide};

/// Returns the largest integer whose square is not above the value; `None` from 2^254 on, which no amounts or prices reach.
pub(super) fn square_root(value: U256) -> Option<u128> {
    if value == U256::ZERO {
        return Some(0);
    }
    // Newton's method from above: the first guess is a power of two at or above the root, and every further one is smaller
    // until the root is met.
    let bits = 256_u32.checked_sub(value.leading_zeros())?;
    let mut guess = 1_u128.checked_shl(bits.div_ceil(2))?;
    loop {
        let (quotient, _) = div_wide(value, guess)?;
        let next = quotient.checked_add(guess)? >> 1;
        if next >= guess {
            return Some(guess);
        }
        guess = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tandem_math::wide::wide_mul_u128;

    #[test]
    fn finds_the_root_at_and_beside_every_square() {
        let roots = (0..127).flat_map(|bit| [(1_u128 << bit) - 1, 1 << bit, (1 << bit) + 1]);
        for root in roots.filter(|&root| root > 0 && root < 1 << 126) {
            let square = wide_mul_u128(root, root);
            assert_eq!(square_root(square), Some(root), "{root}");
            assert_eq!(square_root(square.checked_add(U256::from(1)).unwrap()), Some(root), "{root}");
            assert_eq!(square_root(square.checked_sub(U256::from(1)).unwrap()), Some(root - 1), "{root}");
        }
        assert_eq!(square_root(U256::ZERO), Some(0));
    }

    #[test]
    fn has_no_root_for_what_no_price_is() {
        assert_eq!(square_root(U256::MAX), None);
    }
}
