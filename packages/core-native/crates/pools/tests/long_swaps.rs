//! The compute units said of swaps that cross far more ticks and bins than any captured one are enough.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops where its material is broken"
)]

mod captured;

use captured::{base58, load_pool, read_accounts, read_json, shared_folder};
use tandem_pools::quote::{ChainClock, Direction, SwapMode};

const CLOCK: ChainClock = ChainClock { slot: 460_000_000, epoch: 1_064, unix_timestamp: 1_790_000_000 };
/// What the classic token program takes for two transfers more than the one that the swaps were run with.
const CLASSIC_TRANSFERS: u64 = 9_000;

/// What the real programs took for swaps on captured pools, in a local SVM: file of the pool's address, pool, direction, mode,
/// amount, compute units. CLMM is the dump `tests/fixtures/raydium_clmm.so` of `solana-clmm-raydium`, DLMM is
/// `commons/tests/artifacts/lb_clmm_prod.so` of `dlmm-sdk`.
const MEASURED: [(&str, &str, Direction, SwapMode, u64, u64); 4] = [
    ("clmm", "mainnet_2Tops12C8nY4VBeW", Direction::AToB, SwapMode::ExactIn, 2_884_031_503_126, 752_235),
    ("clmm", "mainnet_2VfdBVc4W8ZadTns", Direction::AToB, SwapMode::ExactIn, 2_884_031_503_126, 786_750),
    (DLMM, PAIR, Direction::BToA, SwapMode::ExactOut, 100_000_000_000_000, 155_318),
    (DLMM, PAIR, Direction::BToA, SwapMode::ExactOut, 227_699_999_999_970, 307_560),
];
const DLMM: &str = "dlmm";
const PAIR: &str = "9t3EyC9FweyL7PBWvKz3mrXg8B9fwFc9SK3QxM4ENqhd";

#[test]
fn says_enough_compute_units_for_swaps_far_longer_than_the_captured_ones() {
    let Some(shared) = shared_folder() else {
        println!("skipped: shared/vectors is not beside the repository (TANDEM_SHARED)");
        return;
    };
    for (venue, key, direction, mode, amount, taken) in MEASURED {
        let file = read_json(&shared.join(format!("vectors/{venue}.json")));
        let accounts = read_accounts(&shared.join("accounts").join(venue).join(key));
        let address = base58(file["pools"][key]["poolPubkey"].as_str().expect("an address"));
        let pool = load_pool(&accounts, &address);
        let said = u64::from(pool.swap_compute_units(direction, mode, amount, &CLOCK));
        let needed = taken.saturating_add(CLASSIC_TRANSFERS);
        let most = needed.saturating_add(needed / 4);
        assert!((needed..=most).contains(&said), "{key} {amount}: {said} said, {needed} needed");
    }
}
