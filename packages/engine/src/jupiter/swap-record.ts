import type { FailureHandler } from '../execute/failure-handler.js';
import { executedEvent, UNKNOWN_TIMINGS } from '../execute/outcome-events.js';
import { expiredReason } from '../execute/settled-event.js';
import { LAMPORTS_PER_SIGNATURE, WRAPPED_SOL_MINT } from '../execute/system-programs.js';
import type { Verdict } from '../execute/transaction-tracker.js';
import { changesRecord, payerOf } from '../execute/wallet-changes.js';
import type { ExecutedEvent, IntentEvent, MissedEvent } from '../journal/event.js';
import type { LandedTransaction } from '../ports/chain-reader.js';
import { measureSwap, type SwapMeasure } from './swap-measure.js';
import type { SwapPlan } from './swap-planner.js';

/** Returns what is written before the first byte of a swap leaves. A swap expects no profit. */
export function swapIntent(plan: SwapPlan, signature: string, transaction: Uint8Array): IntentEvent {
  const { order, quote, lifetime } = plan;
  return {
    type: 'intent',
    id: swapId(signature),
    purpose: 'swap',
    signature,
    lastValidBlockHeight: lifetime.lastValidBlockHeight.toString(),
    transaction: Buffer.from(transaction).toString('base64'),
    amountIn: order.amountIn.toString(),
    baseMint: order.inputMint,
    expectedProfit: '0',
    poolA: quote.steps[0]?.pool ?? '',
    poolB: quote.steps.at(-1)?.pool ?? '',
    slot: lifetime.slot.toString(),
  };
}

/** Returns the name of a swap in the journal. */
function swapId(signature: string): string {
  return `swap-${signature}`;
}

/** Returns how a swap ended, whoever sent it: the first account pays and is the one that signed. */
export function swapOutcome(
  intent: IntentEvent,
  verdict: Verdict,
  failures: FailureHandler,
): ExecutedEvent | MissedEvent {
  const { id, signature } = intent;
  const missed = { type: 'missed', id, signature } as const;
  if (verdict.kind === 'expired')
    return { ...missed, verdict: 'expired', reason: expiredReason(verdict.blockHeight), costLamports: '0' };
  const { landed } = verdict;
  const measure = measureSwap(landed, payerOf(landed));
  if (verdict.kind === 'landed') return swapExecuted(intent, landed, measure);
  return {
    ...missed,
    verdict: 'failed',
    reason: failures.describe(landed),
    costLamports: measure.feeLamports.toString(),
    slot: landed.slot.toString(),
    changes: changesRecord(measure.changes),
  };
}

/** Returns the record of a swap that landed: what was paid is its change of base mint, what came in its inventory. */
function swapExecuted(intent: IntentEvent, landed: LandedTransaction, measure: SwapMeasure): ExecutedEvent {
  const { feeLamports, rentLamports, solChange, tokenChanges, changes } = measure;
  const inventory = new Map(tokenChanges);
  if (intent.baseMint !== WRAPPED_SOL_MINT) inventory.set(WRAPPED_SOL_MINT, solChange);
  const actualProfit = intent.baseMint === WRAPPED_SOL_MINT ? solChange : (inventory.get(intent.baseMint) ?? 0n);
  inventory.delete(intent.baseMint);
  const base = feeLamports < LAMPORTS_PER_SIGNATURE ? feeLamports : LAMPORTS_PER_SIGNATURE;
  return executedEvent(
    { ...intent, timingsUs: UNKNOWN_TIMINGS },
    {
      slot: landed.slot,
      actualProfit,
      fees: { base, priority: feeLamports - base, tip: 0n, rent: rentLamports },
      netProfitLamports: solChange,
      inventory,
      changes,
      lamportsAfter: 0n,
      tokensAfter: new Map(),
    },
  );
}
