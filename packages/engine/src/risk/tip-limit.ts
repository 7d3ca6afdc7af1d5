import type { Opportunity } from '../strategy/opportunity.js';
import { type CheckResult, PASSED, refuse } from '../validate/refusal.js';

/** Bounds of what is tipped, parsed once from the configuration. */
export interface TipLimitSettings {
  /** No transaction tips more. */
  readonly maxTipLamports: bigint;
  /** All tips of a run together. */
  readonly tipBudgetLamports: bigint;
  /** Smallest tip without which no road takes a trade; 0 where one would. */
  readonly requiredLamports: bigint;
}

/** Bounds the tips of a run: those that were paid, and the worst case of those in flight. */
export class TipLimit {
  readonly #settings: TipLimitSettings;
  readonly #claims = new Map<string, bigint>();
  #spentLamports = 0n;

  constructor(settings: TipLimitSettings) {
    this.#settings = settings;
  }

  /** Returns the most that one transaction may tip now, lamports. */
  mostLamports(): bigint {
    const { maxTipLamports } = this.#settings;
    const left = this.#leftLamports();
    return left < maxTipLamports ? left : maxTipLamports;
  }

  check({ profit }: Opportunity): CheckResult {
    const { maxTipLamports, requiredLamports, tipBudgetLamports } = this.#settings;
    const { tipLamports } = profit;
    if (tipLamports > maxTipLamports) return refuse('risk', 'RISK_TIP_EXCEEDED', { tipLamports, maxTipLamports });
    const left = this.#leftLamports();
    const needed = tipLamports > requiredLamports ? tipLamports : requiredLamports;
    if (needed > left) return refuse('risk', 'RISK_TIP_BUDGET_EXCEEDED', { needed, left, tipBudgetLamports });
    if (needed > tipLamports) return refuse('risk', 'RISK_TIP_MISSING', { tipLamports, requiredLamports });
    return PASSED;
  }

  /** Sets the tip of a submission aside. */
  claim({ id, profit }: Opportunity): void {
    if (profit.tipLamports > 0n) this.#claims.set(id, profit.tipLamports);
  }

  /** Books the tip of a trade that executed: the transaction landed, and its tip with it. */
  recordPaid({ id }: Opportunity): void {
    this.#spentLamports += this.#claims.get(id) ?? 0n;
    this.#claims.delete(id);
  }

  /** Gives back the tip of what did not execute: it stood in the same transaction, so it was not paid. */
  release({ id }: Opportunity): void {
    this.#claims.delete(id);
  }

  #leftLamports(): bigint {
    let left = this.#settings.tipBudgetLamports - this.#spentLamports;
    for (const lamports of this.#claims.values()) left -= lamports;
    return left > 0n ? left : 0n;
  }
}
