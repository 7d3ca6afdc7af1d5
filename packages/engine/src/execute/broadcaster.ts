import type { Clock } from '../ports/clock.js';
import type { TransactionSender } from '../ports/transaction-sender.js';
import { chooseRoads, roadMissing } from './road-choice.js';
import type { TrackedTransaction } from './transaction-tracker.js';

/** Told of a send that failed. A send error is never a verdict: the bytes may have reached a leader. */
export type SendFault = (sender: string, tracked: TrackedTransaction, error: unknown) => void;

interface Road {
  readonly sender: TransactionSender;
  /** A send that has not been answered; no second one is started on the same road meanwhile. */
  busy: boolean;
}

/** Sends the same bytes of one transaction on every road that takes it, again and again until it is stopped. */
export class Broadcaster {
  readonly #roads: readonly Road[];
  readonly #clock: Clock;
  readonly #tracked: TrackedTransaction;
  readonly #everyMicros: number;
  readonly #onFault: SendFault;
  #nextAtMicros: number;
  #acceptedAtMicros: number | undefined;
  #stopped = false;

  constructor(options: {
    readonly senders: readonly TransactionSender[];
    readonly clock: Clock;
    readonly tracked: TrackedTransaction;
    readonly everyMs: number;
    readonly onFault: SendFault;
  }) {
    const choice = chooseRoads(options.senders, options.tracked.transaction);
    this.#roads = choice.roads.map((sender) => ({ sender, busy: false }));
    this.#clock = options.clock;
    this.#tracked = options.tracked;
    this.#everyMicros = options.everyMs * 1_000;
    this.#onFault = options.onFault;
    this.#nextAtMicros = 0;
    if (choice.roads.length === 0) options.onFault('roads', options.tracked, roadMissing(choice));
  }

  /** `Clock.nowMicros()` at which the first node accepted the bytes, `undefined` before. */
  get acceptedAtMicros(): number | undefined {
    return this.#acceptedAtMicros;
  }

  /** Sends on every free road if it is time; `seen`: whether the chain has seen the signature, which is the end of some roads. */
  sendIfDue(seen = false): void {
    if (this.#stopped) return;
    const now = this.#clock.nowMicros();
    if (now < this.#nextAtMicros) return;
    this.#nextAtMicros = now + this.#everyMicros;
    for (const road of this.#roads) {
      if (road.busy || (seen && road.sender.repeatsUntil === 'sighting')) continue;
      void this.#send(road);
    }
  }

  /** Sends no more; a request that has left cannot be called back. */
  stop(): void {
    this.#stopped = true;
  }

  async #send(road: Road): Promise<void> {
    road.busy = true;
    try {
      await road.sender.send(this.#tracked.transaction, this.#tracked.signature);
      this.#acceptedAtMicros ??= this.#clock.nowMicros();
    } catch (error) {
      this.#onFault(road.sender.name, this.#tracked, error);
    } finally {
      road.busy = false;
    }
  }
}
