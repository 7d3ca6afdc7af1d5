/** One account as the chain gave it. */
export interface AccountRecord {
  readonly address: Uint8Array;
  readonly owner: Uint8Array;
  readonly slot: bigint;
  readonly data: Uint8Array;
}

const HEADER_BYTES = 32 + 32 + 8 + 4;

/**
 * Packs accounts for `addPools` and `applyAccounts`. Each record is
 * `address 32 | owner 32 | slot u64 | dataLength u32 | data`, little-endian, one after the other.
 */
export function encodeAccountBatch(accounts: readonly AccountRecord[]): Uint8Array {
  let size = 0;
  for (const account of accounts) size += HEADER_BYTES + account.data.length;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const account of accounts) {
    bytes.set(account.address, at);
    bytes.set(account.owner, at + 32);
    view.setBigUint64(at + 64, account.slot, true);
    view.setUint32(at + 72, account.data.length, true);
    bytes.set(account.data, at + HEADER_BYTES);
    at += HEADER_BYTES + account.data.length;
  }
  return bytes;
}
