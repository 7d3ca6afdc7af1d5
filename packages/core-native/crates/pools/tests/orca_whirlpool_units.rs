//! The compute units said of a Whirlpool swap are enough for every captured one, and not wildly more.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test stops where its material is broken"
)]

mod captured;

use captured::{Account, base58, load_pool, read_accounts, read_json, shared_folder};
use serde_json::Value;
use tandem_pools::quote::{ChainClock, Direction, SwapMode};

/// What the classic token program takes for two transfers more than the one that the captures were made with.
const CLASSIC_TRANSFERS: u64 = 9_000;

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| value.as_str().and_then(|text| text.parse().ok()).expect("a number"))
}

#[test]
fn says_enough_compute_units_for_every_captured_swap_and_at_most_three_times_as_many() {
    let Some(shared) = shared_folder() else {
        println!("skipped: shared/vectors/whirlpool.json is not beside the repository (TANDEM_SHARED)");
        return;
    };
    let vectors = read_json(&shared.join("vectors/whirlpool.json"));
    let mut checked = 0;
    for (key, facts) in vectors["pools"].as_object().expect("pools") {
        let accounts: Vec<Account> = read_accounts(&shared.join("accounts/whirlpool").join(key));
        assert!(accounts.iter().all(|account| !account.view().is_absent()));
        let pool = load_pool(&accounts, &base58(facts["poolPubkey"].as_str().expect("an address")));
        let of_pool = |vector: &&Value| vector["pool"].as_str() == Some(key) && vector["seq"].is_null();
        for vector in vectors["vectors"].as_array().expect("vectors").iter().filter(of_pool) {
            let direction = if vector["inputSide"] == "A" { Direction::AToB } else { Direction::BToA };
            let is_out = vector["swapMode"] == "exactOut";
            let mode = if is_out { SwapMode::ExactOut } else { SwapMode::ExactIn };
            let amount = number(&vector["amountSpecified"]);
            let slot = number(&vector["slot"]);
            let clock =
                ChainClock { slot, epoch: slot / 432_000, unix_timestamp: number(&vector["unixTimestamp"]) };
            if vector["sqrtPriceLimit"] != "0" || pool.quote(direction, mode, amount, &clock).is_err() {
                continue;
            }
            let taken = number(&vector["computeUnits"]) + CLASSIC_TRANSFERS;
            let said = u64::from(pool.swap_compute_units(direction, mode, amount, &clock));
            assert!((taken..=3 * taken).contains(&said), "{key} {amount}: {said} said, {taken} taken");
            checked += 1;
        }
    }
    assert!(checked > 300, "only {checked} swaps");
}
