import type { EngineEvent } from '@tandem/engine/events';
import type { Output, TextSink } from './output.js';

/** Events of the contract; the others are the journal's own. */
const INTERNAL: ReadonlySet<EngineEvent['type']> = new Set(['intent']);

/** Writes one JSON object a line to `events`, notices to `notices`. */
export function createJsonOutput(events: TextSink, notices: TextSink): Output {
  return {
    event(event) {
      if (!INTERNAL.has(event.type)) events.write(`${JSON.stringify(event)}\n`);
    },
    notice(text) {
      notices.write(`${text}\n`);
    },
    close() {},
  };
}
