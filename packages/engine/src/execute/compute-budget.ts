import { computeUnitLimitInstruction, computeUnitPriceInstruction, type Instruction } from '@tandem/core-native';
import { MAX_TRANSACTION_COMPUTE_UNITS } from '../validate/compute-check.js';

/** Returns the instructions that set the limit, at most what a transaction can have, and, where it is not zero, the price of compute units. */
export function computeBudgetInstructions(computeUnitLimit: number, priceMicroLamports: bigint): Instruction[] {
  const limit = computeUnitLimitInstruction(Math.min(computeUnitLimit, MAX_TRANSACTION_COMPUTE_UNITS));
  return priceMicroLamports === 0n ? [limit] : [limit, computeUnitPriceInstruction(priceMicroLamports)];
}
