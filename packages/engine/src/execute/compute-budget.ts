import { computeUnitLimitInstruction, computeUnitPriceInstruction, type Instruction } from '@tandem/core-native';

/** Returns the instructions that set the limit and, where it is not zero, the price of compute units. */
export function computeBudgetInstructions(computeUnitLimit: number, priceMicroLamports: bigint): Instruction[] {
  const limit = computeUnitLimitInstruction(computeUnitLimit);
  return priceMicroLamports === 0n ? [limit] : [limit, computeUnitPriceInstruction(priceMicroLamports)];
}
