import type { LookupTable } from '@tandem/core-native';
import { addressKey } from '../chain/address-bytes.js';

/**
 * Keeps addresses in the message itself. A block engine looks for its tip account among the static keys of a transaction (jito-docs,
 * "Tips"), and so do our own roads: taken from a lookup table, a tip would be paid and not be seen.
 */
export class StaticAddresses {
  readonly #keys: ReadonlySet<string>;
  readonly #hidden = new WeakMap<LookupTable, LookupTable>();

  constructor(addresses: readonly Uint8Array[]) {
    this.#keys = new Set(addresses.map(addressKey));
  }

  /** Returns the table without these addresses; every other one keeps its index. */
  hideFrom(table: LookupTable): LookupTable {
    if (this.#keys.size === 0) return table;
    const known = this.#hidden.get(table);
    if (known !== undefined) return known;
    // No transaction names a table among its accounts, so its own address fills the gap.
    const addresses = table.addresses.map((address) => (this.#keys.has(addressKey(address)) ? table.address : address));
    const hidden = { address: table.address, addresses };
    this.#hidden.set(table, hidden);
    return hidden;
  }
}
