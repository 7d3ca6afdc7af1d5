import { beforeEach, describe, expect, it } from 'vitest';
import { RateBudget } from '../../src/chain/rate-budget.js';
import { ManualClock } from '../../src/testing/index.js';

let clock: ManualClock;
beforeEach(() => {
  clock = new ManualClock();
});

const takes = (budget: RateBudget, count: number) => Array.from({ length: count }, () => budget.take());

describe('RateBudget', () => {
  it('holds one second of requests and refills as time passes, never above that', async () => {
    const budget = new RateBudget(clock, 2);
    expect(takes(budget, 3)).toEqual([true, true, false]);
    await clock.advance(499);
    expect(budget.take()).toBe(false);
    await clock.advance(1);
    expect(takes(budget, 2)).toEqual([true, false]);
    await clock.advance(60_000);
    expect(takes(budget, 3)).toEqual([true, true, false]);
  });

  it('allows nothing for as long as the server asked, and loses nothing by being asked meanwhile', async () => {
    const budget = new RateBudget(clock, 1);
    budget.close(2_000);
    await clock.advance(1_999);
    expect(budget.take()).toBe(false);
    budget.close(500);
    await clock.advance(500);
    expect(takes(budget, 2)).toEqual([true, false]);
  });
});
