const SIGNATURE_BYTES = 64;
/** First byte of a v1 transaction; the first byte of an older one counts its signatures, of which 19 fit. */
const V1_PREFIX = 0x81;

/**
 * Returns the first signature of a transaction, which is its id: after the count byte, or in v1, whose header counts the
 * signatures in its second byte, at the start of those at the end (solana-sdk `transaction/src/versioned/mod.rs`).
 */
export function firstSignature(transaction: Uint8Array): Uint8Array {
  const start = transaction[0] === V1_PREFIX ? transaction.length - SIGNATURE_BYTES * (transaction[1] ?? 1) : 1;
  return transaction.subarray(start, start + SIGNATURE_BYTES);
}

/** Returns a transaction with a signature of zeros: simulations do not verify it, and no block takes it. */
export function unsignedTransaction(message: Uint8Array): Uint8Array {
  const isV1 = message[0] === V1_PREFIX;
  const transaction = new Uint8Array((isV1 ? 0 : 1) + SIGNATURE_BYTES + message.length);
  if (!isV1) transaction[0] = 1;
  transaction.set(message, isV1 ? 0 : 1 + SIGNATURE_BYTES);
  return transaction;
}
