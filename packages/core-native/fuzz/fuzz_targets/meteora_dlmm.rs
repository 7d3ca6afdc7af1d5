//! Bends the accounts of `meteora_dlmm` pools and holds every answer to the laws of all pools.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tandem_fuzz::{Case, Held, Laws, SeedAccount, run};

/// `BinArray` of `lb_clmm`: its length, and where each bin holds the price that the program writes there once.
const BIN_ARRAY_LENGTH: usize = 10_136;
const BINS_OFFSET: usize = 56;
const BIN_LENGTH: usize = 144;
const PRICE: std::ops::Range<usize> = 16..32;

/// The program takes a bin's price from the bin; where that is bent, prices no longer fall from bin to bin.
fn bounds(accounts: &[Held], seed: &[SeedAccount]) -> bool {
    let prices = |data: &[u8]| -> Vec<Vec<u8>> {
        let bins = data.get(BINS_OFFSET..).unwrap_or_default().chunks(BIN_LENGTH);
        bins.filter_map(|bin| bin.get(PRICE).map(<[u8]>::to_vec)).collect()
    };
    let arrays = seed.iter().filter(|account| account.data.len() == BIN_ARRAY_LENGTH);
    arrays.into_iter().all(|array| {
        let now = accounts.iter().find(|held| held.address == array.address);
        now.is_none_or(|held| held.data.is_empty() || prices(&held.data) == prices(array.data))
    })
}

/// Two bent bytes make an order to buy above the active bin, which the program would have filled: who passes it gains.
fn keeps(accounts: &[Held], seed: &[SeedAccount]) -> bool {
    let arrays = seed.iter().filter(|account| account.data.len() == BIN_ARRAY_LENGTH);
    arrays.into_iter().all(|array| {
        let now = accounts.iter().find(|held| held.address == array.address);
        now.is_none_or(|held| held.data.is_empty() || held.data == array.data)
    })
}

fuzz_target!(|case: Case| run("meteora_dlmm", &case, &Laws { bounds, keeps, ..Laws::default() }));
