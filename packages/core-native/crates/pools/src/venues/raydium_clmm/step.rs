//! One step of a swap: through liquidity up to a price (`libraries/swap_math.rs`), or against the limit orders of a tick
//! (`states/tick_array.rs`, `match_limit_order_with_sqrt_price`; both 2026-07). The deployed program of before limit orders
//! (2026-04) gives the same wherever a pool has none of the newer features.

use crate::quote::{Direction, QuoteError};
use tandem_math::fee::{MILLIONTHS, amount_before_fee, fee_amount};
use tandem_math::mul_div::Rounding;
use tandem_math::sqrt_price::{
    AddOrRemove, amount_a_delta, amount_b_delta, next_sqrt_price_from_a, next_sqrt_price_from_b,
};
use tandem_math::wide::{mul_shr_64, shl_64_div};

/// What stays the same during a walk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub(super) direction: Direction,
    /// Whether the amount to go is input; else it is output.
    pub(super) is_exact_in: bool,
    pub(super) is_fee_on_input: bool,
}

/// Where a step may go, and at which rate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub(super) from: u128,
    pub(super) target: u128,
    pub(super) liquidity: u128,
    /// Millionths.
    pub(super) rate: u64,
    /// Input and output of all of it, where they are known.
    pub(super) whole: Option<(u64, u64)>,
}

/// What a step moved. The fee is part of neither amount: it comes on top of the input, or was taken off the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Moved {
    pub(super) amount_in: u64,
    pub(super) amount_out: u64,
    pub(super) fee: u64,
}

const OVERFLOW: QuoteError = QuoteError::MathOverflow;

/// Returns `ceil(amount * rate / (10^6 - rate))`: the fee that comes on top of an input.
#[inline]
fn fee_on_top(amount: u64, rate: u64) -> Result<u64, QuoteError> {
    fee_amount(amount, rate, MILLIONTHS.wrapping_sub(rate)).ok_or(OVERFLOW) // the decoder refuses a rate of everything
}

impl Terms {
    /// Returns the input between two prices, rounded up; `None` above 64 bits.
    #[inline]
    fn input_between(self, from: u128, to: u128, liquidity: u128) -> Option<u64> {
        let amount = match self.direction {
            Direction::AToB => amount_a_delta(to, from, liquidity, Rounding::Up),
            Direction::BToA => amount_b_delta(from, to, liquidity, Rounding::Up),
        };
        u64::try_from(amount?).ok()
    }

    /// Returns the output between two prices, rounded down; `None` above 64 bits.
    #[inline]
    fn output_between(self, from: u128, to: u128, liquidity: u128) -> Option<u64> {
        let amount = match self.direction {
            Direction::AToB => amount_b_delta(to, from, liquidity, Rounding::Down),
            Direction::BToA => amount_a_delta(from, to, liquidity, Rounding::Down),
        };
        u64::try_from(amount?).ok()
    }

    /// Returns the amounts in and out up to the target where the amount to go reaches it. An amount above 64 bits is out of
    /// reach, whichever side it is on.
    #[inline]
    fn whole_step(self, stretch: &Stretch, to_go: u64) -> Option<(u64, u64)> {
        let Stretch { from, target, liquidity, whole, .. } = *stretch;
        if let Some((amount_in, amount_out)) = whole {
            let needed = if self.is_exact_in { amount_in } else { amount_out };
            return (to_go >= needed).then_some((amount_in, amount_out));
        }
        if liquidity == 0 {
            return Some((0, 0));
        }
        // The side of the amount to go comes first: most last steps end there.
        if self.is_exact_in {
            let amount_in =
                self.input_between(from, target, liquidity).filter(|amount_in| to_go >= *amount_in)?;
            Some((amount_in, self.output_between(from, target, liquidity)?))
        } else {
            let amount_out =
                self.output_between(from, target, liquidity).filter(|amount_out| to_go >= *amount_out)?;
            Some((self.input_between(from, target, liquidity)?, amount_out))
        }
    }

    /// Returns the price that an amount moves to, rounded so that the pool never gives more than it is paid for.
    #[inline]
    fn price_after(self, from: u128, liquidity: u128, amount: u64) -> Option<u128> {
        match (self.direction, self.is_exact_in) {
            (Direction::AToB, true) => next_sqrt_price_from_a(from, liquidity, amount, AddOrRemove::Add),
            (Direction::AToB, false) => next_sqrt_price_from_b(from, liquidity, amount, AddOrRemove::Remove),
            (Direction::BToA, true) => next_sqrt_price_from_b(from, liquidity, amount, AddOrRemove::Add),
            (Direction::BToA, false) => next_sqrt_price_from_a(from, liquidity, amount, AddOrRemove::Remove),
        }
    }

    /// Swaps through liquidity from a price towards a target. Returns the price reached and what moved.
    #[inline]
    pub(super) fn swap_to(self, stretch: &Stretch, to_go: u64) -> Result<(u128, Moved), QuoteError> {
        let Stretch { from, target, liquidity, rate, .. } = *stretch;
        // What drives the price: the input after its fee, or the output before its.
        let driving = match (self.is_exact_in, self.is_fee_on_input) {
            (true, true) => {
                // Taking the fee rounded up leaves the rest rounded down.
                let fee = fee_amount(to_go, rate, MILLIONTHS).ok_or(OVERFLOW)?;
                to_go.checked_sub(fee).ok_or(OVERFLOW)?
            }
            (true, false) | (false, true) => to_go,
            (false, false) => amount_before_fee(to_go, rate, MILLIONTHS).ok_or(OVERFLOW)?,
        };
        let (price, amount_in, amount_out) = match self.whole_step(stretch, driving) {
            Some((amount_in, amount_out)) => (target, amount_in, amount_out),
            None => self.part_step(from, target, liquidity, driving)?,
        };
        let moved = if self.is_fee_on_input {
            self.with_fee_on_input(amount_in, amount_out, to_go, rate, price == target)
        } else {
            self.with_fee_on_output(amount_in, amount_out, to_go, rate, price == target)
        };
        Ok((price, moved?))
    }

    #[inline]
    fn part_step(
        self,
        from: u128,
        target: u128,
        liquidity: u128,
        driving: u64,
    ) -> Result<(u128, u64, u64), QuoteError> {
        let price = self.price_after(from, liquidity, driving).ok_or(QuoteError::LiquidityExceeded)?;
        let is_within = match self.direction {
            Direction::AToB => price >= target,
            Direction::BToA => price <= target,
        };
        if !is_within {
            return Err(QuoteError::LiquidityExceeded);
        }
        let amount_in = self.input_between(from, price, liquidity).ok_or(OVERFLOW)?;
        Ok((price, amount_in, self.output_between(from, price, liquidity).ok_or(OVERFLOW)?))
    }

    #[inline]
    fn with_fee_on_input(
        self,
        amount_in: u64,
        amount_out: u64,
        to_go: u64,
        rate: u64,
        is_reached: bool,
    ) -> Result<Moved, QuoteError> {
        if !self.is_exact_in {
            return Ok(Moved {
                amount_in,
                amount_out: amount_out.min(to_go),
                fee: fee_on_top(amount_in, rate)?,
            });
        }
        // Short of the target all that is left is paid: what the price did not move for goes to the fee.
        let fee = if is_reached {
            fee_on_top(amount_in, rate)?
        } else {
            to_go.checked_sub(amount_in).ok_or(OVERFLOW)?
        };
        Ok(Moved { amount_in, amount_out, fee })
    }

    fn with_fee_on_output(
        self,
        amount_in: u64,
        amount_out: u64,
        to_go: u64,
        rate: u64,
        is_reached: bool,
    ) -> Result<Moved, QuoteError> {
        let fee = fee_amount(amount_out, rate, MILLIONTHS).ok_or(OVERFLOW)?; // rounds up
        let net = amount_out.checked_sub(fee).ok_or(OVERFLOW)?;
        if self.is_exact_in {
            // Short of the target all that is left is paid, also what the price did not move for.
            let amount_in = if is_reached { amount_in } else { to_go };
            return Ok(Moved { amount_in, amount_out: net, fee });
        }
        if net > to_go {
            return Ok(Moved { amount_in, amount_out: to_go, fee: amount_out.saturating_sub(to_go) });
        }
        Ok(Moved { amount_in, amount_out: net, fee })
    }

    /// Swaps against the limit orders of a tick whose price is reached, which give out at most `unfilled`. Returns what moved and
    /// what the orders gave, the fee on it included.
    pub(super) fn match_orders(
        self,
        sqrt_price: u128,
        unfilled: u64,
        to_go: u64,
        rate: u64,
    ) -> Result<(Moved, u64), QuoteError> {
        // The price rounds against the swap: down where it divides nothing, up where it divides.
        let rounding = match self.direction {
            Direction::AToB => Rounding::Down,
            Direction::BToA => Rounding::Up,
        };
        let price = mul_shr_64(sqrt_price, sqrt_price, rounding).ok_or(OVERFLOW)?;
        let input_for = |output: u64| {
            let input = match self.direction {
                Direction::AToB => shl_64_div(u128::from(output), price, Rounding::Up),
                Direction::BToA => mul_shr_64(u128::from(output), price, Rounding::Up),
            };
            input.and_then(|input| u64::try_from(input).ok()).ok_or(OVERFLOW)
        };
        let mut moved = Moved::default();
        let given = if self.is_exact_in {
            if self.is_fee_on_input {
                moved.fee = fee_amount(to_go, rate, MILLIONTHS).ok_or(OVERFLOW)?;
            }
            moved.amount_in = to_go.checked_sub(moved.fee).ok_or(OVERFLOW)?;
            let wanted = match self.direction {
                Direction::AToB => mul_shr_64(u128::from(moved.amount_in), price, Rounding::Down),
                Direction::BToA => shl_64_div(u128::from(moved.amount_in), price, Rounding::Down),
            };
            match u64::try_from(wanted.ok_or(OVERFLOW)?) {
                Ok(wanted) if wanted <= unfilled => wanted,
                Ok(_) | Err(_) => {
                    moved.amount_in = input_for(unfilled)?;
                    if self.is_fee_on_input {
                        moved.fee = fee_on_top(moved.amount_in, rate)?;
                    }
                    unfilled
                }
            }
        } else {
            let net = to_go.min(unfilled);
            let given = if self.is_fee_on_input {
                net
            } else {
                amount_before_fee(net, rate, MILLIONTHS).ok_or(OVERFLOW)?.min(unfilled)
            };
            moved.amount_in = input_for(given)?;
            if self.is_fee_on_input {
                moved.fee = fee_on_top(moved.amount_in, rate)?;
            }
            given
        };
        moved.amount_out = given;
        if !self.is_fee_on_input {
            moved.fee = fee_amount(given, rate, MILLIONTHS).ok_or(OVERFLOW)?; // rounds up
            moved.amount_out = given.checked_sub(moved.fee).ok_or(OVERFLOW)?;
        }
        Ok((moved, given))
    }
}
