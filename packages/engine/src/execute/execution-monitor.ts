import type { AccountFeed } from '../ports/account-feed.js';
import type { ChainReader, SignatureStatus } from '../ports/chain-reader.js';
import type { Clock } from '../ports/clock.js';
import type { TransactionSender } from '../ports/transaction-sender.js';
import { Broadcaster, type SendFault } from './broadcaster.js';
import { type TrackedTransaction, TransactionTracker, type Verdict } from './transaction-tracker.js';

/** `getSignatureStatuses` takes at most so many signatures. */
const STATUSES_PER_CALL = 256;

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
  readonly reader: ChainReader;
  readonly feed: AccountFeed;
  readonly senders: readonly TransactionSender[];
  readonly settings: ConfirmationSettings;
  readonly onSendFault: SendFault;
  /** Told of reads that failed; the next poll tries again. */
  readonly onReadFault: (error: unknown) => void;
  readonly onOverdue: (tracked: TrackedTransaction) => void;
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
  readonly #entries = new Map<string, Entry>();
  #sleeping: AbortController | undefined;
  #hinted = false;
  #loop: Promise<void> | undefined;

  constructor(options: ExecutionMonitorOptions) {
    this.#options = options;
  }

  get inFlight(): number {
    return this.#entries.size;
  }

  /** Starts listening, sends, and follows the transaction. */
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
    const open = this.#open();
    const statuses = await this.#statuses(open, false);
    open.forEach((tracker, index) => this.#takeStatus(tracker, statuses[index] ?? null));
    await this.#loadSighted();
    await this.#lookForExpiry();
  }

  async #loadSighted(): Promise<void> {
    const { reader, settings } = this.#options;
    const sighted = this.#open().filter((tracker) => tracker.takeSighting());
    const landed = await Promise.allSettled(
      sighted.map((tracker) => reader.getTransaction(tracker.tracked.signature, settings.commitment)),
    );
    landed.forEach((result, index) => {
      if (result.status === 'rejected') this.#options.onReadFault(result.reason);
      else if (result.value !== null) sighted[index]?.recordTransaction(result.value);
    });
  }

  async #lookForExpiry(): Promise<void> {
    const { reader, clock, settings } = this.#options;
    const oldest = clock.nowMicros() - settings.heightProbeAfterMs * 1_000;
    const aged = this.#open().filter((tracker) => tracker.tracked.sentAtMicros <= oldest);
    if (aged.length === 0) return;
    const finalizedHeight = await reader.getBlockHeight('finalized');
    const past = aged.filter((tracker) => tracker.cannotLandAfter(finalizedHeight));
    // Asked after the height, so that a landing in the last valid block is seen.
    const statuses = await this.#statuses(past, true);
    past.forEach((tracker, index) => {
      const status = statuses[index] ?? null;
      this.#takeStatus(tracker, status);
      if (status === null) tracker.recordAbsence(finalizedHeight);
    });
  }

  #takeStatus(tracker: TransactionTracker, status: SignatureStatus | null): void {
    const { commitment } = this.#options.settings;
    const reached = status?.confirmationStatus === 'finalized' || status?.confirmationStatus === commitment;
    tracker.recordStatus(status, reached);
  }

  async #statuses(
    trackers: readonly TransactionTracker[],
    searchHistory: boolean,
  ): Promise<(SignatureStatus | null)[]> {
    const statuses: (SignatureStatus | null)[] = [];
    for (let from = 0; from < trackers.length; from += STATUSES_PER_CALL) {
      const signatures = trackers.slice(from, from + STATUSES_PER_CALL).map((tracker) => tracker.tracked.signature);
      const answers = await this.#options.reader.getSignatureStatuses(signatures, searchHistory);
      // A short answer says nothing about the rest; absence is only what the node said of this very signature.
      if (answers.length !== signatures.length)
        throw new RangeError(`asked for ${signatures.length} statuses, got ${answers.length}`);
      statuses.push(...answers);
    }
    return statuses;
  }

  #open(): TransactionTracker[] {
    return [...this.#entries.values()].map((entry) => entry.tracker).filter((tracker) => !tracker.settled);
  }
}
