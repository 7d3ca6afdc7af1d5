import type { PoolIndex } from '../../core-api.js';
import type { AccountRecord } from '../../account-batch.js';
import { sameBytes } from '../pools/account-reader.js';
import { SparseBytes } from './sparse-bytes.js';

/** A pool that depends on an account, and as which of its watched accounts. */
export interface Link {
  readonly pool: PoolIndex;
  readonly role: number;
}

/** Bytes of an account; each arrival of new bytes is another object, so that identity tells versions apart. */
export interface Version {
  slot: bigint;
  readonly owner: Uint8Array;
  readonly data: SparseBytes;
}

/** One account: who depends on it, and its bytes by arrival, the newest last. */
export interface AccountEntry {
  readonly address: Uint8Array;
  readonly links: Link[];
  versions: Version[];
}

/** What the arrival of an account means to what is held of it. */
export type Arrival = 'stale' | 'duplicate' | 'renewed' | 'changed';

/** Returns the key of an address in maps. */
export function addressKey(address: Uint8Array): string {
  return Buffer.from(address.buffer, address.byteOffset, address.byteLength).toString('latin1');
}

/**
 * Which accounts a store knows, which pools depend on each, and the bytes it holds of them. Of every account the newest
 * bytes are kept, and older ones as long as they are the last a pool could decode: with both, a replica reaches the same
 * state.
 */
export class AccountTable {
  readonly #entries = new Map<string, AccountEntry>();

  find(address: Uint8Array): AccountEntry | undefined {
    return this.#entries.get(addressKey(address));
  }

  /** Returns the account, which from now on may be linked to pools. */
  open(address: Uint8Array): AccountEntry {
    const key = addressKey(address);
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const entry: AccountEntry = { address: Uint8Array.from(address), links: [], versions: [] };
    this.#entries.set(key, entry);
    return entry;
  }
}

/** Lets a pool depend on an account in this role, whatever its role was before. */
export function linkAccount(entry: AccountEntry, link: Link): void {
  const at = entry.links.findIndex((held) => held.pool === link.pool);
  if (at === -1) entry.links.push(link);
  else entry.links[at] = link;
}

/** Ends the dependence of a pool on an account. What nobody depends on any more is not held. */
export function unlinkAccount(entry: AccountEntry, pool: PoolIndex): void {
  const at = entry.links.findIndex((held) => held.pool === pool);
  if (at !== -1) entry.links.splice(at, 1);
  if (entry.links.length === 0) entry.versions = [];
}

/** Says what an arriving account means; equal slots take the later arrival. */
export function judgeArrival(entry: AccountEntry, record: AccountRecord): Arrival {
  const newest = entry.versions.at(-1);
  if (newest === undefined) return 'changed';
  if (record.slot < newest.slot) return 'stale';
  const isSame = sameBytes(newest.owner, record.owner) && newest.data.equals(record.data);
  if (!isSame) return 'changed';
  return record.slot === newest.slot ? 'duplicate' : 'renewed';
}

/** Returns what a record holds of an account. */
export function versionOf({ slot, owner, data }: AccountRecord): Version {
  return { slot, owner, data: new SparseBytes(data) };
}

/** Returns bytes of an account as a record. */
export function recordOf(entry: AccountEntry, { slot, owner, data }: Version): AccountRecord {
  return { address: entry.address, slot, owner, data: data.toBytes() };
}
