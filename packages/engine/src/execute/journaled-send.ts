import { encodeBase58 } from '../chain/base58.js';
import { firstSignature } from '../chain/transaction-signature.js';
import type { IntentEvent, SendPurpose } from '../journal/event.js';
import type { Journal } from '../journal/journal.js';
import type { LatestBlockhash } from '../ports/chain-reader.js';
import type { Clock } from '../ports/clock.js';
import type { ExecutionMonitor } from './execution-monitor.js';
import type { FailureHandler } from './failure-handler.js';
import { settledEvent } from './settled-event.js';
import { WRAPPED_SOL_MINT } from './system-programs.js';
import type { Verdict } from './transaction-tracker.js';

/** What sends of one kind have in common. */
export interface JournaledSendOptions {
  readonly monitor: ExecutionMonitor;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly failures: FailureHandler;
}

/** A signed transaction that is no trade. */
export interface SignedSend {
  readonly purpose: Exclude<SendPurpose, 'trade' | 'swap'>;
  readonly transaction: Uint8Array;
  readonly lifetime: LatestBlockhash;
}

/** Sends what is no trade as trades are sent: the intent is on disk before the first byte leaves, and the verdict after it. */
export class JournaledSend {
  readonly #options: JournaledSendOptions;

  constructor(options: JournaledSendOptions) {
    this.#options = options;
  }

  /** Sends, and returns the verdict of the chain. @throws JOURNAL_* when the intent cannot be written: then nothing was sent */
  async send({ purpose, transaction, lifetime }: SignedSend): Promise<Verdict> {
    const { monitor, journal, clock, failures } = this.#options;
    const { lastValidBlockHeight, slot } = lifetime;
    const signature = encodeBase58(firstSignature(transaction));
    const intent: IntentEvent = {
      type: 'intent',
      id: `${purpose}-${signature}`,
      purpose,
      signature,
      lastValidBlockHeight: lastValidBlockHeight.toString(),
      transaction: Buffer.from(transaction).toString('base64'),
      amountIn: '0',
      baseMint: WRAPPED_SOL_MINT,
      expectedProfit: '0',
      poolA: '',
      poolB: '',
      slot: slot.toString(),
    };
    journal.recordOrThrow(intent);
    const sentAtMicros = clock.nowMicros();
    const tracked = { id: intent.id, signature, transaction, lastValidBlockHeight, sentAtMicros, fromSlot: slot };
    const verdict = await monitor.track(tracked).verdict;
    journal.record(settledEvent(intent, verdict, failures));
    return verdict;
  }
}
