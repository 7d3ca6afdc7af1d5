import { type CheckResult, PASSED, refuse } from '../validate/refusal.js';

/** Lets a run end after a number of trades: what is in flight counts as if it had executed, until its verdict says otherwise. */
export class TradeLimit {
  readonly #limit: number | undefined;
  #executed = 0;

  constructor(limit: number | undefined) {
    this.#limit = limit;
  }

  check(inFlight: number): CheckResult {
    if (this.#limit === undefined || this.#executed + inFlight < this.#limit) return PASSED;
    return refuse('risk', 'RISK_TRADE_COUNT_EXCEEDED', { limit: this.#limit });
  }

  /** Counts one executed trade. */
  recordExecuted(): void {
    this.#executed += 1;
  }
}
