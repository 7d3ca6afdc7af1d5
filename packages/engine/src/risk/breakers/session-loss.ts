import type { TradeOutcome } from '../trade-outcome.js';
import type { BreakerReading, OutcomeBreaker } from './breaker.js';

/** Trips when a run has lost more than it may, gains counted. What earlier runs lost is the day's business. */
export class SessionLoss implements OutcomeBreaker {
  readonly name = 'session_loss';
  readonly leadsTo = 'HALTED';
  readonly #maxLossLamports: bigint;
  #netLamports = 0n;

  constructor(maxLossLamports: bigint) {
    this.#maxLossLamports = maxLossLamports;
  }

  take({ origin, netLamports }: TradeOutcome): void {
    if (origin === 'run') this.#netLamports += netLamports;
  }

  check(): string | undefined {
    if (this.#netLamports > -this.#maxLossLamports) return undefined;
    return `RISK_LOSS_EXCEEDED: the session lost ${-this.#netLamports} lamports`;
  }

  reading(): BreakerReading {
    return { value: `${this.#netLamports} lamports`, limit: `-${this.#maxLossLamports} lamports` };
  }
}
