//! The optimizer against brute force over every size.
#![expect(clippy::unwrap_used, reason = "a test stops where its material is broken")]

use proptest::prelude::*;
use tandem_pools::quote::{Quote, QuoteError, SwapMode};
use tandem_search::profit::{CostModel, LamportPrice, RouteCosts};
use tandem_search::size_optimizer::{Leg, SizeOptimizer};

/// A constant-product pool in its plainest form, written apart from the venues.
#[derive(Clone, Copy, Debug)]
struct PlainPool {
    reserve_in: u128,
    reserve_out: u128,
    fee_millionths: u128,
}

fn narrow(value: u128) -> Result<u64, QuoteError> {
    u64::try_from(value).map_err(|_| QuoteError::MathOverflow)
}

impl Leg for PlainPool {
    fn quote(&self, mode: SwapMode, amount: u64) -> Result<Quote, QuoteError> {
        if amount == 0 {
            return Err(QuoteError::AmountZero);
        }
        match mode {
            SwapMode::PartialFill => Err(QuoteError::FeatureUnsupported),
            SwapMode::ExactIn => {
                let swapped =
                    u128::from(amount) - (u128::from(amount) * self.fee_millionths).div_ceil(1_000_000);
                let amount_out = narrow(swapped * self.reserve_out / (self.reserve_in + swapped))?;
                if amount_out == 0 {
                    Err(QuoteError::OutputZero)
                } else {
                    Ok(Quote { amount_in: amount, amount_out })
                }
            }
            SwapMode::ExactOut => {
                let left = self.reserve_out.checked_sub(u128::from(amount)).filter(|left| *left > 0);
                let left = left.ok_or(QuoteError::LiquidityExceeded)?;
                let swapped = (self.reserve_in * u128::from(amount)).div_ceil(left);
                let amount_in = narrow((swapped * 1_000_000).div_ceil(1_000_000 - self.fee_millionths))?;
                Ok(Quote { amount_in, amount_out: amount })
            }
        }
    }
}

fn costs(base_fee_lamports: u64, tip_share_bps: u32, max_tip_lamports: u64) -> RouteCosts {
    let model = CostModel {
        base_fee_lamports,
        compute_unit_price_micro_lamports: 0,
        overhead_compute_units: 0,
        compute_unit_margin_bps: 0,
        tip_lamports: 0,
        tip_share_bps,
        max_tip_lamports,
        rent_lamports: 0,
    };
    RouteCosts::new(model, LamportPrice { numerator: 1, denominator: 1 }, 0).unwrap()
}

/// The best positive net profit over every input.
fn brute_force(
    first: &PlainPool,
    second: &PlainPool,
    max_amount_in: u64,
    costs: &RouteCosts,
) -> Option<i128> {
    let mut best: Option<i128> = None;
    for amount_in in 1..=max_amount_in {
        let Ok(one) = first.quote(SwapMode::ExactIn, amount_in) else { continue };
        let Ok(two) = second.quote(SwapMode::ExactIn, one.amount_out) else { continue };
        let net = costs.profit(amount_in, two.amount_out).unwrap().net;
        if net > best.unwrap_or(0) {
            best = Some(net);
        }
    }
    best
}

fn pool(reserves: std::ops::RangeInclusive<u64>) -> impl Strategy<Value = PlainPool> {
    (reserves.clone(), reserves, 0_u32..50_000).prop_map(|(reserve_in, reserve_out, fee)| PlainPool {
        reserve_in: reserve_in.into(),
        reserve_out: reserve_out.into(),
        fee_millionths: fee.into(),
    })
}

/// A cycle out and back: the middle mint is up to `fineness` times finer, or coarser, than the base mint.
fn cycle(reserves: u64, fineness: u128) -> impl Strategy<Value = (PlainPool, PlainPool)> {
    let reserves = reserves / 10..=reserves;
    (pool(reserves.clone()), pool(reserves), any::<bool>()).prop_map(
        move |(mut there, mut back, is_middle_finer)| {
            there.reserve_out *= fineness;
            back.reserve_in *= fineness;
            if is_middle_finer { (there, back) } else { (back, there) }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_brute_force_on_small_pools(
        (first, second) in (1_u128..60).prop_flat_map(|fineness| cycle(1_000, fineness)),
        max_amount_in in 1_u64..3_000,
        base_fee in 0_u64..20,
        tip_share_bps in 0_u32..9_000,
        max_tip in prop_oneof![Just(u64::MAX), 0_u64..40],
    ) {
        let costs = costs(base_fee, tip_share_bps, max_tip);
        let found = SizeOptimizer::new(&first, &second, max_amount_in, &costs).best();
        let expected = brute_force(&first, &second, max_amount_in, &costs);
        prop_assert_eq!(found.map(|sized| sized.profit.net), expected);
    }

    #[test]
    fn stays_within_rounding_of_brute_force_on_larger_pools((first, second) in cycle(20_000, 7)) {
        let costs = costs(0, 0, u64::MAX);
        let found = SizeOptimizer::new(&first, &second, 50_000, &costs).best();
        let best = brute_force(&first, &second, 50_000, &costs).unwrap_or(0);
        let middle_unit = found.map_or(1, |found| i128::from(found.amount_in.div_ceil(found.middle)));
        let net = found.map_or(0, |found| found.profit.net);
        prop_assert!(best - net <= 3 + 2 * middle_unit, "{} of {}", net, best);
    }

    #[test]
    fn what_it_returns_is_what_both_legs_quote(
        (first, second) in cycle(1_000_000_000_000, 1_000),
        max_amount_in in any::<u64>(),
    ) {
        let costs = costs(5, 100, u64::MAX);
        if let Some(sized) = SizeOptimizer::new(&first, &second, max_amount_in, &costs).best() {
            prop_assert!(sized.amount_in <= max_amount_in);
            prop_assert_eq!(first.quote(SwapMode::ExactIn, sized.amount_in).unwrap().amount_out, sized.middle);
            prop_assert_eq!(second.quote(SwapMode::ExactIn, sized.middle).unwrap().amount_out, sized.amount_out);
            prop_assert_eq!(costs.profit(sized.amount_in, sized.amount_out).unwrap(), sized.profit);
        }
    }

    #[test]
    fn meets_the_closed_form_on_deep_pools(reserve in 1_000_000_000_000_u64..1_000_000_000_000_000, gap_bps in 10_u64..500) {
        // Without fees the best input of two pools is known: sqrt(in1 * out1 * in2 * out2) and the reserves.
        let dear = u128::from(reserve) * u128::from(10_000 + gap_bps) / 10_000;
        let first = PlainPool { reserve_in: reserve.into(), reserve_out: dear, fee_millionths: 0 };
        let second = PlainPool { reserve_in: reserve.into(), reserve_out: dear, fee_millionths: 0 };
        let costs = costs(0, 0, u64::MAX);
        let sized = SizeOptimizer::new(&first, &second, u64::MAX, &costs).best().unwrap();
        // in* = (in1 * in2 / (in2 + out1)) * (sqrt(out1 * out2 / (in1 * in2)) - 1), here with equal pools.
        let best_in = u128::from(reserve) * u128::from(reserve) / (u128::from(reserve) + dear)
            * u128::from(gap_bps) / 10_000;
        let middle = best_in * dear / (u128::from(reserve) + best_in);
        let best_out = middle * dear / (u128::from(reserve) + middle);
        let best = i128::try_from(best_out).unwrap() - i128::try_from(best_in).unwrap();
        prop_assert!(sized.profit.gross >= best - 3, "{} of {best}", sized.profit.gross);
    }
}

/// A pool that refuses whatever the amount.
struct RefusingPool(QuoteError);

impl Leg for RefusingPool {
    fn quote(&self, _mode: SwapMode, _amount: u64) -> Result<Quote, QuoteError> {
        Err(self.0)
    }
}

#[test]
fn gives_nothing_where_no_size_can_be_quoted() {
    let costs = costs(0, 0, u64::MAX);
    let refusals = [
        QuoteError::AmountZero,
        QuoteError::OutputZero,
        QuoteError::LiquidityExceeded,
        QuoteError::SwapDisabled,
        QuoteError::NotOpen,
        QuoteError::MathOverflow,
        QuoteError::AccountMissing,
        QuoteError::FeatureUnsupported,
    ];
    for refusal in refusals {
        let pool = RefusingPool(refusal);
        assert_eq!(SizeOptimizer::new(&pool, &pool, u64::MAX, &costs).best(), None);
    }
    let pool = PlainPool { reserve_in: 10, reserve_out: 10, fee_millionths: 0 };
    assert_eq!(SizeOptimizer::new(&pool, &pool, 0, &costs).best(), None);
}

/// A pool that gives a quote only between two inputs.
#[derive(Clone, Copy)]
struct NarrowPool {
    pays_more: bool,
    smallest: u64,
    largest: u64,
}

impl Leg for NarrowPool {
    fn quote(&self, _mode: SwapMode, amount: u64) -> Result<Quote, QuoteError> {
        if amount < self.smallest {
            Err(QuoteError::OutputZero)
        } else if amount > self.largest {
            Err(QuoteError::LiquidityExceeded)
        } else {
            Ok(Quote { amount_in: amount, amount_out: amount.saturating_add(u64::from(self.pays_more)) })
        }
    }
}

#[test]
fn finds_sizes_that_lie_between_two_points_of_the_grid() {
    let costs = costs(0, 0, u64::MAX);
    let first = NarrowPool { pays_more: false, smallest: 300_000, largest: 300_010 };
    let second = NarrowPool { pays_more: true, ..first };
    let sized = SizeOptimizer::new(&first, &second, u64::MAX, &costs).best().unwrap();
    assert_eq!((sized.amount_in, sized.profit.net), (300_000, 1));
}
