import { lookupTablesInvalid } from './fallback/wire/error.js';
import { MAX_TABLE_ADDRESSES } from './fallback/wire/lookup-table.js';

/** An address lookup table as the chain holds it. */
export interface LookupTable {
  readonly address: Uint8Array;
  /** Addresses by index; at most 256. */
  readonly addresses: readonly Uint8Array[];
}

/**
 * Packs lookup tables for `compileMessage` and `chooseLookupTables`. Each record is
 * `address 32 | count u16 | count x address 32`, little-endian. Packed lists may be concatenated.
 *
 * @throws WIRE_LOOKUP_TABLES_INVALID for a longer table or an address that is not 32 bytes long
 */
export function encodeLookupTables(tables: readonly LookupTable[]): Uint8Array {
  const packed = new Uint8Array(tables.reduce((size, table) => size + 34 + 32 * table.addresses.length, 0));
  let at = 0;
  for (const { address, addresses } of tables) {
    const isReadable =
      addresses.length <= MAX_TABLE_ADDRESSES && [address, ...addresses].every((entry) => entry.length === 32);
    if (!isReadable) throw lookupTablesInvalid(at);
    packed.set(address, at);
    packed[at + 32] = addresses.length & 0xff;
    packed[at + 33] = addresses.length >> 8;
    at += 34;
    for (const entry of addresses) {
      packed.set(entry, at);
      at += 32;
    }
  }
  return packed;
}
