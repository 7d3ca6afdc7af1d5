import {
  type CoreApi,
  encodeInstructions,
  encodeLookupTables,
  type Instruction,
  type LookupTable,
  type StoreId,
  SwapMode,
} from '@tandem/core-native';
import type { ApprovedOpportunity } from '../risk/risk-manager.js';
import { type Refusal, refuse } from '../validate/refusal.js';
import { computeBudgetInstructions, priorityFeeLamports } from './compute-budget.js';
import type { ComputePrice } from './compute-price.js';
import type { LookupTableSource } from './lookup-table-source.js';
import type { MessageCompiler } from './message-compiler.js';
import { directRoute, type PlanRoute } from './plan-route.js';
import type { SlippageProtector } from './slippage-protector.js';
import { StaticAddresses } from './static-addresses.js';
import type { Tip, TipPolicy } from './tip-policy.js';
import type { TokenAccounts } from './token-accounts.js';

const NOTHING = new Uint8Array(0);

/** What will be signed for an approved opportunity, before it has a blockhash. */
export interface TransactionPlan {
  readonly kind: 'plan';
  readonly approved: ApprovedOpportunity;
  /** Packed instructions: budget, set-up, swaps, tip. */
  readonly instructions: Uint8Array;
  /** Packed lookup tables a v0 message uses. */
  readonly lookupTables: Uint8Array;
  readonly tip: Tip | undefined;
  /** What its swaps pass through. */
  readonly route: PlanRoute;
  /** What the compute budget asks for, without the units of a simulation's set-up: a wallet that is set up pays for none. */
  readonly priorityFeeLamports: bigint;
  /** Position of the first leg's instruction: before `compile` among those above, after it in the message. */
  readonly firstLegInstruction: number;
}

/** A plan with the message it became. */
export interface CompiledPlan {
  readonly plan: TransactionPlan;
  readonly message: Uint8Array;
}

/** What a plan is put together from. */
export interface PlanParts {
  readonly approved: ApprovedOpportunity;
  readonly computeUnitLimit: number;
  /** Those of `computeUnitLimit` that the set-up takes. */
  readonly setUpComputeUnits: number;
  /** Instructions before the swaps. */
  readonly setUp: readonly Instruction[];
  /** Packed. */
  readonly swaps: Uint8Array;
  readonly tip: Tip | undefined;
  readonly route: PlanRoute;
  /** Tables the message may use beside those of the configuration. */
  readonly lookupTables?: readonly LookupTable[];
}

/** What the builder is made of. */
export interface TransactionBuilderOptions {
  readonly core: CoreApi;
  readonly store: StoreId;
  readonly accounts: TokenAccounts;
  readonly messages: MessageCompiler;
  readonly protector: SlippageProtector;
  readonly tips: TipPolicy;
  readonly lookupTables: LookupTableSource;
  readonly computePrice: Pick<ComputePrice, 'microLamports'>;
}

/** Instructions that go before the swaps, with the compute units they add; simulation creates missing accounts this way. */
export interface SetUp {
  readonly instructions: readonly Instruction[];
  readonly computeUnits: number;
}

/** Turns an approved opportunity into the bytes that are signed. */
export class TransactionBuilder {
  readonly #options: TransactionBuilderOptions;
  readonly #static: StaticAddresses;

  constructor(options: TransactionBuilderOptions) {
    this.#options = options;
    this.#static = new StaticAddresses(options.tips.addresses);
  }

  /** Plans the transaction, or says why it cannot be built. @throws the core's errors for a route it cannot turn into instructions */
  plan(approved: ApprovedOpportunity, setUp?: SetUp): TransactionPlan | Refusal {
    const { core, store, accounts, protector } = this.#options;
    const { opportunity } = approved;
    const limits = protector.limits(opportunity);
    const legs = [];
    for (const [index, leg] of opportunity.legs.entries()) {
      const source = accounts.find(leg.mintIn);
      const destination = accounts.find(leg.mintOut);
      const limit = limits[index];
      if (source === undefined || destination === undefined || limit === undefined) {
        return refuse('plan', 'PLAN_TOKEN_ACCOUNT_MISSING', { mintIn: leg.mintIn, mintOut: leg.mintOut });
      }
      if (limit.minimumOut > leg.amountOut) {
        return refuse('plan', 'PLAN_LIMIT_EXCEEDED', {
          leg: index,
          minimumOut: limit.minimumOut,
          amountOut: leg.amountOut,
        });
      }
      legs.push({
        pool: leg.pool,
        direction: leg.direction,
        mode: SwapMode.ExactIn,
        amount: limit.amountIn,
        limit: limit.minimumOut,
        sourceAccount: source.account,
        destinationAccount: destination.account,
      });
    }
    return this.assemble({
      approved,
      computeUnitLimit: opportunity.profit.computeUnitLimit + (setUp?.computeUnits ?? 0),
      setUpComputeUnits: setUp?.computeUnits ?? 0,
      setUp: setUp?.instructions ?? [],
      swaps: core.swapInstructions(store, accounts.wallet, legs),
      tip: this.chooseTip(approved),
      route: directRoute(opportunity),
    });
  }

  /** Chooses the tip of an approved opportunity, once for a plan. */
  chooseTip({ opportunity }: ApprovedOpportunity): Tip | undefined {
    const { tips, accounts } = this.#options;
    return tips.choose(accounts.wallet, opportunity.profit.tipLamports);
  }

  /** Returns the priority fee of a compute-unit limit, lamports. */
  priorityFee(computeUnitLimit: number): bigint {
    return priorityFeeLamports(computeUnitLimit, this.#options.computePrice.microLamports);
  }

  /** Puts a plan together: budget, set-up, swaps, tip, and the lookup tables that make it smaller. */
  assemble(parts: PlanParts): TransactionPlan {
    const { approved, tip, route } = parts;
    const price = this.#options.computePrice.microLamports;
    const before = [...computeBudgetInstructions(parts.computeUnitLimit, price), ...parts.setUp];
    const after = tip === undefined ? NOTHING : encodeInstructions([tip.instruction]);
    const instructions = concat([encodeInstructions(before), parts.swaps, after]);
    const ours = this.#options.lookupTables.usable(approved.opportunity.slot);
    const theirs = (parts.lookupTables ?? []).filter(
      ({ address }) => !ours.some((table) => Buffer.compare(table.address, address) === 0),
    );
    return {
      kind: 'plan',
      approved,
      instructions,
      lookupTables: this.#chooseTables(instructions, [...ours, ...theirs]),
      tip,
      route,
      priorityFeeLamports: this.priorityFee(Math.max(0, parts.computeUnitLimit - parts.setUpComputeUnits)),
      firstLegInstruction: before.length,
    };
  }

  /** Returns the message of a plan with a blockhash, and the plan with its instructions where the message has them. @throws WIRE_* */
  compile(plan: TransactionPlan, blockhash: Uint8Array): CompiledPlan {
    const { instructions, lookupTables } = plan;
    const { bytes, absorbedInstructions } = this.#options.messages.compile({ blockhash, instructions, lookupTables });
    const firstLegInstruction = plan.firstLegInstruction - absorbedInstructions;
    return { plan: absorbedInstructions === 0 ? plan : { ...plan, firstLegInstruction }, message: bytes };
  }

  #chooseTables(instructions: Uint8Array, offered: readonly LookupTable[]): Uint8Array {
    const { core, accounts } = this.#options;
    if (offered.length === 0) return NOTHING;
    const tables = offered.map((table) => this.#static.hideFrom(table));
    const chosen = core.chooseLookupTables(accounts.wallet, instructions, encodeLookupTables(tables));
    const picked = [];
    for (const position of chosen) {
      const table = tables[position];
      if (table !== undefined) picked.push(table);
    }
    return encodeLookupTables(picked);
  }
}

/** Packed records stand one after the other, so packed lists concatenate. */
function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
