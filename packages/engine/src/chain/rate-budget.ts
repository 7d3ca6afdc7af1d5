import type { Clock } from '../ports/clock.js';

const MICROS_PER_SECOND = 1_000_000;

/**
 * Requests that one server may be asked: a token bucket that holds one second's worth. It never queues: what finds it empty is left
 * out, because bytes that waited would be stale when they leave.
 */
export class RateBudget {
  readonly #clock: Clock;
  readonly #perSecond: number;
  /** Micro-tokens, so that refills stay whole numbers. */
  #microTokens: number;
  #filledAtMicros: number;
  #closedUntilMicros = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#microTokens = perSecond * MICROS_PER_SECOND;
    this.#filledAtMicros = clock.nowMicros();
  }

  /** Takes one request out of the budget; returns whether it may be made. */
  take(): boolean {
    const now = this.#clock.nowMicros();
    const elapsed = Math.max(0, Math.floor(now - this.#filledAtMicros));
    this.#microTokens = Math.min(this.#perSecond * MICROS_PER_SECOND, this.#microTokens + elapsed * this.#perSecond);
    this.#filledAtMicros = now;
    if (now < this.#closedUntilMicros || this.#microTokens < MICROS_PER_SECOND) return false;
    this.#microTokens -= MICROS_PER_SECOND;
    return true;
  }

  /** Allows nothing for a time, because the server said that it has had enough. */
  close(forMs: number): void {
    this.#closedUntilMicros = Math.max(this.#closedUntilMicros, this.#clock.nowMicros() + forMs * 1_000);
  }
}
