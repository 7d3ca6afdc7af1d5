import {
  computeUnitLimitInstruction,
  computeUnitPriceInstruction,
  transferLamportsInstruction,
  type Instruction,
} from '@tandem/core-native';
import { RequestFields } from './request-fields.js';
import { badParameter, routerRefusal } from './router-error.js';
import { TIP_ACCOUNT } from './router-programs.js';
import type { SwapPlan } from './swap-plan.js';

/** What a transaction asks of the leader, and pays for it. */
export interface ComputeFees {
  readonly computeBudget: readonly Instruction[];
  /** A tip, where one is asked for. */
  readonly other: readonly Instruction[];
  readonly computeUnitLimit: number;
  /** Rounded up, as the chain charges it. */
  readonly prioritizationFeeLamports: bigint;
}

const PINNED_COMPUTE_UNITS = 1_400_000;
/** What the router itself and the accounts around it take besides the swaps. */
const ROUTER_COMPUTE_UNITS = 100_000;
const MICRO_LAMPORTS = 1_000_000n;
/** Micro-lamports a compute unit at each level; the sandbox has no market for them. */
const LEVEL_PRICES: Readonly<Record<string, bigint>> = { medium: 1_000n, high: 10_000n, veryHigh: 100_000n };
const AUTO_PRICE = 1_000n;

/** Reads what the caller wants to pay: a price, a fee or a tip, never two of them. @throws RouterError */
export function planComputeFees(fields: RequestFields, plan: SwapPlan, payer: Uint8Array): ComputeFees {
  const price = fields.optionalAmount('computeUnitPriceMicroLamports');
  if (price !== undefined && fields.has('prioritizationFeeLamports'))
    throw routerRefusal('INVALID_COMPUTE_UNIT_PRICE_AND_PRIORITIZATION_FEE');
  const computeUnitLimit = fields.flag('dynamicComputeUnitLimit', false) ? dynamicLimit(plan) : PINNED_COMPUTE_UNITS;
  const { microLamports, tip } =
    price === undefined ? readFee(fields, computeUnitLimit, payer) : { microLamports: price, tip: undefined };
  return {
    computeBudget: [
      computeUnitLimitInstruction(computeUnitLimit),
      ...(microLamports === 0n ? [] : [computeUnitPriceInstruction(microLamports)]),
    ],
    other: tip === undefined ? [] : [tip],
    computeUnitLimit,
    prioritizationFeeLamports: (microLamports * BigInt(computeUnitLimit) + MICRO_LAMPORTS - 1n) / MICRO_LAMPORTS,
  };
}

function dynamicLimit({ legs }: SwapPlan): number {
  const units = legs.reduce((sum, { pool }) => sum + pool.computeUnits, ROUTER_COMPUTE_UNITS);
  return Math.min(units, PINNED_COMPUTE_UNITS);
}

interface Fee {
  readonly microLamports: bigint;
  readonly tip: Instruction | undefined;
}

function readFee(fields: RequestFields, limit: number, payer: Uint8Array): Fee {
  const value = fields.raw('prioritizationFeeLamports');
  // Rounds down: the caller named the most.
  const priceOf = (lamports: bigint): bigint => (lamports * MICRO_LAMPORTS) / BigInt(limit);
  const priced = (microLamports: bigint): Fee => ({ microLamports, tip: undefined });
  if (!fields.has('prioritizationFeeLamports') || value === 'auto') return priced(AUTO_PRICE);
  if (value === 'disabled') return priced(0n);
  if (typeof value !== 'object') return priced(priceOf(fields.amount('prioritizationFeeLamports')));
  const choice = RequestFields.ofJson('prioritizationFeeLamports', value);
  if (choice.has('priorityLevelWithMaxLamports')) {
    const level = choice.fields('priorityLevelWithMaxLamports');
    const most = priceOf(level.amount('maxLamports'));
    const price = LEVEL_PRICES[level.text('priorityLevel')];
    if (price === undefined) throw badParameter('priorityLevel', 'unknown');
    return priced(price < most ? price : most);
  }
  const withPayer = choice.has('jitoTipLamportsWithPayer') ? choice.fields('jitoTipLamportsWithPayer') : undefined;
  if (withPayer === undefined && !choice.has('jitoTipLamports')) return priced(AUTO_PRICE);
  return {
    microLamports: 0n,
    tip: transferLamportsInstruction({
      from: withPayer?.address('payer') ?? payer,
      to: TIP_ACCOUNT,
      lamports: withPayer?.amount('lamports') ?? choice.amount('jitoTipLamports'),
    }),
  };
}
