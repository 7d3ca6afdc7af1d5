import type { PoolIndex } from '../../core-api.js';
import { CoreError } from '../../core-error.js';
import { type AccountView, DecodeFailure, type Pool, Watch } from '../pools/pool.js';
import type { AccountEntry, Link, Version } from './account-table.js';

/** One of the accounts that a pool depends on. */
export interface Role {
  readonly account: AccountEntry;
  /** The last bytes the pool could decode. */
  decoded: Version | undefined;
  /** Why it could not decode the newest ones. */
  refusal: CoreError | undefined;
}

/** A pool with its accounts. */
export interface PoolRecord {
  readonly address: Uint8Array;
  readonly state: Pool;
  /** The pool's own account first, then those it needs, then those that only widen what can be quoted. */
  roles: readonly Role[];
  /** How many roles must be known before the pool is quoted. */
  required: number;
  slot: bigint;
  /** Whether every account that no quote can do without is known and no account's newest bytes were refused. */
  isReady: boolean;
}

/** What became of bytes that a pool was given. */
export interface Applied {
  readonly watch: Watch;
  readonly refusal: CoreError | undefined;
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

  /** Gives a pool other roles. */
  replaceRoles(pool: PoolIndex, roles: readonly Role[], required: number): void {
    const record = this.#records[pool];
    if (record === undefined) return;
    record.roles = roles;
    record.required = required;
    record.isReady = isReady(record);
  }

  /**
   * Applies bytes of an account to one pool that depends on it; a refusal disables the pool until good bytes come. Says too
   * whether the pool watches other accounts from then on.
   */
  apply(link: Link, view: AccountView, version: Version): Applied {
    const record = this.#records[link.pool];
    const role = record?.roles[link.role];
    if (record === undefined || role === undefined) return { watch: Watch.Same, refusal: undefined };
    let watch: Watch = Watch.Same;
    try {
      watch = record.state.apply(view);
      role.decoded = version;
      role.refusal = undefined;
    } catch (thrown) {
      role.refusal = decodeRefusal(thrown);
    }
    record.isReady = isReady(record);
    return { watch, refusal: role.refusal };
  }
}

function isReady({ roles, required }: PoolRecord): boolean {
  return roles.every(({ decoded, refusal }, at) => refusal === undefined && (at >= required || decoded !== undefined));
}
