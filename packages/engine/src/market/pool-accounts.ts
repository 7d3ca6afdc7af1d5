import type { AccountRecord, CoreApi, PoolIndex, StoreId } from '@tandem/core-native';
import { addressKey } from '../chain/address-bytes.js';
import { VENUE_CATALOG } from './venue-catalog.js';

const ADDRESS_BYTES = 32;

/** How the list of accounts that some pool depends on has changed. */
export interface WatchChange {
  readonly added: readonly Uint8Array[];
  readonly dropped: readonly Uint8Array[];
}

interface WatchedAccount {
  readonly address: Uint8Array;
  /** Pools that depend on it. */
  users: number;
}

interface TrackedPool {
  /** Keys of the accounts it depends on. */
  readonly accounts: ReadonlySet<string>;
  /** Keys of those that every swap writes. */
  readonly written: readonly string[];
}

/** A change while it is gathered. */
interface Turnover {
  readonly added: Map<string, Uint8Array>;
  /** Keys of accounts that were left without a pool. */
  readonly released: Set<string>;
}

/** Which accounts the pools depend on now; the arrays in reach of a price come and go with it. */
export class PoolAccounts {
  readonly #core: Pick<CoreApi, 'watchedAccounts' | 'describePools'>;
  readonly #store: StoreId;
  readonly #accounts = new Map<string, WatchedAccount>();
  readonly #pools = new Map<PoolIndex, TrackedPool>();
  readonly #writtenPositions = new Map<PoolIndex, readonly number[]>();
  /** Newest slot that was applied of each account that every swap of a pool writes. */
  readonly #writtenSlots = new Map<string, bigint>();

  constructor(core: Pick<CoreApi, 'watchedAccounts' | 'describePools'>, store: StoreId) {
    this.#core = core;
    this.#store = store;
  }

  /** Takes in what these pools depend on now, in place of what they did before. */
  track(pools: Uint32Array): WatchChange {
    return this.#change((turnover) => {
      for (const pool of pools) this.#replace(pool, this.#watchedBy(pool), turnover);
    });
  }

  /** Forgets what these pools depend on. */
  untrack(pools: Uint32Array): WatchChange {
    return this.#change((turnover) => {
      for (const pool of pools) this.#replace(pool, [], turnover);
    });
  }

  /** Every account to watch, each once. */
  addresses(): Uint8Array[] {
    return [...this.#accounts.values()].map(({ address }) => address);
  }

  /** Takes note of the slots of accounts that were applied. */
  settle(applied: readonly AccountRecord[]): void {
    for (const { address, slot } of applied) {
      const key = addressKey(address);
      const before = this.#writtenSlots.get(key);
      if (before !== undefined && slot > before) this.#writtenSlots.set(key, slot);
    }
  }

  /**
   * Returns the slot up to which everything is known that a swap of the pool changes: that of the account whose last update is the
   * oldest one. A swap tells of both vaults one by one; between the two the stored pool is one that never was.
   */
  reservesSlot(pool: PoolIndex): bigint {
    const slots = (this.#pools.get(pool)?.written ?? []).map((key) => this.#writtenSlots.get(key) ?? 0n);
    return slots.reduce((oldest, slot) => (slot < oldest ? slot : oldest), slots[0] ?? 0n);
  }

  #change(replaceAll: (turnover: Turnover) => void): WatchChange {
    const turnover: Turnover = { added: new Map(), released: new Set() };
    replaceAll(turnover);
    const dropped: Uint8Array[] = [];
    for (const key of turnover.released) {
      const account = this.#accounts.get(key);
      // What one pool let go of another one may have taken up.
      if (account === undefined || account.users > 0) continue;
      this.#accounts.delete(key);
      this.#writtenSlots.delete(key);
      if (!turnover.added.delete(key)) dropped.push(account.address);
    }
    return { added: [...turnover.added.values()], dropped };
  }

  #replace(pool: PoolIndex, watched: readonly Uint8Array[], turnover: Turnover): void {
    const before = this.#pools.get(pool)?.accounts ?? new Set<string>();
    const keys = watched.map(addressKey);
    const accounts = new Set(keys);
    for (const [position, address] of watched.entries()) {
      const key = keys[position] ?? '';
      if (!before.has(key)) this.#use(key, address, turnover);
    }
    for (const key of before) if (!accounts.has(key)) this.#release(key, turnover);
    const written = this.#writtenPositionsOf(pool).flatMap((position) => keys[position] ?? []);
    for (const key of written) this.#writtenSlots.set(key, this.#writtenSlots.get(key) ?? 0n);
    if (keys.length === 0) this.#pools.delete(pool);
    else this.#pools.set(pool, { accounts, written });
  }

  #use(key: string, address: Uint8Array, { added }: Turnover): void {
    const known = this.#accounts.get(key);
    if (known !== undefined) known.users += 1;
    else {
      this.#accounts.set(key, { address, users: 1 });
      added.set(key, address);
    }
  }

  #release(key: string, { released }: Turnover): void {
    const account = this.#accounts.get(key);
    if (account === undefined) return;
    account.users -= 1;
    if (account.users === 0) released.add(key);
  }

  #watchedBy(pool: PoolIndex): Uint8Array[] {
    const packed = this.#core.watchedAccounts(this.#store, Uint32Array.of(pool));
    return Array.from({ length: packed.length / ADDRESS_BYTES }, (_, index) =>
      packed.slice(index * ADDRESS_BYTES, (index + 1) * ADDRESS_BYTES),
    );
  }

  #writtenPositionsOf(pool: PoolIndex): readonly number[] {
    const known = this.#writtenPositions.get(pool);
    if (known !== undefined) return known;
    const venue = this.#core.describePools(this.#store, Uint32Array.of(pool))[0]?.venue;
    const positions = VENUE_CATALOG.find((entry) => entry.venue === venue)?.writtenPositions ?? [];
    this.#writtenPositions.set(pool, positions);
    return positions;
  }
}
