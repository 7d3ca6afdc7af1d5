import type { AddressKey } from '../../cluster/address-key.js';
import type { EmbeddedChain } from '../../cluster/embedded-chain.js';
import { type DecodedTransaction, MAX_ACCOUNT_LOCKS } from '../../cluster/transaction-decoder.js';
import { invalidParams, RpcCode, RpcError } from '../rpc/rpc-error.js';
import { type Bundle, createBundle, isSigned, locksTipAccount, MAX_BUNDLE_TRANSACTIONS } from './bundle.js';

export interface AdmissionOptions {
  readonly chain: EmbeddedChain;
  readonly tipAccounts: ReadonlySet<AddressKey>;
  /** Slots until a Jito leader produces. */
  readonly slotsToLeader: () => bigint;
}

/** A bundle for a leader farther away than this is not kept. */
const LEADER_HORIZON_SLOTS = 50n;

/**
 * Checks what the block engine answers at once, in its words, and returns the bundle. Everything else, a failing simulation above all,
 * the sender of a bundle is never told.
 * @throws RpcError -32602, -32603
 */
export function admitBundle(transactions: readonly DecodedTransaction[], options: AdmissionOptions): Bundle {
  if (transactions.length === 0) throw invalidParams('bundle must contain at least one transaction');
  if (transactions.length > MAX_BUNDLE_TRANSACTIONS)
    throw invalidParams(`bundle exceeds max transaction length: ${MAX_BUNDLE_TRANSACTIONS}`);
  const bundle = createBundle(transactions);
  checkForm(bundle);
  checkLifetime(bundle, options.chain);
  if (!transactions.some((transaction) => locksTipAccount(transaction, options.tipAccounts)))
    throw invalidParams('Bundles must write lock at least one tip account to be eligible for the auction.');
  if (options.slotsToLeader() > LEADER_HORIZON_SLOTS)
    throw new RpcError(RpcCode.InternalError, 'Bundle Dropped, no connected leader up soon');
  return bundle;
}

function checkForm({ transactions, signatures }: Bundle): void {
  if (new Set(signatures).size !== signatures.length)
    throw invalidParams('bundles must not contain any duplicate transactions and every transaction must be signed');
  for (const [index, transaction] of transactions.entries()) {
    // A signature that was never made is all zeros, in base58 all ones.
    if (!isSigned(transaction)) throw invalidParams(`transaction ${signatures[index] ?? ''} is invalid`);
    if (accountsOf(transaction) > MAX_ACCOUNT_LOCKS)
      throw new RpcError(RpcCode.InternalError, 'transaction has too many account locks');
  }
}

function accountsOf({ staticKeys, lookups }: DecodedTransaction): number {
  return lookups.reduce((sum, { writable, readonly }) => sum + writable.length + readonly.length, staticKeys.length);
}

function checkLifetime({ transactions, signatures }: Bundle, { history, ledger }: EmbeddedChain): void {
  if (signatures.some((signature) => history.find(signature) !== undefined))
    throw invalidParams('bundle contains an already processed transaction');
  for (const { blockhash } of transactions) {
    if (ledger.queue.isUsable(blockhash)) continue;
    const isKnown = ledger.queue.lastValidBlockHeight(blockhash) !== undefined;
    throw invalidParams(`bundle contains an ${isKnown ? 'expired' : 'invalid'} blockhash`);
  }
}
