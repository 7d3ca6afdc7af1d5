import type { Breaker, BreakerReading, Moment } from './breaker.js';

/** Trips when a look comes far too late: the process was busy or stopped, and what it decided meanwhile rests on the past. */
export class LoopStall implements Breaker {
  readonly name = 'loop_stall';
  readonly leadsTo = 'REDUCING';
  readonly #everyMs: number;
  readonly #maxStallMs: number;
  #lastMicros: number | undefined;
  #longestMs = 0;

  /** `everyMs` is the time between two looks. */
  constructor(settings: { readonly everyMs: number; readonly maxStallMs: number }) {
    this.#everyMs = settings.everyMs;
    this.#maxStallMs = settings.maxStallMs;
  }

  check({ nowMicros }: Moment): string | undefined {
    const sinceMs = Math.floor((nowMicros - (this.#lastMicros ?? nowMicros)) / 1_000);
    this.#lastMicros = nowMicros;
    const lateMs = Math.max(0, sinceMs - this.#everyMs);
    this.#longestMs = Math.max(this.#longestMs, lateMs);
    if (lateMs <= this.#maxStallMs) return undefined;
    return `RISK_LOOP_TIMEOUT: the event loop stood still for ${lateMs} ms`;
  }

  reading(): BreakerReading {
    return { value: `${this.#longestMs} ms at most`, limit: `${this.#maxStallMs} ms` };
  }
}
