//! Which accounts a store knows, which pools depend on each, and the bytes it holds of them.
//!
//! Of every account the newest bytes are kept, and older ones as long as they are the last a pool could decode: with both, a
//! replica reaches the same state.

use std::collections::HashMap;

use tandem_pools::pool::Address;

use crate::account_batch::AccountRecord;
use crate::pool_store::PoolIndex;
use crate::sparse_bytes::SparseBytes;

/// Dense index of an account inside one store.
pub type AccountIndex = usize;
/// Identifies bytes of an account that arrived together.
pub type VersionId = u64;

/// A pool that depends on an account, and as which of its watched accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    pub pool: PoolIndex,
    pub role: usize,
}

/// Bytes of an account.
#[derive(Clone, Debug)]
pub struct Version {
    pub id: VersionId,
    pub slot: u64,
    pub owner: Address,
    pub data: SparseBytes,
}

/// One account.
#[derive(Debug)]
pub struct AccountEntry {
    pub address: Address,
    pub links: Vec<Link>,
    /// By arrival; the last is the newest.
    pub versions: Vec<Version>,
}

impl AccountEntry {
    /// Returns the newest bytes.
    pub fn newest(&self) -> Option<&Version> {
        self.versions.last()
    }

    /// Takes new bytes in place of all older ones, whose buffer they reuse.
    pub fn replace(&mut self, id: VersionId, record: &AccountRecord<'_>) {
        let held = self.versions.pop();
        let mut data = held.map(|version| version.data).unwrap_or_default();
        data.replace(record.data);
        let version = Version { id, slot: record.slot, owner: *record.owner, data };
        self.versions.clear();
        self.versions.push(version);
    }

    /// Takes new bytes beside those older ones that are still in use.
    pub fn push(
        &mut self,
        id: VersionId,
        record: &AccountRecord<'_>,
        in_use: impl Fn(&Link) -> Option<VersionId>,
    ) {
        let links = &self.links;
        self.versions.retain(|version| links.iter().any(|link| in_use(link) == Some(version.id)));
        let mut data = SparseBytes::default();
        data.replace(record.data);
        self.versions.push(Version { id, slot: record.slot, owner: *record.owner, data });
    }
}

/// What the arrival of an account means to what is held of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Older than what is held.
    Stale,
    /// Held already.
    Duplicate,
    /// The bytes that are held, seen at a newer slot.
    Renewed,
    /// New bytes.
    Changed,
}

/// Every account of a store.
#[derive(Debug, Default)]
pub struct AccountTable {
    routes: HashMap<Address, AccountIndex>,
    entries: Vec<AccountEntry>,
    last_version: VersionId,
}

impl AccountTable {
    /// Returns the account's index.
    pub fn find(&self, address: &Address) -> Option<AccountIndex> {
        self.routes.get(address).copied()
    }

    /// Returns the account.
    pub fn entry(&self, account: AccountIndex) -> Option<&AccountEntry> {
        self.entries.get(account)
    }

    /// Returns the account for a change of what is held.
    pub fn entry_mut(&mut self, account: AccountIndex) -> Option<&mut AccountEntry> {
        self.entries.get_mut(account)
    }

    /// Returns a version id that was never used.
    pub fn next_version(&mut self) -> VersionId {
        self.last_version = self.last_version.saturating_add(1);
        self.last_version
    }

    /// Lets a pool depend on an account in this role, whatever its role was before.
    pub fn link(&mut self, address: &Address, link: Link) -> AccountIndex {
        let next = self.entries.len();
        let account = *self.routes.entry(*address).or_insert(next);
        if account == next {
            self.entries.push(AccountEntry { address: *address, links: Vec::new(), versions: Vec::new() });
        }
        if let Some(entry) = self.entries.get_mut(account) {
            match entry.links.iter_mut().find(|held| held.pool == link.pool) {
                Some(held) => held.role = link.role,
                None => entry.links.push(link),
            }
        }
        account
    }

    /// Ends the dependence of a pool on an account. What nobody depends on any more is not held.
    pub fn unlink(&mut self, account: AccountIndex, pool: PoolIndex) {
        let Some(entry) = self.entries.get_mut(account) else { return };
        entry.links.retain(|link| link.pool != pool);
        if entry.links.is_empty() {
            entry.versions = Vec::new();
        }
    }

    /// Says what an arriving account means; equal slots take the later arrival.
    pub fn judge(&self, account: AccountIndex, record: &AccountRecord<'_>) -> Arrival {
        let Some(newest) = self.entry(account).and_then(AccountEntry::newest) else {
            return Arrival::Changed;
        };
        let same_bytes = newest.owner == *record.owner && newest.data.equals(record.data);
        match record.slot.cmp(&newest.slot) {
            std::cmp::Ordering::Less => Arrival::Stale,
            std::cmp::Ordering::Equal if same_bytes => Arrival::Duplicate,
            std::cmp::Ordering::Greater if same_bytes => Arrival::Renewed,
            std::cmp::Ordering::Equal | std::cmp::Ordering::Greater => Arrival::Changed,
        }
    }
}
