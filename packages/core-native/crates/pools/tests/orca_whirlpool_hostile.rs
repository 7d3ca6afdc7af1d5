//! Whatever bytes the accounts of a Whirlpool hold, decoding, applying, quoting and swapping give a value or an error, soon, and
//! never panic.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test stops where its material is broken"
)]

mod captured;
mod whirlpool_accounts;

use captured::{base58, load_pool, read_accounts, shared_folder};
use proptest::prelude::*;
use std::time::{Duration, Instant};
use tandem_pools::pool::{AccountView, AnyPool, SwapRequest};
use tandem_pools::quote::{ChainClock, Direction, SwapMode, SwapOrder};
use whirlpool_accounts::{Account, Adaptive, MINTS, Whirlpool, put};

/// A pool with every kind of account: an oracle, mints with a transfer fee and without, tick arrays and absent ones.
fn whirlpool(is_dynamic: bool, tick: i32) -> Whirlpool {
    let base = tick - tick.rem_euclid(64);
    Whirlpool {
        tick_spacing: 64,
        fee_rate: 3_000,
        tick,
        positions: (1..30)
            .map(|i| ((base - 64 * i).max(-443_584), (base + 64 * i).min(443_584), 1 << 40))
            .collect(),
        is_dynamic,
        adaptive: Some(Adaptive {
            periods: [30, 600, 5_000],
            limits: [4_000, 350_000],
            ticks: [1, 64],
            times: [100, 100],
            volatility: [20_000, 50_000],
            group: tick,
        }),
        transfer_fees: [None, Some((200, 5_000_000))],
    }
}

fn accounts_of(whirlpool: &Whirlpool) -> Vec<Account> {
    let mut accounts = vec![whirlpool.pool()];
    accounts.extend(whirlpool.others(&whirlpool.load()));
    accounts
}

/// Decodes, applies whatever is taken and asks everything; returns whether anything was quoted.
fn exercise(accounts: &[Account], amount: u64, limit: u128) -> bool {
    let Some((own, others)) = accounts.split_first() else { return false };
    let Ok(mut pool) = AnyPool::decode(view(own)) else { return false };
    for account in others {
        let before = pool.reserves();
        if pool.apply(view(account)).is_err() {
            assert_eq!(pool.reserves(), before, "a refused account changed the state");
        }
    }
    let mut quoted = false;
    for clock in [u64::MAX, 1_000].map(|unix_timestamp| ChainClock { slot: 1, epoch: 1, unix_timestamp }) {
        for direction in [Direction::AToB, Direction::BToA] {
            for mode in [SwapMode::ExactIn, SwapMode::ExactOut, SwapMode::PartialFill] {
                quoted |= pool.quote(direction, mode, amount, &clock).is_ok();
                let order = SwapOrder { sqrt_price_limit: limit, ..SwapOrder::new(direction, mode, amount) };
                let mut moved = pool.clone();
                if moved.swap(&order, &clock).is_ok() {
                    let _ = moved.swap(&SwapOrder::new(direction, mode, amount), &clock);
                }
                let owner = &[1; 32];
                let request = SwapRequest {
                    direction,
                    mode,
                    amount,
                    limit: 0,
                    owner,
                    source: owner,
                    destination: owner,
                };
                assert_eq!(pool.swap_instruction(&request).accounts.len(), 15);
                let _ = pool.swap_compute_units(direction, mode, amount, &clock);
            }
            let _ = pool.bounds(direction, &clock);
        }
        let _ = (pool.disabled(&clock), pool.reserves(), pool.compute_units(), pool.token_programs());
    }
    quoted
}

fn view(account: &Account) -> AccountView<'_> {
    AccountView { address: &account.address, owner: &account.owner, data: &account.data }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn survives_flipped_bytes(is_dynamic in any::<bool>(), tick in -100_000..100_000_i32, flips in prop::collection::vec((any::<u16>(), any::<u16>(), any::<u8>()), 1..12), amount in any::<u64>(), limit in any::<u128>()) {
        let mut accounts = accounts_of(&whirlpool(is_dynamic, tick));
        let count = accounts.len();
        for (account, at, byte) in flips {
            let data = &mut accounts[usize::from(account) % count].data;
            let length = data.len().max(1);
            if let Some(target) = data.get_mut(usize::from(at) % length) {
                *target = byte;
            }
        }
        exercise(&accounts, amount >> (limit % 64), limit >> 32);
    }

    #[test]
    fn survives_any_liquidity_price_and_oracle(tick in -443_637..443_637_i32, liquidity in any::<u128>(), shift in 0..128_u32, nets in prop::collection::vec((0..88_u16, any::<i128>(), 0..128_u32), 0..30), oracle in any::<[u8; 62]>(), amount in any::<u64>()) {
        let whirlpool = whirlpool(false, tick.clamp(-443_600, 443_600));
        let mut accounts = accounts_of(&whirlpool);
        put(&mut accounts[0].data, &[(49, &(liquidity >> shift).to_le_bytes())]);
        // Constants stay possible, so that the variables behind them are reached.
        let field = |at: usize| u32::from_le_bytes([oracle[at], oracle[at + 1], oracle[at + 2], oracle[at + 3]]);
        let max = field(0).max(1);
        put(
            &mut accounts[3].data,
            &[
                (54, &(field(4) % 100_000).to_le_bytes()),
                (58, &max.to_le_bytes()),
                (98, &(field(8) % max).to_le_bytes()),
                (102, &(field(12).cast_signed() % 443_636).to_le_bytes()),
                (106, &(field(16) % max).to_le_bytes()),
            ],
        );
        for (position, net, shift) in nets {
            let at = 12 + 113 * usize::from(position);
            for account in accounts.iter_mut().skip(4).filter(|account| account.data.len() == 9_988) {
                put(&mut account.data, &[(at, &[1]), (at + 1, &(net >> shift).to_le_bytes())]);
            }
        }
        let started = Instant::now();
        exercise(&accounts, amount >> (shift % 64), 0);
        prop_assert!(started.elapsed() < Duration::from_millis(500), "{:?}", started.elapsed());
    }
}

#[test]
fn quotes_the_pools_that_are_bent() {
    for is_dynamic in [false, true] {
        assert!(exercise(&accounts_of(&whirlpool(is_dynamic, -5_000)), 1_000_000, 0));
    }
}

#[test]
fn refuses_every_truncated_account_of_the_venue_and_survives_truncated_mints() {
    for is_dynamic in [false, true] {
        let accounts = accounts_of(&whirlpool(is_dynamic, 77));
        let mut pool = whirlpool(is_dynamic, 77).load();
        for account in &accounts {
            let is_mint = MINTS.contains(&account.address);
            for length in 0..account.data.len() {
                let data = &account.data[..length];
                let view = AccountView { address: &account.address, owner: &account.owner, data };
                // A mint of Token-2022 may end before its extensions.
                assert!(pool.apply(view).is_err() || is_mint, "{length} of {} bytes", account.data.len());
            }
        }
    }
}

#[test]
fn survives_bent_captured_accounts() {
    let Some(shared) = shared_folder() else {
        println!("skipped: shared/accounts/whirlpool is not beside the repository (TANDEM_SHARED)");
        return;
    };
    let vectors = captured::read_json(&shared.join("vectors/whirlpool.json"));
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for (key, facts) in vectors["pools"].as_object().expect("pools") {
        let address = base58(facts["poolPubkey"].as_str().expect("an address"));
        let mut originals = read_accounts(&shared.join("accounts/whirlpool").join(key));
        originals.sort_by_key(|account| account.address != address);
        let clock = ChainClock { slot: 1, epoch: 1, unix_timestamp: u64::MAX };
        let unbent = load_pool(&originals, &address);
        assert!(unbent.quote(Direction::AToB, SwapMode::ExactIn, 1_000_000, &clock).is_ok(), "{key}");
        for _ in 0..200 {
            let mut accounts: Vec<Account> = originals
                .iter()
                .map(|account| Account {
                    address: account.address,
                    owner: account.owner,
                    data: account.data.clone(),
                })
                .collect();
            for _ in 0..next() % 8 {
                let count = accounts.len() as u64;
                let data = &mut accounts[(next() % count) as usize].data;
                let at = (next() % data.len().max(1) as u64) as usize;
                data[at] = next().to_le_bytes()[0];
            }
            let (amount, shift) = (next(), next() % 64);
            exercise(&accounts, amount >> shift, 0);
        }
    }
}
