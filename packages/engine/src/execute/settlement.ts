import type { MissCause, TimingsUs } from '../journal/event.js';
import type { Journal } from '../journal/journal.js';
import type { Clock } from '../ports/clock.js';
import { isShortfall } from '../risk/breakers/profit-shortfall.js';
import type { RiskManager } from '../risk/risk-manager.js';
import type { BalanceTracker } from '../validate/balance-tracker.js';
import type { Submission } from './executor.js';
import type { FailureHandler } from './failure-handler.js';
import { executedEvent } from './outcome-events.js';
import { expiredReason } from './settled-event.js';
import type { Fill, ProfitValidator } from './profit-validator.js';
import { stageTimings } from './stage-timings.js';
import type { TipShare } from './tip-share.js';
import type { Verdict } from './transaction-tracker.js';
import { changesRecord, type WalletChanges } from './wallet-changes.js';

/** What the settlement is made of. */
export interface SettlementOptions {
  readonly journal: Journal;
  readonly risk: RiskManager;
  readonly balances: BalanceTracker;
  readonly profits: ProfitValidator;
  readonly failures: FailureHandler;
  /** Steered by what became of the trades. */
  readonly tipShare: TipShare;
  readonly clock: Clock;
  readonly currentSlot: () => bigint;
  /** Below this share of the expected profit a fill is told as a shortfall, basis points. */
  readonly shortfallRatioBps: number;
}

type Landed = Extract<Verdict, { kind: 'landed' }>;
type Failed = Extract<Verdict, { kind: 'failed' }>;

interface MissFacts {
  readonly reason: string;
  readonly slot: bigint;
  readonly cost: bigint;
  readonly cause: MissCause | undefined;
  /** Absent where it is in no block. */
  readonly changes?: WalletChanges;
}

/** Turns a verdict into its event, and gives back what the submission held. */
export class Settlement {
  readonly #options: SettlementOptions;

  constructor(options: SettlementOptions) {
    this.#options = options;
  }

  /** Settles one submission, once; `cause` says why it missed. */
  settle(submission: Submission, verdict: Verdict, cause?: MissCause): void {
    if (cause === 'outbid') this.#options.tipShare.recordOutbid();
    switch (verdict.kind) {
      case 'landed':
        return this.#executed(submission, verdict);
      case 'failed':
        return this.#failed(submission, verdict, cause);
      case 'expired':
        return this.#missed(submission, 'expired', {
          reason: expiredReason(verdict.blockHeight),
          slot: this.#options.currentSlot(),
          cost: 0n,
          cause,
        });
    }
  }

  #executed(submission: Submission, { landed }: Landed): void {
    const { journal, risk, balances, profits, tipShare } = this.#options;
    tipShare.recordLanded();
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
    risk.settleExecuted(opportunity, fill);
    this.#warn(submission, fill);
  }

  #failed(submission: Submission, { landed }: Failed, cause: MissCause | undefined): void {
    const { profits, failures, balances } = this.#options;
    const { plan } = submission;
    const { firstLegInstruction, route } = plan;
    const reason = failures.describe(landed, { firstLegInstruction, venues: route.venues });
    const { lamportsAfter, changes } = profits.measure(landed, plan.approved.opportunity.base);
    balances.setLamports(lamportsAfter, landed.slot);
    this.#missed(submission, 'failed', { reason, slot: landed.slot, cost: profits.costOf(landed), cause, changes });
  }

  #missed(submission: Submission, verdict: 'failed' | 'expired', miss: MissFacts): void {
    const { opportunity } = submission.plan.approved;
    this.#options.journal.record({
      type: 'missed',
      id: opportunity.id,
      signature: submission.signature,
      verdict,
      reason: miss.reason,
      ...(miss.cause === undefined ? {} : { cause: miss.cause }),
      costLamports: miss.cost.toString(),
      ...(miss.changes === undefined ? {} : { slot: miss.slot.toString(), changes: changesRecord(miss.changes) }),
    });
    this.#options.risk.settleMissed(opportunity, miss.slot, miss.cost);
  }

  #warn(submission: Submission, fill: Fill): void {
    const { journal, shortfallRatioBps } = this.#options;
    const { opportunity } = submission.plan.approved;
    const expected = opportunity.profit.net;
    if (isShortfall(fill.actualProfit, expected, shortfallRatioBps)) {
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
