//! Cycles through pools whose fee follows their volatility: what they earn may dip before it rises, and large sizes cross more
//! price ranges than one transaction can.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops where its material is broken"
)]

#[path = "../../pools/tests/captured/mod.rs"]
#[expect(dead_code, reason = "made for the tests of the pools")]
mod captured;
#[path = "../../pools/tests/clmm_accounts/mod.rs"]
#[expect(dead_code, reason = "made for the tests of the pools")]
mod clmm_accounts;
#[expect(dead_code, clippy::unwrap_used, reason = "made for all tests of the search")]
mod pool_accounts;

use captured::Account;
use clmm_accounts::Spec;
use pool_accounts::{PoolSketch, Venue, batch_of};
use tandem_pools::pool::Address;
use tandem_pools::quote::{ChainClock, Direction, SwapMode};
use tandem_search::candidate_search::{BaseMint, Candidate, SearchRequest, find_candidates};
use tandem_search::pool_store::PoolStore;
use tandem_search::profit::{CostModel, LamportPrice, MAX_COMPUTE_UNITS};

const CLOCK: ChainClock = ChainClock { slot: 1, epoch: 1, unix_timestamp: 1_000_010 };
const FREE: CostModel = CostModel {
    base_fee_lamports: 0,
    compute_unit_price_micro_lamports: 0,
    overhead_compute_units: 0,
    compute_unit_margin_bps: 0,
    tip_lamports: 0,
    tip_share_bps: 0,
    max_tip_lamports: u64::MAX,
    rent_lamports: 0,
};

fn packed(accounts: &[Account]) -> Vec<u8> {
    let mut batch = Vec::new();
    for Account { address, owner, data } in accounts {
        batch.extend_from_slice(address);
        batch.extend_from_slice(owner);
        batch.extend_from_slice(&10_u64.to_le_bytes());
        batch.extend_from_slice(&u32::try_from(data.len()).expect("a small account").to_le_bytes());
        batch.extend_from_slice(data);
    }
    batch
}

/// A store of a CLMM pool at a price of one, and of a deep CPMM pool between the same mints at a price in thousandths.
fn store_of(clmm: &[Account], thousandths: u64) -> PoolStore {
    let deep = 1_u64 << 60;
    let other = PoolSketch {
        venue: Venue::Cpmm,
        name: "cpmm".into(),
        mints: ["\u{4}".repeat(32), "\u{5}".repeat(32)],
        reserves: [deep, deep / 1_000 * thousandths],
        fee_millionths: 100,
        slot: 10,
    };
    let mut batch = packed(clmm);
    batch.extend(batch_of(&other.accounts()));
    let mut store = PoolStore::default();
    store.add_pools(&batch).expect("a batch");
    // The second time the arrays are watched.
    for _ in 0..2 {
        store.apply_accounts(&batch).expect("a batch");
    }
    assert_eq!(store.pool_count(), 2);
    store
}

fn search(store: &PoolStore, mint: Address, max_amount_in: u64) -> Vec<Candidate> {
    let lamport_price = LamportPrice { numerator: 1, denominator: 1 };
    let base = [BaseMint { mint, max_amount_in, min_net_profit: 0, lamport_price }];
    let request = SearchRequest {
        touched: None,
        clock: CLOCK,
        base_mints: &base,
        costs: FREE,
        oldest_slot: 0,
        max_candidates: 5,
    };
    find_candidates(store, &request).expect("a search")
}

fn volatile(spacing: u16, control: u32, volatility: (u32, u32)) -> Spec {
    let (maximum, accumulator) = volatility;
    Spec {
        spacing,
        tick: 0,
        rate: 500,
        fee_on: 0,
        dynamic: Some((control, maximum, 0, accumulator)),
        positions: vec![(20_000, 20_000, 1 << 44)],
        orders: vec![],
        transfer_fee: None,
    }
}

/// Returns the best gross profit of sizes a twelfth apart that one transaction can hold: into CLMM with B, out of CPMM.
fn best_by_hand(store: &PoolStore, largest: u64) -> i128 {
    let (volatile, deep) = (store.ready_pool(0).expect("CLMM"), store.ready_pool(1).expect("CPMM"));
    let sizes = std::iter::successors(Some(1_000_000_u64), |size| Some(size + size / 12));
    let gains = sizes.take_while(|size| *size < largest).filter_map(|size| {
        let first = volatile.quote(Direction::BToA, SwapMode::ExactIn, size, &CLOCK).ok()?;
        let second = deep.quote(Direction::AToB, SwapMode::ExactIn, first.amount_out, &CLOCK).ok()?;
        let units = volatile.swap_compute_units(Direction::BToA, SwapMode::ExactIn, size, &CLOCK);
        (units < 1_300_000).then_some(i128::from(second.amount_out) - i128::from(size))
    });
    gains.max().unwrap_or_default()
}

#[test]
fn finds_what_a_falling_volatility_fee_hides_behind_a_dip() {
    let largest = 1 << 42;
    let mut profitable = 0;
    for spacing in [10, 60] {
        for (control, away) in [(10_000, 8_i32), (30_000, 8), (30_000, 25), (50_000, 40)] {
            for thousandths in [1_010, 1_030, 1_060, 1_080, 1_100] {
                let mut accounts = volatile(spacing, control, (4_000_000, 3_000_000)).accounts();
                // The reference lies above: the price has just fallen, and what brings it back pays less and less.
                accounts[0].data[1_110..1_114].copy_from_slice(&away.to_le_bytes());
                let store = store_of(&accounts, thousandths);
                let best = best_by_hand(&store, largest);
                let found =
                    search(&store, [5; 32], largest).first().map_or(0, |candidate| candidate.profit.net);
                profitable += u32::from(best > 0);
                let case = format!("control {control}, spacing {spacing}, {away} away, price {thousandths}");
                assert!(found * 100 >= best * 95, "{case}: {found} where {best} can be had");
            }
        }
    }
    assert!(profitable > 10, "only {profitable} cases have something to find");
}

#[test]
fn offers_no_size_that_one_transaction_cannot_hold() {
    let mut spec = volatile(1, 1, (4_000_000_000, 0));
    spec.positions = vec![(200_000, 200_000, 1 << 50)];
    let store = store_of(&spec.accounts(), 970);
    let candidates = search(&store, [4; 32], 1 << 50);
    let candidate = candidates.first().expect("a gap of three percent is worth a trade");
    let units: u32 = candidate.legs.iter().map(|leg| leg.compute_units).sum();
    assert!(units <= MAX_COMPUTE_UNITS, "{units} units");
    assert!(candidate.profit.net > 0);
}
