import { computeUnitLimitInstruction, computeUnitPriceInstruction, type Instruction } from '@tandem/core-native';
import { decodeAddress } from '../chain/base58.js';
import { MAX_TRANSACTION_COMPUTE_UNITS } from '../validate/compute-check.js';

/** Its instructions become header values of a v1 message. */
export const COMPUTE_BUDGET_PROGRAM = decodeAddress('ComputeBudget111111111111111111111111111111');
const MICRO_LAMPORTS = 1_000_000n;

/** Returns the instructions that set the limit, at most what a transaction can have, and, where it is not zero, the price of compute units. */
export function computeBudgetInstructions(computeUnitLimit: number, priceMicroLamports: bigint): Instruction[] {
  const limit = computeUnitLimitInstruction(Math.min(computeUnitLimit, MAX_TRANSACTION_COMPUTE_UNITS));
  return priceMicroLamports === 0n ? [limit] : [limit, computeUnitPriceInstruction(priceMicroLamports)];
}

/** Returns the priority fee of a limit at a price; rounds up, as the runtime does (agave `compute-budget`, `ComputeBudgetLimits`). */
export function priorityFeeLamports(computeUnitLimit: number, priceMicroLamports: bigint): bigint {
  const limit = BigInt(Math.min(computeUnitLimit, MAX_TRANSACTION_COMPUTE_UNITS));
  return (limit * priceMicroLamports + MICRO_LAMPORTS - 1n) / MICRO_LAMPORTS;
}
