//! What holds for every `PumpSwap` pool: on accounts written here, and on captured ones where they are beside the repository.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops where its material is broken"
)]

mod captured;
mod pumpswap_accounts;

use captured::{Account, base58, load_pool, read_accounts, read_json, shared_folder};
use proptest::prelude::*;
use pumpswap_accounts::{PoolSpec, accounts};
use tandem_pools::pool::{AccountView, AnyPool, SwapRequest};
use tandem_pools::quote::{ChainClock, Direction, InstructionSet, Quote, QuoteError, SwapMode, SwapOrder};

const CLOCK: ChainClock = ChainClock { slot: 440_000_000, epoch: 1_018, unix_timestamp: 1_790_000_000 };
/// Each of the three fees rounds up by itself, so that one unit more of quote can cost three more in fees.
const FEE_ROUNDING: u64 = 2;

fn load(spec: &PoolSpec) -> AnyPool {
    let accounts = accounts(spec);
    load_pool(&accounts, &accounts[0].address)
}

fn sell(pool: &AnyPool, amount: u64) -> Result<Quote, QuoteError> {
    pool.quote(Direction::AToB, SwapMode::ExactIn, amount, &CLOCK)
}

fn spend(pool: &AnyPool, amount: u64) -> Result<Quote, QuoteError> {
    pool.quote(Direction::BToA, SwapMode::ExactIn, amount, &CLOCK)
}

fn buy(pool: &AnyPool, amount: u64) -> Result<Quote, QuoteError> {
    pool.quote(Direction::BToA, SwapMode::ExactOut, amount, &CLOCK)
}

fn size() -> impl Strategy<Value = u64> {
    (1..58_u32, any::<u64>()).prop_map(|(bits, value)| value >> (64 - bits))
}

fn spec() -> impl Strategy<Value = PoolSpec> {
    let reserves = (size(), size(), prop_oneof![Just(0), size()], (0..1_u64 << 40, 0..1_u64 << 40));
    let rates = [0..100_u64, 0..100_u64, 0..100_u64];
    let coin = (any::<bool>(), any::<bool>(), prop_oneof![3 => Just(0), 1 => 1..1_000_u64], size());
    (reserves, rates, coin, 0..=10_000_u64, 0..4_u8).prop_map(
        |(
            (base, quote, boost, waiting),
            flat,
            (is_canonical, is_mayhem, creator_fee, supply),
            buyback,
            tiers,
        )| {
            let quote = quote.saturating_add(waiting.0).saturating_add(waiting.1);
            PoolSpec {
                base: base.saturating_add(1),
                quote: quote.saturating_add(1),
                virtual_quote: i128::from(boost) - i128::from(waiting.0) - i128::from(waiting.1),
                waiting,
                flat,
                tiers: (0..=u64::from(tiers))
                    .map(|tier| (u128::from(tier) << 30, flat.map(|rate| rate * (tier + 1))))
                    .collect(),
                is_canonical,
                is_mayhem,
                creator_fee,
                supply,
                buyback,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn gives_more_for_more_but_for_what_the_rounding_of_each_fee_takes(spec in spec(), less in size(), more in size()) {
        let pool = load(&spec);
        let (less, more) = (less.min(more), less.max(more));
        if let (Ok(small), Ok(large)) = (sell(&pool, less), sell(&pool, more)) {
            prop_assert!(small.amount_out <= large.amount_out + FEE_ROUNDING);
        }
        if let (Ok(small), Ok(large)) = (buy(&pool, less), buy(&pool, more)) {
            prop_assert!(small.amount_in <= large.amount_in);
        }
        if let (Ok(small), Ok(large)) = (spend(&pool, less), spend(&pool, more + 2 * (FEE_ROUNDING + 2))) {
            prop_assert!(small.amount_out <= large.amount_out);
        }
    }

    #[test]
    fn asks_for_an_output_no_more_than_it_was_given_for_and_one_unit_less_does_not_buy_it(spec in spec(), amount in size()) {
        let pool = load(&spec);
        if let Ok(given) = spend(&pool, amount) {
            let asked = buy(&pool, given.amount_out).expect("what was given can be asked for");
            prop_assert!(asked.amount_in <= amount, "{given:?}, {asked:?}");
        }
        // The program takes one unit off a fixed input before it prices it: the price of a fixed output never buys all of it.
        if let Ok(asked) = buy(&pool, amount)
            && let Ok(given) = spend(&pool, asked.amount_in)
        {
            prop_assert!(given.amount_out < amount, "{asked:?}, {given:?}");
        }
    }

    #[test]
    fn never_gains_by_going_there_and_back(spec in spec(), amount in size(), sells_first in any::<bool>()) {
        let mut pool = load(&spec);
        let (there, back) =
            if sells_first { (Direction::AToB, Direction::BToA) } else { (Direction::BToA, Direction::AToB) };
        if let Ok(first) = pool.swap(&SwapOrder::new(there, SwapMode::ExactIn, amount), &CLOCK)
            && let Ok(second) = pool.swap(&SwapOrder::new(back, SwapMode::ExactIn, first.amount_out), &CLOCK)
        {
            prop_assert!(second.amount_out <= first.amount_in, "{first:?}, {second:?}");
        }
    }

    #[test]
    fn keeps_every_quote_within_bounds_and_reserves(spec in spec(), amount in size()) {
        let pool = load(&spec);
        for (direction, mode) in MODES {
            let Ok(quote) = pool.quote(direction, mode, amount, &CLOCK) else { continue };
            let bounds = pool.bounds(direction, &CLOCK).expect("a quoted direction is bounded");
            let [base, priced] = pool.reserves().expect("reserves");
            let (_, reserve) = direction.input_output([base, priced]);
            prop_assert!(quote.amount_out <= bounds.max_out && bounds.max_out <= reserve);
            let bound = bounds.rate_x64.checked_mul(u128::from(quote.amount_in)).map_or(u128::MAX, |product| product >> 64);
            prop_assert!(u128::from(quote.amount_out) <= bound, "{quote:?} passes {bounds:?}");
        }
    }

    #[test]
    fn swaps_what_it_quotes_raises_the_product_and_a_refused_swap_changes_nothing(
        spec in spec(),
        amounts in proptest::collection::vec((size(), 0..MODES.len(), any::<bool>()), 1..8),
    ) {
        let mut pool = load(&spec);
        for (amount, at, is_legacy) in amounts {
            let (direction, mode) = MODES[at];
            let quoted = pool.quote(direction, mode, amount, &CLOCK);
            let [base, priced] = pool.reserves().expect("reserves");
            let mut order = SwapOrder::new(direction, mode, amount);
            if is_legacy {
                order.instructions = InstructionSet::Legacy;
            }
            let swapped = pool.swap(&order, &CLOCK);
            let [base_after, priced_after] = pool.reserves().expect("reserves");
            if let Ok(swapped) = swapped {
                prop_assert!(quoted == Ok(swapped) || (mode == SwapMode::ExactIn && swapped.amount_in < amount));
                let product = |base: u64, quote: u64| u128::from(base) * u128::from(quote);
                prop_assert!(product(base_after, priced_after) >= product(base, priced));
            } else {
                prop_assert!(quoted.is_err() || is_legacy);
                prop_assert_eq!([base, priced], [base_after, priced_after]);
                prop_assert_eq!(pool.quote(direction, mode, amount, &CLOCK), quoted);
            }
        }
    }

    #[test]
    fn survives_flipped_bytes_and_truncation_of_every_account(
        spec in spec(),
        which in any::<prop::sample::Index>(),
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in proptest::option::of(any::<prop::sample::Index>()),
        amount in size(),
    ) {
        let mut accounts = accounts(&spec);
        let own = accounts[0].address;
        let bent = which.index(accounts.len());
        for (at, mask) in flips {
            let at = at.index(accounts[bent].data.len());
            accounts[bent].data[at] ^= mask;
        }
        if let Some(cut) = cut {
            let length = cut.index(accounts[bent].data.len());
            accounts[bent].data.truncate(length);
        }
        exercise(&accounts, &own, amount);
    }
}

const MODES: [(Direction, SwapMode); 3] = [
    (Direction::AToB, SwapMode::ExactIn),
    (Direction::BToA, SwapMode::ExactIn),
    (Direction::BToA, SwapMode::ExactOut),
];

/// Decodes and applies what decodes, quotes every way and builds instructions.
fn exercise(accounts: &[Account], own: &[u8; 32], amount: u64) {
    let pool = accounts.iter().find(|account| account.address == *own).expect("the pool's account");
    let Ok(mut pool) = AnyPool::decode(pool.view()) else { return };
    for account in accounts {
        let before = pool.reserves();
        if pool.apply(account.view()).is_err() {
            assert_eq!(pool.reserves(), before, "a refused account changed the state");
        }
    }
    for direction in [Direction::AToB, Direction::BToA] {
        for mode in [SwapMode::ExactIn, SwapMode::ExactOut, SwapMode::PartialFill] {
            let _ = pool.quote(direction, mode, amount, &CLOCK);
            let mut moved = pool.clone();
            let _ = moved.swap(&SwapOrder::new(direction, mode, amount), &CLOCK);
            let request =
                SwapRequest { direction, mode, amount, limit: 0, owner: own, source: own, destination: own };
            assert_eq!(pool.swap_instruction(&request).accounts.len(), 17);
        }
        let _ = pool.bounds(direction, &CLOCK);
    }
    let _ = (pool.disabled(&CLOCK), pool.compute_units(), pool.price_may_recover());
}

#[test]
fn survives_every_truncation_of_every_account() {
    let whole = accounts(&PoolSpec::default());
    let own = whole[0].address;
    for bent in 0..whole.len() {
        for length in 0..whole[bent].data.len() {
            let mut accounts = accounts(&PoolSpec::default());
            accounts[bent].data.truncate(length);
            exercise(&accounts, &own, 1_000);
        }
    }
}

#[test]
fn takes_no_absent_account_for_one_it_needs() {
    let accounts = accounts(&PoolSpec::default());
    let mut pool = load(&PoolSpec::default());
    assert_eq!(pool.required(), pool.watched().len());
    for account in accounts.iter().skip(1) {
        let absent = AccountView { address: &account.address, owner: &[0; 32], data: &[] };
        assert!(pool.apply(absent).is_err());
    }
    assert!(sell(&pool, 1_000_000).is_ok());
}

#[test]
fn reads_additions_that_an_older_pool_account_lacks_as_zero() {
    let spec = PoolSpec { virtual_quote: 7_000, waiting: (0, 0), creator_fee: 250, ..PoolSpec::default() };
    let quoted = |length: usize| {
        let mut accounts = accounts(&spec);
        accounts[0].data.truncate(length);
        let pool = load_pool(&accounts, &accounts[0].address);
        (
            pool.reserves().expect("reserves"),
            sell(&pool, 50_000_000).expect("a quote").amount_out,
            pool.compute_units(),
        )
    };
    let full = quoted(287);
    assert_eq!(quoted(300).1, full.1);
    // Without room for waiting fees only the cost of lengthening the account comes on top.
    assert_eq!(quoted(270), (full.0, full.1, full.2 + 3_000));
    assert!(quoted(269).1 > full.1, "the schedule's creator fee is lower than the pool's own");
    assert_eq!(quoted(260).0[1] + 7_000, full.0[1]);
    assert!(quoted(242).1 > quoted(243).1, "without a coin creator there is no creator fee");
}

#[test]
fn takes_cashback_coins_and_refuses_fees_of_nothing_by_the_older_instructions_alone() {
    const IS_CASHBACK_COIN: usize = 244;
    let legacy = |amount| SwapOrder {
        instructions: InstructionSet::Legacy,
        ..SwapOrder::new(Direction::AToB, SwapMode::ExactIn, amount)
    };
    let mut accounts = accounts(&PoolSpec::default());
    accounts[0].data[IS_CASHBACK_COIN] = 1;
    let mut cashback = load_pool(&accounts, &accounts[0].address);
    assert_eq!(cashback.disabled(&CLOCK), Some(QuoteError::FeatureUnsupported));
    assert_eq!(sell(&cashback, 1_000_000), Err(QuoteError::FeatureUnsupported));
    let sold = cashback.swap(&legacy(1_000_000), &CLOCK);

    let mut plain = load(&PoolSpec::default());
    assert_eq!(sell(&plain, 1_000_000), sold);
    // Four units of base are worth no quote: the creator's fee is zero, and its account is taken for another.
    assert_eq!(sell(&plain, 4), Ok(Quote { amount_in: 4, amount_out: 0 }));
    assert_eq!(plain.swap(&legacy(4), &CLOCK), Err(QuoteError::FeatureUnsupported));
}

#[test]
fn prices_and_pays_out_alike_after_a_swap_whether_its_fees_wait_in_the_vault_or_left_it() {
    // A sale of half the base gives 66,666,666 before fees: 133,334 + 33,334 + 633,334.
    let order = SwapOrder::new(Direction::AToB, SwapMode::ExactIn, 500_000_000);
    for instructions in [InstructionSet::Current, InstructionSet::Legacy] {
        // With a boost the curve has more than can be paid out, so that both can be told apart.
        let spec = PoolSpec { quote: 100_000_000, virtual_quote: 100_000_000, ..PoolSpec::default() };
        let mut pool = load(&spec);
        let sold = pool.swap(&SwapOrder { instructions, ..order }, &CLOCK).expect("a sale");
        assert_eq!(sold.amount_out, 66_666_666 - 133_334 - 33_334 - 633_334);
        assert_eq!(pool.reserves(), Some([1_500_000_000, 200_000_000 - 66_666_666 + 133_334]));
        let bounds = pool.bounds(Direction::AToB, &CLOCK).expect("bounds");
        assert_eq!(bounds.max_out, 100_000_000 - 66_666_666 + 133_334, "{instructions:?}");
    }
}

#[test]
fn refuses_a_budget_of_which_a_unit_would_stay_unspent() {
    let spec = PoolSpec { is_canonical: false, flat: [25, 5, 0], ..PoolSpec::default() };
    let mut accounts = accounts(&spec);
    accounts[0].data[211..243].fill(0);
    let mut pool = load_pool(&accounts, &accounts[0].address);
    assert_eq!(spend(&pool, 10_030).map(|quote| quote.amount_in), Ok(10_030));
    assert_eq!(spend(&pool, 10_031), Err(QuoteError::LiquidityExceeded));
    let order = SwapOrder::new(Direction::BToA, SwapMode::ExactIn, 10_031);
    assert_eq!(pool.swap(&order, &CLOCK).map(|quote| quote.amount_in), Ok(10_030));
}

#[test]
fn holds_on_captured_pools() {
    let Some(shared) = shared_folder() else {
        println!("skipped: shared/vectors/pumpswap.json is not beside the repository (TANDEM_SHARED)");
        return;
    };
    let vectors = read_json(&shared.join("vectors/pumpswap.json"));
    let mut quoted = 0;
    for (key, facts) in vectors["pools"].as_object().expect("pools") {
        let accounts = read_accounts(&shared.join("accounts/pumpswap").join(key));
        let own = base58(facts["poolPubkey"].as_str().expect("an address"));
        let pool = load_pool(&accounts, &own);
        for amount in (0..60).map(|bit| (1_u64 << bit) + 7) {
            for (there, back) in [(Direction::AToB, Direction::BToA), (Direction::BToA, Direction::AToB)] {
                let mut moved = pool.clone();
                let order = SwapOrder::new(there, SwapMode::ExactIn, amount);
                let Ok(first) = moved.swap(&order, &CLOCK) else { continue };
                let bounds = pool.bounds(there, &CLOCK).expect("bounds");
                assert!(first.amount_out <= bounds.max_out);
                let order = SwapOrder::new(back, SwapMode::ExactIn, first.amount_out);
                let Ok(second) = moved.swap(&order, &CLOCK) else { continue };
                assert!(second.amount_out <= first.amount_in, "{key} {amount}: {first:?}, {second:?}");
                quoted += 1;
            }
        }
        exercise(&accounts, &own, 1_000_000);
    }
    assert!(quoted > 300, "only {quoted} round trips");
}
