const SIGNATURE_BYTES = 64;

/** Returns a transaction with a signature of zeros: simulations do not verify it, and no block takes it. */
export function unsignedTransaction(message: Uint8Array): Uint8Array {
  const transaction = new Uint8Array(1 + SIGNATURE_BYTES + message.length);
  transaction[0] = 1;
  transaction.set(message, 1 + SIGNATURE_BYTES);
  return transaction;
}
