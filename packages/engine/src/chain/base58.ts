import { getBase58Codec } from '@solana/kit';
import { createEngineError } from '../errors/create-engine-error.js';

const codec = getBase58Codec();
const ADDRESS_TEXT = /^[1-9A-HJ-NP-Za-km-z]{32,44}$/;
const ADDRESS_BYTES = 32;

/** Returns bytes as base58. */
export function encodeBase58(bytes: Uint8Array): string {
  return codec.decode(bytes);
}

/** Returns the 32 bytes of a base58 address; `null` when the text is none. */
export function findAddressBytes(text: string): Uint8Array | null {
  if (!ADDRESS_TEXT.test(text)) return null;
  const bytes = new Uint8Array(codec.encode(text));
  return bytes.length === ADDRESS_BYTES ? bytes : null;
}

/**
 * Returns the 32 bytes of a base58 address.
 * @throws CHAIN_ADDRESS_INVALID
 */
export function decodeAddress(text: string): Uint8Array {
  const bytes = findAddressBytes(text);
  if (bytes === null) {
    throw createEngineError('CHAIN_ADDRESS_INVALID', `"${text.slice(0, 60)}" is not a base58 address of 32 bytes`);
  }
  return bytes;
}
