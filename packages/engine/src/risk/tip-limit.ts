import type { Opportunity } from '../strategy/opportunity.js';
import { type CheckResult, PASSED, refuse } from '../validate/refusal.js';
import { DayLedger } from './day-ledger.js';
import type { SteadyTime } from './steady-time.js';
import type { TradeOutcome } from './trade-outcome.js';

/** Bounds of what is tipped, parsed once from the configuration. */
export interface TipLimitSettings {
  /** No transaction tips more. */
  readonly maxTipLamports: bigint;
  /** All tips of 24 hours together. */
  readonly tipBudgetLamports: bigint;
  /** Smallest tip without which no road takes a trade; 0 where one would. */
  readonly requiredLamports: bigint;
}

/** The tip of a trade that executed. */
export type PaidTip = Pick<TradeOutcome, 'id' | 'tipLamports' | 'atMs'>;

/** Bounds the tips of 24 hours: those that were paid, in earlier runs too, and the worst case of those in flight. */
export class TipLimit {
  readonly #settings: TipLimitSettings;
  readonly #time: SteadyTime;
  readonly #claims = new Map<string, bigint>();
  readonly #paid = new DayLedger();

  constructor(settings: TipLimitSettings, time: SteadyTime) {
    this.#settings = settings;
    this.#time = time;
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

  /** Books the tip of a trade that executed: what it claimed, or what the chain shows where that is more or nothing was claimed. */
  recordPaid({ id, tipLamports, atMs }: PaidTip): void {
    const claimed = this.#claims.get(id) ?? 0n;
    const paid = claimed > tipLamports ? claimed : tipLamports;
    if (paid > 0n) this.#paid.book(atMs, -paid);
    this.#claims.delete(id);
  }

  /** Returns what was tipped in 24 hours. */
  paidLamports(): bigint {
    return this.#paid.lostLamports(this.#time.nowMs());
  }

  /** Gives back the tip of what did not execute: it stood in the same transaction, so it was not paid. */
  release({ id }: Opportunity): void {
    this.#claims.delete(id);
  }

  #leftLamports(): bigint {
    let left = this.#settings.tipBudgetLamports - this.paidLamports();
    for (const lamports of this.#claims.values()) left -= lamports;
    return left > 0n ? left : 0n;
  }
}
