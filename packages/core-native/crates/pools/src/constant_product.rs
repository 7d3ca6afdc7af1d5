//! The curve `x * y = k`, which both Raydium CPMM and AMM v4 price with.

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
    fn refuses_an_input_above_64_bits() {
        assert_eq!(input_for(u64::MAX - 1, u64::MAX, u64::MAX), Err(QuoteError::MathOverflow));
    }
}
