import type { AccountFeed } from '../ports/account-feed.js';
import type { Clock } from '../ports/clock.js';
import type { TransactionSender } from '../ports/transaction-sender.js';
import type { Witnesses } from '../ports/witnesses.js';
import { Broadcaster, type SendFault } from './broadcaster.js';
import { type TrackedTransaction, TransactionTracker, type Verdict } from './transaction-tracker.js';
import { VerdictInquiry } from './verdict-inquiry.js';

/** Times of the confirmation, parsed once from the configuration. */
export interface ConfirmationSettings {
  readonly pollMs: number;
  readonly rebroadcastMs: number;
  /** The block height is not asked for while a transaction is younger than this. */
  readonly heightProbeAfterMs: number;
  /** After this a transaction without a verdict is overdue: said once, and still resolved. */
  readonly overdueAfterMs: number;
  readonly commitment: 'confirmed' | 'finalized';
}

/** What the monitor is made of. */
export interface ExecutionMonitorOptions {
  readonly clock: Clock;
  /** The nodes whose agreement makes a verdict. */
  readonly witnesses: Witnesses;
  readonly feed: AccountFeed;
  readonly senders: readonly TransactionSender[];
  readonly settings: ConfirmationSettings;
  readonly onSendFault: SendFault;
  /** Told of reads that failed; the next poll tries again. */
  readonly onReadFault: (error: unknown) => void;
  /** Told once of a submission that nodes contradict each other about; it stays in flight until they agree. */
  readonly onDispute: (tracked: TrackedTransaction, detail: string) => void;
  readonly onOverdue: (tracked: TrackedTransaction) => void;
  /** Told once of a submission that stays open because too few nodes remember its time. */
  readonly onShortHistory: (tracked: TrackedTransaction, detail: string) => void;
}

/** A submission on its way. */
export interface InFlight {
  readonly verdict: Promise<Verdict>;
  /** When the first node accepted the bytes, if one has. */
  readonly acceptedAtMicros: () => number | undefined;
}

interface Entry {
  readonly tracker: TransactionTracker;
  readonly broadcaster: Broadcaster;
  readonly listening: AbortController;
  overdue: boolean;
}

/**
 * Follows every submission to its verdict: sends, sends again, listens for the signature's notification and polls, one loop for
 * all of them. It runs only while something is in flight, and nothing but a verdict takes a submission out of it.
 */
export class ExecutionMonitor {
  readonly #options: ExecutionMonitorOptions;
  readonly #inquiry: VerdictInquiry;
  readonly #entries = new Map<string, Entry>();
  #sleeping: AbortController | undefined;
  #hinted = false;
  #loop: Promise<void> | undefined;
  #sending = true;

  constructor(options: ExecutionMonitorOptions) {
    this.#options = options;
    const { witnesses, settings, onReadFault, onDispute, onShortHistory } = options;
    const { commitment } = settings;
    this.#inquiry = new VerdictInquiry({ witnesses, commitment, onReadFault, onDispute, onShortHistory });
  }

  get inFlight(): number {
    return this.#entries.size;
  }

  /** What has no verdict yet, oldest first. */
  get open(): readonly TrackedTransaction[] {
    return this.#open().map((tracker) => tracker.tracked);
  }

  /** Sends nothing any more, not even what was signed before; what is in flight is followed to its verdict all the same. */
  stopSending(): void {
    this.#sending = false;
    for (const { broadcaster } of this.#entries.values()) broadcaster.stop();
  }

  /** Starts listening, sends unless sending has been stopped, and follows the transaction. */
  track(tracked: TrackedTransaction): InFlight {
    const { senders, clock, settings, onSendFault } = this.#options;
    const broadcaster = new Broadcaster({
      senders,
      clock,
      tracked,
      everyMs: settings.rebroadcastMs,
      onFault: onSendFault,
    });
    const entry: Entry = {
      tracker: new TransactionTracker(tracked),
      broadcaster,
      listening: new AbortController(),
      overdue: false,
    };
    this.#entries.set(tracked.signature, entry);
    void this.#listen(entry);
    if (!this.#sending) broadcaster.stop();
    broadcaster.sendIfDue();
    this.#loop ??= this.#run();
    return { verdict: entry.tracker.verdict, acceptedAtMicros: () => broadcaster.acceptedAtMicros };
  }

  /** Resolves when nothing is in flight. */
  async idle(): Promise<void> {
    while (this.#loop !== undefined) await this.#loop;
  }

  async #listen({ tracker, listening }: Entry): Promise<void> {
    try {
      if (!(await this.#options.feed.watchSignature(tracker.tracked.signature, listening.signal))) return;
      tracker.hint();
      this.#hinted = true;
      this.#sleeping?.abort();
    } catch (error) {
      // Polling finds the verdict as well; the fault is told, not lost.
      if (!listening.signal.aborted) this.#options.onReadFault(error);
    }
  }

  async #run(): Promise<void> {
    while (this.#entries.size > 0) {
      await this.#sleepUnlessHinted();
      for (const entry of this.#entries.values()) this.#sendAndWarn(entry);
      try {
        await this.#look();
      } catch (error) {
        this.#options.onReadFault(error);
      }
      for (const [signature, entry] of this.#entries) {
        if (!entry.tracker.settled) continue;
        entry.listening.abort();
        this.#entries.delete(signature);
      }
    }
    this.#loop = undefined;
  }

  /** A hint that came during the last look must not wait for the next poll. */
  async #sleepUnlessHinted(): Promise<void> {
    if (!this.#hinted) {
      this.#sleeping = new AbortController();
      // The end of the sleep and its abort both mean that it is time to look.
      await this.#options.clock.sleep(this.#options.settings.pollMs, this.#sleeping.signal).catch(() => undefined);
      this.#sleeping = undefined;
    }
    this.#hinted = false;
  }

  #sendAndWarn(entry: Entry): void {
    const { clock, settings, onOverdue } = this.#options;
    const { tracked } = entry.tracker;
    entry.broadcaster.sendIfDue(entry.tracker.seen);
    if (entry.overdue || clock.nowMicros() - tracked.sentAtMicros < settings.overdueAfterMs * 1_000) return;
    entry.overdue = true;
    onOverdue(tracked);
  }

  /** One look at the chain for all: what was notified first, then statuses, then what can no longer land. */
  async #look(): Promise<void> {
    await this.#loadSighted();
    await this.#inquiry.lookForStatuses(this.#open());
    await this.#loadSighted();
    const { clock, settings } = this.#options;
    const oldest = clock.nowMicros() - settings.heightProbeAfterMs * 1_000;
    await this.#inquiry.lookForExpiry(this.#open().filter((tracker) => tracker.tracked.sentAtMicros <= oldest));
  }

  async #loadSighted(): Promise<void> {
    const sighted = this.#open().filter((tracker) => tracker.takeSighting());
    await Promise.all(sighted.map(async (tracker) => await this.#inquiry.loadTransaction(tracker)));
  }

  #open(): TransactionTracker[] {
    return [...this.#entries.values()].map((entry) => entry.tracker).filter((tracker) => !tracker.settled);
  }
}
