import type { Clock } from '@tandem/engine/ports';

export interface BackgroundLoopOptions {
  readonly clock: Clock;
  /** Milliseconds from the start of one step to the start of the next. */
  readonly nextDelayMs: () => number;
  readonly step: () => Promise<void>;
  /** Told of every error of a step; the loop goes on. */
  readonly onFault: (error: unknown) => void;
}

/** A loop that falls behind by more than this forgets the steps it missed. */
const LARGEST_LAG_MS = 1_000;

/** Repeats a step at times of its own until it is paused; pausing waits for the step under way. */
export class BackgroundLoop {
  readonly #options: BackgroundLoopOptions;
  #abort: AbortController | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: BackgroundLoopOptions) {
    this.#options = options;
  }

  /** Starts or goes on; nothing happens when it runs already. */
  start(): void {
    if (this.#abort !== undefined) return;
    const abort = new AbortController();
    this.#abort = abort;
    const before = this.#running;
    this.#running = before.then(() => this.#run(abort.signal));
  }

  /** Stops after the step under way. */
  async pause(): Promise<void> {
    this.#abort?.abort();
    this.#abort = undefined;
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, nextDelayMs, step, onFault } = this.#options;
    let dueMicros = clock.nowMicros();
    while (!signal.aborted) {
      dueMicros = Math.max(dueMicros + nextDelayMs() * 1_000, clock.nowMicros() - LARGEST_LAG_MS * 1_000);
      const isDue = await sleepUntil(clock, dueMicros, signal);
      if (!isDue) return;
      try {
        await step();
      } catch (error) {
        onFault(error);
      }
    }
  }
}

/** False when the signal came first. */
async function sleepUntil(clock: Clock, dueMicros: number, signal: AbortSignal): Promise<boolean> {
  const waitMs = Math.max(0, (dueMicros - clock.nowMicros()) / 1_000);
  try {
    // Even without a wait: a loop that never yields to the timers would starve everything else.
    await clock.sleep(waitMs, signal);
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
  return !signal.aborted;
}
