import type { LandedTransaction, TokenBalance } from '../ports/chain-reader.js';
import type { BaseMintSettings } from '../strategy/opportunity.js';
import { lamportValue } from './lamport-value.js';
import { LAMPORTS_PER_SIGNATURE, WRAPPED_SOL_MINT } from './system-programs.js';
import { tokensOf, type WalletChanges, walletChanges } from './wallet-changes.js';

/** What a transaction cost, lamports, as the balances prove it. */
export interface Fees {
  readonly base: bigint;
  readonly priority: bigint;
  readonly tip: bigint;
  readonly rent: bigint;
}

/** What a landed transaction did to the wallet. */
export interface Fill {
  readonly slot: bigint;
  /** Change of the base mint, raw units; for SOL native and wrapped together. */
  readonly actualProfit: bigint;
  readonly fees: Fees;
  /** Everything but what stayed in other mints, in lamports at the price of the decision; rounds against us. */
  readonly netProfitLamports: bigint;
  /** Changes of other mints, as when a leg gave more than the next one paid in; raw units by mint. */
  readonly inventory: ReadonlyMap<string, bigint>;
  /** Everything the transaction changed for the wallet. */
  readonly changes: WalletChanges;
  readonly lamportsAfter: bigint;
  /** Balances after it of every mint the transaction touched. */
  readonly tokensAfter: ReadonlyMap<string, bigint>;
}

/** Reads the actual profit of a transaction from the balances before and after it; believes neither plan nor `meta.fee`. */
export class ProfitValidator {
  readonly #wallet: string;
  readonly #tipAccounts: ReadonlySet<string>;

  constructor(wallet: string, tipAccounts: readonly string[]) {
    this.#wallet = wallet;
    this.#tipAccounts = new Set(tipAccounts);
  }

  /** Returns what the transaction changed for the wallet. */
  measure(landed: LandedTransaction, base: BaseMintSettings): Fill {
    const changes = walletChanges(landed, this.#wallet);
    const { lamports: native, tokens } = changes;
    const sol = native + (tokens.get(WRAPPED_SOL_MINT) ?? 0n);
    const isSol = base.mint === WRAPPED_SOL_MINT;
    const actualProfit = isSol ? sol : (tokens.get(base.mint) ?? 0n);
    const inBase = isSol ? 0n : lamportValue(actualProfit, base);
    const inventory = new Map([...tokens].filter(([mint]) => mint !== base.mint && mint !== WRAPPED_SOL_MINT));
    return {
      slot: landed.slot,
      actualProfit,
      fees: this.#fees(landed, native),
      netProfitLamports: sol + inBase,
      inventory,
      changes,
      lamportsAfter: landed.postLamports[landed.accountKeys.indexOf(this.#wallet)] ?? 0n,
      tokensAfter: tokensOf(landed.postTokenBalances, this.#wallet),
    };
  }

  /** Returns the wallet's loss of SOL in a transaction that failed, lamports. */
  costOf(landed: LandedTransaction): bigint {
    return -walletChanges(landed, this.#wallet).lamports;
  }

  /** Tip and rent are seen where they arrive; the priority fee is what is left of the wallet's native change. */
  #fees(landed: LandedTransaction, native: bigint): Fees {
    let tip = 0n;
    let rent = 0n;
    for (const [index, key] of landed.accountKeys.entries()) {
      const before = landed.preLamports[index] ?? 0n;
      const after = landed.postLamports[index] ?? 0n;
      if (this.#tipAccounts.has(key)) tip += after - before;
      else if (before === 0n && after > 0n) rent += after - wrappedIn(landed.postTokenBalances, index);
    }
    const paid = native < 0n ? -native : 0n;
    const fee = paid - tip - rent;
    const base = fee < LAMPORTS_PER_SIGNATURE ? clampZero(fee) : LAMPORTS_PER_SIGNATURE;
    return { base, priority: clampZero(fee - base), tip, rent };
  }
}

/** A wrapped-SOL account holds its tokens as lamports; those are no rent. */
function wrappedIn(balances: readonly TokenBalance[], accountIndex: number): bigint {
  const balance = balances.find((entry) => entry.accountIndex === accountIndex && entry.mint === WRAPPED_SOL_MINT);
  return balance?.amount ?? 0n;
}

function clampZero(value: bigint): bigint {
  return value > 0n ? value : 0n;
}
