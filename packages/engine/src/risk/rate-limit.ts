import type { Clock } from '../ports/clock.js';
import { type CheckResult, PASSED, refuse } from '../validate/refusal.js';

const MICROS_PER_SECOND = 1_000_000;

/** A token bucket that holds one second's worth of submissions: a runaway loop is slowed whatever its cause. */
export class RateLimit {
  readonly #clock: Clock;
  readonly #perSecond: number;
  /** Micro-tokens, so that refills stay whole numbers. */
  #microTokens: number;
  #filledAtMicros: number;

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#microTokens = perSecond * MICROS_PER_SECOND;
    this.#filledAtMicros = clock.nowMicros();
  }

  check(): CheckResult {
    this.#refill();
    if (this.#microTokens >= MICROS_PER_SECOND) return PASSED;
    return refuse('risk', 'RISK_RATE_EXCEEDED', { perSecond: this.#perSecond });
  }

  /** Counts one submission. */
  take(): void {
    this.#refill();
    this.#microTokens -= MICROS_PER_SECOND;
  }

  #refill(): void {
    const now = this.#clock.nowMicros();
    const elapsed = Math.max(0, Math.floor(now - this.#filledAtMicros));
    const full = this.#perSecond * MICROS_PER_SECOND;
    this.#microTokens = Math.min(full, this.#microTokens + elapsed * this.#perSecond);
    this.#filledAtMicros = now;
  }
}
