import type { Clock } from '../ports/clock.js';
import type { EngineEvent, EngineEventBody } from './event.js';
import type { EventStore } from './event-store.js';
import { isoTimestamp } from './iso-timestamp.js';

/** Told of every event in order, synchronously; it must not block. */
export type EngineListener = (event: EngineEvent) => void;

/** What the journal is made of. */
export interface JournalOptions {
  readonly store: EventStore;
  readonly clock: Clock;
  /** Called once, when the store fails for the first time: the engine halts. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Stamps events with time and sequence, writes them to the store, then tells the listeners. After the store has failed nothing
 * is written any more (a journal with a hole in it would lie); listeners go on to be told, so that the halt itself is seen.
 */
export class Journal {
  readonly #store: EventStore;
  readonly #clock: Clock;
  readonly #onFailure: (error: unknown) => void;
  readonly #listeners = new Set<EngineListener>();
  #seq: number;
  #failure: unknown;

  constructor(options: JournalOptions) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#onFailure = options.onFailure;
    this.#seq = options.store.lastSeq();
  }

  /** Sequence number of the last event. */
  get seq(): number {
    return this.#seq;
  }

  /** Whether the store still takes events. */
  get healthy(): boolean {
    return this.#failure === undefined;
  }

  /** Adds a listener; returns the function that removes it. A listener that throws is removed and named in an alert. */
  on(listener: EngineListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Records an event. A store failure is reported once through `onFailure`, never thrown: verdicts must still reach the listeners. */
  record(body: EngineEventBody): void {
    try {
      this.recordOrThrow(body);
    } catch {
      // Already reported by #write, and the listeners have been told of the event.
    }
  }

  /** Records an event that something depends on: an intent before its send. @throws JOURNAL_* when it is not on disk */
  recordOrThrow(body: EngineEventBody): void {
    this.#seq += 1;
    const event: EngineEvent = { ...body, at: isoTimestamp(this.#clock.nowMs()), seq: this.#seq };
    const failure = this.#write(() => this.#store.append(event));
    this.#tell(event);
    if (failure !== undefined) throw failure;
  }

  /** Writes what the store still groups. */
  flush(): void {
    this.#write(() => this.#store.flush());
  }

  /** Closes the store. */
  close(): void {
    this.#write(() => this.#store.flush());
    this.#store.close();
  }

  #write(action: () => void): unknown {
    if (this.#failure !== undefined) return this.#failure;
    try {
      action();
      return undefined;
    } catch (error) {
      this.#failure = error;
      this.#onFailure(error);
      return error;
    }
  }

  #tell(event: EngineEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#listeners.delete(listener);
        const message = `an event listener threw and was removed: ${error instanceof Error ? error.message : String(error)}`;
        this.record({ type: 'alert', severity: 'warning', rule: 'LISTENER_INVALID', message });
      }
    }
  }
}
