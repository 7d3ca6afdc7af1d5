import type { LookupTable } from '@tandem/core-native';
import { decodeAddress } from '../../chain/base58.js';
import { unsignedTransaction } from '../../chain/transaction-signature.js';
import type { ChainReader } from '../../ports/chain-reader.js';
import type { ApprovedOpportunity } from '../../risk/risk-manager.js';
import type { Opportunity } from '../../strategy/opportunity.js';
import type { BalanceTracker } from '../../validate/balance-tracker.js';
import { MAX_TRANSACTION_COMPUTE_UNITS } from '../../validate/compute-check.js';
import { type Refusal, refuse } from '../../validate/refusal.js';
import type { BlockhashSource } from '../blockhash-source.js';
import type { FailureHandler } from '../failure-handler.js';
import { recoverableCode } from '../recoverable-code.js';
import type { TokenAccounts } from '../token-accounts.js';
import type { PlanParts, SetUp, TransactionBuilder, TransactionPlan } from '../transaction-builder.js';
import { type PairCooldown, pairOf } from './pair-cooldown.js';
import type { RoutedSwaps, RouterLegs } from './router-legs.js';
import type { RouterTables } from './router-tables.js';
import { findMisfit } from './transaction-fit.js';
import { findWalletHarm, guardedAddresses } from './wallet-guard.js';

/** The limit is what the simulation took, and a tenth: rounds up. */
const UNITS_NUMERATOR = 11n;
const UNITS_DENOMINATOR = 10n;
/** Each step down asks for three quarters of the accounts; below this a router hardly finds a pool. */
const FEWER_NUMERATOR = 3;
const FEWER_DENOMINATOR = 4;
const LEAST_ACCOUNTS = 12;
/** Pairs whose fitting number of accounts is remembered. */
const MAX_PAIRS = 1_024;

/** Gives the instructions that would create what the wallet lacks for these mints; without it, what is lacking is refused. */
export type PrepareWallet = (mints: readonly string[]) => SetUp;

/** What the planner is made of. */
export interface RoutePlannerOptions {
  readonly legs: RouterLegs;
  readonly tables: RouterTables;
  readonly cooldown: PairCooldown;
  readonly builder: TransactionBuilder;
  readonly blockhashes: BlockhashSource;
  readonly reader: ChainReader;
  readonly accounts: TokenAccounts;
  readonly balances: BalanceTracker;
  readonly failures: FailureHandler;
  readonly currentSlot: () => bigint;
  /** Accounts of one quote at first. */
  readonly maxAccounts: number;
}

/** One way to build the transaction: everything but the compute limit and the minimum. */
interface Draft {
  readonly swaps: RoutedSwaps;
  readonly tables: readonly LookupTable[];
  /** Whether accounts are created or filled first. */
  readonly setsUp: boolean;
  readonly parts: (computeUnitLimit: number, minimumOut: bigint) => PlanParts;
}

const NO_SET_UP: SetUp = { instructions: [], computeUnits: 0 };

/**
 * Turns an approved opportunity into a plan whose swaps, all or some of them, a router makes. The opportunity says that there is a gap;
 * the router's answers are checked, fitted into one transaction and simulated, and only what would work is given out. What the chain
 * demands is always our own minimum.
 */
export class RoutePlanner {
  readonly #options: RoutePlannerOptions;
  /** Accounts that fitted last, by pair, so that the way down is not asked again each time. */
  readonly #fitting = new Map<string, number>();

  constructor(options: RoutePlannerOptions) {
    this.#options = options;
  }

  /** Refuses at once, without a request, while the pair or the router rests. */
  check(opportunity: Opportunity): Refusal | undefined {
    return this.#options.cooldown.check(opportunity);
  }

  /** Plans, or says why there is no plan. @throws fatal and unknown errors */
  async plan(approved: ApprovedOpportunity, prepare?: PrepareWallet): Promise<TransactionPlan | Refusal> {
    const { opportunity } = approved;
    let plan: TransactionPlan | Refusal;
    try {
      plan = await this.#plan(approved, prepare);
    } catch (error) {
      plan = refuse('plan', recoverableCode(error), {
        message: error instanceof Error ? error.message : String(error),
      });
    }
    if (plan.kind === 'refusal') this.#options.cooldown.recordRefused(opportunity, plan.reason);
    return plan;
  }

  async #plan(approved: ApprovedOpportunity, prepare: PrepareWallet | undefined): Promise<TransactionPlan | Refusal> {
    const { legs, builder, accounts } = this.#options;
    const pair = pairOf(approved.opportunity);
    let maxAccounts = this.#fitting.get(pair) ?? this.#options.maxAccounts;
    for (;;) {
      const swaps = await legs.load(approved.opportunity, maxAccounts);
      if (swaps.kind === 'refusal') return swaps;
      const draft = await this.#draft(approved, swaps, prepare);
      if (!('parts' in draft)) return draft;
      const plan = builder.assemble(draft.parts(MAX_TRANSACTION_COMPUTE_UNITS, swaps.minimumOut));
      const misfit = findMisfit(plan, builder, accounts.wallet);
      if (misfit === undefined) {
        this.#rememberFit(pair, maxAccounts);
        return this.#prove(plan, draft);
      }
      maxAccounts = Math.floor((maxAccounts * FEWER_NUMERATOR) / FEWER_DENOMINATOR);
      if (maxAccounts < LEAST_ACCOUNTS) return misfit;
    }
  }

  async #draft(
    approved: ApprovedOpportunity,
    swaps: RoutedSwaps,
    prepare: PrepareWallet | undefined,
  ): Promise<Draft | Refusal> {
    const { tables, builder, balances, currentSlot } = this.#options;
    const mints = [...swaps.places.keys()];
    const missing = mints.find((mint) => !balances.hasAccount(mint));
    if (missing !== undefined && prepare === undefined)
      return refuse('plan', 'PLAN_TOKEN_ACCOUNT_MISSING', { mint: missing });
    const setUp = prepare?.(mints) ?? NO_SET_UP;
    const lookupTables = await tables.load(swaps.lookupTables, currentSlot());
    const tip = builder.chooseTip(approved);
    const parts = (computeUnitLimit: number, minimumOut: bigint): PlanParts => ({
      approved,
      computeUnitLimit,
      setUpComputeUnits: setUp.computeUnits,
      setUp: setUp.instructions,
      swaps: swaps.pack(minimumOut),
      tip,
      route: swaps.route,
      lookupTables,
    });
    return { swaps, tables: lookupTables, parts, setsUp: setUp.instructions.length > 0 };
  }

  /** Simulates with all the compute units there are, and builds the plan with those that it takes. */
  async #prove(trial: TransactionPlan, { swaps, tables, parts, setsUp }: Draft): Promise<TransactionPlan | Refusal> {
    const { builder, blockhashes, reader, failures, accounts, balances } = this.#options;
    const { opportunity } = trial.approved;
    const { plan, message } = builder.compile(trial, decodeAddress(blockhashes.latest().blockhash));
    const { baseFeeLamports, tipLamports, rentLamports } = opportunity.profit;
    const maxCostLamports = setsUp
      ? undefined
      : baseFeeLamports + plan.priorityFeeLamports + tipLamports + rentLamports;
    const touched = { wallet: accounts.wallet, places: swaps.places, balances, maxCostLamports };
    const result = await reader.simulate(unsignedTransaction(message), guardedAddresses(touched));
    if (result.error !== null) {
      // A table may have been closed since it was read.
      this.#options.tables.forget(tables);
      const { firstLegInstruction, route } = plan;
      const reason = failures.describe(result, { firstLegInstruction, venues: route.venues });
      return refuse('plan', 'PLAN_SIMULATION_INVALID', { reason });
    }
    const harm = findWalletHarm(result.accounts, touched);
    if (harm !== undefined) return harm;
    const limit = computeUnitLimit(result.unitsConsumed);
    const minimumOut = this.#minimumWithCosts(opportunity, builder.priorityFee(limit), swaps.minimumOut);
    if (swaps.amountOut < minimumOut)
      return refuse('plan', 'PLAN_LIMIT_EXCEEDED', { minimumOut, amountOut: swaps.amountOut, computeUnitLimit: limit });
    return builder.assemble(parts(limit, minimumOut));
  }

  /** The opportunity's costs were reckoned for our own swaps: what the router's take beyond that must come back as well. */
  #minimumWithCosts({ base, profit, amountIn }: Opportunity, priorityFee: bigint, minimumOut: bigint): bigint {
    const lamports = profit.baseFeeLamports + priorityFee + profit.tipLamports + profit.rentLamports;
    // Rounds up, against us.
    const cost =
      (lamports * base.lamportPriceNumerator + base.lamportPriceDenominator - 1n) / base.lamportPriceDenominator;
    const breakEven = amountIn + cost + base.minNetProfit;
    return breakEven > minimumOut ? breakEven : minimumOut;
  }

  #rememberFit(pair: string, maxAccounts: number): void {
    this.#fitting.delete(pair);
    this.#fitting.set(pair, maxAccounts);
    const [oldest] = this.#fitting.keys();
    if (this.#fitting.size > MAX_PAIRS && oldest !== undefined) this.#fitting.delete(oldest);
  }
}

/** Where the node does not tell what it took, everything is asked for. */
function computeUnitLimit(unitsConsumed: bigint | null): number {
  if (unitsConsumed === null) return MAX_TRANSACTION_COMPUTE_UNITS;
  const limit = (unitsConsumed * UNITS_NUMERATOR + UNITS_DENOMINATOR - 1n) / UNITS_DENOMINATOR;
  return Math.min(Number(limit), MAX_TRANSACTION_COMPUTE_UNITS);
}
