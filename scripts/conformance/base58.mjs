import { ConformanceError } from './conformance-error.mjs';

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const ADDRESS_BYTES = 32;

/** Decodes a base58 address into its 32 bytes. */
export function addressFromBase58(text) {
  let value = 0n;
  for (const symbol of String(text)) {
    const digit = ALPHABET.indexOf(symbol);
    if (digit === -1) throw invalid(text);
    value = value * 58n + BigInt(digit);
  }
  const hex = value.toString(16).padStart(2 * ADDRESS_BYTES, '0');
  if (hex.length !== 2 * ADDRESS_BYTES || text === '') throw invalid(text);
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

function invalid(text) {
  return new ConformanceError('CONFORMANCE_ADDRESS_INVALID', `"${text}" is not the base58 of 32 bytes`);
}
