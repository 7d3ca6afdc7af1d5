//! Measures `PumpSwap`: one quote in a batch over 1,024 pools visited in a scattered order, and the decoding of each account. A
//! regression of the first means that the search over all pools takes longer than the slot leaves it, one of the second that
//! updates pile up.
//!
//! `cargo bench -p tandem-pools --bench pumpswap`
#![expect(clippy::expect_used, reason = "a benchmark stops where its material is broken")]

use serde_json::Value;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;
use tandem_pools::pool::{AccountView, Address, AnyPool};
use tandem_pools::quote::{ChainClock, Direction, SwapMode};

const POOLS: u64 = 1_024;
const ROUNDS: usize = 41;
const QUOTES_A_ROUND: u64 = 200_000;
const DECODES_A_ROUND: u64 = 20_000;
const CLOCK: ChainClock = ChainClock { slot: 1, epoch: 1, unix_timestamp: 1 };
const AMOUNT_OFFSET: usize = 64;

struct Account {
    file: String,
    address: Address,
    owner: Address,
    data: Vec<u8>,
}

fn hex(value: &Value) -> Address {
    let digits = value.as_str().expect("a string");
    let byte = |i: usize| u8::from_str_radix(digits.get(2 * i..2 * i + 2).expect("64 digits"), 16);
    std::array::from_fn(|i| byte(i).expect("hexadecimal"))
}

/// Reads a coin's pool with every account it watches, as `scripts/generate-venue-vectors.mjs` wrote them.
fn fixture() -> Vec<Account> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../fixtures/pumpswap/coin-in-the-second-tier");
    let manifest = fs::read(folder.join("manifest.json")).expect("a manifest");
    let manifest: Value = serde_json::from_slice(&manifest).expect("a JSON file");
    let entries = manifest.get("accounts").and_then(Value::as_array).expect("accounts");
    let account = |entry: &Value| {
        let file = entry.get("file").and_then(Value::as_str).expect("a file").to_owned();
        Account {
            address: hex(entry.get("address").expect("an address")),
            owner: hex(entry.get("owner").expect("an owner")),
            data: fs::read(folder.join(&file)).expect("a fixture"),
            file,
        }
    };
    entries.iter().map(account).collect()
}

fn view(account: &Account) -> AccountView<'_> {
    AccountView { address: &account.address, owner: &account.owner, data: &account.data }
}

fn load(accounts: &mut [Account], seed: u64) -> AnyPool {
    for account in accounts.iter_mut().filter(|account| account.file.starts_with("vault")) {
        let amount = account.data.get_mut(AMOUNT_OFFSET..AMOUNT_OFFSET + 8).expect("an amount");
        let before = u64::from_le_bytes(amount.try_into().expect("8 bytes"));
        amount.copy_from_slice(&(before + seed * 7_919).to_le_bytes());
    }
    let mut pool = AnyPool::decode(view(accounts.first().expect("the pool comes first"))).expect("a pool");
    for account in accounts.iter() {
        pool.apply(view(account)).expect("an account of the pool");
    }
    pool
}

fn measure(name: &str, times: u64, mut work: impl FnMut(u64) -> u64) {
    let mut picoseconds: Vec<u128> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            black_box((0..times).fold(0_u64, |sum, i| sum.wrapping_add(work(i))));
            started.elapsed().as_nanos() * 1_000 / u128::from(times)
        })
        .collect();
    picoseconds.sort_unstable();
    let at = |share: usize| picoseconds.get((ROUNDS - 1) * share / 100).copied().unwrap_or_default();
    println!("{name}: p50 {} ps, p99 {} ps, min {} ps, {ROUNDS} rounds", at(50), at(99), at(0));
}

fn main() {
    let mut accounts = fixture();
    let pools: Vec<AnyPool> = (0..POOLS).map(|seed| load(&mut accounts, seed)).collect();
    let modes = [
        ("sell", Direction::AToB, SwapMode::ExactIn),
        ("buy exact in", Direction::BToA, SwapMode::ExactIn),
        ("buy exact out", Direction::BToA, SwapMode::ExactOut),
    ];
    for (name, direction, mode) in modes {
        measure(name, QUOTES_A_ROUND, |i| {
            let at = usize::try_from((i * 389) % POOLS).expect("a position");
            let amount = 1_000_000 + (i * 7_351_277) % 5_000_000_000;
            let quote = pools.get(at).map(|pool| pool.quote(direction, mode, amount, &CLOCK));
            quote.and_then(Result::ok).map_or(0, |quote| quote.amount_in ^ quote.amount_out)
        });
    }
    let own = accounts.first().expect("the pool comes first");
    measure("decode a pool", DECODES_A_ROUND, |_| u64::from(AnyPool::decode(black_box(view(own))).is_ok()));
    let mut pool = pools.first().expect("a pool").clone();
    for account in &accounts {
        let name = format!("apply {}", account.file);
        measure(&name, DECODES_A_ROUND, |_| u64::from(pool.apply(black_box(view(account))).is_ok()));
    }
}
