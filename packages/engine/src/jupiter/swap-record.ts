import { executedEvent, UNKNOWN_TIMINGS } from '../execute/outcome-events.js';
import { LAMPORTS_PER_SIGNATURE, WRAPPED_SOL_MINT } from '../execute/system-programs.js';
import type { ExecutedEvent, IntentEvent } from '../journal/event.js';
import type { LandedTransaction } from '../ports/chain-reader.js';
import type { SwapMeasure } from './swap-measure.js';
import type { SwapPlan } from './swap-planner.js';

/** Returns what is written before the first byte of a swap leaves. A swap expects no profit. */
export function swapIntent(plan: SwapPlan, signature: string, transaction: Uint8Array): IntentEvent {
  const { order, quote, lifetime } = plan;
  return {
    type: 'intent',
    id: swapId(signature),
    signature,
    lastValidBlockHeight: lifetime.lastValidBlockHeight.toString(),
    transaction: Buffer.from(transaction).toString('base64'),
    amountIn: order.amountIn.toString(),
    baseMint: order.inputMint,
    expectedProfit: '0',
    poolA: quote.steps[0]?.pool ?? '',
    poolB: quote.steps.at(-1)?.pool ?? '',
  };
}

/** Returns the name of a swap in the journal. */
export function swapId(signature: string): string {
  return `swap-${signature}`;
}

/** Returns the record of a swap that landed: what was paid is its change of base mint, what came in its inventory. */
export function swapExecuted(intent: IntentEvent, landed: LandedTransaction, measure: SwapMeasure): ExecutedEvent {
  const { feeLamports, rentLamports, solChange, tokenChanges } = measure;
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
      lamportsAfter: 0n,
      tokensAfter: new Map(),
    },
  );
}
