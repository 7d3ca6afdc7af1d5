import type { Clock } from '../ports/clock.js';

const WINDOW_MICROS = 60_000_000;
/** A server that names a later time than its window can reach is not believed. */
const LONGEST_WAIT_MS = 60_000;

/** What an answer says about the rest of the budget. */
export interface RateReport {
  /** Requests left; may be negative. */
  readonly remaining: number;
  /** Unix seconds at which one more is allowed. */
  readonly resetSeconds: number;
}

/**
 * The requests of the last sixty seconds, as Jupiter counts them: a sliding window for the whole organisation. What the server says of
 * the rest (`x-ratelimit-remaining`, `x-ratelimit-reset`) tightens it, because other processes spend from the same budget.
 */
export class RateWindow {
  readonly #clock: Clock;
  #perMinute: number;
  #startedAtMicros: number[] = [];
  #inFlight = 0;
  /** Requests the server still allows, until `#resetAtMicros`; undefined while it has said nothing. */
  #granted: number | undefined;
  #resetAtMicros = 0;

  constructor(options: { readonly clock: Clock; readonly perMinute: number }) {
    this.#clock = options.clock;
    this.#perMinute = options.perMinute;
  }

  /** Takes the smaller of two budgets, when two clients of one organisation were told different ones. */
  tighten(perMinute: number): void {
    this.#perMinute = Math.min(this.#perMinute, perMinute);
  }

  /** Takes a request out of the budget and returns 0, or takes none and returns the milliseconds until one may be free. */
  take(): number {
    const now = this.#clock.nowMicros();
    this.#startedAtMicros = this.#startedAtMicros.filter((at) => at > now - WINDOW_MICROS);
    if (this.#granted !== undefined && now >= this.#resetAtMicros) this.#granted = undefined;
    const waitMicros = Math.max(this.#ownWaitMicros(now), this.#serverWaitMicros(now));
    if (waitMicros > 0) return Math.ceil(waitMicros / 1_000);
    this.#startedAtMicros.push(now);
    this.#inFlight += 1;
    if (this.#granted !== undefined) this.#granted -= 1;
    return 0;
  }

  /** Ends a request that was taken; `report` is what its answer said, if anything. */
  settle(report: RateReport | undefined): void {
    this.#inFlight -= 1;
    if (report === undefined) return;
    const waitMs = Math.min(Math.max(report.resetSeconds * 1_000 - this.#clock.nowMs(), 0), LONGEST_WAIT_MS);
    this.#resetAtMicros = this.#clock.nowMicros() + waitMs * 1_000;
    // Others on their way may not have been counted yet.
    this.#granted = report.remaining - this.#inFlight;
  }

  #ownWaitMicros(now: number): number {
    const oldest = this.#startedAtMicros.at(-this.#perMinute);
    return oldest === undefined ? 0 : oldest + WINDOW_MICROS - now;
  }

  #serverWaitMicros(now: number): number {
    return this.#granted !== undefined && this.#granted <= 0 ? this.#resetAtMicros - now : 0;
  }
}

/** Windows by clock, so that a test's time has a budget of its own. */
const windows = new WeakMap<Clock, Map<string, RateWindow>>();

/** Returns the window that every client of one organisation shares: one host and one key. */
export function organisationWindow(options: {
  readonly clock: Clock;
  readonly organisation: string;
  readonly perMinute: number;
}): RateWindow {
  const { clock, organisation, perMinute } = options;
  const known = windows.get(clock) ?? new Map<string, RateWindow>();
  windows.set(clock, known);
  const window = known.get(organisation) ?? new RateWindow({ clock, perMinute });
  known.set(organisation, window);
  window.tighten(perMinute);
  return window;
}
