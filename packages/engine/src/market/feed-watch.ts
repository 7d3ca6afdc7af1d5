import type { SlotClock } from '../chain/slot-clock.js';
import type { Clock } from '../ports/clock.js';

/** Why the feed's picture is not to be traded on. */
export interface FeedSilence {
  /** `silent`: nothing comes. `behind`: what comes is older than the chain is known to be. */
  readonly cause: 'silent' | 'behind';
  /** Milliseconds since the feed was last as it should be. */
  readonly forMs: number;
  /** Measured milliseconds of a slot. */
  readonly slotMs: number;
}

export interface FeedWatchOptions {
  readonly clock: Clock;
  /** Measures the pace of the slots. */
  readonly slots: SlotClock;
  /** Runs a task after everything that has arrived has been read. */
  readonly schedule: (task: () => void) => void;
}

/** A slot that the chain has reached, and when it was known. */
interface Proof {
  readonly slot: bigint;
  readonly atMicros: number;
}

/** Slots that may pass without a word from the feed. */
const ALLOWED_SLOTS = 2;
/** Slots by which the feed may be behind what a node has answered: the two are seldom the same machine. */
const ALLOWED_LAG_SLOTS = 2n;

/**
 * Notices when a feed falls silent while its connection stands, or tells of the past. A process that was busy finds its timers late and
 * the messages still in the socket; so silence counts only once all that has arrived has been read.
 */
export class FeedWatch {
  readonly #options: FeedWatchOptions;
  #heardAtMicros = 0;
  #newestSlot = 0n;
  #isSilent = false;
  /** What the feed has to catch up with. */
  #proof: Proof | null = null;

  constructor(options: FeedWatchOptions) {
    this.#options = options;
  }

  /** Takes note of a message of the feed. */
  hear(slot: bigint, atMicros: number): void {
    this.#isSilent = false;
    if (atMicros > this.#heardAtMicros) this.#heardAtMicros = atMicros;
    if (slot > this.#newestSlot) this.#newestSlot = slot;
    // A feed that came there in time was only on its way; one that did not is believed again when a node proves it.
    if (this.#proof !== null && !this.#isOverdue(this.#proof) && !this.#isBehind(this.#proof.slot)) this.#proof = null;
  }

  /** Takes note that a node has answered from a slot: the feed must come there in two slots' time. */
  prove(slot: bigint): void {
    if (!this.#isBehind(slot)) this.#proof = null;
    else this.#proof ??= { slot, atMicros: this.#options.clock.nowMicros() };
  }

  /** Returns what is wrong with the feed now; null while nothing is. */
  silence(): FeedSilence | null {
    const nowMicros = this.#options.clock.nowMicros();
    const slotMs = Math.round(this.#options.slots.slotMicros() / 1_000);
    const since = (micros: number) => Math.floor((nowMicros - micros) / 1_000);
    if (this.#isSilent) return { cause: 'silent', forMs: since(this.#heardAtMicros), slotMs };
    const proof = this.#proof;
    if (proof !== null && this.#isOverdue(proof)) return { cause: 'behind', forMs: since(proof.atMicros), slotMs };
    return null;
  }

  /** Watches until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, schedule } = this.#options;
    this.#heardAtMicros = clock.nowMicros();
    while (!signal.aborted) {
      const leftMicros = this.#heardAtMicros + this.#allowedMicros() - clock.nowMicros();
      // While it is silent there is nothing to find out; the end of it is heard, not looked for.
      const waitMicros = this.#isSilent ? this.#allowedMicros() : Math.max(1_000, leftMicros);
      await clock.sleep(Math.ceil(waitMicros / 1_000), signal).catch(() => undefined);
      if (signal.aborted) return;
      await new Promise<void>(schedule);
      if (clock.nowMicros() - this.#heardAtMicros >= this.#allowedMicros()) this.#isSilent = true;
    }
  }

  #allowedMicros(): number {
    return ALLOWED_SLOTS * this.#options.slots.slotMicros();
  }

  #isOverdue({ atMicros }: Proof): boolean {
    return this.#options.clock.nowMicros() - atMicros > this.#allowedMicros();
  }

  #isBehind(slot: bigint): boolean {
    return this.#newestSlot + ALLOWED_LAG_SLOTS < slot;
  }
}
