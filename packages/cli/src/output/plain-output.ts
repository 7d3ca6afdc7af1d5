import { eventLine } from './event-line.js';
import type { Output, TextSink } from './output.js';

/** Writes plain lines without control codes, for logs and pipes. */
export function createPlainOutput(lines: TextSink, notices: TextSink): Output {
  return {
    event(event) {
      const line = eventLine(event);
      if (line !== undefined) lines.write(`${line}\n`);
    },
    notice(text) {
      notices.write(`${text}\n`);
    },
    close() {},
  };
}
