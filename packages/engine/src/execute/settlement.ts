import type { TimingsUs } from '../journal/event.js';
import type { Journal } from '../journal/journal.js';
import type { Clock } from '../ports/clock.js';
import type { RiskManager } from '../risk/risk-manager.js';
import type { BalanceTracker } from '../validate/balance-tracker.js';
import type { Submission } from './executor.js';
import type { FailureHandler } from './failure-handler.js';
import { executedEvent } from './outcome-events.js';
import type { Fill, ProfitValidator } from './profit-validator.js';
import { stageTimings } from './stage-timings.js';
import type { Verdict } from './transaction-tracker.js';

/** What the settlement is made of. */
export interface SettlementOptions {
  readonly journal: Journal;
  readonly risk: RiskManager;
  readonly balances: BalanceTracker;
  readonly profits: ProfitValidator;
  readonly failures: FailureHandler;
  readonly clock: Clock;
  readonly currentSlot: () => bigint;
}

type Landed = Extract<Verdict, { kind: 'landed' }>;
type Failed = Extract<Verdict, { kind: 'failed' }>;

/** Turns a verdict into its event, and gives back what the submission held. */
export class Settlement {
  readonly #options: SettlementOptions;

  constructor(options: SettlementOptions) {
    this.#options = options;
  }

  /** Settles one submission, once. */
  settle(submission: Submission, verdict: Verdict): void {
    switch (verdict.kind) {
      case 'landed':
        return this.#executed(submission, verdict);
      case 'failed':
        return this.#failed(submission, verdict);
      case 'expired':
        return this.#missed(submission, 'expired', {
          reason: `expired: not in any block up to height ${verdict.blockHeight}`,
          slot: this.#options.currentSlot(),
          cost: 0n,
        });
    }
  }

  #executed(submission: Submission, { landed }: Landed): void {
    const { journal, risk, balances, profits } = this.#options;
    const { opportunity } = submission.plan.approved;
    const fill = profits.measure(landed, opportunity.base);
    balances.setLamports(fill.lamportsAfter, fill.slot);
    for (const [mint, amount] of fill.tokensAfter) balances.setToken(mint, amount, fill.slot);
    journal.record(
      executedEvent(
        {
          id: opportunity.id,
          signature: submission.signature,
          poolA: submission.plan.route.poolA,
          poolB: submission.plan.route.poolB,
          baseMint: opportunity.base.mint,
          amountIn: opportunity.amountIn.toString(),
          expectedProfit: opportunity.profit.net.toString(),
          timingsUs: this.#timings(submission),
        },
        fill,
      ),
    );
    risk.settleExecuted(opportunity, fill.slot, fill.netProfitLamports);
    this.#warn(submission, fill);
  }

  #failed(submission: Submission, { landed }: Failed): void {
    const { profits, failures, balances } = this.#options;
    const { plan } = submission;
    const { firstLegInstruction, route } = plan;
    const reason = failures.describe(landed, { firstLegInstruction, venues: route.venues });
    const { lamportsAfter } = profits.measure(landed, plan.approved.opportunity.base);
    balances.setLamports(lamportsAfter, landed.slot);
    this.#missed(submission, 'failed', { reason, slot: landed.slot, cost: profits.costOf(landed) });
  }

  #missed(
    submission: Submission,
    verdict: 'failed' | 'expired',
    miss: { readonly reason: string; readonly slot: bigint; readonly cost: bigint },
  ): void {
    const { opportunity } = submission.plan.approved;
    this.#options.journal.record({
      type: 'missed',
      id: opportunity.id,
      signature: submission.signature,
      verdict,
      reason: miss.reason,
      costLamports: miss.cost.toString(),
    });
    this.#options.risk.settleMissed(opportunity, miss.slot, miss.cost);
  }

  #warn(submission: Submission, fill: Fill): void {
    const { journal, profits } = this.#options;
    const { opportunity } = submission.plan.approved;
    const expected = opportunity.profit.net;
    if (profits.isShortfall(fill.actualProfit, expected)) {
      const message = `${submission.signature} earned ${fill.actualProfit} of the ${expected} expected`;
      journal.record({ type: 'alert', severity: 'warning', rule: 'PROFIT_SHORTFALL', message });
    }
    const planned = submission.plan.priorityFeeLamports;
    if (fill.fees.priority !== planned) {
      const message = `${submission.signature} paid ${fill.fees.priority} lamports of priority fee, ${planned} were planned`;
      journal.record({ type: 'alert', severity: 'warning', rule: 'FEE_MISMATCH', message });
    }
  }

  #timings(submission: Submission): TimingsUs {
    const now = this.#options.clock.nowMicros();
    return stageTimings(submission.plan.approved.opportunity, {
      ...submission,
      acceptedAtMicros: submission.inFlight.acceptedAtMicros() ?? now,
      settledAtMicros: now,
    });
  }
}
