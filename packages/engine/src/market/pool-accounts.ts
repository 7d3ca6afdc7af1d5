import type { AccountRecord, AccountRefusal, CoreApi, PoolIndex, StoreId } from '@tandem/core-native';
import { addressKey } from './update-batch.js';

const ADDRESS_BYTES = 32;

/** Which accounts the pools depend on, and which of those hold bytes the core refused. */
export class PoolAccounts {
  readonly #core: Pick<CoreApi, 'watchedAccounts'>;
  readonly #store: StoreId;
  readonly #pools = new Map<string, PoolIndex[]>();
  readonly #addresses: Uint8Array[] = [];
  readonly #refused = new Map<string, string>();

  constructor(core: Pick<CoreApi, 'watchedAccounts'>, store: StoreId) {
    this.#core = core;
    this.#store = store;
  }

  /** Takes the accounts of these pools in. */
  track(pools: Uint32Array): void {
    for (const pool of pools) {
      for (const address of unpack(this.#core.watchedAccounts(this.#store, Uint32Array.of(pool)))) {
        const key = addressKey(address);
        const users = this.#pools.get(key);
        if (users === undefined) {
          this.#pools.set(key, [pool]);
          this.#addresses.push(address);
        } else if (!users.includes(pool)) users.push(pool);
      }
    }
  }

  /** Every account to watch, each once, in the order of the pools. */
  addresses(): readonly Uint8Array[] {
    return this.#addresses;
  }

  /** Marks an account as refused. */
  block(address: Uint8Array, code: string): void {
    this.#refused.set(addressKey(address), code);
  }

  /** Takes the outcome of a batch: refused accounts block their pools, accounts taken again free them. */
  settle(applied: readonly AccountRecord[], refusals: readonly AccountRefusal[]): void {
    if (this.#refused.size > 0) for (const { address } of applied) this.#refused.delete(addressKey(address));
    for (const { address, code } of refusals) this.block(address, code);
  }

  /** Returns the code one of the pool's accounts was refused with; null when none was. */
  blockedCode(pool: PoolIndex): string | null {
    for (const [key, code] of this.#refused) if (this.#pools.get(key)?.includes(pool) === true) return code;
    return null;
  }
}

function unpack(addresses: Uint8Array): Uint8Array[] {
  const list: Uint8Array[] = [];
  for (let at = 0; at + ADDRESS_BYTES <= addresses.length; at += ADDRESS_BYTES)
    list.push(addresses.slice(at, at + ADDRESS_BYTES));
  return list;
}
