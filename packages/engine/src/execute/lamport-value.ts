import type { BaseMintSettings } from '../strategy/opportunity.js';

/** Returns what an amount of a base mint is worth in lamports at its configured price; rounds towards minus infinity, against us. */
export function lamportValue(amount: bigint, base: BaseMintSettings): bigint {
  const numerator = amount * base.lamportPriceDenominator;
  const quotient = numerator / base.lamportPriceNumerator;
  return numerator % base.lamportPriceNumerator < 0n ? quotient - 1n : quotient;
}
