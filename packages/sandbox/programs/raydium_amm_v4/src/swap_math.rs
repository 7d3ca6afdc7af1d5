//! The constant product with its fee on the input (raydium-amm, `program/src/math.rs` and `processor.rs`).

use wide_math::{mul_div, Rounding, Wide};

/// A fee as the pool stores it.
#[derive(Clone, Copy, Debug)]
pub struct FeeRate {
    /// The part taken.
    pub numerator: u64,
    /// The whole it is taken from.
    pub denominator: u64,
}

/// The two reserves, in the direction of the swap.
#[derive(Clone, Copy, Debug)]
pub struct Reserves {
    /// Reserve of the token that goes in.
    pub input: u64,
    /// Reserve of the token that comes out.
    pub output: u64,
}

/// What one swap moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SwapAmounts {
    /// What the trader pays, fee included.
    pub amount_in: u64,
    /// What the trader receives.
    pub amount_out: u64,
    /// The fee inside `amount_in`.
    pub fee: u64,
}

/// Returns what a fixed input gives, or nothing where the program panics.
#[must_use]
#[inline(always)]
pub fn exact_in(amount_in: u64, reserves: Reserves, rate: FeeRate) -> Option<SwapAmounts> {
    let fee = mul_div(amount_in, rate.numerator, rate.denominator, Rounding::Up)?;
    let traded = amount_in.checked_sub(fee)?;
    let reserve_after = Wide::from(reserves.input).checked_add(Wide::from(traded))?;
    // The output rounds down: the pool keeps the remainder.
    let amount_out = Wide::product(reserves.output, traded)
        .divided_by(reserve_after, Rounding::Down)?
        .to_u64()?;
    Some(SwapAmounts {
        amount_in,
        amount_out,
        fee,
    })
}

/// Returns what a fixed output costs, or nothing where the program panics: at and above the reserve, among others.
#[must_use]
#[inline(always)]
pub fn exact_out(amount_out: u64, reserves: Reserves, rate: FeeRate) -> Option<SwapAmounts> {
    let reserve_after = Wide::from(reserves.output.checked_sub(amount_out)?);
    // Both steps round up: the trader pays the remainder.
    let traded =
        Wide::product(reserves.input, amount_out).divided_by(reserve_after, Rounding::Up)?;
    let kept_share = rate.denominator.checked_sub(rate.numerator)?;
    let amount_in = traded
        .checked_mul(rate.denominator)?
        .divided_by(Wide::from(kept_share), Rounding::Up)?
        .to_u64()?;
    let fee = amount_in.checked_sub(traded.to_u64()?)?;
    Some(SwapAmounts {
        amount_in,
        amount_out,
        fee,
    })
}

#[cfg(test)]
mod tests {
    use super::{exact_in, exact_out, FeeRate, Reserves, SwapAmounts};

    const RATE: FeeRate = FeeRate {
        numerator: 25,
        denominator: 10_000,
    };

    #[test]
    fn takes_the_fee_rounded_up_and_gives_the_output_rounded_down() {
        let reserves = Reserves {
            input: 5_000_000,
            output: 700_000,
        };
        let expected = SwapAmounts {
            amount_in: 1_001,
            amount_out: 139,
            fee: 3,
        };
        assert_eq!(exact_in(1_001, reserves, RATE), Some(expected));
    }

    #[test]
    fn asks_for_the_smallest_input_that_gives_a_fixed_output() {
        let reserves = Reserves {
            input: 5_000_000,
            output: 700_000,
        };
        let paid = exact_out(139, reserves, RATE).map(|amounts| amounts.amount_in);
        assert_eq!(paid, Some(997));
        let enough = paid.and_then(|amount| exact_in(amount, reserves, RATE));
        assert_eq!(enough.map(|amounts| amounts.amount_out), Some(139));
    }

    #[test]
    fn gives_nothing_at_or_above_the_reserve_and_without_a_denominator() {
        let reserves = Reserves {
            input: 1_000,
            output: 1_000,
        };
        assert_eq!(exact_out(1_000, reserves, RATE), None);
        assert_eq!(exact_out(1_001, reserves, RATE), None);
        let no_rate = FeeRate {
            numerator: 0,
            denominator: 0,
        };
        assert_eq!(exact_in(10, reserves, no_rate), None);
    }

    #[test]
    fn quotes_an_input_that_no_reserve_could_hold() {
        let reserves = Reserves {
            input: u64::MAX,
            output: u64::MAX,
        };
        let amounts = exact_in(
            u64::MAX,
            reserves,
            FeeRate {
                numerator: 0,
                denominator: 1,
            },
        );
        assert_eq!(
            amounts.map(|amounts| amounts.amount_out),
            Some(u64::MAX / 2)
        );
    }
}
