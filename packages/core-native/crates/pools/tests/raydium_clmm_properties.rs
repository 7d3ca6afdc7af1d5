//! What holds for every swap of a CLMM pool, over written pools of all kinds of fees and limit orders and, where they are, the
//! captured accounts; and that no bytes make it panic.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops where its material is broken"
)]

mod captured;
mod clmm_accounts;

use captured::{Account, base58, load_pool, read_accounts, read_json, shared_folder};
use clmm_accounts::{POOL, Spec, spec};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::cell::Cell;
use tandem_math::wide::wide_mul_u128;
use tandem_pools::pool::{AccountView, Address, AnyPool, SwapRequest};
use tandem_pools::quote::{ChainClock, Direction, SwapMode, SwapOrder};

const CASES: u32 = 800;
const DIRECTIONS: [Direction; 2] = [Direction::AToB, Direction::BToA];
const MODES: [SwapMode; 2] = [SwapMode::ExactIn, SwapMode::ExactOut];
const OWNER: Address = [1; 32];

fn clock(elapsed: u64) -> ChainClock {
    ChainClock { slot: 1, epoch: 1, unix_timestamp: 1_000_000 + elapsed }
}

fn amounts() -> impl Strategy<Value = (u64, u64, u64)> {
    let amount = || (0..50_u32, any::<u64>()).prop_map(|(bits, value)| (value >> (63 - bits)).max(1));
    (amount(), amount(), 0..2_000_u64)
}

/// Checks a property over written pools, and that enough of them could be quoted.
fn check(property: impl Fn(&AnyPool, (u64, u64, u64)) -> Option<()>) {
    let quoted = Cell::new(0);
    let mut runner = TestRunner::new(ProptestConfig { cases: CASES, ..ProptestConfig::default() });
    let result = runner.run(&(spec(), amounts()), |(spec, amounts)| {
        let pool = load_pool(&spec.accounts(), &POOL);
        quoted.set(quoted.get() + u32::from(property(&pool, amounts).is_some()));
        Ok(())
    });
    result.expect("the property to hold");
    assert!(quoted.get() > CASES / 10, "only {} of {CASES} pools were quoted", quoted.get());
    for pool in captured_pools() {
        for size in 1..48 {
            let _ = property(&pool, (3_u64.pow(size / 2) * 7 + u64::from(size), 1 << size, u64::from(size)));
        }
    }
}

/// Every tenth captured pool: most are one pool at different times.
fn captured_pools() -> Vec<AnyPool> {
    let Some(shared) = shared_folder() else {
        println!("written pools alone: shared/accounts is not beside the repository (TANDEM_SHARED)");
        return Vec::new();
    };
    let load = |file: &str| {
        let facts = read_json(&shared.join("vectors").join(format!("{file}.json")));
        let pools = facts["pools"].as_object().expect("pools").clone();
        let load = |(key, facts): (String, serde_json::Value)| {
            let accounts = read_accounts(&shared.join("accounts").join(file).join(key));
            load_pool(&accounts, &base58(facts["poolPubkey"].as_str().expect("an address")))
        };
        pools.into_iter().step_by(3).map(load).collect::<Vec<_>>()
    };
    ["clmm", "clmm_next"].into_iter().flat_map(load).collect()
}

fn sides(direction: Direction, reserves: [u64; 2]) -> (u64, u64) {
    direction.input_output(reserves)
}

#[test]
fn gives_no_less_for_more_and_asks_no_less_for_more() {
    check(|pool, (one, other, elapsed)| {
        let (less, more) = (one.min(other), one.max(other));
        let mut quoted = None;
        for direction in DIRECTIONS {
            for mode in MODES {
                let quote = |amount| pool.quote(direction, mode, amount, &clock(elapsed));
                let (Ok(less), Ok(more)) = (quote(less), quote(more)) else { continue };
                assert!(less.amount_in <= more.amount_in && less.amount_out <= more.amount_out);
                quoted = Some(());
            }
        }
        quoted
    });
}

#[test]
fn gives_at_least_the_output_for_the_input_that_it_asks_for_it() {
    check(|pool, (amount, _, elapsed)| {
        let mut quoted = None;
        for direction in DIRECTIONS {
            let quote = |mode, amount| pool.quote(direction, mode, amount, &clock(elapsed));
            let Ok(asked) = quote(SwapMode::ExactOut, amount) else { continue };
            let given = quote(SwapMode::ExactIn, asked.amount_in).expect("what was asked for");
            assert!(given.amount_out >= amount, "{given:?} for {asked:?}");
            quoted = Some(());
        }
        quoted
    });
}

#[test]
fn gives_nobody_more_back_than_a_round_trip_took() {
    check(|pool, (amount, _, elapsed)| {
        let mut quoted = None;
        for (direction, back) in [(Direction::AToB, Direction::BToA), (Direction::BToA, Direction::AToB)] {
            let mut pool = pool.clone();
            let order = SwapOrder::new(direction, SwapMode::ExactIn, amount);
            let Ok(there) = pool.swap(&order, &clock(elapsed)) else { continue };
            let order = SwapOrder::new(back, SwapMode::ExactIn, there.amount_out);
            let Ok(returned) = pool.swap(&order, &clock(elapsed)) else { continue };
            assert!(returned.amount_out <= amount, "{returned:?} after {there:?}");
            quoted = Some(());
        }
        quoted
    });
}

#[test]
fn swaps_what_it_quotes_within_its_bounds_and_reserves() {
    check(|pool, (amount, _, elapsed)| {
        let mut quoted = None;
        for direction in DIRECTIONS {
            for mode in MODES {
                let clock = clock(elapsed);
                let quote = pool.quote(direction, mode, amount, &clock);
                let swapped = pool.clone().swap(&SwapOrder::new(direction, mode, amount), &clock);
                assert_eq!(swapped, quote);
                let Ok(quote) = quote else { continue };
                let bounds = pool.bounds(direction, &clock).expect("bounds of what is quoted");
                let (_, reserve) = sides(direction, pool.reserves().expect("reserves"));
                assert!(quote.amount_out <= bounds.max_out && quote.amount_out <= reserve);
                let out = wide_mul_u128(u128::from(quote.amount_out), 1 << 64);
                assert!(out <= wide_mul_u128(u128::from(quote.amount_in), bounds.rate_x64), "{quote:?}");
                quoted = Some(());
            }
        }
        quoted
    });
}

/// A refused swap must change nothing, and one to a price limit must stop there.
#[test]
fn stops_at_a_price_limit_and_keeps_its_state_where_it_refuses() {
    check(|pool, (amount, _, elapsed)| {
        let mut quoted = None;
        for direction in DIRECTIONS {
            let mut moved = pool.clone();
            let far =
                SwapOrder { sqrt_price_limit: 1, ..SwapOrder::new(direction, SwapMode::ExactIn, amount) };
            assert!(moved.swap(&far, &clock(elapsed)).is_err(), "a limit out of range");
            assert_eq!(format!("{moved:?}"), format!("{pool:?}"));
            let whole = pool.quote(direction, SwapMode::ExactIn, amount, &clock(elapsed));
            let limit = match direction {
                Direction::AToB => 4_295_048_017,
                Direction::BToA => 79_226_673_521_066_979_257_578_248_090,
            };
            let order = SwapOrder { sqrt_price_limit: limit, ..far };
            let Ok(taken) = moved.swap(&order, &clock(elapsed)) else { continue };
            assert!(taken.amount_in <= amount);
            if let Ok(whole) = whole {
                assert_eq!(taken, whole);
            }
            quoted = Some(());
        }
        quoted
    });
}

/// With no other tick arrays than those its instruction passes, a swap is quoted the same.
#[test]
fn passes_every_array_that_a_swap_needs() {
    let quoted = Cell::new(0);
    let mut runner = TestRunner::new(ProptestConfig { cases: CASES / 3, ..ProptestConfig::default() });
    let result = runner.run(&(spec(), amounts()), |(spec, (amount, _, elapsed))| {
        let accounts = spec.accounts();
        let pool = load_pool(&accounts, &POOL);
        for direction in DIRECTIONS {
            for mode in MODES {
                let Ok(quote) = pool.quote(direction, mode, amount, &clock(elapsed)) else { continue };
                let passed = pool.swap_instruction(&SwapRequest {
                    direction,
                    mode,
                    amount,
                    limit: 0,
                    owner: &OWNER,
                    source: &OWNER,
                    destination: &OWNER,
                });
                let is_passed = |account: &Account| {
                    let is_array = account.data.len() == 10_240 || account.data.len() == 1_832;
                    !is_array || passed.accounts.iter().any(|used| used.address == account.address)
                };
                let kept: Vec<Account> = spec.accounts().into_iter().filter(is_passed).collect();
                let alone = load_pool(&kept, &POOL).quote(direction, mode, amount, &clock(elapsed));
                assert_eq!(alone, Ok(quote), "with {} of {} accounts", kept.len(), accounts.len());
                quoted.set(quoted.get() + 1);
            }
        }
        Ok(())
    });
    result.expect("the property to hold");
    assert!(quoted.get() > CASES / 10, "only {} swaps", quoted.get());
}

/// Applies accounts, quotes every way and builds instructions.
fn exercise(accounts: &[(Address, Address, Vec<u8>)], amount: u64) -> Option<()> {
    let views = || accounts.iter().map(|(address, owner, data)| AccountView { address, owner, data });
    let mut pool = AnyPool::decode(views().next()?).ok()?;
    for view in views().chain(views()) {
        let before = format!("{:?}", pool.reserves());
        if pool.apply(view).is_err() {
            assert_eq!(format!("{:?}", pool.reserves()), before, "a refused account changed the state");
        }
    }
    let clock = clock(amount % 1_000);
    let mut quoted = None;
    for direction in DIRECTIONS {
        for mode in MODES {
            let order = SwapOrder::new(direction, mode, amount);
            quoted = quoted.or(pool.clone().swap(&order, &clock).ok().map(|_| ()));
            let owner = &OWNER;
            let request =
                SwapRequest { direction, mode, amount, limit: 0, owner, source: owner, destination: owner };
            assert!(pool.swap_instruction(&request).accounts.len() >= 13);
            let _ = pool.swap_compute_units(direction, mode, amount, &clock);
        }
        let _ = pool.bounds(direction, &clock);
    }
    let _ = (pool.disabled(&clock), pool.watched(), pool.token_programs());
    quoted
}

fn bent(spec: &Spec) -> Vec<(Address, Address, Vec<u8>)> {
    spec.accounts().into_iter().map(|account| (account.address, account.owner, account.data)).collect()
}

#[test]
fn survives_every_account_however_its_bytes_are_flipped() {
    let quoted = Cell::new(0);
    let flips = proptest::collection::vec((any::<u16>(), any::<u16>(), any::<u8>()), 0..6);
    let mut runner = TestRunner::new(ProptestConfig { cases: 2 * CASES, ..ProptestConfig::default() });
    let result = runner.run(&(spec(), flips, amounts()), |(spec, flips, (amount, _, _))| {
        let mut accounts = bent(&spec);
        for (account, place, value) in flips {
            let count = accounts.len();
            let data = &mut accounts[usize::from(account) % count].2;
            let length = data.len();
            data[usize::from(place) % length] ^= value;
        }
        quoted.set(quoted.get() + u32::from(exercise(&accounts, amount).is_some()));
        Ok(())
    });
    result.expect("no panic");
    assert!(quoted.get() > CASES / 10, "only {} could be quoted", quoted.get());
}

#[test]
fn survives_every_truncation_of_every_account() {
    let spec = Spec {
        spacing: 10,
        tick: 307_123,
        rate: 2_500,
        fee_on: 1,
        dynamic: Some((50_000, 350_000, 20_000, 30_000)),
        positions: vec![(30, 40, 1 << 60), (700, 700, 1 << 50)],
        orders: vec![(-3, 5_000, 0), (4, 5_000, 7)],
        transfer_fee: Some((100, 5_000)),
    };
    let whole = bent(&spec);
    assert!(exercise(&whole, 1_000_000).is_some());
    for position in 0..whole.len() {
        let length = whole[position].2.len();
        let lengths = (0..length).filter(|cut| length < 2_000 || cut % 61 == 0 || *cut + 3 > length);
        for cut in lengths {
            let mut accounts = whole.clone();
            accounts[position].2.truncate(cut);
            let _ = exercise(&accounts, 1_000_000);
        }
    }
}

/// Writes a pool with ticks in the array of the price, 0, and in both next to it; its arrays are the last three accounts.
fn three_arrays(tick: i32) -> Vec<Account> {
    let spec = Spec {
        spacing: 1,
        tick,
        rate: 2_500,
        fee_on: 0,
        dynamic: None,
        positions: vec![(tick + 5, 65 - tick, 1 << 60), (tick - 2, 65 - tick, 1 << 60)],
        orders: Vec::new(),
        transfer_fee: None,
    };
    spec.accounts()
}

/// Returns the arrays that a small swap names.
fn named_arrays(pool: &AnyPool, accounts: &[Account], direction: Direction) -> Vec<i32> {
    let request = SwapRequest {
        direction,
        mode: SwapMode::ExactIn,
        amount: 1_000,
        limit: 0,
        owner: &OWNER,
        source: &OWNER,
        destination: &OWNER,
    };
    let arrays = || [1, 0, -1].into_iter().zip(accounts.iter().rev());
    let number =
        |address| arrays().find(|(_, array)| array.address == address).expect("an array of the pool").0;
    pool.swap_instruction(&request).accounts[13..].iter().map(|used| number(used.address)).collect()
}

#[test]
fn names_the_array_behind_the_price_first_where_the_price_is_near_it() {
    for (tick, direction, expected) in [
        (49, Direction::AToB, vec![0, -1]),
        (50, Direction::AToB, vec![1, 0, -1]),
        (59, Direction::AToB, vec![1, 0, -1]),
        (2, Direction::AToB, vec![0, -1]),
        (10, Direction::BToA, vec![0, 1]),
        (9, Direction::BToA, vec![-1, 0, 1]),
        (2, Direction::BToA, vec![-1, 0, 1]),
        (59, Direction::BToA, vec![0, 1]),
    ] {
        let accounts = three_arrays(tick);
        let pool = load_pool(&accounts, &POOL);
        assert_eq!(named_arrays(&pool, &accounts, direction), expected, "{tick} {direction:?}");
    }
}

#[test]
fn names_no_array_behind_the_price_that_does_not_exist() {
    let accounts = three_arrays(59);
    let mut pool = load_pool(&accounts, &POOL);
    let above = accounts.last().expect("an array");
    let absent = AccountView { address: &above.address, owner: &[0; 32], data: &[] };
    pool.apply(absent).expect("an absent array");
    assert_eq!(named_arrays(&pool, &accounts, Direction::AToB), [0, -1]);
}
