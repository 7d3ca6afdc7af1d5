import type { ChangesRecord } from '../journal/event.js';
import type { LandedTransaction, TokenBalance } from '../ports/chain-reader.js';

/** The whole change that one transaction made to a wallet, raw units; fees, tips and rent are inside. */
export interface WalletChanges {
  /** Base58. */
  readonly wallet: string;
  /** Native SOL of the wallet's own account. */
  readonly lamports: bigint;
  /** Token accounts that the wallet owns, by mint, without those that did not move; wrapped SOL stands under its mint. */
  readonly tokens: ReadonlyMap<string, bigint>;
}

/** Returns what a transaction changed for a wallet, read from the balances around it and from nothing else. */
export function walletChanges(landed: LandedTransaction, wallet: string): WalletChanges {
  const index = landed.accountKeys.indexOf(wallet);
  const lamports = (landed.postLamports[index] ?? 0n) - (landed.preLamports[index] ?? 0n);
  const before = tokensOf(landed.preTokenBalances, wallet);
  const after = tokensOf(landed.postTokenBalances, wallet);
  const tokens = new Map<string, bigint>();
  for (const mint of new Set([...before.keys(), ...after.keys()])) {
    const change = (after.get(mint) ?? 0n) - (before.get(mint) ?? 0n);
    if (change !== 0n) tokens.set(mint, change);
  }
  return { wallet, lamports, tokens };
}

/** Returns the token amounts that a wallet owns among these, by mint. */
export function tokensOf(balances: readonly TokenBalance[], wallet: string): Map<string, bigint> {
  const totals = new Map<string, bigint>();
  for (const { owner, mint, amount } of balances) {
    if (owner === wallet) totals.set(mint, (totals.get(mint) ?? 0n) + amount);
  }
  return totals;
}

/** Returns the first account: it pays, and of our transactions it is the only signer. */
export function payerOf({ accountKeys }: LandedTransaction): string {
  return accountKeys[0] ?? '';
}

/** Returns changes as an event has them. */
export function changesRecord({ wallet, lamports, tokens }: WalletChanges): ChangesRecord {
  const amounts = [...tokens].map(([mint, amount]) => [mint, amount.toString()] as const);
  return { wallet, lamports: lamports.toString(), tokens: Object.fromEntries(amounts) };
}
