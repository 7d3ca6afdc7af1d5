import { expect, it } from 'vitest';
import { PairCooldown } from '../../../src/execute/route-planner/pair-cooldown.js';
import { ManualClock } from '../../../src/testing/index.js';
import { sampleOpportunity } from '../../strategy/sample-opportunity.js';

const ONE = sampleOpportunity();
const OTHER = sampleOpportunity({ legs: ONE.legs.map((leg) => ({ ...leg, mintOut: 'Other' })) });

function cooldown() {
  const clock = new ManualClock();
  const pairs = new PairCooldown(clock, 3_000);
  const rests = () => [ONE, OTHER].map((opportunity) => pairs.check(opportunity) !== undefined);
  return { clock, pairs, rests };
}

it('rests the pair that was refused and no other, for as long as its requests cost', async () => {
  const { clock, pairs, rests } = cooldown();
  expect(rests()).toEqual([false, false]);
  pairs.recordRefused(ONE, 'PLAN_LIMIT_EXCEEDED');
  expect(rests()).toEqual([true, false]);
  expect(pairs.check(ONE)).toMatchObject({
    stage: 'plan',
    reason: 'PLAN_PAIR_RATE_EXCEEDED',
    details: { restsMs: 3_000 },
  });
  await clock.advance(2_999);
  expect(rests()).toEqual([true, false]);
  await clock.advance(1);
  expect(rests()).toEqual([false, false]);
});

it('rests longer where the router knows no route, and longest where it does not trade the token', async () => {
  const { clock, pairs, rests } = cooldown();
  pairs.recordRefused(ONE, 'JUPITER_ROUTE_NOT_FOUND');
  pairs.recordRefused(OTHER, 'JUPITER_TOKEN_UNSUPPORTED');
  await clock.advance(9_999);
  expect(rests()).toEqual([true, true]);
  await clock.advance(1);
  expect(rests()).toEqual([false, true]);
  await clock.advance(3_590_000);
  expect(rests()).toEqual([false, false]);
});

it('rests every pair when the router has had enough of us', async () => {
  const { clock, pairs, rests } = cooldown();
  pairs.recordRefused(ONE, 'JUPITER_RATE_LIMIT_EXCEEDED');
  expect(rests()).toEqual([true, true]);
  await clock.advance(2_000);
  expect(rests()).toEqual([true, false]);
});

it('forgets pairs whose rest is over before it forgets any other', async () => {
  const { clock, pairs } = cooldown();
  const pair = (number: number) =>
    sampleOpportunity({ legs: ONE.legs.map((leg) => ({ ...leg, mintOut: `M${number}` })) });
  for (let number = 0; number < 1_000; number += 1) pairs.recordRefused(pair(number), 'PLAN_LIMIT_EXCEEDED');
  await clock.advance(3_000);
  for (let number = 2_000; number < 3_024; number += 1) pairs.recordRefused(pair(number), 'PLAN_LIMIT_EXCEEDED');
  expect(pairs.check(pair(2_000))).toBeDefined();
  expect(pairs.check(pair(999))).toBeUndefined();
});
