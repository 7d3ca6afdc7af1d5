import type { Clock } from '../ports/clock.js';
import type { AlertEvent } from './event.js';
import type { Journal } from './journal.js';

interface Quiet {
  readonly untilMicros: number;
  suppressed: number;
}

/** Records alerts, each rule at most once in an interval; what was held back is counted in the next one. Bounded by the rules. */
export class AlertThrottle {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #intervalMicros: number;
  readonly #quiet = new Map<string, Quiet>();

  constructor(journal: Journal, clock: Clock, intervalMs: number) {
    this.#journal = journal;
    this.#clock = clock;
    this.#intervalMicros = intervalMs * 1_000;
  }

  /** Records the alert, or counts it when its rule spoke a moment ago. */
  raise(alert: Omit<AlertEvent, 'type'>): void {
    const now = this.#clock.nowMicros();
    const quiet = this.#quiet.get(alert.rule);
    if (quiet !== undefined && now < quiet.untilMicros) {
      quiet.suppressed += 1;
      return;
    }
    this.#quiet.set(alert.rule, { untilMicros: now + this.#intervalMicros, suppressed: 0 });
    const more =
      quiet !== undefined && quiet.suppressed > 0 ? ` (and ${quiet.suppressed} more since the last alert)` : '';
    this.#journal.record({ type: 'alert', ...alert, message: `${alert.message}${more}` });
  }
}
