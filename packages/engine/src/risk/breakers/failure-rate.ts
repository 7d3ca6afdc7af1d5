import type { TradeOutcome } from '../trade-outcome.js';
import type { BreakerReading, OutcomeBreaker } from './breaker.js';

const BPS = 10_000;

/** Trips when too many of the last sends missed. Says nothing before there have been so many. */
export class FailureRate implements OutcomeBreaker {
  readonly name = 'failure_rate';
  readonly leadsTo = 'REDUCING';
  readonly #windowSends: number;
  readonly #maxRateBps: number;
  /** Whether each of the last sends missed, oldest first. */
  readonly #missed: boolean[] = [];
  #misses = 0;

  constructor(settings: { readonly windowSends: number; readonly maxRateBps: number }) {
    this.#windowSends = settings.windowSends;
    this.#maxRateBps = settings.maxRateBps;
  }

  take({ scope, kind }: TradeOutcome): void {
    if (scope !== 'trade') return;
    const isMiss = kind !== 'executed';
    this.#missed.push(isMiss);
    if (isMiss) this.#misses += 1;
    if (this.#missed.length > this.#windowSends && this.#missed.shift() === true) this.#misses -= 1;
  }

  check(): string | undefined {
    const isFull = this.#missed.length >= this.#windowSends;
    if (!isFull || this.#misses * BPS <= this.#windowSends * this.#maxRateBps) return undefined;
    return `RISK_FAILURE_RATE_EXCEEDED: ${this.#misses} of the last ${this.#windowSends} sends missed`;
  }

  reading(): BreakerReading {
    return {
      value: `${this.#misses} of ${this.#missed.length} sends`,
      limit: `${this.#maxRateBps} bps of ${this.#windowSends} sends`,
    };
  }
}
