//! The curve `x * y = k`, which Raydium CPMM, Raydium AMM v4, `PumpSwap` and the compounding pools of Meteora DAMM v2 price with.

use crate::quote::QuoteError;
use tandem_math::mul_div::{Rounding, mul_div, wide_mul};

/// Returns the output for an input that has paid its fees, rounded down: `floor(out_reserve * input / (in_reserve + input))`.
///
/// # Errors
/// `MathOverflow` where a value passes 64 bits.
#[inline]
pub fn output_for(input: u64, reserve_in: u64, reserve_out: u64) -> Result<u64, QuoteError> {
    let output = match reserve_in.checked_add(input) {
        Some(after) => mul_div(input, reserve_out, after, Rounding::Down),
        None => beyond_64_bits(input, reserve_in, reserve_out),
    };
    output.ok_or(QuoteError::MathOverflow)
}

/// The programs add in 128 bits, so that they still price a swap whose new reserve would not fit 64.
#[cold]
fn beyond_64_bits(input: u64, reserve_in: u64, reserve_out: u64) -> Option<u64> {
    let after = u128::from(reserve_in).checked_add(u128::from(input))?;
    wide_mul(input, reserve_out).checked_div(after).and_then(|output| u64::try_from(output).ok())
}

/// Returns the input before fees that gives an output, rounded up: `ceil(in_reserve * output / (out_reserve - output))`.
///
/// # Errors
/// `LiquidityExceeded` for an output the reserve does not hold, `MathOverflow` where the input passes 64 bits.
#[inline]
pub fn input_for(output: u64, reserve_in: u64, reserve_out: u64) -> Result<u64, QuoteError> {
    let after =
        reserve_out.checked_sub(output).filter(|&left| left > 0).ok_or(QuoteError::LiquidityExceeded)?;
    mul_div(output, reserve_in, after, Rounding::Up).ok_or(QuoteError::MathOverflow)
}

/// Returns a bound of the output for each unit of input, Q64.64: `out_reserve / in_reserve`, and of that the share
/// `kept / whole` that fees leave, both divisions rounded up.
///
/// `None` for an empty reserve, and where fees would leave more than there was.
#[must_use]
pub fn marginal_rate_x64(reserve_in: u64, reserve_out: u64, kept: u64, whole: u64) -> Option<u128> {
    if reserve_in == 0 || kept > whole {
        return None;
    }
    let before_fees = (u128::from(reserve_out) << 64).div_ceil(u128::from(reserve_in));
    // `kept` of the whole parts, and of what is left of them: neither product passes 128 bits.
    let divisor = u128::from(whole);
    let parts = before_fees.checked_div(divisor)?.checked_mul(u128::from(kept))?;
    let rest = before_fees.checked_rem(divisor)?.checked_mul(u128::from(kept))?.div_ceil(divisor);
    parts.checked_add(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_floor_out_and_asks_the_ceiling_in() {
        assert_eq!(output_for(10, 100, 100), Ok(9));
        assert_eq!(input_for(9, 100, 100), Ok(10));
        assert_eq!(input_for(1, 10, 1_000_000), Ok(1));
    }

    #[test]
    fn refuses_the_whole_reserve_and_more() {
        assert_eq!(input_for(100, 5, 100), Err(QuoteError::LiquidityExceeded));
        assert_eq!(input_for(101, 5, 100), Err(QuoteError::LiquidityExceeded));
    }

    #[test]
    fn prices_a_swap_whose_new_reserve_passes_64_bits() {
        assert_eq!(output_for(u64::MAX, u64::MAX, 10), Ok(5));
        assert_eq!(output_for(1, u64::MAX, u64::MAX), Ok(0));
    }

    #[test]
    fn bounds_every_output_by_the_marginal_rate() {
        for (reserve_in, reserve_out) in [(100, 100), (7, u64::MAX), (u64::MAX, 7), (u64::MAX, u64::MAX)] {
            let rate = marginal_rate_x64(reserve_in, reserve_out, 9_975, 10_000).unwrap();
            for input in [1, 10, 1_000_000, u64::MAX / 2] {
                let net = mul_div(input, 9_975, 10_000, Rounding::Down).unwrap();
                let output = output_for(net, reserve_in, reserve_out).unwrap();
                let bound = rate.checked_mul(u128::from(input)).map_or(u128::MAX, |product| product >> 64);
                assert!(u128::from(output) <= bound, "{input} into {reserve_in}/{reserve_out}");
            }
        }
        assert_eq!(marginal_rate_x64(0, 1, 1, 1), None);
        assert_eq!(marginal_rate_x64(4, 1, 1, 1), Some(1 << 62));
    }

    #[test]
    fn refuses_an_input_above_64_bits() {
        assert_eq!(input_for(u64::MAX - 1, u64::MAX, u64::MAX), Err(QuoteError::MathOverflow));
    }
}
