//! The store over real venue accounts: arrival order, refusals, sharing and replicas.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where its material is broken"
)]

mod pool_accounts;

use pool_accounts::{Account, PoolSketch, Venue, address_of, batch_of};
use tandem_pools::pool::DecodeError;
use tandem_pools::quote::{ChainClock, Direction, QuoteError, SwapMode};
use tandem_search::error::SearchError;
use tandem_search::pool_store::{NO_POOL, PoolStore};
use tandem_search::quote_batch::{QuoteBatch, decode_direction, decode_mode};

const CLOCK: ChainClock = ChainClock { slot: 100, epoch: 0, unix_timestamp: 1_000 };

/// Returns a CPMM pool of SOL and USD.
fn cpmm(name: &str, reserves: [u64; 2]) -> PoolSketch {
    let mints = ["sol".to_owned(), "usd".to_owned()];
    PoolSketch { venue: Venue::Cpmm, name: name.to_owned(), mints, reserves, fee_millionths: 2_500, slot: 10 }
}

fn sketch() -> PoolSketch {
    cpmm("cpmm", [1_000_000, 2_000_000])
}

fn store_of(pools: &[PoolSketch]) -> PoolStore {
    let accounts: Vec<Account> = pools.iter().flat_map(PoolSketch::accounts).collect();
    let mut store = PoolStore::default();
    store.add_pools(&batch_of(&accounts)).unwrap();
    store.apply_accounts(&batch_of(&accounts)).unwrap();
    store
}

fn quote(store: &PoolStore) -> Result<u64, SearchError> {
    store.quote(0, Direction::AToB, SwapMode::ExactIn, 1_000, &CLOCK).map(|quote| quote.amount_out)
}

#[test]
fn a_pool_is_quoted_once_its_last_account_has_come() {
    let accounts = sketch().accounts();
    let mut store = PoolStore::default();
    assert_eq!(store.apply_accounts(&batch_of(&accounts)).unwrap().unknown, 4);
    assert_eq!(store.add_pools(&batch_of(&accounts)).unwrap().indices, [0, NO_POOL, NO_POOL, NO_POOL]);
    for account in &accounts[1..] {
        assert_eq!(quote(&store), Err(SearchError::Quote(QuoteError::AccountMissing)));
        store.apply_accounts(&batch_of(std::slice::from_ref(account))).unwrap();
    }
    assert_eq!(quote(&store), Ok(1_992));
}

#[test]
fn newer_slots_win_and_equal_slots_take_the_later_arrival() {
    let pool = sketch();
    let mut store = store_of(std::slice::from_ref(&pool));
    let arrivals = [(500, 9), (1_000_006, 10), (700, 10), (900, 12), (800, 11)];
    let batch = batch_of(&arrivals.map(|(amount, slot)| pool.vault(0, amount, slot)));
    let report = store.apply_accounts(&batch).unwrap();
    assert_eq!((report.stale, report.duplicates, report.touched), (2, 1, vec![0]));
    let described = store.describe(0).unwrap();
    assert_eq!((described.reserves[0], described.slot), (894, 12));
}

#[test]
fn a_closed_vault_disables_its_pool_until_good_bytes_come() {
    let pool = sketch();
    let mut store = store_of(std::slice::from_ref(&pool));
    let closed = Account { owner: [0; 32], data: Vec::new(), ..pool.vault(1, 0, 11) };
    let report = store.apply_accounts(&batch_of(&[closed])).unwrap();
    assert_eq!(report.refusals[0].error.code(), "POOL_ACCOUNT_OWNER_MISMATCH");
    assert_eq!(report.touched, [0]);
    assert_eq!(store.describe(0).unwrap().disabled, Some(DecodeError::OwnerMismatch));
    assert_eq!(quote(&store), Err(SearchError::Decode(DecodeError::OwnerMismatch)));
    assert_eq!(store.apply_accounts(&batch_of(&[pool.vault(1, 5, 10)])).unwrap().stale, 1);
    store.apply_accounts(&batch_of(&[pool.vault(1, 2_000_006, 12)])).unwrap();
    assert_eq!(quote(&store), Ok(1_992));
}

#[test]
fn a_malformed_batch_changes_nothing() {
    let pool = sketch();
    let mut store = store_of(std::slice::from_ref(&pool));
    let batch = batch_of(&[pool.vault(0, 9, 11), pool.vault(1, 9, 11)]);
    let cut = &batch[..batch.len() - 1];
    assert_eq!(store.apply_accounts(cut), Err(SearchError::AccountBatchInvalid { at: 76 + 165 }));
    assert_eq!(store.describe(0).unwrap().reserves, [1_000_000, 2_000_000]);
}

#[test]
fn an_account_that_pools_share_touches_all_of_them() {
    let amm = PoolSketch { venue: Venue::AmmV4, name: "amm".to_owned(), ..sketch() };
    let mut store = store_of(&[sketch(), amm, cpmm("third", [5_000, 5_000])]);
    let mut config = sketch().accounts().swap_remove(1);
    config.slot = 11;
    config.data[12] = 1;
    assert_eq!(store.apply_accounts(&batch_of(&[config])).unwrap().touched, [0, 2]);
}

#[test]
fn a_replica_of_the_export_exports_the_same() {
    let pool = sketch();
    let mut store = store_of(&[cpmm("first", [7_000, 9_000]), pool.clone()]);
    let own = pool.accounts().swap_remove(0);
    store
        .apply_accounts(&batch_of(&[Account { data: vec![0; 3], slot: 20, ..own }, pool.vault(0, 77, 21)]))
        .unwrap();
    let exported = store.export_accounts().unwrap();
    let mut replica = PoolStore::default();
    replica.add_pools(&exported).unwrap();
    replica.apply_accounts(&exported).unwrap();
    for index in [0, 1] {
        assert_eq!(replica.describe(index), store.describe(index));
    }
    assert_eq!(replica.describe(1).unwrap().disabled, Some(DecodeError::TooShort));
    assert_eq!(replica.export_accounts().unwrap(), exported);
}

#[test]
fn accounts_to_watch_come_once_each_and_unknown_pools_are_refused() {
    let store = store_of(&[sketch(), cpmm("two", [5_000, 5_000])]);
    let names = ["cpmm", "config-2500", "cpmm-vault-0", "cpmm-vault-1", "two", "two-vault-0", "two-vault-1"];
    assert_eq!(store.watched_accounts(&[0, 1, 0]).unwrap(), names.map(address_of));
    assert_eq!(store.watched_accounts(&[2]), Err(SearchError::PoolNotFound));
    assert_eq!(store.find_pool(&address_of("two")), Some(1));
}

#[test]
fn a_batch_quote_reports_each_refusal_by_its_number() {
    let store = store_of(&[sketch()]);
    let batch = QuoteBatch {
        pools: &[0, 0, 0],
        directions: &[0, 0, 0],
        modes: &[0, 1, 0],
        amounts: &[1_000, 2_000_000, 0],
    };
    let (mut out, mut codes) = ([0; 3], [9; 3]);
    assert_eq!(store.quote_batch(&batch, &CLOCK, &mut out, &mut codes), Ok(1));
    assert_eq!((out, codes), ([1_992, 0, 0], [0, 3, 1]));
    let partial = QuoteBatch { modes: &[0, 2, 0], ..batch };
    assert_eq!(store.quote_batch(&partial, &CLOCK, &mut out, &mut codes), Ok(1));
    assert_eq!(codes, [0, 8, 1]);
    let odd = QuoteBatch { modes: &[0, 3, 0], ..batch };
    assert_eq!(store.quote_batch(&odd, &CLOCK, &mut out, &mut codes), Err(SearchError::QuoteBatchInvalid));
    assert_eq!(
        store.quote_batch(&batch, &CLOCK, &mut out, &mut codes[..2]),
        Err(SearchError::QuoteBatchInvalid)
    );
}

#[test]
fn a_leg_of_a_batch_is_answered_as_alone_whatever_stands_around_it() {
    let amm = PoolSketch { venue: Venue::AmmV4, name: "amm".to_owned(), ..sketch() };
    let unready = cpmm("unready", [7_000, 9_000]);
    let mut store = store_of(&[sketch(), amm, cpmm("large", [u64::MAX / 2, u64::MAX / 3])]);
    store.add_pools(&batch_of(&unready.accounts()[..1])).unwrap();
    let amounts = [0, 1, 999, 1_000_000, u64::MAX / 3, u64::MAX];
    let legs: Vec<(u32, u8, u8, u64)> = (0..4_000_usize)
        .map(|i| i.wrapping_mul(2_654_435_761) >> 7)
        .map(|i| ([0, 1, 2, 3][i % 4], [0, 1][i / 4 % 2], [0, 0, 0, 1, 2][i / 8 % 5], amounts[i / 40 % 6]))
        .collect();
    let batch = QuoteBatch {
        pools: &legs.iter().map(|leg| leg.0).collect::<Vec<_>>(),
        directions: &legs.iter().map(|leg| leg.1).collect::<Vec<_>>(),
        modes: &legs.iter().map(|leg| leg.2).collect::<Vec<_>>(),
        amounts: &legs.iter().map(|leg| leg.3).collect::<Vec<_>>(),
    };
    let (mut out, mut codes) = (vec![9; legs.len()], vec![9; legs.len()]);
    let given = store.quote_batch(&batch, &CLOCK, &mut out, &mut codes).unwrap();
    for (i, (pool, direction, mode, amount)) in legs.iter().copied().enumerate() {
        let direction = decode_direction(direction).unwrap();
        let mode = decode_mode(mode).unwrap();
        let alone = match store.quote(pool, direction, mode, amount, &CLOCK) {
            Ok(quote) if mode == SwapMode::ExactOut => (quote.amount_in, 0),
            Ok(quote) => (quote.amount_out, 0),
            Err(SearchError::Quote(error)) => (0, error as u8),
            Err(error) => panic!("{error}"),
        };
        assert_eq!((out[i], codes[i]), alone, "leg {i}: {:?}", legs[i]);
    }
    let refused: u32 = codes.iter().map(|code| u32::from(*code != 0)).sum();
    assert_eq!(given, 4_000 - refused);
    assert!(given > 800, "most kinds of legs are quoted: {given}");
    // What is no leg is refused behind plain legs too, the number before the pool.
    let unknown = QuoteBatch { pools: &[0, 9], directions: &[0, 0], modes: &[0, 0], amounts: &[5_000, 1] };
    let (out, codes) = (&mut [0; 2], &mut [0; 2]);
    assert_eq!(store.quote_batch(&unknown, &CLOCK, out, codes), Err(SearchError::PoolNotFound));
    let odd = QuoteBatch { directions: &[0, 2], ..unknown };
    assert_eq!(store.quote_batch(&odd, &CLOCK, out, codes), Err(SearchError::QuoteBatchInvalid));
}
