import type { Opportunity } from '../strategy/opportunity.js';

const BPS = 10_000n;

/** What one leg pays exactly and must give at least. */
export interface LegLimit {
  readonly amountIn: bigint;
  readonly minimumOut: bigint;
}

/**
 * Sets the limits the chain enforces. Each leg but the last must give at least what the next one pays in; the last must give back
 * the input, every cost and the smallest profit, so that a transaction that would lose money fails as a whole. The slippage
 * tolerance can only tighten the last limit, never loosen it.
 */
export class SlippageProtector {
  readonly #toleranceBps: bigint;

  constructor(slippageToleranceBps: number) {
    this.#toleranceBps = BigInt(slippageToleranceBps);
  }

  limits(opportunity: Opportunity): LegLimit[] {
    const { legs, profit, base, amountIn } = opportunity;
    return legs.map((leg, index) => {
      const next = legs[index + 1];
      if (next !== undefined) return { amountIn: leg.amountIn, minimumOut: next.amountIn };
      const breakEven = amountIn + profit.cost + base.minNetProfit;
      // Rounds up, against us: the limit errs on the strict side.
      const tolerated = ceilDiv(leg.amountOut * (BPS - this.#toleranceBps), BPS);
      return { amountIn: leg.amountIn, minimumOut: tolerated > breakEven ? tolerated : breakEven };
    });
  }
}

function ceilDiv(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}
