import { decodeTransactionError } from '../chain/transaction-error.js';
import type { MissCause } from '../journal/event.js';
import type { MarketState } from '../market/market-state.js';
import type { Clock } from '../ports/clock.js';
import type { RoadHint, TransactionSender } from '../ports/transaction-sender.js';
import type { Submission } from './executor.js';
import type { Verdict } from './transaction-tracker.js';

/** Two leaders' windows of four slots: who moves a pool later than this did not outbid us. */
const CONTEST_SLOTS = 8n;
/** A hint is worth no more waiting than this; the verdict stands already. */
const HINT_TIMEOUT_MS = 1_000;

export interface MissAttributionOptions {
  readonly clock: Clock;
  readonly senders: readonly TransactionSender[];
  readonly market: Pick<MarketState, 'reservesSlot' | 'currentSlot'>;
  /** How often it is looked whether the contest is over: slots have no fixed time. */
  readonly pollMs: number;
  /** Told of hints that could not be had. */
  readonly onHintFault: (error: unknown) => void;
}

/** A submission whose miss, should it come to one, will have a cause. */
export interface Contest {
  /** Ends the watch; returns why a submission with this verdict missed, `undefined` when it did not. */
  readonly end: (verdict: Verdict) => Promise<MissCause | undefined>;
}

/** What is known of a miss. */
export interface MissEvidence {
  readonly verdict: 'failed' | 'expired';
  /** Whether a swap of ours failed, and not something around the swaps. */
  readonly legFailed: boolean;
  /** Newest slot in which a pool of the route changed, by the end of the contest. */
  readonly movedSlot: bigint;
  /** Newest slot of the picture the trade was found in. */
  readonly seenSlot: bigint;
  /** Slot at which it was sent. */
  readonly sentSlot: bigint;
  readonly hint: RoadHint | null;
}

/**
 * Returns the cause of a miss. `outbid`: somebody moved a pool after we had sent; `stale`: somebody had moved it before; `reverted`: the
 * transaction failed by itself, on the chain or in the block engine's simulation; `dropped`: nobody took the gap, and no block took us.
 */
export function attributeMiss(evidence: MissEvidence): MissCause {
  const { verdict, legFailed, movedSlot, seenSlot, sentSlot, hint } = evidence;
  if (verdict === 'failed' && !legFailed) return 'reverted';
  if (movedSlot > sentSlot) return 'outbid';
  if (movedSlot > seenSlot) return 'stale';
  return verdict === 'failed' || hint === 'failed' ? 'reverted' : 'dropped';
}

/** Watches who moves the pools of a submission, so that a miss has a cause and not only a verdict. It decides nothing else. */
export class MissAttribution {
  readonly #options: MissAttributionOptions;

  constructor(options: MissAttributionOptions) {
    this.#options = options;
  }

  /** Begins with the send. */
  begin(submission: Submission): Contest {
    const sentSlot = this.#options.market.currentSlot();
    const over = new AbortController();
    const watching = this.#watch(submission, sentSlot, over.signal);
    const end = async (verdict: Verdict): Promise<MissCause | undefined> => {
      over.abort();
      const movedSlot = await watching;
      if (verdict.kind === 'landed') return undefined;
      const { opportunity } = submission.plan.approved;
      return attributeMiss({
        verdict: verdict.kind,
        legFailed: verdict.kind === 'failed' && failedInLeg(submission, verdict.landed.error),
        movedSlot: movedSlot ?? this.#movedSlot(submission),
        seenSlot: opportunity.slot,
        sentSlot,
        hint: verdict.kind === 'expired' ? await this.#findHint(submission.signature) : null,
      });
    };
    return { end };
  }

  /** Returns the slot in which the pools last moved when the contest is over, `undefined` when it was ended before. */
  async #watch(submission: Submission, sentSlot: bigint, signal: AbortSignal): Promise<bigint | undefined> {
    const { clock, market, pollMs } = this.#options;
    while (market.currentSlot() < sentSlot + CONTEST_SLOTS) {
      try {
        await clock.sleep(pollMs, signal);
      } catch {
        // The verdict came first.
        return undefined;
      }
    }
    return this.#movedSlot(submission);
  }

  #movedSlot({ plan }: Submission): bigint {
    const { market } = this.#options;
    return plan.approved.opportunity.legs.reduce((newest, { pool }) => {
      const slot = market.reservesSlot(pool);
      return slot > newest ? slot : newest;
    }, 0n);
  }

  /** The first road that says something; all are asked in turn within one deadline. */
  async #findHint(signature: string): Promise<RoadHint | null> {
    const { clock, senders } = this.#options;
    const answered = new AbortController();
    const late = clock.sleep(HINT_TIMEOUT_MS, answered.signal).then(
      () => null,
      () => null,
    );
    const asked = this.#askInTurn(senders, signature);
    const hint = await Promise.race([asked, late]);
    answered.abort();
    return hint;
  }

  async #askInTurn(senders: readonly TransactionSender[], signature: string): Promise<RoadHint | null> {
    for (const sender of senders) {
      try {
        const hint = await sender.findHint?.(signature);
        if (hint !== null && hint !== undefined && hint !== 'invalid') return hint;
      } catch (error) {
        this.#options.onHintFault(error);
      }
    }
    return null;
  }
}

function failedInLeg({ plan }: Submission, error: unknown): boolean {
  const index = decodeTransactionError(error)?.instructionIndex ?? null;
  if (index === null) return false;
  const leg = index - plan.firstLegInstruction;
  return leg >= 0 && leg < plan.approved.opportunity.legs.length;
}
