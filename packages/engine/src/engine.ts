import type { EngineOptions } from './engine-options.js';
import type { EngineEvent, SummaryEvent } from './journal/event.js';

/** Told of every event in order, synchronously; it must not block. */
export type EngineListener = (event: EngineEvent) => void;

/** The chain of stages: market → strategy → validate → risk → execute → journal. */
export interface RealExecutionEngineApi {
  /** Resolves what an earlier run left open, prepares the wallet, starts the market and trades until `drain` or `stop`. */
  start(): Promise<void>;
  /** Makes no new send and resolves when every send in flight has its verdict. */
  drain(): Promise<void>;
  /** Drains, writes the summary, stops the market, closes the journal. Returns the summary. */
  stop(): Promise<SummaryEvent>;
  /** Stops sending for good, as an operator or a fatal error does; in-flight sends go on to their verdicts. */
  halt(trigger: string): void;
  /** Adds a listener; returns the function that removes it. */
  on(listener: EngineListener): () => void;
  /** Returns the exact counts so far. */
  summary(): SummaryEvent;
}

/** Makes the engine; nothing runs before `start`. */
export type CreateEngine = (options: EngineOptions) => RealExecutionEngineApi;
