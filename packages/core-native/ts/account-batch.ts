import { CoreError } from './core-error.js';

/** One account as the chain gave it. */
export interface AccountRecord {
  readonly address: Uint8Array;
  readonly owner: Uint8Array;
  readonly slot: bigint;
  readonly data: Uint8Array;
}

const HEADER_BYTES = 32 + 32 + 8 + 4;
/** A larger slot would be cut to another one. */
const MAX_SLOT = 0xffff_ffff_ffff_ffffn;

/**
 * Packs accounts for `addPools` and `applyAccounts`. Each record is
 * `address 32 | owner 32 | slot u64 | dataLength u32 | data`, little-endian, one after the other.
 *
 * @throws STORE_BATCH_INVALID for an address or owner that is not 32 bytes long, and for a slot that does not fit a `u64`
 */
export function encodeAccountBatch(accounts: readonly AccountRecord[]): Uint8Array {
  let size = 0;
  for (const account of accounts) size += HEADER_BYTES + account.data.length;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const account of accounts) {
    if (account.address.length !== 32 || account.owner.length !== 32) throw batchInvalid(at);
    if (account.slot < 0n || account.slot > MAX_SLOT) throw batchInvalid(at);
    bytes.set(account.address, at);
    bytes.set(account.owner, at + 32);
    view.setBigUint64(at + 64, account.slot, true);
    view.setUint32(at + 72, account.data.length, true);
    bytes.set(account.data, at + HEADER_BYTES);
    at += HEADER_BYTES + account.data.length;
  }
  return bytes;
}

/**
 * Reads a packed batch, such as `exportAccounts` returns.
 *
 * @throws STORE_BATCH_INVALID when a record is cut off
 */
export function decodeAccountBatch(bytes: Uint8Array): AccountRecord[] {
  return viewAccountBatch(bytes).map((record) => ({ ...record, data: record.data.slice() }));
}

/**
 * Reads a packed batch without copying the accounts' data, which is what takes time: `data` is a part of the batch, for callers that
 * keep none of it.
 *
 * @throws STORE_BATCH_INVALID when a record is cut off
 */
export function viewAccountBatch(bytes: Uint8Array): AccountRecord[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const accounts: AccountRecord[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (at + HEADER_BYTES > bytes.length) throw batchInvalid(at);
    const dataAt = at + HEADER_BYTES;
    const end = dataAt + view.getUint32(at + 72, true);
    if (end > bytes.length) throw batchInvalid(at);
    accounts.push({
      address: bytes.slice(at, at + 32),
      owner: bytes.slice(at + 32, at + 64),
      slot: view.getBigUint64(at + 64, true),
      data: bytes.subarray(dataAt, end),
    });
    at = end;
  }
  return accounts;
}

function batchInvalid(at: number): CoreError {
  return new CoreError('STORE_BATCH_INVALID', `the packed account batch is malformed at byte ${at}`);
}
