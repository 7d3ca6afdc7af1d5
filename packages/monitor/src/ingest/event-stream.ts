import type { EngineEvent } from '@tandem/engine/events';

/** Something that wants to know what the engine did. It must not throw and must not block. */
export type EventListener = (event: EngineEvent) => void;

/** Hands each engine event to every listener, in order. A listener that throws is taken off and named to `onFault`. */
export class EventStream {
  readonly #listeners = new Map<string, EventListener>();
  readonly #onFault: (listener: string, fault: unknown) => void;

  constructor(onFault: (listener: string, fault: unknown) => void) {
    this.#onFault = onFault;
  }

  /** Adds a listener under a name; a name is taken once. Returns the function that removes it. */
  add(name: string, listener: EventListener): () => void {
    if (this.#listeners.has(name)) throw new Error(`MONITOR_LISTENER_INVALID: "${name}" already listens`);
    this.#listeners.set(name, listener);
    return () => this.#listeners.delete(name);
  }

  /** Delivers one event. Monitoring never stops the engine: a faulty listener goes, the others stay. */
  publish(event: EngineEvent): void {
    for (const [name, listener] of this.#listeners) {
      try {
        listener(event);
      } catch (fault) {
        this.#listeners.delete(name);
        this.#onFault(name, fault);
      }
    }
  }
}
