import type { EngineEvent } from '../journal/event.js';

/** Where the engine's events become durable. A failed write throws and stops the engine's sending. */
export interface JournalSink {
  /** Writes before it returns. Intents are on disk when the call comes back. */
  append(event: EngineEvent): void;
  close(): void;
}
