import type { AccountRecord, AccountRefusal, CoreApi, PoolIndex, StoreId } from '@tandem/core-native';
import { addressKey } from './update-batch.js';
import { VENUE_CATALOG } from './venue-catalog.js';

const ADDRESS_BYTES = 32;

/** Which accounts the pools depend on, and which of those hold bytes the core refused. */
export class PoolAccounts {
  readonly #core: Pick<CoreApi, 'watchedAccounts' | 'describePools'>;
  readonly #store: StoreId;
  readonly #pools = new Map<string, PoolIndex[]>();
  readonly #addresses: Uint8Array[] = [];
  readonly #refused = new Map<string, string>();
  readonly #vaults = new Map<PoolIndex, readonly string[]>();
  /** Newest slot of each vault that was applied. */
  readonly #vaultSlots = new Map<string, bigint>();

  constructor(core: Pick<CoreApi, 'watchedAccounts' | 'describePools'>, store: StoreId) {
    this.#core = core;
    this.#store = store;
  }

  /** Takes the accounts of these pools in. */
  track(pools: Uint32Array): void {
    for (const pool of pools) {
      const watched = unpack(this.#core.watchedAccounts(this.#store, Uint32Array.of(pool)));
      const venue = this.#core.describePools(this.#store, Uint32Array.of(pool))[0]?.venue;
      const positions = VENUE_CATALOG.find((entry) => entry.venue === venue)?.vaultPositions ?? [];
      const vaults = positions.flatMap((at) => watched[at] ?? []).map(addressKey);
      this.#vaults.set(pool, vaults);
      for (const vault of vaults) this.#vaultSlots.set(vault, this.#vaultSlots.get(vault) ?? 0n);
      for (const address of watched) {
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
    for (const { address, slot } of applied) {
      const key = addressKey(address);
      const before = this.#vaultSlots.get(key);
      if (before !== undefined && slot > before) this.#vaultSlots.set(key, slot);
    }
  }

  /**
   * Returns the slot up to which both reserves are known: that of the vault whose last update is the older one. A swap tells of its
   * vaults in two notifications; between them the stored pool is one that never was.
   */
  reservesSlot(pool: PoolIndex): bigint {
    const slots = (this.#vaults.get(pool) ?? []).map((vault) => this.#vaultSlots.get(vault) ?? 0n);
    return slots.reduce((oldest, slot) => (slot < oldest ? slot : oldest), slots[0] ?? 0n);
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
