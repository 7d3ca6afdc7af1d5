//! What holds for every Meteora DLMM pair: on random pairs, on the captured ones where they are there, and on accounts bent in
//! every way.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops where its material is broken"
)]

mod captured;
mod synthetic_dlmm;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use std::cell::Cell;
use synthetic_dlmm::{Account, NOW, numbers, open};
use tandem_pools::pool::{AccountView, AnyPool, SwapRequest};
use tandem_pools::quote::{ChainClock, Direction, Quote, QuoteError, SwapMode, SwapOrder};

const CLOCK: ChainClock = ChainClock { slot: 1, epoch: 1, unix_timestamp: NOW };
const DIRECTIONS: [Direction; 2] = [Direction::AToB, Direction::BToA];

fn back(direction: Direction) -> Direction {
    if direction == Direction::AToB { Direction::BToA } else { Direction::AToB }
}

fn quote(pool: &AnyPool, direction: Direction, mode: SwapMode, amount: u64) -> Result<Quote, QuoteError> {
    pool.quote(direction, mode, amount, &CLOCK)
}

fn request(direction: Direction, mode: SwapMode, amount: u64) -> SwapRequest<'static> {
    let own = &[1; 32];
    SwapRequest { direction, mode, amount, limit: 0, owner: own, source: own, destination: own }
}

/// Returns the pool as one knows it that was told of the pair, its mints, its bitmap and the arrays of an instruction alone.
fn with_arrays_of(accounts: &[Account], request: &SwapRequest<'_>) -> AnyPool {
    let instruction = open(accounts).swap_instruction(request);
    let passed = |account: &&Account| {
        account.data.len() != 10_136
            || instruction.accounts.iter().any(|used| used.address == account.address)
    };
    open(&accounts.iter().filter(passed).cloned().collect::<Vec<_>>())
}

/// Checks one amount on one pool, and says whether there was a quote.
fn check_amount(pool: &AnyPool, direction: Direction, amount: u64) -> Result<bool, TestCaseError> {
    let mut quoted = false;
    for mode in [SwapMode::ExactIn, SwapMode::ExactOut] {
        let plain = quote(pool, direction, mode, amount);
        let mut moved = pool.clone();
        let order = SwapOrder::new(direction, mode, amount);
        prop_assert_eq!(moved.swap(&order, &CLOCK), plain);
        let Ok(quote_there) = plain else {
            prop_assert_eq!(format!("{moved:?}"), format!("{pool:?}"), "a refused swap changed the pool");
            continue;
        };
        quoted = true;
        let [reserve_a, reserve_b] = pool.reserves().expect("reserves of a quoted pool");
        let (_, reserve_out) = direction.input_output([reserve_a, reserve_b]);
        prop_assert!(quote_there.amount_out <= reserve_out);
        let bounds = pool.bounds(direction, &CLOCK).expect("bounds of a quoted pool");
        prop_assert!(quote_there.amount_out <= bounds.max_out);
        // Cut at 128 bits, where any output is within the bound.
        let limit =
            bounds.rate_x64.checked_mul(u128::from(quote_there.amount_in)).map_or(u128::MAX, |it| it >> 64);
        prop_assert!(u128::from(quote_there.amount_out) <= limit, "{:?} passes {:?}", quote_there, bounds);
        if let Ok(there_and_back) = quote(&moved, back(direction), SwapMode::ExactIn, quote_there.amount_out)
        {
            prop_assert!(there_and_back.amount_out <= quote_there.amount_in, "a round trip gains");
        }
        if mode == SwapMode::ExactOut {
            let again = quote(pool, direction, SwapMode::ExactIn, quote_there.amount_in);
            prop_assert!(again.is_ok_and(|again| again.amount_out >= amount), "{:?}", again);
        }
    }
    Ok(quoted)
}

/// Checks two amounts that follow each other.
fn check_order(pool: &AnyPool, direction: Direction, amounts: [u64; 2]) -> Result<(), TestCaseError> {
    let [less, more] = if amounts[0] < amounts[1] { amounts } else { [amounts[1], amounts[0]] };
    if let (Ok(of_less), Ok(of_more)) =
        (quote(pool, direction, SwapMode::ExactIn, less), quote(pool, direction, SwapMode::ExactIn, more))
    {
        prop_assert!(of_less.amount_out <= of_more.amount_out);
    }
    if let (Ok(of_less), Ok(of_more)) =
        (quote(pool, direction, SwapMode::ExactOut, less), quote(pool, direction, SwapMode::ExactOut, more))
    {
        prop_assert!(of_less.amount_in <= of_more.amount_in + 2, "{:?} {:?}", of_less, of_more);
    }
    Ok(())
}

fn amount() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 1..6_000_000_000_u64, 2 => 1..100_u64, 1 => (0..64_u32).prop_map(|bit| 1 << bit), 1 => any::<u64>()]
}

#[test]
fn never_gives_more_than_it_has_nor_back_what_it_took_on_random_pairs() {
    let quoted = Cell::new(0_u32);
    let mut runner =
        proptest::test_runner::TestRunner::new(ProptestConfig { cases: 3_000, ..ProptestConfig::default() });
    let result = runner.run(&(numbers(), amount(), amount()), |(numbers, first, second)| {
        let pool = open(&numbers.accounts());
        for direction in DIRECTIONS {
            quoted.set(quoted.get() + u32::from(check_amount(&pool, direction, first)?));
            check_order(&pool, direction, [first, second])?;
        }
        Ok(())
    });
    result.expect("the properties to hold");
    assert!(quoted.get() > 1_500, "only {} pools were quoted", quoted.get());
}

#[test]
fn passes_every_array_that_a_swap_needs_whatever_the_time() {
    let quoted = Cell::new(0_u32);
    let mut runner =
        proptest::test_runner::TestRunner::new(ProptestConfig { cases: 600, ..ProptestConfig::default() });
    let result = runner.run(&(numbers(), amount(), 0..900_u64), |(numbers, amount, later)| {
        let accounts = numbers.accounts();
        let whole = open(&accounts);
        let clock = ChainClock { unix_timestamp: NOW + later, ..CLOCK };
        for direction in DIRECTIONS {
            for mode in [SwapMode::ExactIn, SwapMode::ExactOut] {
                let part = with_arrays_of(&accounts, &request(direction, mode, amount));
                let wanted = whole.quote(direction, mode, amount, &clock);
                quoted.set(quoted.get() + u32::from(wanted.is_ok()));
                if wanted.is_ok() {
                    prop_assert_eq!(part.quote(direction, mode, amount, &clock), wanted);
                }
            }
        }
        Ok(())
    });
    result.expect("the arrays to suffice");
    assert!(quoted.get() > 600, "only {} swaps were quoted", quoted.get());
}

#[test]
fn holds_on_the_captured_pairs() {
    let Some(shared) = captured::shared_folder() else {
        println!("skipped: shared/accounts/dlmm is not beside the repository (TANDEM_SHARED)");
        return;
    };
    let vectors = captured::read_json(&shared.join("vectors/dlmm.json"));
    let mut quoted = 0;
    for (key, facts) in vectors["pools"].as_object().expect("pools") {
        let accounts = captured::read_accounts(&shared.join("accounts/dlmm").join(key));
        let address = captured::base58(facts["poolPubkey"].as_str().expect("an address"));
        let pool = captured::load_pool(&accounts, &address);
        for bit in 0..50 {
            for amount in [1_u64 << bit, (1_u64 << bit) * 3 / 2 + 1] {
                for direction in DIRECTIONS {
                    quoted += u32::from(check_amount(&pool, direction, amount).expect("the properties"));
                    check_order(&pool, direction, [amount, amount + amount / 7]).expect("the order");
                }
            }
        }
    }
    assert!(quoted > 500, "only {quoted} swaps were quoted");
}

/// The limit of a transaction on the classic token program: captured swaps ran with a lighter one, 4,500 a transfer less.
#[test]
fn asks_for_the_units_that_captured_swaps_took() {
    let Some(shared) = captured::shared_folder() else {
        println!("skipped: shared/vectors/dlmm.json is not beside the repository (TANDEM_SHARED)");
        return;
    };
    let vectors = captured::read_json(&shared.join("vectors/dlmm.json"));
    let mut checked = 0;
    for (key, facts) in vectors["pools"].as_object().expect("pools") {
        let accounts = captured::read_accounts(&shared.join("accounts/dlmm").join(key));
        let address = captured::base58(facts["poolPubkey"].as_str().expect("an address"));
        let pool = captured::load_pool(&accounts, &address);
        for vector in vectors["vectors"].as_array().expect("vectors") {
            if vector["pool"] != **key || vector.get("seq").is_some() || vector.get("expected").is_none() {
                continue;
            }
            let direction = if vector["inputSide"] == "A" { Direction::AToB } else { Direction::BToA };
            let mode = if vector["swapMode"] == "exactOut" { SwapMode::ExactOut } else { SwapMode::ExactIn };
            let amount = vector["amountSpecified"].as_str().expect("a decimal").parse().expect("a decimal");
            let unix_timestamp = vector["unixTimestamp"].as_u64().expect("a time");
            let clock = ChainClock { slot: 460_000_000, epoch: 1_064, unix_timestamp };
            // Two transfers of the classic token program (`TransferChecked`) in place of LiteSVM's light one.
            let taken = vector["computeUnits"].as_u64().expect("units") + 2 * 6_100;
            let asked = u64::from(pool.swap_compute_units(direction, mode, amount, &clock));
            assert!(asked >= taken && asked * 10 <= taken * 13, "{key} {amount}: {asked} for {taken}");
            checked += 1;
        }
    }
    assert!(checked > 400, "only {checked} swaps");
}

/// Quotes, bounds and instructions of a pool whose accounts may say anything.
fn exercise(pool: &mut AnyPool, amount: u64) {
    for direction in DIRECTIONS {
        for mode in [SwapMode::ExactIn, SwapMode::ExactOut, SwapMode::PartialFill] {
            let _ = quote(pool, direction, mode, amount);
            let _ = pool.swap_compute_units(direction, mode, amount, &CLOCK);
            assert!(pool.swap_instruction(&request(direction, mode, amount)).accounts.len() >= 16);
        }
        let _ = pool.bounds(direction, &CLOCK);
        let _ = pool.clone().swap(&SwapOrder::new(direction, SwapMode::ExactIn, amount), &CLOCK);
    }
    let watched = pool.watched();
    assert!(watched.len() <= 15 && pool.required() <= 3, "a window of {}", watched.len());
    let _ = (pool.disabled(&CLOCK), pool.reserves());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn survives_bytes_bent_in_every_account(
        numbers in numbers(),
        which in any::<prop::sample::Index>(),
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        amount in amount(),
    ) {
        let accounts = numbers.accounts();
        let mut bent = which.get(&accounts).clone();
        for (place, byte) in flips {
            let place = place.index(bent.data.len());
            bent.data[place] = byte;
        }
        let mut pool = open(&accounts);
        let before = format!("{pool:?}");
        if pool.apply(bent.view()).is_err() {
            prop_assert_eq!(format!("{pool:?}"), before, "a refused account changed the pool");
        }
        // What is bent may bring others into reach.
        for account in &accounts {
            let _ = pool.apply(account.view());
        }
        exercise(&mut pool, amount);
        if let Ok(mut pool) = AnyPool::decode(bent.view()) {
            exercise(&mut pool, amount);
        }
    }
}

#[test]
fn refuses_every_account_cut_short_and_keeps_what_it_knew() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut numbers = numbers().new_tree(&mut runner).expect("numbers").current();
    numbers.transfer_fees = [Some((100, 5)), Some((7, 7))];
    let accounts = numbers.accounts();
    let mut pool = open(&accounts);
    let before = format!("{pool:?}");
    for account in &accounts {
        // A mint without its extensions is a mint as well; an account without data has no discriminator.
        for length in 1..account.data.len() {
            let data = &account.data[..length];
            let view = AccountView { data, ..account.view() };
            if pool.apply(view).is_ok() {
                assert_eq!(account.data.len(), 278, "{length} bytes of {}", account.data.len());
                assert!(length == 82 || length > 165, "{length} bytes of a mint");
                pool.apply(account.view()).expect("the whole mint");
            }
            assert_eq!(format!("{pool:?}"), before);
        }
    }
}

/// Writes a quiet pair with liquidity in the array of the price, 0, and in both next to it; its arrays are the last three accounts.
fn three_arrays(active: i32) -> Vec<Account> {
    let held = |x, y| (x, y, 0, 0, false);
    let bins = [(-1, held(0, 1 << 30)), (active, held(1 << 30, 1 << 30)), (70, held(1 << 30, 0))];
    let numbers = synthetic_dlmm::Numbers {
        step: 10,
        active,
        bins: bins.into_iter().collect(),
        base_factor: 10_000,
        control: 0,
        volatility: (0, 0, active, 0),
        function_type: 1,
        fee_mode: 0,
        transfer_fees: [None; 2],
    };
    numbers.accounts()
}

/// Returns the arrays that a small swap names.
fn named_arrays(pool: &AnyPool, accounts: &[Account], direction: Direction) -> Vec<i32> {
    let instruction = pool.swap_instruction(&request(direction, SwapMode::ExactIn, 1_000));
    let arrays = || [1, 0, -1].into_iter().zip(accounts.iter().rev());
    let number =
        |address| arrays().find(|(_, array)| array.address == address).expect("an array of the pair").0;
    instruction.accounts[16..].iter().map(|used| number(used.address)).collect()
}

#[test]
fn names_the_array_behind_the_price_first_where_the_price_is_near_it() {
    for (active, direction, expected) in [
        (57, Direction::AToB, vec![0, -1]),
        (58, Direction::AToB, vec![1, 0, -1]),
        (69, Direction::AToB, vec![1, 0, -1]),
        (0, Direction::AToB, vec![0, -1]),
        (12, Direction::BToA, vec![0, 1]),
        (11, Direction::BToA, vec![-1, 0, 1]),
        (0, Direction::BToA, vec![-1, 0, 1]),
        (69, Direction::BToA, vec![0, 1]),
    ] {
        let accounts = three_arrays(active);
        assert_eq!(named_arrays(&open(&accounts), &accounts, direction), expected, "{active} {direction:?}");
    }
}

#[test]
fn names_no_array_behind_the_price_that_is_not_known() {
    let accounts = three_arrays(69);
    let (_, others) = accounts.split_last().expect("accounts");
    let mut pool = open(others);
    assert_eq!(named_arrays(&pool, &accounts, Direction::AToB), [0, -1]);
    let above = accounts.last().expect("an array");
    pool.apply(above.view()).expect("the array");
    assert_eq!(named_arrays(&pool, &accounts, Direction::AToB), [1, 0, -1]);
    let absent = AccountView { address: &above.address, owner: &[0; 32], data: &[] };
    pool.apply(absent).expect("an absent array");
    assert_eq!(named_arrays(&pool, &accounts, Direction::AToB), [0, -1]);
}
