import type { Clock } from '@tandem/engine/ports';

import type { EmbeddedChain } from './embedded-chain.js';

/** Opens blocks at the pace of the slots; a slot without a leader makes its predecessor last longer. */
export class SlotLoop {
  readonly #chain: EmbeddedChain;
  readonly #clock: Clock;
  readonly #slotMs: number;
  readonly #stopped = new AbortController();
  #finished: Promise<void> = Promise.resolve();

  constructor(chain: EmbeddedChain, clock: Clock, slotMs: number) {
    this.#chain = chain;
    this.#clock = clock;
    this.#slotMs = slotMs;
  }

  /** Starts producing; a failure goes to `onFault`, or stays a rejection that nobody handles. */
  start(onFault?: (error: unknown) => void): void {
    const run = this.#run();
    this.#finished = onFault === undefined ? run : run.catch(onFault);
  }

  /** Resolves when no further block will be opened. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#finished;
  }

  async #run(): Promise<void> {
    let dueMicros = this.#clock.nowMicros();
    while (!this.#stopped.signal.aborted) {
      const { ledger } = this.#chain;
      dueMicros += Number(ledger.nextSlot - ledger.head.slot) * this.#slotMs * 1_000;
      // A process that was held up goes on from now: a burst of blocks would expire what clients have just signed.
      const now = this.#clock.nowMicros();
      if (dueMicros < now) dueMicros = now;
      try {
        await this.#clock.sleep((dueMicros - now) / 1_000, this.#stopped.signal);
      } catch (error) {
        if (this.#stopped.signal.aborted) return;
        throw error;
      }
      if (!this.#stopped.signal.aborted) this.#chain.advanceSlot();
    }
  }
}
