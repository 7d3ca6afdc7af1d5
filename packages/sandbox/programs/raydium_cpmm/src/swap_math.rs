//! The constant product with its fees (raydium-cp-swap 609780f, `curve/calculator.rs`, `curve/constant_product.rs`,
//! `curve/fees.rs`).

use crate::amm_config::AmmConfig;
use wide_math::{mul_div, Rounding, Wide};

/// The whole of which the rates are parts.
const RATE_DENOMINATOR: u64 = 1_000_000;

/// The two reserves, in the direction of the swap.
#[derive(Clone, Copy, Debug)]
pub struct Reserves {
    /// Reserve of the token that goes in.
    pub input: u64,
    /// Reserve of the token that comes out.
    pub output: u64,
}

/// The side of a swap on which the creator is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreatorFeeSide {
    /// Together with the trade fee, before the swap.
    Input,
    /// From the output, after the swap.
    Output,
}

/// The rates of one swap and where the creator's applies.
#[derive(Clone, Copy, Debug)]
pub struct FeeSchedule {
    /// The rates; the creator's is zero where the pool has switched it off.
    pub rates: AmmConfig,
    /// The side on which the creator is paid.
    pub creator_side: CreatorFeeSide,
}

impl FeeSchedule {
    /// Says whether a fee taken at two rates together can be split: the real program divides by their sum.
    #[inline(always)]
    #[must_use]
    pub fn can_split(&self) -> bool {
        self.creator_side == CreatorFeeSide::Output || input_rate(self) != Some(0)
    }
}

/// What one swap moves, before transfer fees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SwapAmounts {
    /// What the pool receives.
    pub amount_in: u64,
    /// What the pool gives.
    pub amount_out: u64,
    /// The protocol's share of the trade fee.
    pub protocol_fee: u64,
    /// The fund's share of the trade fee.
    pub fund_fee: u64,
    /// The creator's fee, on the side of the schedule.
    pub creator_fee: u64,
}

/// Returns what a fixed input gives, or nothing where the program refuses.
#[inline(always)]
#[must_use]
pub fn exact_in(amount_in: u64, reserves: Reserves, fees: &FeeSchedule) -> Option<SwapAmounts> {
    let rates = &fees.rates;
    let input_rate = input_rate(fees)?;
    let input_fee = mul_div(amount_in, input_rate, RATE_DENOMINATOR, Rounding::Up)?;
    let traded = amount_in.checked_sub(input_fee)?;
    let reserve_after = Wide::from(reserves.input).checked_add(Wide::from(traded))?;
    // The output rounds down: the pool keeps the remainder.
    let given = Wide::product(traded, reserves.output)
        .divided_by(reserve_after, Rounding::Down)?
        .to_u64()?;
    let creator_fee = match fees.creator_side {
        CreatorFeeSide::Input => creator_share(input_fee, input_rate, rates)?,
        CreatorFeeSide::Output => mul_div(
            given,
            rates.creator_fee_rate,
            RATE_DENOMINATOR,
            Rounding::Up,
        )?,
    };
    let (trade_fee, amount_out) = match fees.creator_side {
        CreatorFeeSide::Input => (input_fee.checked_sub(creator_fee)?, given),
        CreatorFeeSide::Output => (input_fee, given.checked_sub(creator_fee)?),
    };
    split(
        trade_fee,
        rates,
        SwapAmounts {
            amount_in,
            amount_out,
            protocol_fee: 0,
            fund_fee: 0,
            creator_fee,
        },
    )
}

/// Returns what a fixed output costs, or nothing where the program refuses: at and above the reserve, among others.
#[inline(always)]
#[must_use]
pub fn exact_out(amount_out: u64, reserves: Reserves, fees: &FeeSchedule) -> Option<SwapAmounts> {
    let rates = &fees.rates;
    let given = match fees.creator_side {
        CreatorFeeSide::Input => amount_out,
        CreatorFeeSide::Output => gross(amount_out, rates.creator_fee_rate)?,
    };
    let reserve_after = Wide::from(reserves.output.checked_sub(given)?);
    // The input rounds up: the trader pays the remainder.
    let traded = Wide::product(reserves.input, given)
        .divided_by(reserve_after, Rounding::Up)?
        .to_u64()?;
    let input_rate = input_rate(fees)?;
    let amount_in = gross(traded, input_rate)?;
    let input_fee = amount_in.checked_sub(traded)?;
    let creator_fee = match fees.creator_side {
        CreatorFeeSide::Input => creator_share(input_fee, input_rate, rates)?,
        CreatorFeeSide::Output => given.checked_sub(amount_out)?,
    };
    let trade_fee = match fees.creator_side {
        CreatorFeeSide::Input => input_fee.checked_sub(creator_fee)?,
        CreatorFeeSide::Output => input_fee,
    };
    split(
        trade_fee,
        rates,
        SwapAmounts {
            amount_in,
            amount_out,
            protocol_fee: 0,
            fund_fee: 0,
            creator_fee,
        },
    )
}

/// Returns the rate that applies to the input.
#[inline(always)]
fn input_rate(fees: &FeeSchedule) -> Option<u64> {
    match fees.creator_side {
        CreatorFeeSide::Input => fees
            .rates
            .trade_fee_rate
            .checked_add(fees.rates.creator_fee_rate),
        CreatorFeeSide::Output => Some(fees.rates.trade_fee_rate),
    }
}

/// Returns the creator's part of a fee that was taken at both rates together.
#[inline(always)]
fn creator_share(input_fee: u64, input_rate: u64, rates: &AmmConfig) -> Option<u64> {
    if rates.creator_fee_rate == 0 {
        return Some(0);
    }
    mul_div(
        input_fee,
        rates.creator_fee_rate,
        input_rate,
        Rounding::Down,
    )
}

/// Returns the smallest amount that leaves `net` after a fee at this rate.
#[inline(always)]
fn gross(net: u64, rate: u64) -> Option<u64> {
    let kept = RATE_DENOMINATOR.checked_sub(rate)?;
    mul_div(net, RATE_DENOMINATOR, kept, Rounding::Up)
}

/// Fills in the shares of the trade fee; what they leave stays with the liquidity providers.
#[inline(always)]
fn split(trade_fee: u64, rates: &AmmConfig, amounts: SwapAmounts) -> Option<SwapAmounts> {
    let share = |rate| mul_div(trade_fee, rate, RATE_DENOMINATOR, Rounding::Down);
    Some(SwapAmounts {
        protocol_fee: share(rates.protocol_fee_rate)?,
        fund_fee: share(rates.fund_fee_rate)?,
        ..amounts
    })
}

#[cfg(test)]
mod tests {
    use super::{exact_in, exact_out, CreatorFeeSide, FeeSchedule, Reserves};
    use crate::amm_config::AmmConfig;

    const RESERVES: Reserves = Reserves {
        input: 5_000_000,
        output: 700_000,
    };

    const fn schedule(creator_fee_rate: u64, creator_side: CreatorFeeSide) -> FeeSchedule {
        let rates = AmmConfig {
            trade_fee_rate: 10_000,
            protocol_fee_rate: 120_000,
            fund_fee_rate: 40_000,
            creator_fee_rate,
        };
        FeeSchedule {
            rates,
            creator_side,
        }
    }

    #[test]
    fn takes_both_fees_from_the_input_and_splits_them_by_rate() {
        let amounts = exact_in(100_001, RESERVES, &schedule(5_000, CreatorFeeSide::Input));
        // ceil(100001 · 1.5 %) = 1501; 1501 · 5/15 = 500 for the creator; 12 % and 4 % of the other 1001.
        let parts = amounts.map(|it| (it.amount_out, it.creator_fee, it.protocol_fee, it.fund_fee));
        assert_eq!(parts, Some((13_523, 500, 120, 40)));
    }

    #[test]
    fn takes_the_creator_fee_from_the_output() {
        let amounts = exact_in(100_001, RESERVES, &schedule(5_000, CreatorFeeSide::Output));
        let parts = amounts.map(|it| (it.amount_out, it.creator_fee, it.protocol_fee, it.fund_fee));
        assert_eq!(parts, Some((13_522, 68, 120, 40)));
    }

    #[test]
    fn asks_for_an_input_that_gives_at_least_the_fixed_output() {
        for side in [CreatorFeeSide::Input, CreatorFeeSide::Output] {
            let fees = schedule(5_000, side);
            for wanted in [1, 2, 999, 13_523, 350_000, 695_000] {
                let paid = exact_out(wanted, RESERVES, &fees).map(|it| it.amount_in);
                let given = paid.and_then(|amount| exact_in(amount, RESERVES, &fees));
                assert!(
                    given.is_some_and(|it| it.amount_out >= wanted),
                    "{wanted} {side:?}"
                );
            }
        }
    }

    #[test]
    fn gives_nothing_at_or_above_the_reserve_and_at_a_full_fee() {
        let fees = schedule(0, CreatorFeeSide::Input);
        assert_eq!(exact_out(700_000, RESERVES, &fees), None);
        assert_eq!(exact_out(700_001, RESERVES, &fees), None);
        assert_eq!(
            exact_out(1, RESERVES, &schedule(990_000, CreatorFeeSide::Input)),
            None
        );
    }
}
