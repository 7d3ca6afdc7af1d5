import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CostModel } from '../../../ts/core-api.js';
import { computeUnitLimit, lamportsDown, RouteCosts } from '../../../ts/fallback/search/profit.js';
import { netProfit } from '../../brute-force.js';
import { codeOf } from '../../store-backends.js';

const AT_PAR = { numerator: 1n, denominator: 1n };
const COSTS: CostModel = {
  baseFeeLamports: 5_000n,
  computeUnitPriceMicroLamports: 1_001n,
  overheadComputeUnits: 1_000,
  computeUnitMarginBps: 1_000,
  tipLamports: 2_000n,
  tipShareBps: 0,
  maxTipLamports: 2n ** 64n - 1n,
  rentLamports: 30n,
};

describe('profit', () => {
  it('is what is left of the gross after every cost', () => {
    const profit = new RouteCosts(COSTS, AT_PAR, 40_000).profit(1_000_000n, 1_010_000n);
    // ceil(1,001 micro-lamports * 45,100 units / 1,000,000) = ceil(45.1451) = 46
    expect(profit).toEqual({
      gross: 10_000n,
      baseFeeLamports: 5_000n,
      priorityFeeLamports: 46n,
      tipLamports: 2_000n,
      rentLamports: 30n,
      cost: 7_076n,
      net: 2_924n,
      computeUnitLimit: 45_100,
    });
  });

  it('takes a limit rounded up and never above the ceiling of the runtime', () => {
    expect(computeUnitLimit(1, { ...COSTS, overheadComputeUnits: 0 })).toBe(2);
    expect(computeUnitLimit(1_400_000, COSTS)).toBe(1_400_000);
    expect(computeUnitLimit(0xffff_ffff, { ...COSTS, computeUnitMarginBps: 0xffff_ffff })).toBe(1_400_000);
  });

  it('tips a share rounded up, and nothing of a loss', () => {
    const route = new RouteCosts({ ...COSTS, tipShareBps: 3_333, tipLamports: 7n }, AT_PAR, 0);
    expect(route.profit(0n, 100n).tipLamports).toBe(41n);
    expect(route.profit(100n, 0n).tipLamports).toBe(7n);
  });

  it('cuts the tip to its cap, and only where nothing is left to rise the net profit follows the gross', () => {
    const capped = { ...COSTS, tipShareBps: 5_000, tipLamports: 7n, maxTipLamports: 50n };
    const route = new RouteCosts(capped, AT_PAR, 0);
    expect([84n, 85n, 2n ** 64n - 1n].map((gross) => route.profit(0n, gross).tipLamports)).toEqual([49n, 50n, 50n]);
    expect(route.netFollowsGross).toBe(false);
    for (const maxTipLamports of [7n, 6n, 0n]) {
      const fixed = new RouteCosts({ ...capped, maxTipLamports }, AT_PAR, 0);
      expect(fixed.profit(0n, 1_000n).tipLamports).toBe(maxTipLamports);
      expect(fixed.netFollowsGross).toBe(true);
    }
  });

  it('refuses impossible prices, shares and costs with a code', () => {
    expect(codeOf(() => new RouteCosts(COSTS, { numerator: 0n, denominator: 1n }, 0))).toBe(
      'PROFIT_LAMPORT_PRICE_INVALID',
    );
    expect(codeOf(() => new RouteCosts(COSTS, { numerator: 1n, denominator: 0n }, 0))).toBe(
      'PROFIT_LAMPORT_PRICE_INVALID',
    );
    expect(codeOf(() => new RouteCosts({ ...COSTS, tipShareBps: 10_001 }, AT_PAR, 0))).toBe(
      'PROFIT_TIP_SHARE_OUT_OF_RANGE',
    );
    const dear = new RouteCosts({ ...COSTS, tipLamports: 2n ** 64n - 1n }, AT_PAR, 0);
    expect(codeOf(() => dear.profit(0n, 0n))).toBe('PROFIT_OUT_OF_RANGE');
  });

  it('is worth its lamports rounded down, and a loss is worth none', () => {
    expect(lamportsDown(10n, { numerator: 3n, denominator: 2n })).toBe(6n);
    expect(lamportsDown(0n, AT_PAR)).toBeUndefined();
    expect(lamportsDown(-5n, AT_PAR)).toBeUndefined();
  });

  it('agrees with the definition written out apart from it', () => {
    const small = fc.bigInt({ min: 1n, max: 1_000_000n });
    const property = fc.property(small, small, small, small, fc.nat({ max: 10_000 }), (paid, got, up, down, share) => {
      const costs = { ...COSTS, tipShareBps: share, maxTipLamports: up };
      const { net } = new RouteCosts(costs, { numerator: up, denominator: down }, 70_000).profit(paid, got);
      expect(net).toBe(netProfit(got - paid, 70_000, costs, [up, down]));
    });
    fc.assert(property, { numRuns: 500 });
  });
});
