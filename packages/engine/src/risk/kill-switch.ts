import type { StateSource } from '../journal/event.js';
import { type CheckResult, PASSED, refuse } from '../validate/refusal.js';

/** Whether the engine may send. */
export type TradingState = 'ACTIVE' | 'REDUCING' | 'HALTED';

/** Told of each change of state, at once; `source` says who asked for it. */
export type TripListener = (from: TradingState, to: TradingState, trigger: string, source: StateSource) => void;

/** A latch: any part may trip it, nothing in the engine resets it. Closed means that nothing is approved, so nothing is signed. */
export class KillSwitch {
  readonly #listeners: TripListener[] = [];
  #state: TradingState = 'ACTIVE';
  #trigger = '';

  get state(): TradingState {
    return this.#state;
  }

  /** Adds a listener. They are told in the order in which they were added: what closes the way to a signature comes first. */
  on(listener: TripListener): void {
    this.#listeners.push(listener);
  }

  /** Halts. The first trigger is the one that is kept. */
  trip(trigger: string, source: StateSource = 'engine'): void {
    if (this.#state === 'HALTED') return;
    const from = this.#state;
    this.#state = 'HALTED';
    this.#trigger = trigger;
    for (const listener of this.#listeners) listener(from, 'HALTED', trigger, source);
  }

  /** Refuses unless the engine may send. */
  check(): CheckResult {
    if (this.#state === 'ACTIVE') return PASSED;
    return refuse('risk', 'RISK_STATE_INVALID', { state: this.#state, trigger: this.#trigger });
  }
}
