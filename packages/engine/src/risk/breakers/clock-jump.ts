import type { Breaker, BreakerReading, Moment } from './breaker.js';

/**
 * Trips when the wall clock and the monotonic clock have gone apart between two looks: somebody set the clock, or the machine slept. The
 * limits of a day span restarts by the wall clock, so nothing goes on with a clock that jumps.
 */
export class ClockJump implements Breaker {
  readonly name = 'clock_jump';
  readonly leadsTo = 'HALTED';
  readonly #maxJumpMs: number;
  #last: Moment | undefined;
  #largestMs = 0;

  constructor(maxJumpMs: number) {
    this.#maxJumpMs = maxJumpMs;
  }

  check(moment: Moment): string | undefined {
    const last = this.#last ?? moment;
    this.#last = moment;
    const wallMs = moment.wallMs - last.wallMs;
    const passedMs = Math.round((moment.nowMicros - last.nowMicros) / 1_000);
    const jumpMs = Math.abs(wallMs - passedMs);
    this.#largestMs = Math.max(this.#largestMs, jumpMs);
    if (jumpMs <= this.#maxJumpMs) return undefined;
    return `RISK_CLOCK_MISMATCH: the wall clock moved by ${wallMs} ms while ${passedMs} ms passed`;
  }

  reading(): BreakerReading {
    return { value: `${this.#largestMs} ms at most`, limit: `${this.#maxJumpMs} ms` };
  }
}
