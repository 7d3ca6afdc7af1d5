import { decodeBase58, encodeBase58 } from './base58.js';

/** The 32 bytes of an address as a string of 32 one-byte characters: cheap to make, and a key of maps. */
export type AddressKey = string & { readonly __brand: 'AddressKey' };

/** Returns the map key of the address at an offset. */
export function addressKey(bytes: Uint8Array, offset = 0): AddressKey {
  return Buffer.from(bytes.buffer, bytes.byteOffset + offset, 32).toString('latin1') as AddressKey;
}

/** Returns the bytes of a key. */
export function addressBytes(key: AddressKey): Uint8Array {
  return Uint8Array.from(Buffer.from(key, 'latin1'));
}

/** Returns the base58 text of a key. */
export function addressText(key: AddressKey): string {
  return encodeBase58(Buffer.from(key, 'latin1'));
}

/** Returns the key of a base58 address, or undefined when the text is none. */
export function parseAddress(text: string): AddressKey | undefined {
  // 44 characters hold any 32 bytes; the bound keeps hostile input from costing quadratic time.
  if (text.length < 32 || text.length > 44) return undefined;
  const bytes = decodeBase58(text);
  return bytes?.length === 32 ? addressKey(bytes) : undefined;
}

function known(text: string): AddressKey {
  const key = parseAddress(text);
  if (key === undefined) throw new TypeError(`not an address: ${text}`);
  return key;
}

export const SYSTEM_PROGRAM = known('11111111111111111111111111111111');
export const TOKEN_PROGRAM = known('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
export const TOKEN_2022_PROGRAM = known('TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb');
export const COMPUTE_BUDGET_PROGRAM = known('ComputeBudget111111111111111111111111111111');
export const LOOKUP_TABLE_PROGRAM = known('AddressLookupTab1e1111111111111111111111111');
export const UPGRADEABLE_LOADER = known('BPFLoaderUpgradeab1e11111111111111111111111');
export const CLOCK_SYSVAR = known('SysvarC1ock11111111111111111111111111111111');
