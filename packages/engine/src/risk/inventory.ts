import type { Opportunity } from '../strategy/opportunity.js';
import type { BalanceTracker } from '../validate/balance-tracker.js';

/** What trades have left in one mint. */
export interface InventoryEntry {
  readonly mint: string;
  /** Left by trades and not sold since, raw units; never more than the wallet holds. */
  readonly amount: bigint;
  /** What it is worth at the last trade's price, rounded up; `undefined` where none is known. */
  readonly lamports: bigint | undefined;
}

interface Price {
  readonly lamports: bigint;
  readonly amount: bigint;
}

/**
 * What trades have left in mints that profit is not measured in, as when a leg gave more than the next one paid in. What the operator put
 * into the wallet is none of it. Bounded by the mints that are traded.
 */
export class Inventory {
  readonly #balances: Pick<BalanceTracker, 'balance' | 'hasAccount'>;
  readonly #left = new Map<string, bigint>();
  readonly #prices = new Map<string, Price>();

  constructor(balances: Pick<BalanceTracker, 'balance' | 'hasAccount'>) {
    this.#balances = balances;
  }

  /** Takes what a trade left, or an unwinding sold. */
  record(changes: Readonly<Record<string, bigint>>): void {
    for (const [mint, change] of Object.entries(changes)) {
      const left = (this.#left.get(mint) ?? 0n) + change;
      // What was there before trading may be spent by a trade as well; it is no debt.
      if (left > 0n) this.#left.set(mint, left);
      else this.#left.delete(mint);
    }
  }

  /** Takes the prices of a route: what its input is worth in lamports is what every leg gives. */
  notePrices({ legs }: Opportunity, inputLamports: bigint): void {
    for (const { mintOut, amountOut } of legs.slice(0, -1)) {
      if (amountOut > 0n) this.#prices.set(mintOut, { lamports: inputLamports, amount: amountOut });
    }
  }

  /** Returns what is left of a mint. */
  entry(mint: string): InventoryEntry {
    const left = this.#left.get(mint) ?? 0n;
    const held = this.#balances.balance(mint);
    const amount = this.#balances.hasAccount(mint) && held < left ? held : left;
    const price = this.#prices.get(mint);
    // Rounds up, against us.
    const lamports = price === undefined ? undefined : (amount * price.lamports + price.amount - 1n) / price.amount;
    return { mint, amount, lamports };
  }

  /** Returns what is left of every mint, by mint. */
  list(): InventoryEntry[] {
    return [...this.#left.keys()].sort().map((mint) => this.entry(mint));
  }

  /** Returns what all of it is worth, as far as prices are known. */
  totalLamports(): bigint {
    let total = 0n;
    for (const mint of this.#left.keys()) total += this.entry(mint).lamports ?? 0n;
    return total;
  }
}
