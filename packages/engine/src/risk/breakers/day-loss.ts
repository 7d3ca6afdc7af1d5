import type { DayLedger } from '../day-ledger.js';
import type { Breaker, BreakerReading, Moment } from './breaker.js';

/** Trips when all losses of 24 hours together reach the bound. Gains do not count, and only time takes a loss back. */
export class DayLoss implements Breaker {
  readonly name = 'day_loss';
  readonly leadsTo = 'HALTED';
  readonly #ledger: DayLedger;
  readonly #maxLossLamports: bigint;

  constructor(ledger: DayLedger, maxLossLamports: bigint) {
    this.#ledger = ledger;
    this.#maxLossLamports = maxLossLamports;
  }

  check({ steadyMs }: Moment): string | undefined {
    const lost = this.#ledger.lostLamports(steadyMs);
    if (lost < this.#maxLossLamports) return undefined;
    return `RISK_DAY_LOSS_EXCEEDED: ${lost} lamports were lost in 24 hours, ${this.#maxLossLamports} are allowed`;
  }

  reading({ steadyMs }: Moment): BreakerReading {
    return { value: `${this.#ledger.lostLamports(steadyMs)} lamports`, limit: `${this.#maxLossLamports} lamports` };
  }
}
