import { messageInvalid, signerMismatch, transactionTooLarge } from './error.js';
import { V0_PREFIX } from './message.js';
import { V1_PREFIX } from './message-v1.js';
import type { Signer } from './signer.js';
import {
  PACKET_BYTES,
  SIGNATURE_BYTES,
  transactionBytes,
  V1_TRANSACTION_BYTES,
  v1TransactionBytes,
} from './transaction-size.js';

/**
 * Signs a v0 or v1 message for which the signer's is the only required signature and returns the whole transaction.
 *
 * Layouts: solana-sdk `transaction/src/versioned/mod.rs`. Of v0 the signatures come first, after their count; of v1 they come
 * last, and the message's header is their only count.
 *
 * @throws WIRE_MESSAGE_INVALID, WIRE_SIGNER_MISMATCH, WIRE_TRANSACTION_TOO_LARGE
 */
export function signTransaction(signer: Signer, message: Uint8Array): Uint8Array {
  const isV1 = message[0] === V1_PREFIX;
  const { required, payer } = isV1 ? readV1Signers(message) : readSigners(message);
  if (required !== 1 || !payer.every((byte, index) => byte === signer.address[index])) throw signerMismatch(required);
  const size = isV1 ? v1TransactionBytes(1, message.length) : transactionBytes(1, message.length);
  const limit = isV1 ? V1_TRANSACTION_BYTES : PACKET_BYTES;
  if (size > limit) throw transactionTooLarge(size, limit);
  const transaction = new Uint8Array(size);
  if (!isV1) transaction[0] = 1;
  transaction.set(message, isV1 ? 0 : 1 + SIGNATURE_BYTES);
  transaction.set(signer.sign(message), isV1 ? message.length : 1);
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

/** Where the counts of instructions and addresses stand in a v1 message: after prefix, header, mask and blockhash. */
const V1_COUNTS_AT = 1 + 3 + 4 + 32;

/** Returns how many signatures a v1 message needs, and its fee payer. */
function readV1Signers(message: Uint8Array): { readonly required: number; readonly payer: Uint8Array } {
  const required = message[1];
  const addresses = message[V1_COUNTS_AT + 1];
  if (required === undefined || addresses === undefined) throw messageInvalid();
  const keysAt = V1_COUNTS_AT + 2;
  if (addresses === 0 || required > addresses || message.length < keysAt + 32 * addresses) throw messageInvalid();
  return { required, payer: message.subarray(keysAt, keysAt + 32) };
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
