//! The process-global pool stores. Every thread that opens an id sees the same store.

use std::sync::{Arc, OnceLock, RwLock};

use crate::error::SearchError;
use crate::pool_store::PoolStore;

/// Identifies a store; ids are never used twice in a process.
pub type StoreId = u32;

type Store = Arc<RwLock<PoolStore>>;

/// By id; a dropped store leaves an empty place.
fn stores() -> &'static RwLock<Vec<Option<Store>>> {
    static STORES: OnceLock<RwLock<Vec<Option<Store>>>> = OnceLock::new();
    STORES.get_or_init(RwLock::default)
}

/// Creates an empty store.
///
/// # Errors
/// `StoresExceeded`; `StorePanic` when a thread panicked inside the registry.
pub fn create_store() -> Result<StoreId, SearchError> {
    let mut stores = stores().write().map_err(|_| SearchError::StorePanic)?;
    // The last number stands for an id that is none.
    let id = StoreId::try_from(stores.len()).ok().filter(|id| *id != StoreId::MAX);
    let id = id.ok_or(SearchError::StoresExceeded)?;
    stores.push(Some(Store::default()));
    Ok(id)
}

/// Drops a store. Calls on other threads that already hold it finish.
///
/// # Errors
/// `StoreNotFound`; `StorePanic` when a thread panicked inside the registry.
pub fn drop_store(id: StoreId) -> Result<(), SearchError> {
    let mut stores = stores().write().map_err(|_| SearchError::StorePanic)?;
    let place = usize::try_from(id).ok().and_then(|at| stores.get_mut(at));
    place.and_then(Option::take).map(drop).ok_or(SearchError::StoreNotFound)
}

/// Reads a store.
///
/// # Errors
/// `StoreNotFound`; `StorePanic` when a thread panicked while it wrote the store; what `work` refuses.
pub fn with_store<T>(
    id: StoreId,
    work: impl FnOnce(&PoolStore) -> Result<T, SearchError>,
) -> Result<T, SearchError> {
    let store = find_store(id)?;
    let held = store.read().map_err(|_| SearchError::StorePanic)?;
    work(&held)
}

/// Changes a store.
///
/// # Errors
/// `StoreNotFound`; `StorePanic` when a thread panicked while it wrote the store; what `work` refuses.
pub fn with_store_mut<T>(
    id: StoreId,
    work: impl FnOnce(&mut PoolStore) -> Result<T, SearchError>,
) -> Result<T, SearchError> {
    let store = find_store(id)?;
    let mut held = store.write().map_err(|_| SearchError::StorePanic)?;
    work(&mut held)
}

fn find_store(id: StoreId) -> Result<Store, SearchError> {
    let stores = stores().read().map_err(|_| SearchError::StorePanic)?;
    let place = usize::try_from(id).ok().and_then(|at| stores.get(at));
    place.and_then(Option::clone).ok_or(SearchError::StoreNotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_the_same_for_every_thread_and_gone_after_its_drop() {
        let id = create_store().unwrap();
        let seen = std::thread::spawn(move || with_store(id, |store| Ok(store.pool_count()))).join().unwrap();
        assert_eq!(seen, Ok(0));
        drop_store(id).unwrap();
        assert_eq!(with_store(id, |store| Ok(store.pool_count())), Err(SearchError::StoreNotFound));
        assert_eq!(drop_store(id), Err(SearchError::StoreNotFound));
        assert_ne!(create_store().unwrap(), id);
    }

    #[test]
    fn a_store_whose_writer_panicked_is_refused_and_the_others_are_not() {
        let (broken, whole) = (create_store().unwrap(), create_store().unwrap());
        let writer = std::thread::spawn(move || {
            let _ = with_store_mut(broken, |_| -> Result<(), SearchError> { panic!("on purpose") });
        });
        assert!(writer.join().is_err());
        assert_eq!(with_store(broken, |_| Ok(())), Err(SearchError::StorePanic));
        assert_eq!(with_store(whole, |_| Ok(())), Ok(()));
    }
}
