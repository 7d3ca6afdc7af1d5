import {
  encodeAccountBatch,
  type AccountRecord,
  type AccountRefusal,
  type ApplyReport,
  type CoreApi,
  type PoolIndex,
  type StoreId,
} from '@tandem/core-native';
import { encodeBase58 } from '../chain/base58.js';
import { PoolAccounts, type WatchChange } from './pool-accounts.js';
import { RefusalList } from './refusal-list.js';
import { addressKey } from '../chain/address-bytes.js';

/** What a batch of accounts did. */
export interface Applied extends WatchChange {
  /** Pools whose quotes may have changed. */
  readonly touched: Uint32Array;
}

/** What came of accounts that were to be pools. */
export interface Added extends WatchChange {
  readonly refusals: readonly AccountRefusal[];
}

const REFUSED_INDEX = 0xffff_ffff;
const U64_MAX = (1n << 64n) - 1n;
const NOTHING = new Uint8Array(0);
const SYSTEM_PROGRAM = new Uint8Array(32);
const UNCHANGED: WatchChange = { added: [], dropped: [] };

/** Returns what the core is told of an address without an account. */
export function absentAccount(address: Uint8Array, slot: bigint): AccountRecord {
  return { address, owner: SYSTEM_PROGRAM, slot, data: NOTHING };
}

/** The core's store and what hangs on it: which accounts its pools depend on, and what it refused. */
export class MarketStore {
  readonly id: StoreId;
  readonly accounts: PoolAccounts;
  readonly refusals = new RefusalList();
  readonly #core: CoreApi;
  readonly #withdrawn = new Map<PoolIndex, string>();
  /** Why the core cannot use the newest bytes of a pool. */
  readonly #disabled = new Map<PoolIndex, string>();
  #counts = { stale: 0, duplicates: 0, unknown: 0, batches: 0 };

  constructor(core: CoreApi) {
    this.#core = core;
    this.id = core.createStore();
    this.accounts = new PoolAccounts(core, this.id);
  }

  get counts(): Readonly<{ stale: number; duplicates: number; unknown: number; batches: number }> {
    return this.#counts;
  }

  /** Registers pools and returns what they depend on; nothing when none of the accounts is a pool. */
  add(pools: readonly AccountRecord[]): Added {
    const { indices, refusals } = this.#core.addPools(this.id, encodeAccountBatch(pools));
    this.#list(refusals, pools);
    return { ...this.accounts.track(indices.filter((index) => index !== REFUSED_INDEX)), refusals };
  }

  /** Applies newer bytes, in order. */
  apply(records: readonly AccountRecord[]): Applied {
    const report = this.#core.applyAccounts(this.id, encodeAccountBatch(records));
    this.#counts.batches += 1;
    this.#counts.stale += report.stale;
    this.#counts.duplicates += report.duplicates;
    this.#counts.unknown += report.unknown;
    this.accounts.settle(records);
    this.#list(report.refusals, records);
    this.#noteDisabled(report);
    const rewatched = report.rewatched.filter((pool) => !this.#withdrawn.has(pool));
    const change = rewatched.length === 0 ? UNCHANGED : this.accounts.track(rewatched);
    return { touched: report.touched, ...change };
  }

  /**
   * Takes pools out of the market for the rest of the run. The core is told that they are gone, as of a slot that no update can pass:
   * so neither the search nor a quote uses them again, here and in every replica.
   */
  withdraw(pools: Uint32Array, code: string): WatchChange {
    for (const pool of pools) this.#withdrawn.set(pool, code);
    const gone = this.#core
      .describePools(this.id, pools)
      .map(({ address }): AccountRecord => absentAccount(address, U64_MAX));
    this.#core.applyAccounts(this.id, encodeAccountBatch(gone));
    return this.accounts.untrack(pools);
  }

  /** Returns why a pool must not be traded: it was withdrawn, or the core refused the newest bytes of one of its accounts. */
  blockedCode(pool: PoolIndex): string | null {
    return this.#withdrawn.get(pool) ?? this.#disabled.get(pool) ?? null;
  }

  drop(): void {
    this.#core.dropStore(this.id);
  }

  /** Asks of those pools only that a refusal may have disabled, or newer bytes enabled again: this runs at each batch. */
  #noteDisabled({ touched, refusals }: ApplyReport): void {
    const asked = refusals.length > 0 ? touched : touched.filter((pool) => this.#disabled.has(pool));
    if (asked.length === 0) return;
    for (const { index, disabledCode } of this.#core.describePools(this.id, asked)) {
      if (disabledCode === null) this.#disabled.delete(index);
      else this.#disabled.set(index, disabledCode);
    }
  }

  /** What a pool cannot do without and is not there is told as that; the core only says that the bytes are of nobody. */
  #list(refusals: readonly AccountRefusal[], records: readonly AccountRecord[]): void {
    if (refusals.length === 0) return;
    const absent = new Set(records.filter(({ data }) => data.length === 0).map(({ address }) => addressKey(address)));
    for (const { address, code, message } of refusals) {
      const isAbsent = absent.has(addressKey(address));
      this.refusals.add({
        address: encodeBase58(address),
        code: isAbsent ? 'MARKET_ACCOUNT_NOT_FOUND' : code,
        message: isAbsent ? `the cluster has no such account, and a pool cannot trade without it (${code})` : message,
      });
    }
  }
}
