//! Measures how long a pool takes to decode newer bytes of each kind of account it depends on and to work out what follows from
//! them, and how long a pool account takes that starts a pool. A regression means later quotes after every update. The mark is 1 us
//! for each account.
//!
//! `cargo bench -p tandem-pools --bench decode`
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark stops where its material is broken"
)]

use serde_json::Value;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;
use tandem_pools::pool::{AccountView, Address, AnyPool};

const ROUNDS: usize = 41;
const CALLS: u128 = 2_000;

/// Fixtures that together hold every kind of account.
const FIXTURES: [(&str, &str); 12] = [
    ("raydium_cpmm", "plain"),
    ("raydium_cpmm", "transfer-fees-on-both"),
    ("raydium_amm_v4", "plain"),
    ("raydium_clmm", "plain"),
    ("raydium_clmm", "outer-bitmaps"),
    ("orca_whirlpool", "plain"),
    ("orca_whirlpool", "dynamic-arrays"),
    ("orca_whirlpool", "adaptive-fee"),
    ("meteora_dlmm", "plain"),
    ("meteora_dlmm", "beyond-the-bitmap"),
    ("meteora_damm_v2", "plain"),
    ("pumpswap", "plain"),
];

struct Account {
    file: String,
    address: Address,
    owner: Address,
    data: Vec<u8>,
}

impl Account {
    fn view(&self) -> AccountView<'_> {
        AccountView { address: &self.address, owner: &self.owner, data: &self.data }
    }
}

fn read_address(value: &Value) -> Address {
    let digits = value.as_str().expect("a string");
    let byte = |i: usize| u8::from_str_radix(digits.get(2 * i..2 * i + 2).expect("64 digits"), 16);
    std::array::from_fn(|i| byte(i).expect("hexadecimal"))
}

fn read_fixture(venue: &str, name: &str) -> Vec<Account> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../fixtures").join(venue).join(name);
    let manifest = fs::read(folder.join("manifest.json")).expect("a manifest");
    let manifest: Value = serde_json::from_slice(&manifest).expect("a JSON file");
    let account = |entry: &Value| {
        let file = entry["file"].as_str().expect("a string").to_owned();
        let data = fs::read(folder.join(&file)).expect("a fixture");
        Account { file, address: read_address(&entry["address"]), owner: read_address(&entry["owner"]), data }
    };
    manifest["accounts"].as_array().expect("accounts").iter().map(account).collect()
}

/// Loads a pool with what it watches; returns the accounts that it took.
fn load(accounts: &[Account]) -> (AnyPool, Vec<&Account>) {
    let mut pool = AnyPool::decode(accounts.first().expect("the pool comes first").view()).expect("a pool");
    let (mut applied, mut taken) = (Vec::new(), Vec::new());
    while let Some(next) = pool.watched().into_iter().find(|watched| !applied.contains(watched)) {
        let found = accounts.iter().find(|account| account.address == next);
        let absent = AccountView { address: &next, owner: &[0; 32], data: &[] };
        pool.apply(found.map_or(absent, Account::view)).expect("an account of the pool");
        applied.push(next);
        taken.extend(found);
    }
    (pool, taken)
}

/// Prints the time of one call in nanoseconds.
fn measure(name: &str, mut call: impl FnMut()) {
    let mut nanoseconds: Vec<u128> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            for _ in 0..CALLS {
                call();
            }
            started.elapsed().as_nanos() / CALLS
        })
        .collect();
    nanoseconds.sort_unstable();
    let at = |share: usize| nanoseconds[(ROUNDS - 1) * share / 100];
    println!("{name}: p50 {} ns, p99 {} ns, min {} ns, {ROUNDS} rounds", at(50), at(99), at(0));
}

fn main() {
    for (venue, name) in FIXTURES {
        let accounts = read_fixture(venue, name);
        let (mut pool, taken) = load(&accounts);
        if let Some(own) = accounts.first() {
            measure(&format!("{venue}/{name}, start from pool.bin, {} bytes", own.data.len()), || {
                black_box(AnyPool::decode(black_box(own.view())).expect("a pool"));
            });
        }
        for account in taken {
            measure(&format!("{venue}/{name}, apply {}, {} bytes", account.file, account.data.len()), || {
                pool.apply(black_box(account.view())).expect("an account of the pool");
            });
        }
    }
}
