import type { Clock } from '../ports/clock.js';
import type { Opportunity } from '../strategy/opportunity.js';
import type { BalanceTracker } from '../validate/balance-tracker.js';
import { type CheckResult, PASSED, type Refusal, refuse } from '../validate/refusal.js';
import type { ValidatedOpportunity } from '../validate/validator.js';
import { InFlightLimit } from './in-flight-limit.js';
import type { KillSwitch } from './kill-switch.js';
import { isShortfall } from './breakers/profit-shortfall.js';
import type { Exposure } from './exposure.js';
import type { LeaseKeeper } from './lease-keeper.js';
import { type CoolDownStatus, PoolGuard, type PoolGuardSettings, type PoolSlot } from './pool-guard.js';
import { checkPosition } from './position-limit.js';
import { RateLimit } from './rate-limit.js';
import type { SizeScaler } from './size-scaler.js';
import type { TipLimit } from './tip-limit.js';
import { TradeLimit } from './trade-limit.js';

/** Known to this file only, so that nothing else can make an approval. */
const APPROVAL: unique symbol = Symbol('approval');

/** An opportunity that may be signed and sent. Only the risk manager makes one. */
export interface ApprovedOpportunity {
  readonly [APPROVAL]: true;
  readonly kind: 'approved';
  readonly opportunity: Opportunity;
}

/** Bounds of the risk stage, parsed once from the configuration. */
export interface RiskSettings extends PoolGuardSettings {
  readonly maxInFlight: number;
  readonly maxSubmissionsPerSecond: number;
  /** Native balance that stays untouched. */
  readonly minWalletLamports: bigint;
  /** Below this share of the expected profit a trade counts against its pools and mints, basis points. */
  readonly shortfallRatioBps: number;
}

/** What a trade that executed came to. */
export interface ExecutedResult {
  readonly slot: bigint;
  readonly netProfitLamports: bigint;
  /** Base mint raw units. */
  readonly actualProfit: bigint;
}

/** What the risk manager is made of. */
export interface RiskManagerOptions {
  readonly settings: RiskSettings;
  readonly clock: Clock;
  readonly killSwitch: KillSwitch;
  readonly lease: Pick<LeaseKeeper, 'check'>;
  readonly exposure: Exposure;
  readonly balances: BalanceTracker;
  readonly poolSlot: PoolSlot;
  /** Told of every verdict. */
  readonly sizes: SizeScaler;
  readonly tips: TipLimit;
  /** Trades after which nothing more is approved; none by default. */
  readonly tradeLimit?: number | undefined;
}

/**
 * Says what may be sent. An approval reserves its place at once (pools, funds, rate), and keeps it until `settle*` brings the
 * verdict: a submission whose outcome is unknown goes on counting.
 */
export class RiskManager {
  readonly #options: RiskManagerOptions;
  readonly #inFlight: InFlightLimit;
  readonly #rate: RateLimit;
  readonly #guard: PoolGuard;
  readonly #trades: TradeLimit;
  #draining = false;

  constructor(options: RiskManagerOptions) {
    this.#options = options;
    this.#inFlight = new InFlightLimit(options.settings.maxInFlight);
    this.#rate = new RateLimit(options.clock, options.settings.maxSubmissionsPerSecond);
    this.#guard = new PoolGuard(options.clock, options.settings);
    this.#trades = new TradeLimit(options.tradeLimit);
  }

  /** Submissions without a verdict. */
  get inFlight(): number {
    return this.#inFlight.count;
  }

  /** Pools and mints that rest after failures. */
  get coolDowns(): CoolDownStatus[] {
    return this.#guard.coolDowns();
  }

  /** Approves or refuses; nothing is approved after `drain` or a halt. */
  decide(validated: ValidatedOpportunity): ApprovedOpportunity | Refusal {
    const { opportunity } = validated;
    const { killSwitch, lease, exposure, balances, poolSlot, sizes, tips } = this.#options;
    const checks = [
      () => killSwitch.check(),
      () => lease.check(),
      () => checkPosition(opportunity, sizes),
      () => this.#trades.check(this.#inFlight.count),
      () => this.#inFlight.check(opportunity),
      () => this.#guard.check(opportunity, poolSlot),
      () => exposure.check(opportunity),
      () => tips.check(opportunity),
      () => this.#rate.check(),
    ];
    if (this.#draining)
      return { kind: 'refusal', stage: 'risk', reason: 'RISK_STATE_INVALID', details: { state: 'DRAINING' } };
    for (const check of checks) {
      const result = check();
      if (result.kind === 'refusal') return result;
    }
    this.#inFlight.enter(opportunity);
    exposure.enter(opportunity);
    this.#rate.take();
    tips.claim(opportunity);
    balances.claim(opportunity.id, {
      mint: opportunity.base.mint,
      amount: opportunity.amountIn,
      lamports: feesOf(opportunity),
    });
    return { [APPROVAL]: true, kind: 'approved', opportunity };
  }

  /**
   * Sets aside what a plan's priority fee takes beyond what the approval reckoned with: a router's swaps take units of their own, and the
   * fee is paid when they fail as well.
   */
  claimFee({ opportunity }: ApprovedOpportunity, priorityFeeLamports: bigint): CheckResult {
    const { balances, settings } = this.#options;
    const { base, id, amountIn, profit } = opportunity;
    const more = priorityFeeLamports - profit.priorityFeeLamports;
    if (more <= 0n) return PASSED;
    const needed = more + settings.minWalletLamports;
    const lamports = balances.spendableLamports();
    if (needed > lamports) return refuse('risk', 'VALIDATE_LAMPORTS_EXCEEDED', { needed, lamports });
    balances.claim(id, { mint: base.mint, amount: amountIn, lamports: feesOf(opportunity) + more });
    return PASSED;
  }

  /** Approves nothing from now on. */
  drain(): void {
    this.#draining = true;
  }

  /** Gives back the place of an approval that was never sent. */
  withdraw(approved: ApprovedOpportunity): void {
    this.#release(approved.opportunity);
  }

  /** Takes the verdict of a trade that executed. What it won or lost is counted where its event is recorded. */
  settleExecuted(opportunity: Opportunity, { slot, netProfitLamports, actualProfit }: ExecutedResult): void {
    this.#release(opportunity);
    const pools = opportunity.legs.map((leg) => leg.pool);
    this.#guard.recordExecuted(pools, slot);
    const isShort = isShortfall(actualProfit, opportunity.profit.net, this.#options.settings.shortfallRatioBps);
    this.#guard.recordResult(opportunity, isShort ? 'shortfall' : 'success');
    this.#trades.recordExecuted();
    this.#options.sizes.recordExecuted(netProfitLamports);
  }

  /** Takes the verdict of a miss; one that cost something has landed and failed. */
  settleMissed(opportunity: Opportunity, slot: bigint, costLamports: bigint): void {
    this.#release(opportunity);
    const pools = opportunity.legs.map((leg) => leg.pool);
    this.#guard.recordMissed(pools, slot);
    if (costLamports > 0n) this.#guard.recordResult(opportunity, 'failure');
    this.#options.sizes.recordMissed(costLamports);
  }

  /** Takes note of a simulation: the gap stays open on the chain, so its pools rest instead of being simulated again at once. */
  settleSimulated(opportunity: Opportunity, slot: bigint, outcome: 'executed' | 'refused'): void {
    this.#release(opportunity);
    if (outcome === 'executed') this.#trades.recordExecuted();
    this.#guard.recordExecuted(
      opportunity.legs.map((leg) => leg.pool),
      slot,
    );
  }

  /** Returns the pools that may be traded again and should be searched once more although nothing touched them. */
  takeDuePools(slot: bigint): Uint32Array {
    return Uint32Array.from(this.#guard.takeDue(slot));
  }

  #release(opportunity: Opportunity): void {
    this.#inFlight.leave(opportunity.id);
    this.#options.exposure.leave(opportunity.id);
    this.#options.balances.release(opportunity.id);
    this.#options.tips.release(opportunity);
  }
}

function feesOf({ profit }: Opportunity): bigint {
  return profit.baseFeeLamports + profit.priorityFeeLamports + profit.tipLamports + profit.rentLamports;
}
