//! Measures one exact-in quote in a batch over 1,024 pools of a venue, the pools visited in a scattered order. A regression
//! means that the search over all pools takes longer than the slot leaves it.
//!
//! `cargo bench -p tandem-pools --bench quote`
#![expect(clippy::expect_used, reason = "a benchmark stops where its material is broken")]

use std::hint::black_box;
use std::time::Instant;
use tandem_pools::pool::{AccountView, Address, AnyPool, Pool};
use tandem_pools::quote::{ChainClock, Direction, SwapMode};
use tandem_pools::token_account::SPL_TOKEN_PROGRAM;
use tandem_pools::venues::raydium_amm_v4::RaydiumAmmV4;
use tandem_pools::venues::raydium_cpmm::RaydiumCpmm;

const POOLS: u64 = 1_024;
const ROUNDS: usize = 41;
const QUOTES_A_ROUND: u64 = 200_000;
const CLOCK: ChainClock = ChainClock { slot: 1, epoch: 1, unix_timestamp: u64::MAX };

fn put(data: &mut [u8], offset: usize, bytes: &[u8]) {
    data.iter_mut().skip(offset).zip(bytes).for_each(|(target, byte)| *target = *byte);
}

fn account(length: usize, fields: &[(usize, &[u8])]) -> Vec<u8> {
    let mut data = vec![0; length];
    for (offset, bytes) in fields {
        put(&mut data, *offset, bytes);
    }
    data
}

fn vault(mint: u8, authority: &Address, amount: u64) -> Vec<u8> {
    account(165, &[(0, &[mint; 32]), (32, authority), (64, &amount.to_le_bytes()), (108, &[1])])
}

/// The authority is the third account of the venue's swap instruction at most; it is read from there.
fn authority(pool: &AnyPool, position: usize) -> Address {
    let own = &[1; 32];
    let request = tandem_pools::pool::SwapRequest {
        direction: Direction::AToB,
        mode: SwapMode::ExactIn,
        amount: 1,
        limit: 0,
        owner: own,
        source: own,
        destination: own,
    };
    pool.swap_instruction(&request).accounts.get(position).expect("an authority").address
}

fn apply(pool: &mut AnyPool, address: Address, owner: &Address, data: &[u8]) {
    pool.apply(AccountView { address: &address, owner, data }).expect("an account of the pool");
}

fn cpmm(seed: u64) -> AnyPool {
    let owner = RaydiumCpmm::PROGRAM;
    let discriminator = [0xf7, 0xed, 0xe3, 0xf5, 0xd7, 0xc3, 0xde, 0x46];
    let data = account(
        637,
        &[
            (0, &discriminator),
            (8, &[3; 32]),
            (72, &[4; 32]),
            (104, &[5; 32]),
            (168, &[6; 32]),
            (200, &[7; 32]),
            (232, &SPL_TOKEN_PROGRAM),
            (264, &SPL_TOKEN_PROGRAM),
        ],
    );
    let mut pool =
        AnyPool::decode(AccountView { address: &[2; 32], owner: &owner, data: &data }).expect("a pool");
    let config_discriminator = [0xda, 0xf4, 0x21, 0x68, 0xcb, 0xcb, 0x2b, 0x6f];
    let config = account(236, &[(0, &config_discriminator), (12, &2_500_u64.to_le_bytes())]);
    let authority = authority(&pool, 1);
    apply(&mut pool, [3; 32], &owner, &config);
    apply(&mut pool, [4; 32], &SPL_TOKEN_PROGRAM, &vault(6, &authority, 5_000_000_000_000 + seed * 7_919));
    apply(&mut pool, [5; 32], &SPL_TOKEN_PROGRAM, &vault(7, &authority, 700_000_000_000 + seed * 104_729));
    pool
}

fn amm_v4(seed: u64) -> AnyPool {
    let owner = RaydiumAmmV4::PROGRAM;
    let data = account(
        752,
        &[
            (0, &6_u64.to_le_bytes()),
            (176, &25_u64.to_le_bytes()),
            (184, &10_000_u64.to_le_bytes()),
            (336, &[4; 32]),
            (368, &[5; 32]),
            (400, &[6; 32]),
            (432, &[7; 32]),
        ],
    );
    let mut pool =
        AnyPool::decode(AccountView { address: &[2; 32], owner: &owner, data: &data }).expect("a pool");
    let authority = authority(&pool, 2);
    apply(&mut pool, [4; 32], &SPL_TOKEN_PROGRAM, &vault(6, &authority, 5_000_000_000_000 + seed * 7_919));
    apply(&mut pool, [5; 32], &SPL_TOKEN_PROGRAM, &vault(7, &authority, 700_000_000_000 + seed * 104_729));
    pool
}

fn measure(name: &str, pools: &[AnyPool], mode: SwapMode) {
    let mut picoseconds: Vec<u128> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            let mut sum = 0_u64;
            for i in 0..QUOTES_A_ROUND {
                let at = usize::try_from((i * 389) % POOLS).expect("a position");
                let direction = if i % 3 == 0 { Direction::BToA } else { Direction::AToB };
                let amount = 1_000_000 + (i * 7_351_277) % 5_000_000_000;
                let quote = pools.get(at).map(|pool| pool.quote(direction, mode, amount, &CLOCK));
                if let Some(Ok(quote)) = quote {
                    sum = sum.wrapping_add(quote.amount_in ^ quote.amount_out);
                }
            }
            black_box(sum);
            started.elapsed().as_nanos() * 1_000 / u128::from(QUOTES_A_ROUND)
        })
        .collect();
    picoseconds.sort_unstable();
    let at = |share: usize| picoseconds.get((ROUNDS - 1) * share / 100).copied().unwrap_or_default();
    println!("{name}: p50 {} ps, p99 {} ps, min {} ps a quote, {ROUNDS} rounds", at(50), at(99), at(0));
}

fn main() {
    let cpmm_pools: Vec<AnyPool> = (0..POOLS).map(cpmm).collect();
    let amm_v4_pools: Vec<AnyPool> = (0..POOLS).map(amm_v4).collect();
    let mixed: Vec<AnyPool> = (0..POOLS).map(|i| if i % 2 == 0 { cpmm(i) } else { amm_v4(i) }).collect();
    println!("{} bytes a pool", size_of::<AnyPool>());
    measure("cpmm exact in", &cpmm_pools, SwapMode::ExactIn);
    measure("cpmm exact out", &cpmm_pools, SwapMode::ExactOut);
    measure("amm v4 exact in", &amm_v4_pools, SwapMode::ExactIn);
    measure("amm v4 exact out", &amm_v4_pools, SwapMode::ExactOut);
    measure("mixed exact in", &mixed, SwapMode::ExactIn);
}
