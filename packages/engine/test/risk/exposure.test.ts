import { describe, expect, it } from 'vitest';
import { BalanceTracker } from '../../src/validate/balance-tracker.js';
import { SOL, sampleOpportunity, USD } from '../strategy/sample-opportunity.js';
import { exposureOf } from './risk-parts.js';

/** The sample puts 1,000,000 lamports in, which buy 200,000 of USD. */
const trade = (id: string) => sampleOpportunity({ id });
const usdBase = { ...sampleOpportunity().base, mint: USD, lamportPriceNumerator: 3n, lamportPriceDenominator: 10n };

describe('Exposure', () => {
  it('counts the inputs in flight in lamports, rounded up, and frees them at the verdict', () => {
    const { exposure } = exposureOf({ maxExposureLamports: 1_000_004n });
    expect(exposure.check(trade('a')).kind).toBe('passed');
    exposure.enter(trade('a'));
    // 1 unit is 3 1/3 lamports.
    const one = sampleOpportunity({ id: 'b', base: usdBase, amountIn: 1n });
    expect(exposure.check(one).kind).toBe('passed');
    exposure.enter(one);
    expect(exposure.status()).toMatchObject({ inFlightLamports: 1_000_004n });
    expect([...exposure.status().byBaseMint]).toEqual([
      [SOL, 1_000_000n],
      [USD, 1n],
    ]);
    expect(exposure.check(one)).toMatchObject({
      reason: 'RISK_EXPOSURE_EXCEEDED',
      details: { lamports: '1000008', maxExposureLamports: '1000004' },
    });
    exposure.leave('a');
    expect(exposure.check(one).kind).toBe('passed');
  });

  it('counts what trades left in other mints at the price of the last trade', () => {
    const { exposure, inventory } = exposureOf({ maxExposureLamports: 1_500_000n, maxInventoryLamports: 600_000n });
    inventory.record({ [USD]: 100_001n });
    expect(inventory.entry(USD).lamports).toBeUndefined();
    exposure.enter(trade('a'));
    exposure.leave('a');
    expect(inventory.list()).toEqual([{ mint: USD, amount: 100_001n, lamports: 500_005n }]);
    expect(exposure.check(trade('b'))).toMatchObject({ reason: 'RISK_EXPOSURE_EXCEEDED' });
    inventory.record({ [USD]: -1n });
    expect(exposure.check(trade('b')).kind).toBe('passed');
  });

  it('refuses to go through a mint of which too much was left, and only through that', () => {
    const { exposure, inventory } = exposureOf({ maxInventoryLamports: 500_000n });
    exposure.enter(trade('a'));
    inventory.record({ [USD]: 100_001n });
    expect(exposure.check(trade('b'))).toMatchObject({
      reason: 'RISK_INVENTORY_EXCEEDED',
      details: { mint: USD, lamports: '500005', maxInventoryLamports: '500000' },
    });
    const [first, last] = sampleOpportunity().legs;
    const legs = [
      { ...first!, mintOut: 'Other' },
      { ...last!, mintIn: 'Other' },
    ];
    expect(exposure.check(sampleOpportunity({ legs })).kind).toBe('passed');
  });

  it('counts no more than the wallet holds, and takes what was spent of older holdings for no debt', () => {
    const balances = new BalanceTracker();
    const { inventory } = exposureOf({}, balances);
    inventory.record({ [USD]: -5n });
    inventory.record({ [USD]: 50n });
    expect(inventory.entry(USD).amount).toBe(50n);
    balances.setToken(USD, 20n, 1n);
    expect(inventory.entry(USD).amount).toBe(20n);
  });
});
