import type { SendPurpose, StateSource } from '../journal/event.js';
import { type CheckResult, PASSED, refuse } from '../validate/refusal.js';

/** Whether the engine may send: everything, only what sells leftovers, or nothing. It only ever moves down this list. */
export type TradingState = 'ACTIVE' | 'REDUCING' | 'HALTED';

/** Told once of each change, synchronously. */
export type StateListener = (from: TradingState, to: TradingState, trigger: string, source: StateSource) => void;

/** What the switch is made of. */
export interface KillSwitchOptions {
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Told of a listener that threw; the others have been called all the same. */
  readonly onListenerFault: (error: unknown) => void;
}

/** Why the state is what it is. */
export interface StateCause {
  readonly trigger: string;
  readonly source: StateSource;
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
}

/** A latch: any part may close it further, nothing in the engine opens it again. Closed means that nothing is approved, so nothing is signed. */
export class KillSwitch {
  readonly #options: KillSwitchOptions;
  readonly #listeners: StateListener[] = [];
  #state: TradingState = 'ACTIVE';
  #cause: StateCause | undefined;

  constructor(options: KillSwitchOptions) {
    this.#options = options;
  }

  get state(): TradingState {
    return this.#state;
  }

  /** What took the switch to its state; `undefined` while it is open. */
  get cause(): StateCause | undefined {
    return this.#cause;
  }

  /** What took the switch to its state; empty while it is open. */
  get trigger(): string {
    return this.#cause?.trigger ?? '';
  }

  /** Adds a listener. They are called in the order in which they came: the signing gate is the first. */
  on(listener: StateListener): void {
    this.#listeners.push(listener);
  }

  /** Halts. The first trigger is the one that is kept. */
  trip(trigger: string, source: StateSource = 'engine'): void {
    if (this.#state !== 'HALTED') this.#move('HALTED', trigger, source);
  }

  /** Lets through only what reduces the inventory. A halt stays a halt. */
  reduce(trigger: string, source: StateSource = 'engine'): void {
    if (this.#state === 'ACTIVE') this.#move('REDUCING', trigger, source);
  }

  /** Whether a transaction for this purpose may be signed. */
  allows(purpose: SendPurpose): boolean {
    return this.#state === 'ACTIVE' || (this.#state === 'REDUCING' && purpose === 'unwind');
  }

  /** Refuses a trade unless the engine may send one. */
  check(): CheckResult {
    if (this.allows('trade')) return PASSED;
    return refuse('risk', 'RISK_STATE_INVALID', { state: this.#state, trigger: this.trigger });
  }

  #move(to: TradingState, trigger: string, source: StateSource): void {
    const from = this.#state;
    // The state comes first: whatever a listener does, nothing is approved any more.
    this.#state = to;
    this.#cause = { trigger, source, sinceMs: this.#options.nowMs() };
    for (const listener of this.#listeners) {
      try {
        listener(from, to, trigger, source);
      } catch (error) {
        this.#options.onListenerFault(error);
      }
    }
  }
}
