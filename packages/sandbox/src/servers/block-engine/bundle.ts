import { createHash, createPublicKey, verify } from 'node:crypto';

import { addressBytes, type AddressKey } from '../../cluster/address-key.js';
import { encodeBase58 } from '../../cluster/base58.js';
import { type DecodedTransaction, isStaticWritable } from '../../cluster/transaction-decoder.js';
import { transactionFee } from '../../cluster/transaction-fee.js';

/** The most transactions of one bundle. */
export const MAX_BUNDLE_TRANSACTIONS = 5;

/** Signed transactions that land together in order, or not at all. */
export interface Bundle {
  readonly id: string;
  readonly transactions: readonly DecodedTransaction[];
  /** The first signature of each, base58. */
  readonly signatures: readonly string[];
  /** Compute units that the transactions ask for; the bid is divided by them. */
  readonly unitsRequested: bigint;
}

export function createBundle(transactions: readonly DecodedTransaction[]): Bundle {
  const signatures = transactions.map(firstSignature);
  const units = transactions.reduce((sum, transaction) => sum + transactionFee(transaction).unitLimit, 0n);
  return { id: bundleId(signatures), transactions, signatures, unitsRequested: units > 0n ? units : 1n };
}

/**
 * Returns the id of a bundle: the SHA-256 of its transactions' first signatures, as base58 text joined by commas, in lower-case hex.
 * That is `derive_bundle_id` of jito-solana (`sdk/src/bundle/mod.rs`), which the documentation calls "the SHA-256 hash of the
 * bundle's transaction signatures".
 */
function bundleId(signatures: readonly string[]): string {
  return createHash('sha256').update(signatures.join(',')).digest('hex');
}

function firstSignature(transaction: DecodedTransaction): string {
  return encodeBase58(transaction.signatures[0] ?? new Uint8Array(64));
}

/** Whether a transaction takes a write lock on one of the tip accounts by a key of its own: lookup tables do not count. */
export function locksTipAccount(transaction: DecodedTransaction, tipAccounts: ReadonlySet<AddressKey>): boolean {
  return transaction.staticKeys.some((key, index) => tipAccounts.has(key) && isStaticWritable(transaction, index));
}

/** An Ed25519 public key in DER stands behind these bytes (RFC 8410). */
const ED25519_DER_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** Whether every signature of a transaction is its signer's. */
export function isSigned({ signatures, staticKeys, message }: DecodedTransaction): boolean {
  return signatures.every((signature, index) => {
    const key = staticKeys[index];
    if (key === undefined) return false;
    const der = Buffer.concat([ED25519_DER_PREFIX, addressBytes(key)]);
    return verify(null, message, createPublicKey({ key: der, format: 'der', type: 'spki' }), signature);
  });
}
