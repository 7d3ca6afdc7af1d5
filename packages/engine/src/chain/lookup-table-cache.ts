import type { LookupTable } from '@tandem/core-native';
import { createEngineError } from '../errors/create-engine-error.js';
import type { AccountSnapshot, ChainReader, Commitment } from '../ports/chain-reader.js';
import { sameBytes } from './address-bytes.js';
import { decodeAddress, encodeBase58 } from './base58.js';

const LOOKUP_TABLE_PROGRAM = decodeAddress('AddressLookupTab1e1111111111111111111111111');
// solana-address-lookup-table-interface, state.rs: ProgramState::LookupTable(LookupTableMeta), LOOKUP_TABLE_META_SIZE = 56:
// discriminant u32 @0 (1), deactivation_slot u64 @4, last_extended_slot u64 @12, last_extended_slot_start_index u8 @20.
const META_BYTES = 56;
const ADDRESS_BYTES = 32;
const LOOKUP_TABLE_STATE = 1;
const NEVER_DEACTIVATED = (1n << 64n) - 1n;
const MAX_ADDRESSES = 256;

/** A lookup table's account, decoded. */
export interface LookupTableState {
  readonly address: Uint8Array;
  readonly addresses: readonly Uint8Array[];
  /** Slot of the deactivation, 2^64-1 while active. */
  readonly deactivationSlot: bigint;
  readonly lastExtendedSlot: bigint;
  /** Position of the first address that was appended in `lastExtendedSlot`. */
  readonly lastExtendedStart: number;
}

/**
 * Decodes a lookup table account.
 * @throws CHAIN_LOOKUP_TABLE_INVALID
 */
export function decodeLookupTable(account: Pick<AccountSnapshot, 'address' | 'owner' | 'data'>): LookupTableState {
  const { address, owner, data } = account;
  if (!sameBytes(owner, LOOKUP_TABLE_PROGRAM)) throw invalid(address, 'another program owns it');
  if (data.length < META_BYTES) throw invalid(address, `it has ${data.length} bytes, fewer than its header`);
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  if (view.getUint32(0, true) !== LOOKUP_TABLE_STATE) throw invalid(address, 'it is not initialised');
  const body = data.length - META_BYTES;
  if (body % ADDRESS_BYTES !== 0) throw invalid(address, 'its last address is cut off');
  const count = body / ADDRESS_BYTES;
  if (count > MAX_ADDRESSES) throw invalid(address, `it has ${count} addresses`);
  const lastExtendedStart = view.getUint8(20);
  if (lastExtendedStart > count) throw invalid(address, 'its header names an address beyond its end');
  return {
    address,
    addresses: Array.from({ length: count }, (_, index) =>
      data.slice(META_BYTES + index * ADDRESS_BYTES, META_BYTES + (index + 1) * ADDRESS_BYTES),
    ),
    deactivationSlot: view.getBigUint64(4, true),
    lastExtendedSlot: view.getBigUint64(12, true),
    lastExtendedStart,
  };
}

/**
 * Returns what a transaction in `slot` may look up: addresses appended in that slot or later are not there yet, and a table that is
 * being deactivated is not used at all, although the cluster would allow it for about 512 slots.
 */
export function usableAt(table: LookupTableState, slot: bigint): LookupTable | null {
  if (table.deactivationSlot !== NEVER_DEACTIVATED) return null;
  const addresses = slot > table.lastExtendedSlot ? table.addresses : table.addresses.slice(0, table.lastExtendedStart);
  return addresses.length === 0 ? null : { address: table.address, addresses };
}

export interface LookupTableCacheOptions {
  readonly reader: Pick<ChainReader, 'getAccounts'>;
  readonly commitment: Commitment;
}

/** Lookup tables loaded once and refreshed on demand; `usable` answers from memory. */
export class LookupTableCache {
  readonly #options: LookupTableCacheOptions;
  readonly #tables = new Map<string, LookupTableState>();

  constructor(options: LookupTableCacheOptions) {
    this.#options = options;
  }

  /**
   * Loads tables, or loads them again. Either all of them are taken or none.
   * @throws CHAIN_LOOKUP_TABLE_NOT_FOUND, CHAIN_LOOKUP_TABLE_INVALID, CHAIN_*
   */
  async load(addresses: readonly Uint8Array[]): Promise<void> {
    const accounts = await this.#options.reader.getAccounts(addresses, this.#options.commitment);
    const tables = addresses.map((address, index) => {
      const account = accounts[index];
      if (account === null || account === undefined) {
        throw createEngineError(
          'CHAIN_LOOKUP_TABLE_NOT_FOUND',
          `the cluster has no lookup table ${encodeBase58(address)}`,
        );
      }
      return decodeLookupTable(account);
    });
    for (const table of tables) this.#tables.set(encodeBase58(table.address), table);
  }

  /** Returns the tables a transaction in this slot may use, in the order they were loaded. */
  usable(slot: bigint): LookupTable[] {
    return [...this.#tables.values()].map((table) => usableAt(table, slot)).filter((table) => table !== null);
  }
}

function invalid(address: Uint8Array, why: string): Error {
  return createEngineError('CHAIN_LOOKUP_TABLE_INVALID', `${encodeBase58(address)} is no lookup table: ${why}`);
}
