import { type CheckResult, PASSED, refuse } from '../validate/refusal.js';

/** Bounds the trades of a run: what is in flight counts, so that never more than asked for execute. */
export class TradeLimit {
  readonly #limit: number | undefined;
  #executed = 0;

  /** `undefined` bounds nothing. */
  constructor(limit: number | undefined) {
    this.#limit = limit;
  }

  /** Refuses when what has executed and what may still execute reach the limit. */
  check(inFlight: number): CheckResult {
    if (this.#limit === undefined || this.#executed + inFlight < this.#limit) return PASSED;
    return refuse('risk', 'RISK_TRADES_EXCEEDED', { executed: this.#executed, inFlight, limit: this.#limit });
  }

  /** Counts a trade that executed, or would have in a simulation. */
  recordExecuted(): void {
    this.#executed += 1;
  }
}
