import type { EngineEvent } from '../journal/event.js';
import type { EventStore, Milestone, Outcome, UnresolvedIntent } from '../journal/event-store.js';

const OUTCOMES: ReadonlySet<EngineEvent['type']> = new Set(['intent', 'executed', 'missed', 'settled']);

/** A journal in memory. Given the events of another, it goes on where that one ended, as after a restart. */
export class MemoryJournal implements EventStore {
  readonly events: EngineEvent[];
  /** When set, the next write throws it, and every one after that. */
  failure: Error | undefined;
  closed = false;

  constructor(earlier: readonly EngineEvent[] = []) {
    this.events = [...earlier];
  }

  append(event: EngineEvent): void {
    if (this.closed) throw new Error(`MemoryJournal: ${event.type} after the close`);
    if (this.failure !== undefined) throw this.failure;
    if (event.type === 'intent' && this.hasIntentOf(event.signature))
      throw new Error(`MemoryJournal: a second intent of ${event.signature}`);
    this.events.push(event);
  }

  flush(): void {
    if (this.failure !== undefined) throw this.failure;
  }

  close(): void {
    this.closed = true;
  }

  lastSeq(): number {
    return this.events.reduce((last, event) => Math.max(last, event.seq), 0);
  }

  unresolvedIntents(): readonly UnresolvedIntent[] {
    const resolved = new Set(this.#outcomes().map(({ id }) => id));
    return this.events.flatMap((event) => (event.type === 'intent' && !resolved.has(event.id) ? [event] : []));
  }

  intentSignatures(limit: number): readonly string[] {
    return this.ofType('intent')
      .slice(-limit)
      .map((event) => event.signature);
  }

  hasIntentOf(signature: string): boolean {
    return this.ofType('intent').some((event) => event.signature === signature);
  }

  landedAfter(slot: bigint): readonly Outcome[] {
    return this.#outcomes().filter((event) => event.slot !== undefined && BigInt(event.slot) > slot);
  }

  newestOf<Type extends Milestone['type']>(type: Type): Extract<Milestone, { type: Type }> | undefined {
    return this.events.findLast((event): event is Extract<Milestone, { type: Type }> => event.type === type);
  }

  outcomesSince(at: string): readonly EngineEvent[] {
    return this.events.filter((event) => OUTCOMES.has(event.type) && event.at >= at);
  }

  /** Returns the events of a type, in order. */
  ofType<T extends EngineEvent['type']>(type: T): Extract<EngineEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<EngineEvent, { type: T }> => event.type === type);
  }

  #outcomes(): Outcome[] {
    return this.events.filter(
      (event): event is Outcome => event.type === 'executed' || event.type === 'missed' || event.type === 'settled',
    );
  }
}
