import { messageInvalid, signerMismatch, transactionTooLarge } from './error.js';
import { V0_PREFIX } from './message.js';
import type { Signer } from './signer.js';
import { PACKET_BYTES, SIGNATURE_BYTES, transactionBytes } from './transaction-size.js';

/**
 * Signs a v0 message for which the signer's is the only required signature and returns the whole transaction.
 *
 * @throws WIRE_MESSAGE_INVALID, WIRE_SIGNER_MISMATCH, WIRE_TRANSACTION_TOO_LARGE
 */
export function signTransaction(signer: Signer, message: Uint8Array): Uint8Array {
  const { required, payer } = readSigners(message);
  if (required !== 1 || !payer.every((byte, index) => byte === signer.address[index])) throw signerMismatch(required);
  const size = transactionBytes(1, message.length);
  if (size > PACKET_BYTES) throw transactionTooLarge(size, PACKET_BYTES);
  const transaction = new Uint8Array(size);
  transaction[0] = 1;
  transaction.set(signer.sign(message), 1);
  transaction.set(message, 1 + SIGNATURE_BYTES);
  return transaction;
}

/** Returns how many signatures a v0 message needs, and its fee payer. */
function readSigners(message: Uint8Array): { readonly required: number; readonly payer: Uint8Array } {
  const required = message[1];
  const length = readLength(message, 4);
  if (message[0] !== V0_PREFIX || required === undefined || length === undefined) throw messageInvalid();
  const blockhashEnd = length.end + 32 * length.value + 32;
  if (length.value === 0 || required > length.value || message.length < blockhashEnd) throw messageInvalid();
  return { required, payer: message.subarray(length.end, length.end + 32) };
}

/** Reads a compact-u16; none when it is cut off, too long or not the shortest form. */
function readLength(bytes: Uint8Array, at: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (const [place, max] of [0x7f, 0x7f, 3].entries()) {
    const byte = bytes[at + place];
    if (byte === undefined) return undefined;
    const isLast = (byte & 0x80) === 0;
    if (isLast && byte <= max && (byte !== 0 || place === 0)) {
      return { value: value | (byte << (7 * place)), end: at + place + 1 };
    }
    if (isLast) return undefined;
    value |= (byte & 0x7f) << (7 * place);
  }
  return undefined;
}
