import type { Clock } from '../ports/clock.js';

interface Sleeper {
  readonly atMicros: number;
  readonly order: number;
  readonly wake: () => void;
}

/** Microtask turns given to what a woken sleeper does before time goes on. */
const SETTLING_TURNS = 50;

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  readonly #startMs: number;
  readonly #sleepers = new Set<Sleeper>();
  #micros = 0;
  #order = 0;

  /** Default: 2026-01-01T00:00:00Z. */
  constructor(startMs = 1_767_225_600_000) {
    this.#startMs = startMs;
  }

  /** Sleeps that have not ended. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  nowMs(): number {
    return this.#startMs + Math.floor(this.#micros / 1_000);
  }

  nowMicros(): number {
    return this.#micros;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const abort = () => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason as Error);
      };
      const wake = () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      this.#order += 1;
      const sleeper = { atMicros: this.#micros + ms * 1_000, order: this.#order, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Moves time without waking anyone, as the work of a stage does. */
  spend(micros: number): void {
    this.#micros += micros;
  }

  /** Moves time forward, waking sleepers in their order and letting each do its work before the next. */
  async advance(ms: number): Promise<void> {
    const until = this.#micros + ms * 1_000;
    await settle();
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) {
      this.#micros = Math.max(this.#micros, next.atMicros);
      next.wake();
      await settle();
    }
    this.#micros = Math.max(this.#micros, until);
    await settle();
  }

  #next(until: number): Sleeper | undefined {
    const due = [...this.#sleepers].filter((sleeper) => sleeper.atMicros <= until);
    return due.sort((a, b) => a.atMicros - b.atMicros || a.order - b.order)[0];
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < SETTLING_TURNS; turn += 1) await Promise.resolve();
}
