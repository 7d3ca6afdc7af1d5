/** Bytes a transaction may have: the IPv6 minimum of 1280 less 48 bytes of headers (solana-packet `PACKET_DATA_SIZE`). */
export const PACKET_BYTES = 1_232;
export const SIGNATURE_BYTES = 64;

/** Returns the size of a transaction with this many signatures (fewer than 128, whose count takes one byte). */
export function transactionBytes(signatures: number, messageBytes: number): number {
  return 1 + signatures * SIGNATURE_BYTES + messageBytes;
}
