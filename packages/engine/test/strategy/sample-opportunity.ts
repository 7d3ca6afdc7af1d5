import type { Opportunity } from '../../src/strategy/opportunity.js';

export const SOL = 'So11111111111111111111111111111111111111112';
export const USD = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v';

/** A two-leg cycle SOL → USD → SOL: 1,000,000 in, 1,050,000 out, 6,000 lamports of costs, 44,000 net. */
export function sampleOpportunity(changes: Partial<Opportunity> = {}): Opportunity {
  return {
    id: 'run-1',
    base: {
      mint: SOL,
      mintBytes: new Uint8Array(32).fill(6),
      maxAmountIn: 5_000_000n,
      minNetProfit: 10_000n,
      lamportPriceNumerator: 1n,
      lamportPriceDenominator: 1n,
    },
    legs: [
      {
        venue: 'raydium_cpmm',
        pool: 3,
        poolAddress: 'PoolA',
        direction: 0,
        mintIn: SOL,
        mintOut: USD,
        amountIn: 1_000_000n,
        amountOut: 200_000n,
        computeUnits: 90_000,
      },
      {
        venue: 'raydium_amm_v4',
        pool: 7,
        poolAddress: 'PoolB',
        direction: 1,
        mintIn: USD,
        mintOut: SOL,
        amountIn: 200_000n,
        amountOut: 1_050_000n,
        computeUnits: 90_000,
      },
    ],
    amountIn: 1_000_000n,
    amountOut: 1_050_000n,
    profit: {
      gross: 50_000n,
      baseFeeLamports: 5_000n,
      priorityFeeLamports: 1_000n,
      tipLamports: 0n,
      rentLamports: 0n,
      cost: 6_000n,
      net: 44_000n,
      computeUnitLimit: 200_000,
    },
    slot: 100n,
    oldestSlot: 99n,
    receivedAtMicros: 0,
    detectedAtMicros: 10,
    ...changes,
  };
}
