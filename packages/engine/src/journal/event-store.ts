import type { JournalSink } from '../ports/journal-sink.js';
import type {
  BalancesEvent,
  EngineEvent,
  EventStamp,
  ExecutedEvent,
  IntentEvent,
  MissedEvent,
  ReconciledEvent,
  SettledEvent,
  StateEvent,
} from './event.js';

/** A signed transaction of an earlier run whose fate the journal does not know. */
export type UnresolvedIntent = IntentEvent & { readonly seq: number };

/** The end of a send. */
export type Outcome = (ExecutedEvent | MissedEvent | SettledEvent) & EventStamp;

/** Events of which the newest counts. */
export type Milestone = (StateEvent | BalancesEvent | ReconciledEvent) & EventStamp;

/**
 * The journal's first sink: the one that survives. Intents, submissions and verdicts are durable when `append` returns; other
 * events are written in groups, at the latest with the next durable one, at `flush` or at `close`. No two intents have one signature.
 */
export interface EventStore extends JournalSink {
  /** Returns the last sequence number of earlier runs, 0 when there is none. */
  lastSeq(): number;
  /** Returns the intents without a verdict, oldest first. */
  unresolvedIntents(): readonly UnresolvedIntent[];
  /** Returns the signatures of the newest intents, at most so many: no later transaction may be the same. */
  intentSignatures(limit: number): readonly string[];
  /** Whether a signature is of a transaction that this journal announced. */
  hasIntentOf(signature: string): boolean;
  /** Returns the ends of sends that landed in a later slot than this one, oldest event first. */
  landedAfter(slot: bigint): readonly Outcome[];
  /** Returns the newest event of a type, or nothing. */
  newestOf<Type extends Milestone['type']>(type: Type): Extract<Milestone, { type: Type }> | undefined;
  /** Returns the intents, and what became of sends (`executed`, `missed`, `settled`), since an ISO 8601 time, oldest first. */
  outcomesSince(at: string): readonly EngineEvent[];
  /** Writes what is still in the group. @throws JOURNAL_* */
  flush(): void;
}
