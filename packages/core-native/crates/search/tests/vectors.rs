//! `vectors/search.json`: rankings and net profits that brute force found.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops where its material is broken"
)]

mod pool_accounts;

use pool_accounts::{PoolSketch, Venue, address_of, batch_of};
use serde_json::Value;
use tandem_pools::quote::ChainClock;
use tandem_search::candidate_search::{BaseMint, SearchRequest, find_candidates};
use tandem_search::pool_store::PoolStore;
use tandem_search::profit::{CostModel, LamportPrice};

const VECTORS: &str = include_str!("../../../vectors/search.json");

fn number<T: TryFrom<u64>>(value: &Value) -> T {
    let wide = value.as_str().map_or_else(|| value.as_u64(), |text| text.parse().ok());
    wide.and_then(|wide| T::try_from(wide).ok())
        .unwrap_or_else(|| panic!("{value} is no number of its width"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn list<T>(value: &Value, read: impl Fn(&Value) -> T) -> Vec<T> {
    value.as_array().unwrap().iter().map(read).collect()
}

fn pool(value: &Value) -> PoolSketch {
    PoolSketch {
        venue: if value["venue"] == "raydium_cpmm" { Venue::Cpmm } else { Venue::AmmV4 },
        name: text(&value["name"]),
        mints: [0, 1].map(|side| text(&value["mints"][side])),
        reserves: [0, 1].map(|side| number(&value["reserves"][side])),
        fee_millionths: number(&value["feeMillionths"]),
        slot: number(&value["slot"]),
    }
}

fn base_mint(value: &Value) -> BaseMint {
    let [numerator, denominator] = [0, 1].map(|side| number(&value["lamportPrice"][side]));
    BaseMint {
        mint: address_of(value["mint"].as_str().unwrap()),
        max_amount_in: number(&value["maxAmountIn"]),
        min_net_profit: number(&value["minNetProfit"]),
        lamport_price: LamportPrice { numerator, denominator },
    }
}

fn costs(value: &Value) -> CostModel {
    CostModel {
        base_fee_lamports: number(&value["baseFeeLamports"]),
        compute_unit_price_micro_lamports: number(&value["computeUnitPriceMicroLamports"]),
        overhead_compute_units: number(&value["overheadComputeUnits"]),
        compute_unit_margin_bps: number(&value["computeUnitMarginBps"]),
        tip_lamports: number(&value["tipLamports"]),
        tip_share_bps: number(&value["tipShareBps"]),
        max_tip_lamports: number(&value["maxTipLamports"]),
        rent_lamports: number(&value["rentLamports"]),
    }
}

#[test]
fn the_search_ranks_and_sizes_as_brute_force_does() {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    let vectors = vectors.as_array().unwrap();
    assert!(vectors.len() >= 10);
    for vector in vectors {
        let input = &vector["input"];
        let accounts: Vec<_> = list(&input["pools"], pool).iter().flat_map(PoolSketch::accounts).collect();
        let mut store = PoolStore::default();
        store.add_pools(&batch_of(&accounts)).unwrap();
        store.apply_accounts(&batch_of(&accounts)).unwrap();
        let touched = input["touched"].as_array().map(|pools| pools.iter().map(number).collect::<Vec<u32>>());
        let request = SearchRequest {
            touched: touched.as_deref(),
            clock: ChainClock { slot: 10, epoch: 0, unix_timestamp: 1_000 },
            base_mints: &list(&input["baseMints"], base_mint),
            costs: costs(&input["costs"]),
            oldest_slot: number(&input["oldestSlot"]),
            max_candidates: number(&input["maxCandidates"]),
        };
        let found = find_candidates(&store, &request).unwrap();
        let ranking: Vec<_> = found
            .iter()
            .map(|candidate| {
                let [first, second] = candidate.legs.map(|leg| leg.pool);
                (candidate.base_mint_index, [first, second], candidate.profit.net)
            })
            .collect();
        let expected = list(&vector["expected"], |best| {
            let pools = [0, 1].map(|leg| number::<u32>(&best["pools"][leg]));
            (number::<usize>(&best["baseMintIndex"]), pools, i128::from(number::<u64>(&best["net"])))
        });
        assert_eq!(ranking, expected, "{}", vector["name"]);
    }
}
