import type { TradeOutcome } from '../trade-outcome.js';

/** The times at which a breaker is evaluated, read once for all of them. */
export interface Moment {
  /** `Clock.nowMicros()` */
  readonly nowMicros: number;
  /** `Clock.nowMs()`: the wall clock, steps included. */
  readonly wallMs: number;
  /** `SteadyTime.nowMs()` */
  readonly steadyMs: number;
}

/** What a breaker measures now and where it trips, for people. */
export interface BreakerReading {
  readonly value: string;
  readonly limit: string;
}

/** One reason to stop trading. A breaker says why; the panel acts. */
export interface Breaker {
  readonly name: string;
  /** The state it leads to. */
  readonly leadsTo: 'REDUCING' | 'HALTED';
  /** Returns why trading must end, beginning with a stable code; `undefined` while it need not. */
  check(moment: Moment): string | undefined;
  reading(moment: Moment): BreakerReading;
}

/** A breaker that counts what becomes of sends. It is checked after each of them. */
export interface OutcomeBreaker extends Breaker {
  take(outcome: TradeOutcome): void;
}
