import type { SpendableFunds } from '../strategy/strategy.js';

/** What one submission in flight has a claim on until its verdict. */
export interface Claim {
  readonly mint: string;
  readonly amount: bigint;
  /** Fees, tip and rent. */
  readonly lamports: bigint;
}

interface SlottedAmount {
  readonly amount: bigint;
  readonly slot: bigint;
}

/**
 * The wallet's balances as last read, less what submissions in flight have a claim on. Reads and fills bring their slot; an older
 * one never replaces a newer one.
 */
export class BalanceTracker implements SpendableFunds {
  readonly #tokens = new Map<string, SlottedAmount>();
  readonly #claims = new Map<string, Claim>();
  readonly #credits = new Map<string, bigint>();
  #lamports: SlottedAmount = { amount: 0n, slot: -1n };

  /** Returns the slot of the newest balance, 0 before the first. */
  newestSlot(): bigint {
    return [...this.#tokens.values(), this.#lamports].reduce((newest, { slot }) => (slot > newest ? slot : newest), 0n);
  }

  /** Takes the native balance as of a slot. */
  setLamports(amount: bigint, slot: bigint): void {
    if (slot >= this.#lamports.slot) this.#lamports = { amount, slot };
  }

  /** Takes the balance of the wallet's account of a mint as of a slot. */
  setToken(mint: string, amount: bigint, slot: bigint): void {
    const known = this.#tokens.get(mint);
    if (known === undefined || slot >= known.slot) this.#tokens.set(mint, { amount, slot });
  }

  /** Takes note that the wallet has no account of a mint as of a slot. */
  removeToken(mint: string, slot: bigint): void {
    const known = this.#tokens.get(mint);
    if (known !== undefined && slot > known.slot) this.#tokens.delete(mint);
  }

  /** Whether the wallet has a token account of the mint. */
  hasAccount(mint: string): boolean {
    return this.#tokens.has(mint);
  }

  /** Returns the whole balance of a mint, claims included. */
  balance(mint: string): bigint {
    return this.#tokens.get(mint)?.amount ?? 0n;
  }

  /** Counts an amount as spendable although the account does not hold it: what a simulation would wrap first. */
  setCredit(mint: string, amount: bigint): void {
    this.#credits.set(mint, amount);
  }

  /** Sets funds aside under a submission's id. */
  claim(id: string, claim: Claim): void {
    this.#claims.set(id, claim);
  }

  /** Gives a submission's claim back after its verdict. */
  release(id: string): void {
    this.#claims.delete(id);
  }

  spendable(mint: string): bigint {
    let amount = this.balance(mint) + (this.#credits.get(mint) ?? 0n);
    for (const claim of this.#claims.values()) if (claim.mint === mint) amount -= claim.amount;
    return amount > 0n ? amount : 0n;
  }

  /** Returns the native balance no submission has a claim on. */
  spendableLamports(): bigint {
    let { amount } = this.#lamports;
    for (const claim of this.#claims.values()) amount -= claim.lamports;
    return amount > 0n ? amount : 0n;
  }
}
