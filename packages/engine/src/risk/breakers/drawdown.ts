import type { DayLedger } from '../day-ledger.js';
import type { Breaker, BreakerReading, Moment } from './breaker.js';

/** Trips when the result of 24 hours has fallen so far below its highest point: what was won first is not there to be lost again. */
export class Drawdown implements Breaker {
  readonly name = 'drawdown';
  readonly leadsTo = 'HALTED';
  readonly #ledger: DayLedger;
  readonly #maxDrawdownLamports: bigint;

  constructor(ledger: DayLedger, maxDrawdownLamports: bigint) {
    this.#ledger = ledger;
    this.#maxDrawdownLamports = maxDrawdownLamports;
  }

  check({ steadyMs }: Moment): string | undefined {
    const drawdown = this.#ledger.drawdownLamports(steadyMs);
    if (drawdown < this.#maxDrawdownLamports) return undefined;
    return `RISK_DRAWDOWN_EXCEEDED: ${drawdown} lamports below the highest result of 24 hours, ${this.#maxDrawdownLamports} are allowed`;
  }

  reading({ steadyMs }: Moment): BreakerReading {
    const drawdown = this.#ledger.drawdownLamports(steadyMs);
    return { value: `${drawdown} lamports`, limit: `${this.#maxDrawdownLamports} lamports` };
  }
}
