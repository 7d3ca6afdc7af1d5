import type { Clock } from '../../src/ports/clock.js';

interface Sleeper {
  readonly untilMicros: number;
  readonly wake: () => void;
}

/** Time that moves only when a test says so. */
export class SteppedClock implements Clock {
  #nowMicros = 1_000_000;
  #sleepers: Sleeper[] = [];

  nowMs(): number {
    return Math.floor(this.#nowMicros / 1_000);
  }

  nowMicros(): number {
    return this.#nowMicros;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason as Error);
      const sleeper = { untilMicros: this.#nowMicros + ms * 1_000, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  }

  /** Moves time on, waking who is due, and lets what follows run. */
  async advance(ms: number): Promise<void> {
    this.#nowMicros += ms * 1_000;
    const due = this.#sleepers.filter((sleeper) => sleeper.untilMicros <= this.#nowMicros);
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.untilMicros > this.#nowMicros);
    for (const sleeper of due) sleeper.wake();
    for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
  }
}
