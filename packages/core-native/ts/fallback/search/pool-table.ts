import type { PoolIndex } from '../../core-api.js';
import { CoreError } from '../../core-error.js';
import { type AccountView, DecodeFailure, type Pool } from '../pools/pool.js';
import type { AccountEntry, Link, Version } from './account-table.js';

/** One of the accounts that a pool depends on. */
export interface Role {
  readonly account: AccountEntry;
  /** The last bytes the pool could decode. */
  decoded: Version | undefined;
  /** Why it could not decode the newest ones. */
  refusal: CoreError | undefined;
}

/** A pool with its accounts, its own first. */
export interface PoolRecord {
  readonly address: Uint8Array;
  readonly state: Pool;
  readonly roles: readonly Role[];
  slot: bigint;
  /** Whether every account is known and its newest bytes were decoded. */
  isReady: boolean;
}

const DECODE_CODES: ReadonlySet<string> = new Set(Object.values(DecodeFailure));

/** Returns the refusal to decode that was thrown, and throws anything else on. */
export function decodeRefusal(thrown: unknown): CoreError {
  if (thrown instanceof CoreError && DECODE_CODES.has(thrown.code)) return thrown;
  throw thrown;
}

/** Returns why the newest accounts of the pool cannot be used, if so. */
export function disabledBy(record: PoolRecord): CoreError | undefined {
  return record.roles.find((role) => role.refusal !== undefined)?.refusal;
}

/** Pool states by dense index, and which of each pool's accounts are known, missing or refused. */
export class PoolTable {
  readonly #records: PoolRecord[] = [];

  get size(): number {
    return this.#records.length;
  }

  push(record: PoolRecord): void {
    this.#records.push(record);
  }

  at(pool: PoolIndex): PoolRecord | undefined {
    return this.#records[pool];
  }

  records(): readonly PoolRecord[] {
    return this.#records;
  }

  /** Returns the last bytes of a role that its pool could decode. */
  decoded(link: Link): Version | undefined {
    return this.#records[link.pool]?.roles[link.role]?.decoded;
  }

  /** Stamps a pool with the slot of one of its accounts. */
  stamp(pool: PoolIndex, slot: bigint): void {
    const record = this.#records[pool];
    if (record !== undefined && slot > record.slot) record.slot = slot;
  }

  /** Applies bytes of an account to one pool that depends on it; a refusal disables the pool until good bytes come. */
  apply(link: Link, view: AccountView, version: Version): CoreError | undefined {
    const record = this.#records[link.pool];
    const role = record?.roles[link.role];
    if (record === undefined || role === undefined) return undefined;
    try {
      record.state.apply(view);
      role.decoded = version;
      role.refusal = undefined;
    } catch (thrown) {
      role.refusal = decodeRefusal(thrown);
    }
    record.isReady = record.roles.every(({ decoded, refusal }) => decoded !== undefined && refusal === undefined);
    return role.refusal;
  }
}
