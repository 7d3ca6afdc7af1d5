import type { Clock } from '../ports/clock.js';

/** Wall time that no step of the wall clock moves: read once, then carried on by the monotonic clock. Limits of a day are kept by it. */
export class SteadyTime {
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #startMicros: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startMs = clock.nowMs();
    this.#startMicros = clock.nowMicros();
  }

  /** Returns milliseconds since 1970. */
  nowMs(): number {
    return this.#startMs + Math.floor((this.#clock.nowMicros() - this.#startMicros) / 1_000);
  }
}
