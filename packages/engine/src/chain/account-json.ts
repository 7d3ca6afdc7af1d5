import type { AccountSnapshot } from '../ports/chain-reader.js';
import type { JsonField } from './json-field.js';

/** Returns the account a node described as `{data, owner, lamports, …}`; null where the node says it does not exist. */
export function decodeAccountJson(field: JsonField, address: Uint8Array, slot: bigint): AccountSnapshot | null {
  if (field.isNull()) return null;
  return {
    address,
    owner: field.get('owner').address(),
    lamports: field.get('lamports').u64(),
    slot,
    data: field.get('data').base64Data(),
  };
}
