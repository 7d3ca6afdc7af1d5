import { describe, expect, it } from 'vitest';
import { SteadyTime } from '../../src/risk/steady-time.js';
import { TipLimit } from '../../src/risk/tip-limit.js';
import type { Opportunity } from '../../src/strategy/opportunity.js';
import { ManualClock } from '../../src/testing/index.js';
import { sampleOpportunity } from '../strategy/sample-opportunity.js';

function tipping(tipLamports: bigint, id = `tips ${tipLamports}`): Opportunity {
  const sample = sampleOpportunity({ id });
  return { ...sample, profit: { ...sample.profit, tipLamports } };
}

const START_MS = new ManualClock().nowMs();

function limit(requiredLamports = 0n, clock = new ManualClock()): TipLimit {
  const settings = { maxTipLamports: 10_000n, tipBudgetLamports: 25_000n, requiredLamports };
  return new TipLimit(settings, new SteadyTime(clock));
}

const paid = ({ id }: Opportunity, tipLamports = 0n) => ({ id, tipLamports, atMs: START_MS });

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
    tips.recordPaid(paid(first));
    tips.release(first);
    expect(tips.mostLamports()).toBe(6_000n);
    tips.release(second);
    expect(tips.mostLamports()).toBe(10_000n);
    tips.claim(third);
    tips.recordPaid(paid(third));
    expect(tips.mostLamports()).toBe(9_000n);
  });

  it('counts the tip that the chain shows where nothing was claimed, as of an earlier run, and more than was claimed', () => {
    const tips = limit();
    tips.recordPaid(paid(tipping(0n, 'of another run'), 12_000n));
    expect([tips.paidLamports(), tips.mostLamports()]).toEqual([12_000n, 10_000n]);
    tips.claim(tipping(5_000n, 'claimed'));
    tips.recordPaid(paid(tipping(5_000n, 'claimed'), 6_000n));
    expect(tips.mostLamports()).toBe(7_000n);
  });

  it('gives tips back a day after they were paid, and not before', async () => {
    const clock = new ManualClock();
    const tips = limit(0n, clock);
    tips.recordPaid(paid(tipping(0n, 'paid'), 20_000n));
    await clock.advance(24 * 3_600_000);
    expect(tips.mostLamports()).toBe(5_000n);
    await clock.advance(60_000);
    expect(tips.mostLamports()).toBe(10_000n);
  });

  it('refuses a trade that needs a tip when the budget is spent, and lets one pass that needs none', () => {
    const spent = (tips: TipLimit) => {
      for (const id of ['1', '2', '3']) {
        const trade = tipping(8_000n, id);
        tips.claim(trade);
        tips.recordPaid(paid(trade));
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
