import type { StoreId } from '../../core-api.js';
import { storeNotFound } from './error.js';
import { PoolStore } from './pool-store.js';

/** The pool stores of one thread; ids are never used twice. */
export class StoreRegistry {
  readonly #stores = new Map<StoreId, PoolStore>();
  #next: StoreId = 0;

  create(): StoreId {
    const id = this.#next++;
    this.#stores.set(id, new PoolStore());
    return id;
  }

  /** @throws STORE_NOT_FOUND */
  drop(id: StoreId): void {
    if (!this.#stores.delete(id)) throw storeNotFound();
  }

  /** @throws STORE_NOT_FOUND */
  find(id: StoreId): PoolStore {
    const store = this.#stores.get(id);
    if (store === undefined) throw storeNotFound();
    return store;
  }
}
