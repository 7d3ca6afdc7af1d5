import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlippageProtector } from '../../src/execute/slippage-protector.js';
import { sampleOpportunity } from '../strategy/sample-opportunity.js';

describe('SlippageProtector', () => {
  it('asks of the first leg exactly what the second pays in', () => {
    expect(new SlippageProtector(150).limits(sampleOpportunity())[0]).toEqual({
      amountIn: 1_000_000n,
      minimumOut: 200_000n,
    });
  });

  it('asks of the last leg the input, every cost and the smallest profit', () => {
    expect(new SlippageProtector(10_000).limits(sampleOpportunity())[1]).toEqual({
      amountIn: 200_000n,
      minimumOut: 1_016_000n,
    });
  });

  it('tightens the last limit by the slippage tolerance, rounded up', () => {
    const opportunity = sampleOpportunity();
    const legs = opportunity.legs.map((leg, index) => (index === 1 ? { ...leg, amountOut: 1_050_001n } : leg));
    expect(new SlippageProtector(150).limits({ ...opportunity, legs })[1]?.minimumOut).toBe(1_034_251n);
  });

  it('never lets the chain accept a loss, whatever the amounts and the tolerance', () => {
    const amount = fc.bigInt({ min: 1n, max: 1n << 60n });
    fc.assert(
      fc.property(
        amount,
        amount,
        amount,
        fc.integer({ min: 0, max: 200 }),
        (amountIn, amountOut, cost, toleranceBps) => {
          const sample = sampleOpportunity();
          const last = new SlippageProtector(toleranceBps)
            .limits({
              ...sample,
              amountIn,
              profit: { ...sample.profit, cost },
              legs: sample.legs.map((leg) => ({ ...leg, amountOut })),
            })
            .at(-1);
          expect(last!.minimumOut - amountIn - cost).toBeGreaterThanOrEqual(sample.base.minNetProfit);
        },
      ),
    );
  });
});
