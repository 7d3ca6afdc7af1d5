import type { EngineEvent } from '@tandem/engine/events';

/** Shows a run to whoever looks: a program (JSON lines), a log (plain lines) or a person (a live view). */
export interface Output {
  /** Shows one event. */
  event(event: EngineEvent): void;
  /** Shows a line that is no event: a notice or a hint. */
  notice(text: string): void;
  /** Leaves the terminal as it was found. */
  close(): void;
}

/** Where text goes; a subset of a writable stream. */
export interface TextSink {
  write(text: string): unknown;
}
