import { createEngineError } from '../errors/create-engine-error.js';
import type { EngineError } from '../errors/engine-error.js';
import type { StateEvent } from '../journal/event.js';
import type { EventStore } from '../journal/event-store.js';

/**
 * Refuses to go on where an earlier run was halted: a restart is no resume.
 * @throws RISK_STATE_INVALID, JOURNAL_*
 */
export function expectActive(store: Pick<EventStore, 'newestOf'>): void {
  const last = store.newestOf('state');
  if (last !== undefined && last.to !== 'ACTIVE') throw stateError(last);
}

/** Returns what a start that meets a closed state throws. */
export function stateError(
  closed: Pick<StateEvent, 'to' | 'trigger' | 'source'> & { readonly at: string },
): EngineError {
  const { to, trigger, at, source = 'engine' } = closed;
  return createEngineError('RISK_STATE_INVALID', `trading is ${to} since ${at}, by ${source}: ${trigger}`, {
    context: { state: to, trigger, source, at },
  });
}
