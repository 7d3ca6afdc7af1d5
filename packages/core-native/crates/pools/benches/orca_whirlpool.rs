//! Measures exact-in quotes of Whirlpools in a batch over 256 pools, inside a tick and across 14, and the decoding of their
//! accounts. A regression means that the search over all pools takes longer than the slot leaves it.
//!
//! `cargo bench -p tandem-pools --bench orca_whirlpool`
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a benchmark stops where its material is broken"
)]

#[path = "../tests/whirlpool_accounts/mod.rs"]
mod whirlpool_accounts;

use std::hint::black_box;
use std::time::Instant;
use tandem_pools::pool::{AccountView, AnyPool};
use tandem_pools::quote::{ChainClock, Direction, SwapMode};
use whirlpool_accounts::{Adaptive, Whirlpool};

const POOLS: u64 = 256;
const ROUNDS: usize = 41;
const CLOCK: ChainClock = ChainClock { slot: 1, epoch: 1, unix_timestamp: 1_000 };

/// A pool with a position from every tick spacing to its mirror image: one tick to cross every 8 ticks.
fn whirlpool(seed: u64, tick: i32, adaptive: Option<Adaptive>) -> Whirlpool {
    let base = tick - tick.rem_euclid(8);
    let liquidity = 40_000_000_000 + u128::from(seed) * 7_919;
    let positions = (1..60).map(|i| (base - 8 * i, base + 8 * i, liquidity)).collect();
    Whirlpool {
        tick_spacing: 8,
        fee_rate: 500,
        tick,
        positions,
        is_dynamic: false,
        adaptive,
        transfer_fees: [None; 2],
    }
}

fn report(name: &str, mut picoseconds: Vec<u128>) {
    picoseconds.sort_unstable();
    let at = |share: usize| picoseconds[(picoseconds.len() - 1) * share / 100];
    println!("{name}: p50 {} ps, p99 {} ps, min {} ps, {ROUNDS} rounds", at(50), at(99), at(0));
}

fn measure(name: &str, pools: &[AnyPool], direction: Direction, amount: u64, mode: SwapMode) {
    let quotes = 20_000;
    let rounds = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            let mut sum = 0_u64;
            for i in 0..quotes {
                let pool = &pools[usize::try_from((i * 389) % POOLS).expect("a position")];
                let quote = pool.quote(direction, mode, amount + i % 1_000, &CLOCK).expect("a quote");
                sum = sum.wrapping_add(quote.amount_in ^ quote.amount_out);
            }
            black_box(sum);
            started.elapsed().as_nanos() * 1_000 / u128::from(quotes)
        })
        .collect();
    report(name, rounds);
}

fn measure_decode(name: &str, whirlpool: &Whirlpool) {
    let own = whirlpool.pool();
    let mut pool = whirlpool.load();
    let mut accounts = whirlpool.others(&pool);
    accounts.push(own);
    for account in &accounts {
        let view = AccountView { address: &account.address, owner: &account.owner, data: &account.data };
        let rounds = (0..ROUNDS)
            .map(|_| {
                let started = Instant::now();
                for _ in 0..1_000 {
                    pool.apply(black_box(view)).expect("an account of the pool");
                }
                started.elapsed().as_nanos()
            })
            .collect();
        report(&format!("{name}, apply {} bytes", account.data.len()), rounds);
    }
}

fn main() {
    let adaptive = Adaptive {
        periods: [30, 600, 5_000],
        limits: [4_000, 350_000],
        ticks: [8, 8],
        ..Adaptive::default()
    };
    println!("{} bytes a pool", size_of::<AnyPool>());
    for (name, tick, adaptive) in
        [("below 1", -30_003, None), ("above 1", 30_003, None), ("adaptive", -30_003, Some(adaptive))]
    {
        let pools: Vec<AnyPool> = (0..POOLS).map(|seed| whirlpool(seed, tick, adaptive).load()).collect();
        for (way, direction) in [("down", Direction::AToB), ("up", Direction::BToA)] {
            // Amounts are found by trial: the least power of 1.1 that crosses so many ticks.
            for ticks in [0_u32, 14] {
                let units = |amount: u64| {
                    pools[0].swap_compute_units(direction, SwapMode::ExactIn, amount, &CLOCK)
                        - pools[0].compute_units()
                };
                let mut amount = 1_000_u64;
                while units(amount) / 9_500 < ticks {
                    amount += amount / 10;
                }
                measure(
                    &format!("{name}, {way}, {ticks} ticks, exact in"),
                    &pools,
                    direction,
                    amount,
                    SwapMode::ExactIn,
                );
            }
        }
    }
    measure_decode("fixed", &whirlpool(1, -30_003, None));
    measure_decode("above 1", &whirlpool(1, 30_003, None));
    measure_decode("dynamic", &Whirlpool { is_dynamic: true, ..whirlpool(1, -30_003, None) });
}
