import type { ChainClock } from '@tandem/core-native';
import type { ChainReader } from '../ports/chain-reader.js';
import type { Clock } from '../ports/clock.js';

export interface ChainClockTrackerOptions {
  readonly reader: Pick<ChainReader, 'getChainClock'>;
  readonly clock: Clock;
}

/** Without a push for so long the clock sysvar is read. */
const POLL_MS = 1_000;

/** The cluster's clock as last heard, by push or by poll. */
export class ChainClockTracker {
  readonly #options: ChainClockTrackerOptions;
  #chainClock: ChainClock = { slot: 0n, epoch: 0n, unixTimestamp: 0n };
  #seenAtMicros = 0;

  constructor(options: ChainClockTrackerOptions) {
    this.#options = options;
  }

  /** Returns the clock's values, its slot moved on to a newer one that is known. */
  at(newestSlot: bigint): ChainClock {
    return newestSlot > this.#chainClock.slot ? { ...this.#chainClock, slot: newestSlot } : this.#chainClock;
  }

  /** Takes the sysvar's values; those of an older slot change nothing. */
  take(chainClock: ChainClock, seenAtMicros: number): void {
    this.#seenAtMicros = seenAtMicros;
    if (chainClock.slot >= this.#chainClock.slot) this.#chainClock = chainClock;
  }

  /** Reads the sysvar. @throws CHAIN_* */
  async read(): Promise<void> {
    const nowMicros = this.#options.clock.nowMicros();
    this.take(await this.#options.reader.getChainClock(), nowMicros);
  }

  /** Reads the sysvar where nobody pushes it, until the signal. */
  async poll(signal: AbortSignal, isWanted: () => boolean): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      try {
        await clock.sleep(POLL_MS, signal);
        const isPushed = clock.nowMicros() - this.#seenAtMicros < POLL_MS * 1_000;
        if (!isPushed && isWanted()) await this.read();
      } catch {
        // Stopped, or the node did not answer: the clock at hand is at most a second older, and the next round asks again.
      }
    }
  }
}
