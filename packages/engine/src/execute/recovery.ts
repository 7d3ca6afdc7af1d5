import type { UnresolvedIntent } from '../journal/event-store.js';
import type { Journal } from '../journal/journal.js';
import type { LandedTransaction } from '../ports/chain-reader.js';
import type { BaseMintSettings } from '../strategy/opportunity.js';
import type { ExecutionMonitor } from './execution-monitor.js';
import type { FailureHandler } from './failure-handler.js';
import { executedEvent, UNKNOWN_TIMINGS } from './outcome-events.js';
import type { ProfitValidator } from './profit-validator.js';
import type { Verdict } from './transaction-tracker.js';

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
 * Brings the intents an earlier run left open to their verdicts. Each is treated as sent: the same bytes go out again until they
 * land or their block height has passed, so no trade is lost and none is made twice.
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
    });
    recordOutcome(intent, await inFlight.verdict, options);
  });
  await Promise.all(verdicts);
}

function recordOutcome(intent: UnresolvedIntent, verdict: Verdict, options: RecoveryOptions): void {
  const { journal, profitsOf, failures } = options;
  const { id, signature } = intent;
  if (verdict.kind === 'landed') {
    const fill = profitsOf(payerOf(verdict.landed)).measure(verdict.landed, baseOf(intent, options.baseMints));
    journal.record(executedEvent({ ...intent, timingsUs: UNKNOWN_TIMINGS }, fill));
    return;
  }
  const { reason, cost } =
    verdict.kind === 'failed'
      ? {
          reason: failures.describe(verdict.landed),
          cost: profitsOf(payerOf(verdict.landed)).costOf(verdict.landed),
        }
      : { reason: `expired: not in any block up to height ${verdict.blockHeight}`, cost: 0n };
  journal.record({ type: 'missed', id, signature, verdict: verdict.kind, reason, costLamports: cost.toString() });
}

/** The first account pays, and of our transactions it is the only signer. */
function payerOf(landed: LandedTransaction): string {
  return landed.accountKeys[0] ?? '';
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
