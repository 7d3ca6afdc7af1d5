import type { EventStore } from '../journal/event-store.js';
import { isoTimestamp, parseIsoTimestamp } from '../journal/iso-timestamp.js';
import type { BreakerPanel } from './breaker-panel.js';
import { DAY_MS } from './day-ledger.js';

/** What the limits are rebuilt from and into. */
export interface RestoreOptions {
  readonly store: Pick<EventStore, 'newestOf' | 'outcomesSince'>;
  readonly breakers: Pick<BreakerPanel, 'restore'>;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/**
 * Rebuilds what the limits had counted in the last 24 hours from the journal, so that neither a restart nor a crash renews them. An
 * operator's resume begins new rows and windows of sends, or the same breaker would trip at once; of losses, gains and tips it takes
 * nothing back.
 * @throws JOURNAL_*
 */
export function restoreLimits({ store, breakers, nowMs }: RestoreOptions): void {
  const last = store.newestOf('state');
  const resumedSeq = last?.to === 'ACTIVE' ? last.seq : 0;
  for (const event of store.outcomesSince(isoTimestamp(nowMs - DAY_MS))) {
    // An event dated after now was written before the clock was set back: it counts from now on.
    const atMs = Math.min(parseIsoTimestamp(event.at) ?? nowMs, nowMs);
    breakers.restore(event, { atMs, scope: event.seq > resumedSeq ? 'trade' : 'money' });
  }
}
