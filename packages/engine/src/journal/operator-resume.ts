import type { Clock } from '../ports/clock.js';
import type { StateEvent } from './event.js';
import type { EventStore } from './event-store.js';
import { isoTimestamp } from './iso-timestamp.js';

/**
 * Writes the operator's decision to trade again: the only thing that ends a halt. The store belongs to nobody else at that time, and what
 * the decision is about stays in the journal before it.
 * @throws JOURNAL_WRITE_INVALID
 */
export function recordResume(store: EventStore, clock: Clock, from: StateEvent['from'], reason: string): void {
  const event: StateEvent = { type: 'state', from, to: 'ACTIVE', trigger: `operator: ${reason}`, source: 'operator' };
  store.append({ ...event, at: isoTimestamp(clock.nowMs()), seq: store.lastSeq() + 1 });
  store.flush();
}
