//! One step of a swap: up to a target price, or as far as the remaining amount reaches (orca-so/whirlpools 630c0e0,
//! `math/swap_math.rs`).

use crate::order::{Direction, SwapMode};
use crate::token_math::{
    put_amount, put_price_after_a, put_price_after_b, Amount, Flow, Span, Token,
};
use crate::whirlpool_error::WhirlpoolError;
use program_frame::or_stop;
use wide_math::{mul_div, Rounding};

/// The denominator of fee rates.
const FEE_RATE_ONE: u64 = 1_000_000;

/// What a step starts from.
pub struct Step {
    /// What remains of the fixed side.
    pub remaining: u64,
    /// The fee on the input, in millionths.
    pub fee_rate: u32,
    /// The liquidity up to the target.
    pub liquidity: u128,
    /// The current price.
    pub sqrt_price: u128,
    /// The price at which the step ends at the latest.
    pub target: u128,
    /// Which side is fixed.
    pub mode: SwapMode,
    /// Which token goes in.
    pub direction: Direction,
}

/// What a step moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StepOutcome {
    /// What goes in, without the fee.
    pub amount_in: u64,
    /// What comes out.
    pub amount_out: u64,
    /// The fee, in the token that goes in.
    pub fee: u64,
    /// The price after the step.
    pub next_price: u128,
}

/// Calculates a step.
///
/// # Errors
///
/// The code of the calculation that leaves its range.
#[inline(never)]
pub fn run_step(step: &Step, outcome: &mut StepOutcome) -> Result<(), WhirlpoolError> {
    let is_exact_in = step.mode == SwapMode::ExactIn;
    let fee_rate = u64::from(step.fee_rate);
    // The adaptive rate is capped far below one and the static rate has 16 bits.
    let fee_rest = FEE_RATE_ONE.wrapping_sub(fee_rate);
    let mut span = Span {
        from: step.sqrt_price,
        to: step.target,
        liquidity: step.liquidity,
    };
    let to_target = fixed_amount(step, &span)?;
    let usable = if is_exact_in {
        or_stop(mul_div(
            step.remaining,
            fee_rest,
            FEE_RATE_ONE,
            Rounding::Down,
        ))
    } else {
        step.remaining
    };
    if !to_target.is_ok_and(|amount| amount <= usable) {
        next_price(step, &span, usable, &mut outcome.next_price)?;
        span.to = outcome.next_price;
    }
    outcome.next_price = span.to;
    let is_whole = span.to == step.target;
    let unfixed = unfixed_amount(step, &span)?;
    // An amount above 64 bits says no more than that the target is not reached.
    let fixed = match to_target {
        Ok(amount) if is_whole => amount,
        _ => fixed_amount(step, &span)??,
    };
    (outcome.amount_in, outcome.amount_out) = if is_exact_in {
        (fixed, unfixed)
    } else {
        (unfixed, fixed.min(step.remaining))
    };
    outcome.fee = if is_exact_in && !is_whole {
        // What the rounding left over is a fee too.
        step.remaining.wrapping_sub(outcome.amount_in)
    } else {
        mul_div(outcome.amount_in, fee_rate, fee_rest, Rounding::Up)
            .ok_or(WhirlpoolError::NumberCastError)?
    };
    Ok(())
}

/// Returns the token of fixed amount: A when it is paid downwards or bought upwards.
#[inline(always)]
fn fixed_token(step: &Step) -> Token {
    match (step.mode, step.direction) {
        (SwapMode::ExactIn, Direction::AToB) | (SwapMode::ExactOut, Direction::BToA) => Token::A,
        (SwapMode::ExactIn, Direction::BToA) | (SwapMode::ExactOut, Direction::AToB) => Token::B,
    }
}

/// The pool rounds for itself: what goes in is rounded up, what comes out is rounded down.
#[inline(always)]
fn fixed_amount(step: &Step, span: &Span) -> Result<Amount, WhirlpoolError> {
    let rounding = match step.mode {
        SwapMode::ExactIn => Rounding::Up,
        SwapMode::ExactOut => Rounding::Down,
    };
    let mut amount = Ok(0);
    put_amount(span, fixed_token(step), rounding, &mut amount)?;
    Ok(amount)
}

#[inline(always)]
fn unfixed_amount(step: &Step, span: &Span) -> Amount {
    let token = match fixed_token(step) {
        Token::A => Token::B,
        Token::B => Token::A,
    };
    let rounding = match step.mode {
        SwapMode::ExactIn => Rounding::Down,
        SwapMode::ExactOut => Rounding::Up,
    };
    let mut amount = Ok(0);
    put_amount(span, token, rounding, &mut amount)?;
    amount
}

#[inline(always)]
fn next_price(
    step: &Step,
    span: &Span,
    amount: u64,
    next: &mut u128,
) -> Result<(), WhirlpoolError> {
    let flow = match step.mode {
        SwapMode::ExactIn => Flow::In,
        SwapMode::ExactOut => Flow::Out,
    };
    match fixed_token(step) {
        Token::A => put_price_after_a(span, amount, flow, next),
        Token::B => put_price_after_b(span, amount, flow, next),
    }
}

#[cfg(test)]
mod tests {
    use super::{run_step, Step, StepOutcome};
    use crate::order::{Direction, SwapMode};
    use crate::whirlpool_error::WhirlpoolError;

    const ONE: u128 = 1 << 64;

    /// Upwards from price 1 to price 4 the pool takes 1,000,000 of token B and gives 500,000 of token A.
    const STEP: Step = Step {
        remaining: 0,
        fee_rate: 3_000,
        liquidity: 1_000_000,
        sqrt_price: ONE,
        target: 2 * ONE,
        mode: SwapMode::ExactIn,
        direction: Direction::BToA,
    };

    fn run(step: &Step) -> Result<StepOutcome, WhirlpoolError> {
        let mut outcome = StepOutcome::default();
        run_step(step, &mut outcome)?;
        Ok(outcome)
    }

    #[test]
    fn ends_at_the_target_with_the_fee_on_what_went_in() {
        let whole = Ok(StepOutcome {
            amount_in: 1_000_000,
            amount_out: 500_000,
            // 1,000,000 · 3,000 / 997,000 is 3,009.03, rounded up.
            fee: 3_010,
            next_price: 2 * ONE,
        });
        let exact_in = |remaining| Step { remaining, ..STEP };
        assert_eq!(run(&exact_in(1_003_010)), whole);
        assert_eq!(run(&exact_in(u64::MAX)), whole);
        let out = Step {
            remaining: 500_000,
            mode: SwapMode::ExactOut,
            ..STEP
        };
        assert_eq!(run(&out), whole);
    }

    #[test]
    fn stops_short_of_the_target_and_keeps_what_rounding_leaves_as_a_fee() {
        let outcome = run(&Step {
            remaining: 1_001,
            ..STEP
        });
        // 1,001 · 0.997 is 997.997: 997 are traded, and the 4 that are left are the fee.
        assert_eq!(
            outcome.map(|step| (step.amount_in, step.amount_out, step.fee)),
            Ok((997, 996, 4))
        );
    }

    #[test]
    fn takes_an_exact_output_and_no_more() {
        let outcome = run(&Step {
            remaining: 996,
            mode: SwapMode::ExactOut,
            ..STEP
        });
        assert_eq!(
            outcome.map(|step| (step.amount_in, step.amount_out, step.fee)),
            Ok((997, 996, 3))
        );
    }

    #[test]
    fn passes_through_a_range_without_liquidity_for_nothing() {
        let outcome = run(&Step {
            remaining: 7,
            liquidity: 0,
            ..STEP
        });
        let nothing = StepOutcome {
            next_price: 2 * ONE,
            ..StepOutcome::default()
        };
        assert_eq!(outcome, Ok(nothing));
    }
}
