import { decodeAddress } from '../chain/base58.js';
import type { Journal } from '../journal/journal.js';
import type { ChainReader, SimulationResult } from '../ports/chain-reader.js';
import type { Clock } from '../ports/clock.js';
import type { ApprovedOpportunity } from '../risk/risk-manager.js';
import { type Refusal, refuse } from '../validate/refusal.js';
import type { BlockhashSource } from './blockhash-source.js';
import type { FailureHandler } from './failure-handler.js';
import { lamportValue } from './lamport-value.js';
import { feesRecord } from './outcome-events.js';
import { recoverableCode } from './recoverable-code.js';
import type { RoutePlanner } from './route-planner/route-planner.js';
import { stageTimings } from './stage-timings.js';
import { WRAPPED_SOL_MINT } from './system-programs.js';
import type { TokenAccounts } from './token-accounts.js';
import type { TransactionBuilder, TransactionPlan } from './transaction-builder.js';
import { unsignedTransaction } from '../chain/transaction-signature.js';
import type { WalletSetup } from './wallet-setup.js';

const AMOUNT_OFFSET = 64;

/** What the simulator is made of; no signer among it. */
export interface SimulatorOptions {
  readonly builder: TransactionBuilder;
  /** Plans where a router makes the swaps. */
  readonly planner: RoutePlanner | undefined;
  readonly blockhashes: BlockhashSource;
  readonly reader: ChainReader;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly accounts: TokenAccounts;
  readonly walletSetup: WalletSetup;
  readonly failures: FailureHandler;
  /** Told when the unsigned bytes stand, as the executor tells of signed ones. */
  readonly onBuilt: (approved: ApprovedOpportunity, builtAtMicros: number) => void;
}

interface Timed {
  readonly approvedAtMicros: number;
  readonly builtAtMicros: number;
  readonly answeredAtMicros: number;
}

/** Walks an approved opportunity through the cluster's simulation. It signs nothing: the signature is 64 zero bytes. */
export class Simulator {
  readonly #options: SimulatorOptions;

  constructor(options: SimulatorOptions) {
    this.#options = options;
  }

  /** Simulates and records `simulated`, or returns why the trade would not have executed. @throws fatal and unknown errors */
  async simulate(approved: ApprovedOpportunity): Promise<Refusal | undefined> {
    const { builder, blockhashes, reader, clock, accounts, failures, onBuilt } = this.#options;
    const { opportunity } = approved;
    const approvedAtMicros = clock.nowMicros();
    try {
      const { plan: planned, wrapped } = await this.#plan(approved);
      if (planned.kind === 'refusal') return planned;
      const { plan, message } = builder.compile(planned, decodeAddress(blockhashes.latest().blockhash));
      const transaction = unsignedTransaction(message);
      const builtAtMicros = clock.nowMicros();
      onBuilt(approved, builtAtMicros);
      const base = accounts.find(opportunity.base.mint);
      if (base === undefined) return refuse('plan', 'PLAN_TOKEN_ACCOUNT_MISSING', { mint: opportunity.base.mint });
      const [before] = await reader.getAccounts([base.account], 'processed');
      const result = await reader.simulate(transaction, [base.account]);
      if (result.error !== null) {
        const { firstLegInstruction, route } = plan;
        const reason = failures.describe(result, { firstLegInstruction, venues: route.venues });
        return refuse('plan', 'PLAN_SIMULATION_INVALID', { reason });
      }
      const change =
        amountOf(result.accounts[0]) - amountOf(before) - (opportunity.base.mint === WRAPPED_SOL_MINT ? wrapped : 0n);
      this.#record(plan, change, { approvedAtMicros, builtAtMicros, answeredAtMicros: clock.nowMicros() });
      return undefined;
    } catch (error) {
      return refuse('plan', recoverableCode(error), {
        message: error instanceof Error ? error.message : String(error),
      });
    }
  }

  /** Plans with whatever the wallet lacks as set-up, and tells how much SOL that wraps. */
  async #plan(
    approved: ApprovedOpportunity,
  ): Promise<{ readonly plan: TransactionPlan | Refusal; readonly wrapped: bigint }> {
    const { builder, planner, walletSetup } = this.#options;
    const { base, legs } = approved.opportunity;
    const venues = legs.map((leg) => leg.venue);
    let wrapped = 0n;
    const prepare = (mints: readonly string[]) => {
      const setUp = walletSetup.simulatedSetUp([...new Set(mints)], venues);
      ({ wrapped } = setUp);
      return setUp;
    };
    const plan =
      planner === undefined
        ? builder.plan(approved, prepare([base.mint, ...legs.map((leg) => leg.mintOut)]))
        : await planner.plan(approved, prepare);
    return { plan, wrapped };
  }

  /** Fees are the plan's: a simulation's balances prove the swaps, its payer is not debited alike on every node. */
  #record(plan: TransactionPlan, tokenChange: bigint, timed: Timed): void {
    const { opportunity } = plan.approved;
    const { base, profit } = opportunity;
    const fees = {
      base: profit.baseFeeLamports,
      priority: plan.priorityFeeLamports,
      tip: profit.tipLamports,
      rent: profit.rentLamports,
    };
    const lamports = fees.base + fees.priority + fees.tip + fees.rent;
    const isSol = base.mint === WRAPPED_SOL_MINT;
    const actualProfit = isSol ? tokenChange - lamports : tokenChange;
    const net = isSol ? actualProfit : lamportValue(tokenChange, base) - lamports;
    const { poolA, poolB } = plan.route;
    this.#options.journal.record({
      type: 'simulated',
      id: opportunity.id,
      poolA,
      poolB,
      baseMint: base.mint,
      amountIn: opportunity.amountIn.toString(),
      expectedProfit: profit.net.toString(),
      actualProfit: actualProfit.toString(),
      fees: feesRecord(fees),
      netProfitLamports: net.toString(),
      timingsUs: stageTimings(opportunity, {
        ...timed,
        signedAtMicros: timed.builtAtMicros,
        acceptedAtMicros: timed.answeredAtMicros,
        settledAtMicros: timed.answeredAtMicros,
      }),
      result: `ENTERPRISE_SIM_${poolA}_${poolB}`,
    });
  }
}

function amountOf(account: SimulationResult['accounts'][number] | undefined): bigint {
  if (account === null || account === undefined || account.data.length < AMOUNT_OFFSET + 8) return 0n;
  const { data } = account;
  return new DataView(data.buffer, data.byteOffset, data.byteLength).getBigUint64(AMOUNT_OFFSET, true);
}
