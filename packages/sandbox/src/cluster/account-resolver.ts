import type { AccountState } from './account-state.js';
import { addressKey, LOOKUP_TABLE_PROGRAM, type AddressKey } from './address-key.js';
import { type DecodedTransaction, isStaticWritable, MAX_ACCOUNT_LOCKS } from './transaction-decoder.js';

/** All accounts of a transaction in message order: static, loaded writable, loaded readonly. */
export interface ResolvedAccounts {
  readonly keys: readonly AddressKey[];
  readonly isWritable: readonly boolean[];
  readonly loadedWritableCount: number;
}

// AddressLookupTable layout: solana-sdk address-lookup-table-interface `state.rs`, LOOKUP_TABLE_META_SIZE.
const TABLE_META_BYTES = 56;
const TABLE_KIND = 1;
const LAST_EXTENDED_SLOT_OFFSET = 12;
const LAST_EXTENDED_START_OFFSET = 20;

/** Returns the accounts a transaction names, its lookup tables read as of a slot, or the error agave refuses it with. */
export function resolveAccounts(
  transaction: DecodedTransaction,
  slot: bigint,
  read: (key: AddressKey) => AccountState | null,
): ResolvedAccounts | { readonly error: string } {
  const keys = [...transaction.staticKeys];
  const isWritable = keys.map((_, index) => isStaticWritable(transaction, index));
  const readonlyKeys: AddressKey[] = [];
  for (const lookup of transaction.lookups) {
    const addresses = activeAddresses(read(lookup.table), slot);
    if ('error' in addresses) return addresses;
    for (const [indexes, into] of [
      [lookup.writable, keys],
      [lookup.readonly, readonlyKeys],
    ] as const) {
      for (const index of indexes) {
        if (index >= addresses.count) return { error: 'InvalidAddressLookupTableIndex' };
        into.push(addressKey(addresses.data, TABLE_META_BYTES + index * 32));
      }
    }
  }
  const loadedWritableCount = keys.length - transaction.staticKeys.length;
  for (let index = 0; index < loadedWritableCount; index += 1) isWritable.push(true);
  for (const key of readonlyKeys) {
    keys.push(key);
    isWritable.push(false);
  }
  if (new Set(keys).size !== keys.length) return { error: 'AccountLoadedTwice' };
  if (keys.length > MAX_ACCOUNT_LOCKS) return { error: 'TooManyAccountLocks' };
  return { keys, isWritable, loadedWritableCount };
}

function activeAddresses(
  table: AccountState | null,
  slot: bigint,
): { data: Uint8Array; count: number } | { error: string } {
  if (table === null) return { error: 'AddressLookupTableNotFound' };
  if (table.owner !== LOOKUP_TABLE_PROGRAM) return { error: 'InvalidAddressLookupTableOwner' };
  const { data } = table;
  if (data.length < TABLE_META_BYTES || (data.length - TABLE_META_BYTES) % 32 !== 0)
    return { error: 'InvalidAddressLookupTableData' };
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  if (view.getUint32(0, true) !== TABLE_KIND) return { error: 'InvalidAddressLookupTableData' };
  const total = (data.length - TABLE_META_BYTES) / 32;
  // Addresses appended in this very slot are not usable before the next one.
  const isWarmingUp = view.getBigUint64(LAST_EXTENDED_SLOT_OFFSET, true) === slot;
  return { data, count: isWarmingUp ? view.getUint8(LAST_EXTENDED_START_OFFSET) : total };
}
