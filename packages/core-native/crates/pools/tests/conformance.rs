//! Every captured swap of the venues, quoted from the captured bytes: the amounts to the unit, the refusals as refusals.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops where its material is broken"
)]

mod captured;

use captured::{base58, load_pool, read_accounts, read_json, shared_folder};
use serde_json::Value;
use tandem_pools::pool::{AnyPool, Venue};
use tandem_pools::quote::{ChainClock, Direction, SwapMode};

const SLOTS_PER_EPOCH: u64 = 432_000;

fn number(value: &Value) -> u64 {
    match value {
        Value::String(text) => text.parse().expect("a decimal"),
        other => other.as_u64().expect("a number"),
    }
}

fn mismatch(pool: &AnyPool, vector: &Value) -> Option<String> {
    let slot = number(&vector["slot"]);
    let epoch = vector.get("epoch").map_or(slot / SLOTS_PER_EPOCH, number);
    let clock = ChainClock { slot, epoch, unix_timestamp: number(&vector["unixTimestamp"]) };
    let direction = if vector["inputSide"] == "A" { Direction::AToB } else { Direction::BToA };
    let mode = if vector["swapMode"] == "exactOut" { SwapMode::ExactOut } else { SwapMode::ExactIn };
    let got = pool.quote(direction, mode, number(&vector["amountSpecified"]), &clock);
    let expected =
        vector.get("expected").map(|amounts| (number(&amounts["spent"]), number(&amounts["received"])));
    let agrees = match (&got, expected) {
        (Ok(quote), Some(amounts)) => (quote.amount_in, quote.amount_out) == amounts,
        (Err(_), None) => vector.get("error").is_some(),
        _ => false,
    };
    (!agrees).then(|| {
        let name = |field: &str| vector[field].as_str().unwrap_or("").to_owned();
        let amount = name("amountSpecified");
        format!("{} {} {} {amount}: {expected:?}, got {got:?}", name("pool"), name("ix"), name("direction"))
    })
}

fn check(file: &str, venue: Venue) {
    let Some(shared) = shared_folder() else {
        println!("skipped: shared/vectors/{file}.json is not beside the repository (TANDEM_SHARED)");
        return;
    };
    let vectors = read_json(&shared.join("vectors").join(format!("{file}.json")));
    let mut mismatches = Vec::new();
    let mut checked = 0;
    for (key, facts) in vectors["pools"].as_object().expect("pools") {
        let accounts = read_accounts(&shared.join("accounts").join(file).join(key));
        let pool = load_pool(&accounts, &base58(facts["poolPubkey"].as_str().expect("an address")));
        assert_eq!(pool.venue(), venue);
        for vector in vectors["vectors"].as_array().expect("vectors") {
            if vector["pool"].as_str() == Some(key) {
                checked += 1;
                mismatches.extend(mismatch(&pool, vector));
            }
        }
    }
    assert!(mismatches.is_empty(), "{} of {checked}:\n{}", mismatches.len(), mismatches.join("\n"));
    assert!(checked > 300, "only {checked} vectors");
}

#[test]
fn quotes_every_captured_cpmm_swap_to_the_unit() {
    check("cpmm", Venue::RaydiumCpmm);
}

#[test]
fn quotes_every_captured_amm_v4_swap_to_the_unit() {
    check("amm_v4", Venue::RaydiumAmmV4);
}
