import { swapOutcome } from '../jupiter/swap-record.js';
import type { EngineEventBody } from '../journal/event.js';
import type { UnresolvedIntent } from '../journal/event-store.js';
import type { Journal } from '../journal/journal.js';
import type { BaseMintSettings } from '../strategy/opportunity.js';
import type { ExecutionMonitor } from './execution-monitor.js';
import type { FailureHandler } from './failure-handler.js';
import { executedEvent, UNKNOWN_TIMINGS } from './outcome-events.js';
import type { ProfitValidator } from './profit-validator.js';
import { expiredReason, settledEvent } from './settled-event.js';
import type { Verdict } from './transaction-tracker.js';
import { changesRecord, payerOf, walletChanges } from './wallet-changes.js';

/** What the recovery is made of. */
export interface RecoveryOptions {
  readonly monitor: ExecutionMonitor;
  readonly journal: Journal;
  /** Measures for a wallet, base58: the one that signed may be another than the one that trades now. */
  readonly profitsOf: (wallet: string) => ProfitValidator;
  readonly failures: FailureHandler;
  readonly baseMints: readonly BaseMintSettings[];
}

/**
 * Brings the intents an earlier process left open to their verdicts, whatever they were for. Each is treated as sent, though its bytes
 * may never have left: the same bytes go out again until they land or their block height has passed, so nothing is lost and nothing is
 * made twice. An intent that has its verdict is no longer open, so a recovery that was killed is simply begun again.
 */
export async function recoverIntents(intents: readonly UnresolvedIntent[], options: RecoveryOptions): Promise<void> {
  const verdicts = intents.map(async (intent) => {
    const inFlight = options.monitor.track({
      id: intent.id,
      signature: intent.signature,
      transaction: new Uint8Array(Buffer.from(intent.transaction, 'base64')),
      lastValidBlockHeight: BigInt(intent.lastValidBlockHeight),
      // Long ago: its block height is asked for at the first look.
      sentAtMicros: Number.NEGATIVE_INFINITY,
      fromSlot: intent.slot === undefined ? undefined : BigInt(intent.slot),
    });
    options.journal.record(outcomeOf(intent, await inFlight.verdict, options));
  });
  await Promise.all(verdicts);
}

function outcomeOf(intent: UnresolvedIntent, verdict: Verdict, options: RecoveryOptions): EngineEventBody {
  const { purpose = 'trade' } = intent;
  switch (purpose) {
    case 'setup':
    case 'unwind':
      return settledEvent(intent, verdict, options.failures);
    case 'swap':
      return swapOutcome(intent, verdict, options.failures);
    case 'trade':
      return tradeOutcome(intent, verdict, options);
  }
}

function tradeOutcome(intent: UnresolvedIntent, verdict: Verdict, options: RecoveryOptions): EngineEventBody {
  const { id, signature } = intent;
  const missed = { type: 'missed', id, signature } as const;
  if (verdict.kind === 'expired')
    return { ...missed, verdict: 'expired', reason: expiredReason(verdict.blockHeight), costLamports: '0' };
  const { landed } = verdict;
  const wallet = payerOf(landed);
  if (verdict.kind === 'landed') {
    const fill = options.profitsOf(wallet).measure(landed, baseOf(intent, options.baseMints));
    return executedEvent({ ...intent, timingsUs: UNKNOWN_TIMINGS }, fill);
  }
  return {
    ...missed,
    verdict: 'failed',
    reason: options.failures.describe(landed),
    costLamports: options.profitsOf(wallet).costOf(landed).toString(),
    slot: landed.slot.toString(),
    changes: changesRecord(walletChanges(landed, wallet)),
  };
}

/** A base mint that left the configuration has no price any more; its profit still counts in its own units. */
function baseOf(intent: UnresolvedIntent, known: readonly BaseMintSettings[]): BaseMintSettings {
  const configured = known.find((base) => base.mint === intent.baseMint);
  if (configured !== undefined) return configured;
  return {
    mint: intent.baseMint,
    mintBytes: new Uint8Array(32),
    maxAmountIn: 0n,
    minNetProfit: 0n,
    lamportPriceNumerator: (1n << 64n) - 1n,
    lamportPriceDenominator: 1n,
  };
}
