import { type CheckResult, PASSED, refuse } from '../validate/refusal.js';

/** Whether the engine may send. */
export type TradingState = 'ACTIVE' | 'REDUCING' | 'HALTED';

/** Told once, when the switch trips. */
export type TripListener = (from: TradingState, to: TradingState, trigger: string) => void;

/** A latch: any part may trip it, nothing in the engine resets it. Closed means that nothing is approved, so nothing is signed. */
export class KillSwitch {
  readonly #onTrip: TripListener;
  #state: TradingState = 'ACTIVE';
  #trigger = '';

  constructor(onTrip: TripListener) {
    this.#onTrip = onTrip;
  }

  get state(): TradingState {
    return this.#state;
  }

  /** Halts. The first trigger is the one that is kept. */
  trip(trigger: string): void {
    if (this.#state === 'HALTED') return;
    const from = this.#state;
    this.#state = 'HALTED';
    this.#trigger = trigger;
    this.#onTrip(from, 'HALTED', trigger);
  }

  /** Refuses unless the engine may send. */
  check(): CheckResult {
    if (this.#state === 'ACTIVE') return PASSED;
    return refuse('risk', 'RISK_STATE_INVALID', { state: this.#state, trigger: this.#trigger });
  }
}
