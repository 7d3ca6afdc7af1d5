import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SwapMode } from '../../../ts/core-api.js';
import { QuoteRefusal } from '../../../ts/fallback/pools/quote.js';
import { RouteCosts } from '../../../ts/fallback/search/profit.js';
import { type Leg, SizeOptimizer } from '../../../ts/fallback/search/size-optimizer.js';

interface PlainPool extends Leg {
  readonly reserveIn: bigint;
  readonly reserveOut: bigint;
  readonly feeMillionths: bigint;
}

/** A constant-product pool in its plainest form, written apart from the venues. */
function plainPool(reserveIn: bigint, reserveOut: bigint, feeMillionths: bigint): PlainPool {
  const up = (numerator: bigint, denominator: bigint): bigint => (numerator + denominator - 1n) / denominator;
  return {
    reserveIn,
    reserveOut,
    feeMillionths,
    tryQuote(mode, amount) {
      if (amount === 0n) return -BigInt(QuoteRefusal.AmountZero);
      if (mode === SwapMode.ExactIn) {
        const swapped = amount - up(amount * feeMillionths, 1_000_000n);
        const output = (swapped * reserveOut) / (reserveIn + swapped);
        return output === 0n ? -BigInt(QuoteRefusal.OutputZero) : output;
      }
      if (amount >= reserveOut) return -BigInt(QuoteRefusal.LiquidityExceeded);
      const swapped = up(reserveIn * amount, reserveOut - amount);
      return up(swapped * 1_000_000n, 1_000_000n - feeMillionths);
    },
  };
}

function costsOf(baseFeeLamports: bigint, tipShareBps: number, maxTipLamports = 2n ** 64n - 1n): RouteCosts {
  const model = {
    baseFeeLamports,
    computeUnitPriceMicroLamports: 0n,
    overheadComputeUnits: 0,
    computeUnitMarginBps: 0,
    tipLamports: 0n,
    tipShareBps,
    maxTipLamports,
    rentLamports: 0n,
  };
  return new RouteCosts(model, { numerator: 1n, denominator: 1n }, 0);
}

function bruteForce(first: Leg, second: Leg, maxAmountIn: bigint, costs: RouteCosts): bigint | undefined {
  let best: bigint | undefined;
  for (let amountIn = 1n; amountIn <= maxAmountIn; amountIn++) {
    const middle = first.tryQuote(SwapMode.ExactIn, amountIn);
    const amountOut = middle > 0n ? second.tryQuote(SwapMode.ExactIn, middle) : middle;
    if (amountOut <= 0n) continue;
    const { net } = costs.profit(amountIn, amountOut);
    if (net > (best ?? 0n)) best = net;
  }
  return best;
}

const reserve = fc.bigInt({ min: 100n, max: 1_000n });
const fee = fc.bigInt({ min: 0n, max: 50_000n });

describe('the size optimizer', () => {
  it('agrees with brute force on small pools, whichever mint is the finer one', () => {
    const drawn = fc.record({
      reserves: fc.tuple(reserve, reserve, reserve, reserve),
      fees: fc.tuple(fee, fee),
      fineness: fc.bigInt({ min: 1n, max: 60n }),
      isMiddleFiner: fc.boolean(),
      maxAmountIn: fc.bigInt({ min: 1n, max: 2_000n }),
      baseFee: fc.bigInt({ min: 0n, max: 20n }),
      tipShareBps: fc.nat({ max: 9_000 }),
      maxTip: fc.oneof(fc.constant(2n ** 64n - 1n), fc.bigInt({ min: 0n, max: 40n })),
    });
    const property = fc.property(drawn, ({ reserves: [a, b, c, d], fees, fineness, ...rest }) => {
      const there = plainPool(a, b * fineness, fees[0]);
      const back = plainPool(c * fineness, d, fees[1]);
      const [first, second] = rest.isMiddleFiner ? [there, back] : [back, there];
      const costs = costsOf(rest.baseFee, rest.tipShareBps, rest.maxTip);
      const found = new SizeOptimizer({ first, second, maxAmountIn: rest.maxAmountIn, costs }).best();
      expect(found?.profit.net).toBe(bruteForce(first, second, rest.maxAmountIn, costs));
    });
    fc.assert(property, { numRuns: 150 });
  });

  it('meets the closed form on deep pools', () => {
    // Two equal pools without fees: in* = R * R / (R + D) * gap, for the reserve R and the dearer reserve D = R * (1 + gap).
    const [deep, dear] = [10n ** 15n, (10n ** 15n * 10_100n) / 10_000n];
    const pool = plainPool(deep, dear, 0n);
    const sized = new SizeOptimizer({
      first: pool,
      second: pool,
      maxAmountIn: 2n ** 64n - 1n,
      costs: costsOf(0n, 0),
    }).best();
    const bestIn = (((deep * deep) / (deep + dear)) * 100n) / 10_000n;
    const middle = (bestIn * dear) / (deep + bestIn);
    const bestOut = (middle * dear) / (deep + middle);
    expect(sized?.profit.gross).toBeGreaterThanOrEqual(bestOut - bestIn - 3n);
  });

  it('gives nothing where no size can be quoted or none may be traded', () => {
    for (const refusal of Object.values(QuoteRefusal)) {
      const pool: Leg = { tryQuote: () => -BigInt(refusal) };
      const optimizer = new SizeOptimizer({
        first: pool,
        second: pool,
        maxAmountIn: 10n ** 18n,
        costs: costsOf(0n, 0),
      });
      expect(optimizer.best()).toBeUndefined();
    }
    const pool = plainPool(10n, 1_000n, 0n);
    const optimizer = new SizeOptimizer({ first: pool, second: pool, maxAmountIn: 0n, costs: costsOf(0n, 0) });
    expect(optimizer.best()).toBeUndefined();
  });

  it('finds sizes that lie between two points of its grid', () => {
    const narrow = (gain: bigint): Leg => ({
      tryQuote: (_mode, amount) => {
        if (amount < 300_000n) return -BigInt(QuoteRefusal.OutputZero);
        return amount > 300_010n ? -BigInt(QuoteRefusal.LiquidityExceeded) : amount + gain;
      },
    });
    const [first, second] = [narrow(0n), narrow(1n)];
    const sized = new SizeOptimizer({ first, second, maxAmountIn: 2n ** 64n - 1n, costs: costsOf(0n, 0) }).best();
    expect([sized?.amountIn, sized?.profit.net]).toEqual([300_000n, 1n]);
  });
});
