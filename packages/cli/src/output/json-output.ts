import type { EngineEvent } from '@tandem/engine/events';
import type { Output, TextSink } from './output.js';

/** Events of the contract; the others are the journal's own. */
const INTERNAL: ReadonlySet<EngineEvent['type']> = new Set(['intent']);
/** What a start finds and settles (the wallet, its set-up, sends of an earlier run) stands in the journal; `started` opens the stream. */
const OF_THE_START: ReadonlySet<EngineEvent['type']> = new Set(['settled', 'balances', 'reconciled']);

/** Writes one JSON object a line to `events`, notices to `notices`. */
export function createJsonOutput(events: TextSink, notices: TextSink): Output {
  let isStarted = false;
  return {
    event(event) {
      isStarted ||= event.type === 'started';
      if (INTERNAL.has(event.type) || (OF_THE_START.has(event.type) && !isStarted)) return;
      events.write(`${JSON.stringify(event)}\n`);
    },
    notice(text) {
      notices.write(`${text}\n`);
    },
    close() {},
  };
}
