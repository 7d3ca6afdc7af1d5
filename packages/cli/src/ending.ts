import type { EngineEvent } from '@tandem/engine/events';

/** Watches the events for the end of a run: so many trades, or a halt. */
export class Ending {
  readonly reached: Promise<void>;
  halted = false;
  #started = false;
  #trades = 0;
  #resolve: () => void = () => {};
  readonly #limit: number | undefined;

  constructor(limit: number | undefined) {
    this.#limit = limit;
    this.reached = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Takes one event. */
  observe(event: EngineEvent): void {
    if (event.type === 'started') this.#started = true;
    // What executes before the start is a trade that an earlier run left open: not one of this run's.
    if (this.#started && (event.type === 'executed' || event.type === 'simulated')) this.#trades += 1;
    if (event.type === 'state' && event.to === 'HALTED') this.halted = true;
    if (this.halted || (this.#limit !== undefined && this.#trades >= this.#limit)) this.#resolve();
  }
}
