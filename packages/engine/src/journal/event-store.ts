import type { JournalSink } from '../ports/journal-sink.js';
import type { EngineEvent, EventStamp, IntentEvent, StateEvent } from './event.js';

/** A signed transaction of an earlier run whose fate the journal does not know. */
export type UnresolvedIntent = IntentEvent & { readonly seq: number };

/**
 * The journal's first sink: the one that survives. Intents, submissions and verdicts are durable when `append` returns; other
 * events are written in groups, at the latest with the next durable one, at `flush` or at `close`.
 */
export interface EventStore extends JournalSink {
  /** Returns the last sequence number of earlier runs, 0 when there is none. */
  lastSeq(): number;
  /** Returns the intents without a verdict, oldest first. */
  unresolvedIntents(): readonly UnresolvedIntent[];
  /** Returns the signatures of the newest intents, at most so many: no later transaction may be the same. */
  intentSignatures(limit: number): readonly string[];
  /** Returns the newest change of the trading state, by an earlier run or an operator. */
  lastState(): (StateEvent & EventStamp) | undefined;
  /** Returns the intents, and what became of sends (`executed`, `missed`, `settled`), since an ISO 8601 time, oldest first. */
  outcomesSince(at: string): readonly EngineEvent[];
  /** Writes what is still in the group. @throws JOURNAL_* */
  flush(): void;
}
