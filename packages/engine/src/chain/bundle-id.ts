import { createHash } from 'node:crypto';

/**
 * Returns the id a block engine gives a bundle: lower-case hexadecimal SHA-256 over the base58 text of each transaction's first signature,
 * joined by commas (jito-solana, bundle/src/lib.rs, `derive_bundle_id_from_sanitized_transactions`). Known before the first byte leaves.
 */
export function bundleId(signatures: readonly string[]): string {
  return createHash('sha256').update(signatures.join(',')).digest('hex');
}
