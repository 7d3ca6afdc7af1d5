import type { TradeOutcome } from '../trade-outcome.js';
import type { BreakerReading, OutcomeBreaker } from './breaker.js';

/** Trips after so many misses in a row. A trade that executes begins a new row. */
export class ConsecutiveMisses implements OutcomeBreaker {
  readonly name = 'consecutive_misses';
  readonly leadsTo = 'HALTED';
  readonly #maxMisses: number;
  #missesInARow = 0;

  constructor(maxMisses: number) {
    this.#maxMisses = maxMisses;
  }

  take({ scope, kind }: TradeOutcome): void {
    if (scope === 'trade') this.#missesInARow = kind === 'executed' ? 0 : this.#missesInARow + 1;
  }

  check(): string | undefined {
    if (this.#missesInARow < this.#maxMisses) return undefined;
    return `RISK_MISSES_EXCEEDED: ${this.#missesInARow} misses in a row`;
  }

  reading(): BreakerReading {
    return { value: `${this.#missesInARow} misses in a row`, limit: `${this.#maxMisses} misses` };
  }
}
