//! What holds for every swap of a DAMM v2 pool, over written pools of all kinds of fees and curves, the fixtures and, where
//! they are, the captured accounts; and that no bytes make it panic.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops where its material is broken"
)]

mod captured;

use captured::{base58, load_pool, read_accounts, read_json, shared_folder};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::cell::Cell;
use std::fs;
use std::path::Path;
use tandem_pools::pool::{AccountView, Address, AnyPool, Pool};
use tandem_pools::quote::{ChainClock, Direction, QuoteError, SwapMode, SwapOrder};
use tandem_pools::token_account::TOKEN_2022_PROGRAM;
use tandem_pools::venues::meteora_damm_v2::MeteoraDammV2;

const OWN: Address = [9; 32];
const CASES: u32 = 3_000;
const ONE: u128 = 1 << 64;
const MIN_SQRT_PRICE: u128 = 4_295_048_016;
const MAX_SQRT_PRICE: u128 = 79_226_673_521_066_979_257_578_248_091;
const START: u64 = 1_000_000;
const DIRECTIONS: [Direction; 2] = [Direction::AToB, Direction::BToA];
const MODES: [SwapMode; 3] = [SwapMode::ExactIn, SwapMode::ExactOut, SwapMode::PartialFill];

/// A pool to write: `mode` is that of the base fee.
#[derive(Clone, Debug)]
struct Spec {
    mode: u8,
    cliff: u64,
    volatility: Option<u32>,
    collect: u8,
    price: u128,
    range: (u128, u128),
    liquidity: u128,
    reserves: (u64, u64),
    transfer_fees: Option<(u16, u64)>,
    elapsed: u64,
}

fn spec() -> impl Strategy<Value = Spec> {
    let fee = (0..5_u8, 100_000..500_000_000_u64, proptest::option::of(0..8_000_000_u32), 0..3_u8);
    let price = (34..94_u32, any::<u64>(), 1..20_u32, 1..20_u32);
    let size = (20..120_u32, any::<u128>(), (4..64_u32, any::<u64>()), (4..64_u32, any::<u64>()));
    let rest = (proptest::option::weighted(0.3, (0..2_000_u16, any::<u64>())), 0..20_000_u64);
    (fee, price, size, rest).prop_map(|(fee, price, size, rest)| {
        let (bits, low, below, above) = price;
        let price =
            ((1_u128 << bits) | (u128::from(low) & ((1 << bits) - 1))).clamp(MIN_SQRT_PRICE, MAX_SQRT_PRICE);
        let least = (price >> below).max(MIN_SQRT_PRICE);
        let most = price.saturating_mul(1 << above).min(MAX_SQRT_PRICE);
        let reserve = |(bits, value): (u32, u64)| (value >> (64 - bits)).max(1);
        Spec {
            mode: fee.0,
            cliff: fee.1,
            volatility: fee.2,
            // The program lets a rate limiter take its fees in token B only.
            collect: if fee.0 == 2 { 1 } else { fee.3 },
            price,
            range: (least, most),
            liquidity: (size.1 >> (128 - size.0)).max(1),
            reserves: (reserve(size.2), reserve(size.3)),
            transfer_fees: rest.0,
            elapsed: rest.1,
        }
    })
}

fn put(data: &mut [u8], offset: usize, bytes: &[u8]) {
    data[offset..offset + bytes.len()].copy_from_slice(bytes);
}

/// What the mode's schedule reads of its 18 bytes from 22 on: it never falls below a tenth of the cliff.
fn put_base_fee(data: &mut [u8], spec: &Spec) {
    put(data, 8, &spec.cliff.to_le_bytes());
    put(data, 16, &[spec.mode]);
    let (small, first, second, last): (u16, u32, u32, u64) = match spec.mode {
        0 => (90, 60, 0, spec.cliff / 100),
        1 => (90, 60, 0, 250),
        2 => (50, 7_200, 9_000, 1_000_003),
        3 => (90, 200, 7_200, spec.cliff / 100),
        _ => (90, 200, 7_200, 250),
    };
    put(data, 22, &small.to_le_bytes());
    put(data, 24, &first.to_le_bytes());
    put(data, 28, &second.to_le_bytes());
    put(data, 32, &last.to_le_bytes());
}

fn pool_bytes(spec: &Spec) -> Vec<u8> {
    let mut data = vec![0; 1112];
    put(&mut data, 0, &[0xf1, 0x9a, 0x6d, 0x04, 0x11, 0xb1, 0x6d, 0xbc]);
    put_base_fee(&mut data, spec);
    put(&mut data, 48, &[20]);
    put(&mut data, 54, &(if spec.collect == 2 { 5_000_u16 } else { 0 }).to_le_bytes());
    if let Some(volatility) = spec.volatility {
        put(&mut data, 56, &[1]);
        put(&mut data, 64, &14_460_000_u32.to_le_bytes());
        put(&mut data, 68, &956_u32.to_le_bytes());
        put(&mut data, 72, &[1, 0, 10, 0, 120, 0, 0x88, 0x13]);
        put(&mut data, 80, &(START - 5).to_le_bytes());
        put(&mut data, 88, &(ONE / 10_000).to_le_bytes());
        put(&mut data, 104, &spec.price.to_le_bytes());
        put(&mut data, 120, &u128::from(volatility).to_le_bytes());
    }
    let is_compounding = spec.collect == 2;
    put(&mut data, 152, &(spec.price - spec.price / 7).to_le_bytes());
    for (field, offset) in [168, 200, 232, 264].into_iter().enumerate() {
        put(&mut data, offset, &[u8::try_from(field).expect("small") + 1; 32]);
    }
    put(&mut data, 360, &spec.liquidity.to_le_bytes());
    put(&mut data, 424, &spec.range.0.to_le_bytes());
    put(&mut data, 440, &spec.range.1.to_le_bytes());
    put(&mut data, 456, &spec.price.to_le_bytes());
    put(&mut data, 472, &START.to_le_bytes());
    let flag = u8::from(spec.transfer_fees.is_some());
    put(&mut data, 480, &[1, 0, flag, flag, spec.collect, 1, 1]);
    put(&mut data, 680, &spec.reserves.0.to_le_bytes());
    put(&mut data, 688, &spec.reserves.1.to_le_bytes());
    // Where the price follows a range, the program itself counts what is in it.
    put(&mut data, 696, &[u8::from(is_compounding)]);
    data
}

fn mint_bytes((basis_points, maximum): (u16, u64)) -> Vec<u8> {
    let mut data = vec![0; 278];
    put(&mut data, 45, &[1]);
    put(&mut data, 165, &[1, 1, 0, 108]);
    for fee in [242, 260] {
        put(&mut data, fee + 8, &maximum.to_le_bytes());
        put(&mut data, fee + 16, &basis_points.to_le_bytes());
    }
    data
}

fn view<'a>(address: &'a Address, owner: &'a Address, data: &'a [u8]) -> AccountView<'a> {
    AccountView { address, owner, data }
}

fn written(spec: &Spec) -> AnyPool {
    let bytes = pool_bytes(spec);
    let mut pool = AnyPool::decode(view(&OWN, &MeteoraDammV2::PROGRAM, &bytes)).expect("a pool");
    if let Some(fee) = spec.transfer_fees {
        for mint in [[1; 32], [2; 32]] {
            pool.apply(view(&mint, &TOKEN_2022_PROGRAM, &mint_bytes(fee))).expect("a mint");
        }
    }
    pool
}

fn clock(spec: &Spec) -> ChainClock {
    ChainClock { slot: START + spec.elapsed, epoch: 1, unix_timestamp: START + spec.elapsed }
}

fn amount() -> impl Strategy<Value = u64> {
    (0..64_u32, any::<u64>()).prop_map(|(bits, value)| (value >> bits).max(1))
}

/// Runs a property over written pools and asserts that enough of the cases were quoted.
fn check(property: impl Fn(&Spec, AnyPool, u64, ChainClock) -> u32) {
    let quoted = Cell::new(0_u32);
    let mut runner = TestRunner::new(ProptestConfig { cases: CASES, ..ProptestConfig::default() });
    let result = runner.run(&(spec(), amount()), |(spec, amount)| {
        let pool = written(&spec);
        quoted.set(quoted.get() + property(&spec, pool, amount, clock(&spec)));
        Ok(())
    });
    result.expect("the property to hold");
    assert!(quoted.get() > CASES / 4, "only {} quotes in {CASES} cases", quoted.get());
}

/// Swaps every way on copies: each equals its quote, none passes bounds or reserves, and a refused one changes nothing.
fn exercise(pool: &AnyPool, amount: u64, clock: &ChainClock) -> u32 {
    let mut quoted = 0;
    for direction in DIRECTIONS {
        for mode in MODES {
            let quote = pool.quote(direction, mode, amount, clock);
            let mut moved = pool.clone();
            let swap = moved.swap(&SwapOrder::new(direction, mode, amount), clock);
            assert_eq!(swap, quote, "{direction:?} {mode:?} {amount} of {pool:?}");
            let Ok(quote) = quote else {
                assert_eq!(format!("{moved:?}"), format!("{pool:?}"), "a refused swap changed the pool");
                continue;
            };
            quoted += 1;
            let bounds = pool.bounds(direction, clock).expect("bounds of a pool that quotes");
            let (_, held) = direction.input_output(pool.reserves().expect("reserves"));
            assert!(quote.amount_out <= bounds.max_out && quote.amount_out <= held, "{quote:?} of {pool:?}");
            let most =
                bounds.rate_x64.checked_mul(u128::from(quote.amount_in)).map_or(u128::MAX, |all| all >> 64);
            assert!(u128::from(quote.amount_out) <= most, "{quote:?} passes {bounds:?} of {pool:?}");
            assert!(pool.disabled(clock).is_none());
            assert!((25_000..150_000).contains(&pool.swap_compute_units(direction, mode, amount, clock)));
            if mode == SwapMode::ExactOut {
                assert_eq!(quote.amount_out, amount);
            }
        }
    }
    quoted
}

#[test]
fn swaps_what_it_quotes_within_its_bounds_and_reserves() {
    check(|_, pool, amount, clock| exercise(&pool, amount, &clock));
}

#[test]
fn gives_no_less_for_more() {
    check(|spec, pool, amount, clock| {
        // A rate limiter rounds its rate up to a billionth of the whole amount, which can cost more than one unit more.
        if spec.mode == 2 {
            return 0;
        }
        let more = amount.saturating_add(1 + amount / 5);
        let mut quoted = 0;
        for direction in DIRECTIONS {
            let quote = |amount| pool.quote(direction, SwapMode::ExactIn, amount, &clock);
            if let (Ok(less), Ok(most)) = (quote(amount), quote(more)) {
                quoted += 1;
                assert!(less.amount_out <= most.amount_out, "{less:?} {most:?} {spec:?}");
            }
            let fixed = |amount| pool.quote(direction, SwapMode::ExactOut, amount, &clock);
            if let (Ok(less), Ok(most)) = (fixed(amount), fixed(more)) {
                assert!(less.amount_in <= most.amount_in, "{less:?} {most:?} {spec:?}");
            }
        }
        quoted
    });
}

#[test]
fn asks_for_an_output_what_gives_it_and_along_reserves_no_more() {
    check(|spec, pool, amount, clock| {
        let mut quoted = 0;
        for direction in DIRECTIONS {
            let Ok(asked) = pool.quote(direction, SwapMode::ExactOut, amount, &clock) else { continue };
            let spend = |amount| pool.quote(direction, SwapMode::ExactIn, amount, &clock);
            // The limiter's inverse is rounded on its own, and knows nothing of a volatility fee on top.
            let slack = match (spec.mode, spec.volatility) {
                (2, Some(_)) => amount,
                (2, None) => amount / 100_000 + 2,
                _ => 0,
            };
            // Rounding may carry the price of the whole input one step past the end of the range.
            let answer = spend(asked.amount_in);
            if answer != Err(QuoteError::LiquidityExceeded) {
                quoted += 1;
                let received = answer.expect("a quote").amount_out;
                assert!(received >= amount.saturating_sub(slack), "{asked:?} gives {received}, {spec:?}");
            }
            if spec.collect == 2 && spec.transfer_fees.is_none() && asked.amount_in > 1 {
                let less = spend(asked.amount_in - 1).map_or(0, |quote| quote.amount_out);
                assert!(less < asked.amount_out, "{asked:?} {spec:?}");
            }
        }
        quoted
    });
}

#[test]
fn never_gains_by_a_round_trip() {
    check(|spec, pool, amount, clock| {
        let mut quoted = 0;
        for (there, back) in [(Direction::AToB, Direction::BToA), (Direction::BToA, Direction::AToB)] {
            for mode in MODES {
                let mut pool = pool.clone();
                let Ok(first) = pool.swap(&SwapOrder::new(there, mode, amount), &clock) else { continue };
                let order = SwapOrder::new(back, SwapMode::ExactIn, first.amount_out);
                if let Ok(second) = pool.swap(&order, &clock) {
                    quoted += 1;
                    assert!(second.amount_out <= first.amount_in, "{first:?} {second:?} {spec:?}");
                }
            }
        }
        quoted
    });
}

#[test]
fn fills_a_part_exactly_as_it_fills_the_whole_where_that_fits() {
    check(|spec, pool, amount, clock| {
        let mut quoted = 0;
        for direction in DIRECTIONS {
            let whole = pool.quote(direction, SwapMode::ExactIn, amount, &clock);
            let part = pool.quote(direction, SwapMode::PartialFill, amount, &clock);
            if let (Ok(whole), Ok(part)) = (whole, part) {
                quoted += 1;
                assert_eq!(whole.amount_out, part.amount_out, "{spec:?}");
            }
            if let Ok(part) = part
                && spec.mode != 2
            {
                assert!(part.amount_in <= amount, "{part:?} of {amount}, {spec:?}");
            }
        }
        quoted
    });
}

/// The fixtures: the pool's account first, then its mints.
fn fixtures() -> Vec<Vec<(Address, Address, Vec<u8>)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../fixtures/meteora_damm_v2");
    let hex = |text: &str| -> Address {
        std::array::from_fn(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).expect("hexadecimal"))
    };
    let mut folders: Vec<_> =
        fs::read_dir(folder).expect("fixtures").map(|entry| entry.expect("an entry").path()).collect();
    folders.sort();
    let load = |folder: &Path| {
        let manifest = read_json(&folder.join("manifest.json"));
        let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
        let accounts = manifest["accounts"].as_array().expect("accounts").iter();
        let read = |entry: &serde_json::Value| {
            let data = fs::read(folder.join(text(&entry["file"]))).expect("a fixture");
            (hex(&text(&entry["address"])), hex(&text(&entry["owner"])), data)
        };
        accounts.map(read).collect()
    };
    folders.iter().map(|folder| load(folder)).collect()
}

/// Decodes what may be no pool, applies what may be no mints, and swaps where it can.
fn open(accounts: &[(Address, Address, Vec<u8>)], amount: u64, clock: &ChainClock) -> u32 {
    let Some((address, owner, data)) = accounts.first() else { return 0 };
    let Ok(mut pool) = AnyPool::decode(view(address, owner, data)) else { return 0 };
    for (address, owner, data) in accounts {
        let before = format!("{pool:?}");
        if pool.apply(view(address, owner, data)).is_err() {
            assert_eq!(format!("{pool:?}"), before, "a refused account changed the pool");
        }
    }
    exercise(&pool, amount, clock)
}

const NOW: ChainClock = ChainClock { slot: 400_000_000, epoch: 925, unix_timestamp: 1_790_000_000 };

#[test]
fn refuses_every_truncation_of_every_account() {
    for accounts in fixtures() {
        for (position, (_, _, data)) in accounts.iter().enumerate() {
            for length in 0..data.len() {
                let mut cut = accounts.clone();
                cut[position].2.truncate(length);
                if position == 0 {
                    assert_eq!(open(&cut, 1_000, &NOW), 0, "a pool of {length} bytes was quoted");
                } else if length % 16 < 2 {
                    open(&cut, 1_000, &NOW);
                }
            }
        }
    }
}

#[test]
fn survives_any_bytes_in_place_of_its_own() {
    let fixtures = fixtures();
    let change = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>(), any::<bool>());
    let changes = prop::collection::vec(change, 1..6);
    let quoted = Cell::new(0_u32);
    let mut runner = TestRunner::new(ProptestConfig { cases: 10_000, ..ProptestConfig::default() });
    let seed = any::<prop::sample::Index>();
    let clocks = prop_oneof![
        Just(NOW),
        (any::<u64>(), any::<u64>())
            .prop_map(|(slot, unix_timestamp)| { ChainClock { slot, epoch: slot, unix_timestamp } })
    ];
    let result = runner.run(&(seed, changes, amount(), clocks), |(seed, changes, amount, clock)| {
        let mut accounts = seed.get(&fixtures).clone();
        for (account, byte, value, is_extreme) in changes {
            let position = account.index(accounts.len());
            let data = &mut accounts[position].2;
            let at = byte.index(data.len());
            data[at] = if is_extreme { value.count_ones().is_multiple_of(2).into() } else { value };
        }
        quoted.set(quoted.get() + open(&accounts, amount, &clock));
        Ok(())
    });
    result.expect("no panic");
    assert!(quoted.get() > 2_000, "only {} quotes", quoted.get());
}

#[test]
fn holds_for_the_fixtures_and_the_captured_pools() {
    let amounts = (0..64).step_by(3).flat_map(|bit| [1_u64 << bit, (1 << bit) + 12_345]);
    let amounts: Vec<u64> = amounts.collect();
    for accounts in fixtures() {
        for &amount in &amounts {
            open(&accounts, amount, &NOW);
        }
    }
    let Some(shared) = shared_folder() else {
        println!("skipped: the captured accounts are not beside the repository (TANDEM_SHARED)");
        return;
    };
    let vectors = read_json(&shared.join("vectors/damm_v2.json"));
    for (key, facts) in vectors["pools"].as_object().expect("pools") {
        let accounts = read_accounts(&shared.join("accounts/damm_v2").join(key));
        let pool = load_pool(&accounts, &base58(facts["poolPubkey"].as_str().expect("an address")));
        for &amount in &amounts {
            exercise(
                &pool,
                amount,
                &ChainClock { slot: 440_000_000, epoch: 1_018, unix_timestamp: 1_790_000_002 },
            );
        }
    }
}
