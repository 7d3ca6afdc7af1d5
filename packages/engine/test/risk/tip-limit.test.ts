import { describe, expect, it } from 'vitest';
import { TipLimit } from '../../src/risk/tip-limit.js';
import type { Opportunity } from '../../src/strategy/opportunity.js';
import { sampleOpportunity } from '../strategy/sample-opportunity.js';

function tipping(tipLamports: bigint, id = `tips ${tipLamports}`): Opportunity {
  const sample = sampleOpportunity({ id });
  return { ...sample, profit: { ...sample.profit, tipLamports } };
}

function limit(requiredLamports = 0n): TipLimit {
  return new TipLimit({ maxTipLamports: 10_000n, tipBudgetLamports: 25_000n, requiredLamports });
}

const reasonOf = (tips: TipLimit, lamports: bigint) => {
  const result = tips.check(tipping(lamports));
  return result.kind === 'refusal' ? result.reason : 'passed';
};

describe('TipLimit', () => {
  it('refuses a tip above the cap', () => {
    expect(reasonOf(limit(), 10_000n)).toBe('passed');
    expect(reasonOf(limit(), 10_001n)).toBe('RISK_TIP_EXCEEDED');
  });

  it('counts what was paid and the worst case in flight, and gives back what was not paid', () => {
    const tips = limit();
    const [first, second, third] = [tipping(10_000n, '1'), tipping(9_000n, '2'), tipping(6_000n, '3')];
    tips.claim(first);
    tips.claim(second);
    expect(tips.mostLamports()).toBe(6_000n);
    expect(tips.check(tipping(6_001n))).toMatchObject({
      reason: 'RISK_TIP_BUDGET_EXCEEDED',
      details: { needed: '6001', left: '6000', tipBudgetLamports: '25000' },
    });
    tips.recordPaid(first);
    tips.release(first);
    expect(tips.mostLamports()).toBe(6_000n);
    tips.release(second);
    expect(tips.mostLamports()).toBe(10_000n);
    tips.claim(third);
    tips.recordPaid(third);
    expect(tips.mostLamports()).toBe(9_000n);
  });

  it('refuses a trade that needs a tip when the budget is spent, and lets one pass that needs none', () => {
    const spent = (tips: TipLimit) => {
      for (const id of ['1', '2', '3']) {
        const paid = tipping(8_000n, id);
        tips.claim(paid);
        tips.recordPaid(paid);
      }
      return tips;
    };
    expect(spent(limit(1_001n)).mostLamports()).toBe(1_000n);
    expect(reasonOf(spent(limit(1_001n)), 1_000n)).toBe('RISK_TIP_BUDGET_EXCEEDED');
    expect(reasonOf(spent(limit()), 0n)).toBe('passed');
    expect(reasonOf(spent(limit()), 1_000n)).toBe('passed');
  });

  it('refuses a trade without the tip that every road demands', () => {
    expect(reasonOf(limit(1_000n), 999n)).toBe('RISK_TIP_MISSING');
    expect(reasonOf(limit(1_000n), 1_000n)).toBe('passed');
  });
});
