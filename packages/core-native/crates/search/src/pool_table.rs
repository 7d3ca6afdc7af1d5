//! Pool states by dense index, and which of each pool's accounts are known, missing or refused.

use tandem_pools::pool::{AccountView, Address, AnyPool, DecodeError, Watch};

use crate::account_table::{AccountIndex, Link, VersionId};
use crate::pool_store::PoolIndex;

/// One of the accounts that a pool depends on.
#[derive(Clone, Copy, Debug)]
pub struct Role {
    pub account: AccountIndex,
    /// The last bytes the pool could decode.
    pub decoded: Option<VersionId>,
    /// Why it could not decode the newest ones.
    pub refusal: Option<DecodeError>,
}

impl Role {
    /// Makes a role of which no bytes have come.
    pub const fn missing(account: AccountIndex) -> Self {
        Self { account, decoded: None, refusal: None }
    }
}

/// What the store knows of a pool besides its state.
#[derive(Debug)]
pub struct PoolRecord {
    pub address: Address,
    pub slot: u64,
    /// The pool's own account first, then those it needs, then those that only widen what can be quoted.
    pub roles: Vec<Role>,
    /// How many roles must be known before the pool is quoted.
    pub required: usize,
}

impl PoolRecord {
    /// Returns why the newest accounts of the pool cannot be used, if so.
    pub fn disabled(&self) -> Option<DecodeError> {
        self.roles.iter().find_map(|role| role.refusal)
    }

    fn is_ready(&self) -> bool {
        let known = |at: usize, role: &Role| at >= self.required || role.decoded.is_some();
        self.roles.iter().enumerate().all(|(at, role)| role.refusal.is_none() && known(at, role))
    }
}

/// A pool's state in a cache line of its own; one that straddled two would cost a quote of a batch twice the memory.
#[derive(Debug)]
#[repr(align(64))]
struct Aligned(AnyPool);

/// All pools; the states lie apart from the rest so that a quote touches nothing else.
#[derive(Debug, Default)]
pub struct PoolTable {
    states: Vec<Aligned>,
    ready: Vec<bool>,
    records: Vec<PoolRecord>,
}

impl PoolTable {
    pub fn len(&self) -> usize {
        self.states.len()
    }

    pub fn push(&mut self, state: AnyPool, record: PoolRecord) {
        self.states.push(Aligned(state));
        self.ready.push(record.is_ready());
        self.records.push(record);
    }

    /// Returns the state of a pool whatever it lacks.
    #[inline]
    pub fn state(&self, pool: PoolIndex) -> Option<&AnyPool> {
        self.states.get(pool as usize).map(|Aligned(state)| state)
    }

    /// Returns whether every account that no quote can do without is known and no account's newest bytes were refused.
    #[inline]
    pub fn is_ready(&self, pool: PoolIndex) -> Option<bool> {
        self.ready.get(pool as usize).copied()
    }

    pub fn record(&self, pool: PoolIndex) -> Option<&PoolRecord> {
        self.records.get(pool as usize)
    }

    /// Returns what is known of each pool's accounts, ascending by index.
    pub fn records(&self) -> impl Iterator<Item = &PoolRecord> {
        self.records.iter()
    }

    /// Returns the last bytes of a role that its pool could decode.
    pub fn decoded(&self, link: &Link) -> Option<VersionId> {
        self.record(link.pool)?.roles.get(link.role)?.decoded
    }

    /// Stamps a pool with the slot of one of its accounts.
    pub fn stamp(&mut self, pool: PoolIndex, slot: u64) {
        if let Some(record) = self.records.get_mut(pool as usize) {
            record.slot = record.slot.max(slot);
        }
    }

    /// Gives a pool other roles; returns those it had.
    pub fn replace_roles(&mut self, pool: PoolIndex, roles: Vec<Role>, required: usize) -> Vec<Role> {
        let Some(record) = self.records.get_mut(pool as usize) else { return Vec::new() };
        record.required = required;
        let before = std::mem::replace(&mut record.roles, roles);
        let is_ready = record.is_ready();
        if let Some(ready) = self.ready.get_mut(pool as usize) {
            *ready = is_ready;
        }
        before
    }

    /// Applies bytes of an account to one pool that depends on it; a refusal disables the pool until good bytes come. Says
    /// whether the pool watches other accounts from then on.
    pub fn apply(
        &mut self,
        link: Link,
        view: AccountView<'_>,
        version: VersionId,
    ) -> Result<Watch, DecodeError> {
        let at = link.pool as usize;
        let (Some(Aligned(state)), Some(record)) = (self.states.get_mut(at), self.records.get_mut(at)) else {
            return Ok(Watch::Same);
        };
        let Some(role) = record.roles.get_mut(link.role) else { return Ok(Watch::Same) };
        let outcome = state.apply(view);
        role.refusal = outcome.err();
        if outcome.is_ok() {
            role.decoded = Some(version);
        }
        if let Some(ready) = self.ready.get_mut(at) {
            *ready = record.is_ready();
        }
        outcome
    }
}
