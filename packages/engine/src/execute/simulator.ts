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
    const { builder, blockhashes, reader, clock, walletSetup, accounts, failures, onBuilt } = this.#options;
    const { opportunity } = approved;
    const approvedAtMicros = clock.nowMicros();
    const mints = [opportunity.base.mint, ...opportunity.legs.map((leg) => leg.mintOut)];
    try {
      const venues = opportunity.legs.map((leg) => leg.venue);
      const setUp = walletSetup.simulatedSetUp([...new Set(mints)], venues);
      const planned = builder.plan(approved, setUp);
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
        const reason = failures.describe(result, { firstLegInstruction: plan.firstLegInstruction, venues });
        return refuse('plan', 'PLAN_SIMULATION_INVALID', { reason });
      }
      const change =
        amountOf(result.accounts[0]) -
        amountOf(before) -
        (opportunity.base.mint === WRAPPED_SOL_MINT ? setUp.wrapped : 0n);
      this.#record(plan, change, { approvedAtMicros, builtAtMicros, answeredAtMicros: clock.nowMicros() });
      return undefined;
    } catch (error) {
      return refuse('plan', recoverableCode(error), {
        message: error instanceof Error ? error.message : String(error),
      });
    }
  }

  /** Fees are the plan's: a simulation's balances prove the swaps, its payer is not debited alike on every node. */
  #record(plan: TransactionPlan, tokenChange: bigint, timed: Timed): void {
    const { opportunity } = plan.approved;
    const { base, profit } = opportunity;
    const fees = {
      base: profit.baseFeeLamports,
      priority: profit.priorityFeeLamports,
      tip: profit.tipLamports,
      rent: profit.rentLamports,
    };
    const lamports = fees.base + fees.priority + fees.tip + fees.rent;
    const isSol = base.mint === WRAPPED_SOL_MINT;
    const actualProfit = isSol ? tokenChange - lamports : tokenChange;
    const net = isSol ? actualProfit : lamportValue(tokenChange, base) - lamports;
    const poolA = opportunity.legs[0]?.poolAddress ?? '';
    const poolB = opportunity.legs.at(-1)?.poolAddress ?? '';
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
