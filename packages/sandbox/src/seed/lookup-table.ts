import type { ClusterAccount } from '../cluster/cluster.js';
import { AccountWriter, rentExemptLamports } from './account-writer.js';
import { LOOKUP_TABLE_PROGRAM } from './addresses.js';

/** `LookupTableMeta` of solana-sdk `address-lookup-table-interface/src/state.rs`: 56 bytes, then the addresses. */
const META_BYTES = 56;
const TYPE_LOOKUP_TABLE = 1;
const NEVER_DEACTIVATED = 0xffff_ffff_ffff_ffffn;
/** A table holds at most 256 addresses. */
export const LOOKUP_TABLE_CAPACITY = 256;

/** Returns a frozen, active lookup table; extended in slot 0, so every entry is usable at once. */
export function encodeLookupTable(address: Uint8Array, entries: readonly Uint8Array[]): ClusterAccount {
  if (entries.length > LOOKUP_TABLE_CAPACITY) {
    throw new RangeError(`a lookup table holds ${LOOKUP_TABLE_CAPACITY} addresses, not ${entries.length}`);
  }
  const length = META_BYTES + 32 * entries.length;
  const writer = new AccountWriter(length).u32(0, TYPE_LOOKUP_TABLE).u64(4, NEVER_DEACTIVATED);
  entries.forEach((entry, index) => writer.raw(META_BYTES + 32 * index, entry));
  return {
    address,
    owner: LOOKUP_TABLE_PROGRAM,
    lamports: rentExemptLamports(length),
    data: writer.bytes,
    executable: false,
  };
}
