import type { EngineEvent } from '@tandem/engine/events';
import type { Output, TextSink } from './output.js';

/** Events of the contract; the others are the journal's own. */
const INTERNAL: ReadonlySet<EngineEvent['type']> = new Set(['intent']);

/** Writes one JSON object a line to `events`, notices to `notices`. */
export function createJsonOutput(events: TextSink, notices: TextSink): Output {
  let isStarted = false;
  return {
    event(event) {
      isStarted ||= event.type === 'started';
      // What a start settles (the wallet's set-up, sends of an earlier run) stands in the journal; `started` opens the stream.
      if (INTERNAL.has(event.type) || (event.type === 'settled' && !isStarted)) return;
      events.write(`${JSON.stringify(event)}\n`);
    },
    notice(text) {
      notices.write(`${text}\n`);
    },
    close() {},
  };
}
