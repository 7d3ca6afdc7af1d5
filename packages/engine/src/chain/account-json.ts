import type { AccountSnapshot } from '../ports/chain-reader.js';
import type { JsonField } from './json-field.js';

/** Owners are few and come with every update; reading one from base58 costs more than the rest of the account. */
const OWNERS = new Map<string, Uint8Array>();
const MOST_OWNERS = 1_024;

/** Returns the account a node described as `{data, owner, lamports, …}`; null where the node says it does not exist. */
export function decodeAccountJson(field: JsonField, address: Uint8Array, slot: bigint): AccountSnapshot | null {
  if (field.isNull()) return null;
  return {
    address,
    owner: decodeOwner(field.get('owner')),
    lamports: field.get('lamports').u64(),
    slot,
    data: field.get('data').base64Data(),
  };
}

function decodeOwner(field: JsonField): Uint8Array {
  const text = field.text();
  const known = OWNERS.get(text);
  if (known !== undefined) return known;
  const owner = field.address();
  if (OWNERS.size >= MOST_OWNERS) OWNERS.clear();
  OWNERS.set(text, owner);
  return owner;
}
