/** Bytes a v0 transaction may have: the IPv6 minimum of 1280 less 48 bytes of headers (solana-packet `PACKET_DATA_SIZE`). */
export const PACKET_BYTES = 1_232;
/** Bytes a v1 transaction may have (SIMD-0296; solana-message `v1::MAX_TRANSACTION_SIZE`). */
export const V1_TRANSACTION_BYTES = 4_096;
export const SIGNATURE_BYTES = 64;

/** Returns the size of a v0 transaction with this many signatures (fewer than 128, whose count takes one byte). */
export function transactionBytes(signatures: number, messageBytes: number): number {
  return 1 + signatures * SIGNATURE_BYTES + messageBytes;
}

/** Returns the size of a v1 transaction with this many signatures, which nothing counts. */
export function v1TransactionBytes(signatures: number, messageBytes: number): number {
  return signatures * SIGNATURE_BYTES + messageBytes;
}
