import { ExitCode } from './exit-codes.js';

/** Two at once are one: a terminal and a wrapper such as npm may both pass on the same Ctrl-C. */
const ECHO_MS = 250;

/**
 * Ctrl-C and SIGTERM: the first asks for a drain, the second leaves at once. While lingering the next one ends the wait. When the
 * reader of standard output goes away (`| head`) nobody wants the run any more: that asks for a drain too, however often it is told.
 */
export class Interrupts {
  readonly first: Promise<void>;
  #fire: () => void = () => {};
  #waiting: (() => void) | undefined;
  #lastAtMs = Number.NEGATIVE_INFINITY;
  #count = 0;
  readonly #listener = () => this.#take();

  constructor() {
    this.first = new Promise((resolve) => {
      this.#fire = resolve;
    });
    process.on('SIGINT', this.#listener);
    process.on('SIGTERM', this.#listener);
    // These stay to the end of the process: without a listener a failed write would end it with sends in flight.
    process.stdout.on('error', () => this.#fire());
    process.stderr.on('error', () => {});
  }

  /** Resolves at the next interrupt, or at once when there was one already. */
  async next(): Promise<void> {
    if (this.#count > 0) return;
    await new Promise<void>((resolve) => {
      this.#waiting = resolve;
    });
  }

  /** Gives the signals back to the process. */
  close(): void {
    process.off('SIGINT', this.#listener);
    process.off('SIGTERM', this.#listener);
  }

  #take(): void {
    const nowMs = performance.now();
    if (nowMs - this.#lastAtMs < ECHO_MS) return;
    this.#lastAtMs = nowMs;
    this.#count += 1;
    this.#fire();
    if (this.#waiting !== undefined) {
      this.#waiting();
      this.#waiting = undefined;
      return;
    }
    // What is in flight is in the journal and is resolved at the next start.
    if (this.#count > 1) process.exit(ExitCode.Interrupted);
  }
}
