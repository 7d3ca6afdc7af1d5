import { measureSwap } from '../jupiter/swap-measure.js';
import type { IntentEvent, SettledEvent } from '../journal/event.js';
import type { FailureHandler } from './failure-handler.js';
import type { Verdict } from './transaction-tracker.js';
import { changesRecord, payerOf, walletChanges } from './wallet-changes.js';

/** Returns the end of a send that is no trade; what it cost are the fee and the rent that it locked. */
export function settledEvent(intent: IntentEvent, verdict: Verdict, failures: FailureHandler): SettledEvent {
  const { id, signature, purpose = 'setup' } = intent;
  const facts = { type: 'settled', id, signature, purpose, verdict: verdict.kind } as const;
  if (verdict.kind === 'expired') return { ...facts, reason: expiredReason(verdict.blockHeight), costLamports: '0' };
  const { landed } = verdict;
  const wallet = payerOf(landed);
  const { feeLamports, rentLamports } = measureSwap(landed, wallet);
  return {
    ...facts,
    slot: landed.slot.toString(),
    ...(verdict.kind === 'failed' ? { reason: failures.describe(landed) } : {}),
    costLamports: (feeLamports + rentLamports).toString(),
    changes: changesRecord(walletChanges(landed, wallet)),
  };
}

/** Returns why a send that expired did not happen. */
export function expiredReason(blockHeight: bigint): string {
  return `expired: not in any block up to height ${blockHeight}`;
}
