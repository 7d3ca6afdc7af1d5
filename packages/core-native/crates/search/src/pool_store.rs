//! Pool states by dense index, each stamped with its slot, and the accounts they were decoded from.

use std::collections::{HashMap, HashSet};

use tandem_pools::pool::{
    AccountView, Address, AnyPool, DecodeError, SwapInstruction, SwapRequest, Venue, Watch,
};
use tandem_pools::quote::{ChainClock, Direction, Quote, QuoteError, SwapMode, SwapOrder};

use crate::account_batch::{AccountRecord, decode_account_batch};
use crate::account_table::{AccountEntry, AccountIndex, AccountTable, Arrival, Link, Version};
use crate::error::SearchError;
use crate::pool_table::{PoolRecord, PoolTable, Role};
use crate::token_graph::TokenGraph;

/// Dense index of a pool inside one store.
pub type PoolIndex = u32;
/// Rounds of a pool's accounts bringing others into reach.
const CATCH_UP_ROUNDS: usize = 4;
/// Stands for the index of a pool that was refused.
pub const NO_POOL: PoolIndex = u32::MAX;

/// One account that was not taken, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountRefusal {
    /// The account.
    pub address: Address,
    /// Why.
    pub error: SearchError,
}

/// What a batch of accounts changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApplyReport {
    /// Pools whose quotes may have changed, ascending, each once.
    pub touched: Vec<PoolIndex>,
    /// Accounts that are no part of any pool.
    pub unknown: u32,
    /// Accounts older than what is held.
    pub stale: u32,
    /// Accounts whose bytes and slot were held already.
    pub duplicates: u32,
    /// Pools that watch other accounts than before, ascending, each once.
    pub rewatched: Vec<PoolIndex>,
    /// Accounts that a pool could not decode.
    pub refusals: Vec<AccountRefusal>,
}

/// What became of a batch of pool accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddPoolsReport {
    /// By position in the batch: the pool's index, or `NO_POOL`.
    pub indices: Vec<PoolIndex>,
    /// Accounts that are no pools.
    pub refusals: Vec<AccountRefusal>,
}

/// A pool's facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolDescription {
    /// Its index.
    pub index: PoolIndex,
    /// Its account.
    pub address: Address,
    /// Its venue.
    pub venue: Venue,
    /// Its mints, A first.
    pub mints: [Address; 2],
    /// The mints' token programs, A first.
    pub token_programs: [Address; 2],
    /// Whether every account that no quote can do without is known and no account's newest bytes were refused.
    pub is_ready: bool,
    /// Why the newest bytes of an account cannot be used, if so.
    pub disabled: Option<DecodeError>,
    /// Tradable reserves, zero while not ready.
    pub reserves: [u64; 2],
    /// Slot of the newest account.
    pub slot: u64,
    /// Compute units of a swap.
    pub compute_units: u32,
}

/// Every pool of one store. Which accounts a pool depends on may change with what is applied: tick arrays come into reach and
/// leave it with the price.
#[derive(Debug, Default)]
pub struct PoolStore {
    pools: PoolTable,
    accounts: AccountTable,
    by_address: HashMap<Address, PoolIndex>,
    graph: TokenGraph,
}

impl PoolStore {
    /// Registers the pools of a packed batch. A known pool keeps its index and its state; a new one starts from the newest
    /// bytes that the store holds or is given, and takes over what is held of the accounts it depends on.
    ///
    /// # Errors
    /// `AccountBatchInvalid` for a malformed batch, of which nothing is applied.
    pub fn add_pools(&mut self, batch: &[u8]) -> Result<AddPoolsReport, SearchError> {
        let records = decode_account_batch(batch)?;
        let mut report = AddPoolsReport::default();
        for record in &records {
            let index = match self.by_address.get(record.address) {
                Some(index) => *index,
                None => self.add_pool(record, &mut report.refusals).unwrap_or_else(|error| {
                    report.refusals.push(AccountRefusal { address: *record.address, error });
                    NO_POOL
                }),
            };
            report.indices.push(index);
        }
        Ok(report)
    }

    /// Applies account updates in order: newer slots win, equal slots take the later arrival. Bytes that a pool cannot
    /// decode are reported and disable it until good ones come.
    ///
    /// # Errors
    /// `AccountBatchInvalid` for a malformed batch, of which nothing is applied.
    pub fn apply_accounts(&mut self, batch: &[u8]) -> Result<ApplyReport, SearchError> {
        let records = decode_account_batch(batch)?;
        let mut report = ApplyReport::default();
        for record in &records {
            self.apply_record(record, &mut report);
        }
        for pools in [&mut report.touched, &mut report.rewatched] {
            pools.sort_unstable();
            pools.dedup();
        }
        Ok(report)
    }

    /// Returns the accounts that the quotes of these pools depend on, each once, in the order of the pools.
    ///
    /// # Errors
    /// `PoolNotFound`.
    pub fn watched_accounts(&self, pools: &[PoolIndex]) -> Result<Vec<Address>, SearchError> {
        let mut seen = HashSet::new();
        let mut watched = Vec::new();
        for pool in pools {
            let record = self.pools.record(*pool).ok_or(SearchError::PoolNotFound)?;
            let fresh = record.roles.iter().filter(|role| seen.insert(role.account));
            watched.extend(fresh.filter_map(|role| Some(self.accounts.entry(role.account)?.address)));
        }
        Ok(watched)
    }

    /// Returns every account as a packed batch, pools first: `add_pools` and then `apply_accounts` of it give an equal store.
    /// The other accounts follow pool by pool in the order they are watched, so that each is expected when it comes.
    ///
    /// # Errors
    /// `AccountTooLarge` for an account beyond 4 GiB.
    pub fn export_accounts(&self) -> Result<Vec<u8>, SearchError> {
        let mut batch = Vec::new();
        let mut written = HashSet::new();
        for record in self.pools.records() {
            let Some(own) = record.roles.first() else { continue };
            let Some(entry) = self.accounts.entry(own.account) else { continue };
            for version in entry.versions.iter().filter(|version| Some(version.id) == own.decoded) {
                encode_version(&entry.address, version, &mut batch)?;
                written.insert(version.id);
            }
        }
        for role in self.pools.records().flat_map(|record| &record.roles) {
            let Some(entry) = self.accounts.entry(role.account) else { continue };
            for version in &entry.versions {
                if written.insert(version.id) {
                    encode_version(&entry.address, version, &mut batch)?;
                }
            }
        }
        Ok(batch)
    }

    /// Returns the pools by index.
    pub(crate) const fn pools(&self) -> &PoolTable {
        &self.pools
    }

    /// Returns the number of pools.
    #[must_use]
    pub fn pool_count(&self) -> usize {
        self.pools.len()
    }

    /// Returns the index of a pool account.
    #[must_use]
    pub fn find_pool(&self, address: &Address) -> Option<PoolIndex> {
        self.by_address.get(address).copied()
    }

    /// Returns the graph of the pools.
    #[must_use]
    pub const fn graph(&self) -> &TokenGraph {
        &self.graph
    }

    /// Returns the slot of a pool's newest account.
    ///
    /// # Errors
    /// `PoolNotFound`.
    pub fn slot(&self, pool: PoolIndex) -> Result<u64, SearchError> {
        self.pools.record(pool).map(|record| record.slot).ok_or(SearchError::PoolNotFound)
    }

    /// Returns a pool of which every account that no quote can do without is known and no account's newest bytes were refused.
    #[must_use]
    #[inline]
    pub fn ready_pool(&self, pool: PoolIndex) -> Option<&AnyPool> {
        if self.pools.is_ready(pool)? { self.pools.state(pool) } else { None }
    }

    /// Returns a pool's facts.
    ///
    /// # Errors
    /// `PoolNotFound`.
    pub fn describe(&self, pool: PoolIndex) -> Result<PoolDescription, SearchError> {
        let record = self.pools.record(pool).ok_or(SearchError::PoolNotFound)?;
        let state = self.pools.state(pool).ok_or(SearchError::PoolNotFound)?;
        let ready = self.ready_pool(pool);
        Ok(PoolDescription {
            index: pool,
            address: record.address,
            venue: state.venue(),
            mints: state.mints(),
            token_programs: state.token_programs(),
            is_ready: ready.is_some(),
            disabled: record.disabled(),
            reserves: ready.and_then(AnyPool::reserves).unwrap_or_default(),
            slot: record.slot,
            compute_units: state.compute_units(),
        })
    }

    /// Quotes one leg.
    ///
    /// # Errors
    /// `PoolNotFound`; `Decode` when the pool is disabled; `Quote` where the program would refuse.
    pub fn quote(
        &self,
        pool: PoolIndex,
        direction: Direction,
        mode: SwapMode,
        amount: u64,
        clock: &ChainClock,
    ) -> Result<Quote, SearchError> {
        let record = self.pools.record(pool).ok_or(SearchError::PoolNotFound)?;
        if let Some(error) = record.disabled() {
            return Err(error.into());
        }
        let state = self.ready_pool(pool).ok_or(QuoteError::AccountMissing)?;
        Ok(state.quote(direction, mode, amount, clock)?)
    }

    /// Quotes orders in a row, each from the state that the ones before left. The store stays as it is; a refused order changes
    /// nothing for those after it.
    ///
    /// # Errors
    /// `PoolNotFound`; `Decode` when the pool is disabled.
    pub fn quote_sequence(
        &self,
        pool: PoolIndex,
        orders: &[(SwapOrder, ChainClock)],
    ) -> Result<Vec<Result<Quote, QuoteError>>, SearchError> {
        let record = self.pools.record(pool).ok_or(SearchError::PoolNotFound)?;
        if let Some(error) = record.disabled() {
            return Err(error.into());
        }
        let Some(ready) = self.ready_pool(pool) else {
            return Ok(vec![Err(QuoteError::AccountMissing); orders.len()]);
        };
        let mut state = ready.clone();
        Ok(orders.iter().map(|(order, clock)| state.swap(order, clock)).collect())
    }

    /// Returns the swap instruction of a leg, whatever the pool lacks.
    ///
    /// # Errors
    /// `PoolNotFound`.
    pub fn swap_instruction(
        &self,
        pool: PoolIndex,
        request: &SwapRequest<'_>,
    ) -> Result<SwapInstruction, SearchError> {
        let state = self.pools.state(pool).ok_or(SearchError::PoolNotFound)?;
        Ok(state.swap_instruction(request))
    }

    fn add_pool(
        &mut self,
        record: &AccountRecord<'_>,
        refusals: &mut Vec<AccountRefusal>,
    ) -> Result<PoolIndex, SearchError> {
        let index = u32::try_from(self.pools.len()).ok().filter(|index| *index != NO_POOL);
        let index = index.ok_or(SearchError::PoolsExceeded)?;
        let held = self.accounts.find(record.address).and_then(|account| self.accounts.entry(account));
        let newer = held.filter(|entry| entry.newest().is_some_and(|version| version.slot > record.slot));
        let state = match newer.and_then(AccountEntry::newest) {
            Some(newest) => decode_held(record.address, newest)?,
            None => AnyPool::decode(record.view())?,
        };
        let mints = state.mints();
        let required = state.required();
        let roles = link_roles(&mut self.accounts, index, &state.watched(), &[]);
        self.pools.push(state, PoolRecord { address: *record.address, slot: 0, roles, required });
        self.graph.push_pool(index, mints);
        self.by_address.insert(*record.address, index);
        self.catch_up(index);
        let mut report = ApplyReport::default();
        self.apply_record(record, &mut report);
        refusals.append(&mut report.refusals);
        Ok(index)
    }

    fn apply_record(&mut self, record: &AccountRecord<'_>, report: &mut ApplyReport) {
        let known = self.accounts.find(record.address);
        let linked =
            known.filter(|known| self.accounts.entry(*known).is_some_and(|entry| !entry.links.is_empty()));
        let Some(account) = linked else {
            report.unknown = report.unknown.saturating_add(1);
            return;
        };
        match self.accounts.judge(account, record) {
            Arrival::Stale => report.stale = report.stale.saturating_add(1),
            Arrival::Duplicate => report.duplicates = report.duplicates.saturating_add(1),
            Arrival::Renewed => self.renew(account, record.slot),
            Arrival::Changed => self.change(account, record, report),
        }
    }

    /// Stamps the bytes that are held with a newer slot. No quote changes by that.
    fn renew(&mut self, account: AccountIndex, slot: u64) {
        let Some(entry) = self.accounts.entry_mut(account) else { return };
        if let Some(newest) = entry.versions.last_mut() {
            newest.slot = slot;
        }
        for link in &entry.links {
            self.pools.stamp(link.pool, slot);
        }
    }

    fn change(&mut self, account: AccountIndex, record: &AccountRecord<'_>, report: &mut ApplyReport) {
        let version = self.accounts.next_version();
        let Some(entry) = self.accounts.entry_mut(account) else { return };
        let mut refusal = None;
        let mut rewatched = Vec::new();
        for link in &entry.links {
            let outcome = self.pools.apply(*link, record.view(), version);
            refusal = refusal.or(outcome.err());
            if outcome == Ok(Watch::Changed) {
                rewatched.push(link.pool);
            }
            self.pools.stamp(link.pool, record.slot);
            report.touched.push(link.pool);
        }
        if let Some(error) = refusal {
            report.refusals.push(AccountRefusal { address: *record.address, error: error.into() });
            entry.push(version, record, |link| self.pools.decoded(link));
        } else {
            entry.replace(version, record);
        }
        for pool in rewatched {
            self.rewatch(pool);
            report.rewatched.push(pool);
        }
    }

    /// Applies what is held of a pool's accounts to the pool, and of those it watches because of them.
    fn catch_up(&mut self, pool: PoolIndex) {
        // Each round settles accounts that the one before brought into reach; an array brings no others, so few suffice.
        for _ in 0..CATCH_UP_ROUNDS {
            if self.apply_held(pool) == Watch::Same {
                return;
            }
            self.relink(pool);
        }
    }

    /// Follows a pool to the accounts it watches now.
    fn rewatch(&mut self, pool: PoolIndex) {
        self.relink(pool);
        self.catch_up(pool);
    }

    /// Applies what is held of those accounts of a pool that it has not decoded yet.
    fn apply_held(&mut self, pool: PoolIndex) -> Watch {
        let roles: Vec<Role> =
            self.pools.record(pool).into_iter().flat_map(|record| record.roles.iter().copied()).collect();
        let mut watch = Watch::Same;
        for (position, role) in roles.into_iter().enumerate() {
            let Some(entry) = self.accounts.entry(role.account) else { continue };
            let Some(newest) = entry.newest() else { continue };
            if role.decoded == Some(newest.id) || role.refusal.is_some() {
                continue;
            }
            let data = newest.data.to_bytes();
            let view = AccountView { address: &entry.address, owner: &newest.owner, data: &data };
            // A refusal stays in the role, where `describe` shows it.
            let outcome = self.pools.apply(Link { pool, role: position }, view, newest.id);
            if outcome == Ok(Watch::Changed) {
                watch = Watch::Changed;
            }
            self.pools.stamp(pool, newest.slot);
        }
        watch
    }

    /// Gives a pool the roles of the accounts it watches now; what it knew of those that stay stays.
    fn relink(&mut self, pool: PoolIndex) {
        let Some(state) = self.pools.state(pool) else { return };
        let (watched, required) = (state.watched(), state.required());
        let before = self.pools.record(pool).map(|record| record.roles.clone()).unwrap_or_default();
        let roles = link_roles(&mut self.accounts, pool, &watched, &before);
        let kept: HashSet<AccountIndex> = roles.iter().map(|role| role.account).collect();
        let before = self.pools.replace_roles(pool, roles, required);
        for role in before.iter().filter(|role| !kept.contains(&role.account)) {
            self.accounts.unlink(role.account, pool);
        }
    }
}

fn decode_held(address: &Address, held: &Version) -> Result<AnyPool, DecodeError> {
    AnyPool::decode(AccountView { address, owner: &held.owner, data: &held.data.to_bytes() })
}

fn encode_version(address: &Address, version: &Version, batch: &mut Vec<u8>) -> Result<(), SearchError> {
    let data = version.data.to_bytes();
    AccountRecord { address, owner: &version.owner, slot: version.slot, data: &data }.encode(batch)
}

/// Links a pool to every account it watches, each once, and keeps what it knew of them.
fn link_roles(
    accounts: &mut AccountTable,
    pool: PoolIndex,
    watched: &[Address],
    before: &[Role],
) -> Vec<Role> {
    let mut roles: Vec<Role> = Vec::with_capacity(watched.len());
    for address in watched {
        let known = accounts.find(address);
        if known.is_some_and(|known| roles.iter().any(|role| role.account == known)) {
            continue;
        }
        let account = accounts.link(address, Link { pool, role: roles.len() });
        let held = before.iter().find(|role| role.account == account);
        roles.push(held.copied().unwrap_or(Role::missing(account)));
    }
    roles
}
