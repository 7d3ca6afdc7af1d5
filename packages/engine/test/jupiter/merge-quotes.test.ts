import type { QuoteResponse } from '@jup-ag/api';
import { describe, expect, it } from 'vitest';
import { mergeQuotes } from '../../src/jupiter/merge-quotes.js';
import { readQuote } from '../../src/jupiter/read-quote.js';
import type { SwapQuote } from '../../src/ports/index.js';
import { BONK, planStep, POOLS, quoteBody, request, type SampleStep, SOL, USD } from './sample-answers.js';

const OTHER = POOLS[3];

function leg(from: string, to: string, steps: readonly SampleStep[], change: Record<string, unknown> = {}): SwapQuote {
  const routePlan = steps.map((step) => planStep({ from, to, ...step }));
  const body = quoteBody({ inputMint: from, outputMint: to, inAmount: '100', outAmount: '200', routePlan, ...change });
  const asked = { ...request, inputMint: from, outputMint: to, amountIn: 100n };
  return readQuote(body, asked, { endpoint: 'test', requestId: undefined });
}

const there = (...steps: SampleStep[]) => leg(SOL, USD, steps.length === 0 ? [{}] : steps);
const back = (...steps: SampleStep[]) => leg(USD, SOL, steps.length === 0 ? [{ pool: POOLS[1] }] : steps);

describe('merging two quotes', () => {
  it('gives one plan from the start mint to itself that must end above our minimum', () => {
    const merged = mergeQuotes(there(), back(), 12_345_678_901_234_567_890n);
    expect(merged).toMatchObject({
      inputMint: SOL,
      outputMint: SOL,
      amountIn: 100n,
      amountOut: 200n,
      priceImpact: '0',
    });
    expect(merged.steps.map(({ pool }) => pool)).toEqual([POOLS[0], POOLS[1]]);
    const raw = merged.raw as QuoteResponse;
    expect(raw).toMatchObject({
      inputMint: SOL,
      outputMint: SOL,
      inAmount: '100',
      outAmount: '12345678901234567890',
      otherAmountThreshold: '12345678901234567890',
      slippageBps: 0,
      priceImpactPct: '0',
    });
    expect(raw.routePlan.map((step) => step.swapInfo.ammKey)).toEqual([POOLS[0], POOLS[1]]);
  });

  it('is as old as the older quote', () => {
    const younger = leg(USD, SOL, [{ pool: POOLS[1] }], { contextSlot: 311_000_009 });
    expect(mergeQuotes(there(), younger, 1n).contextSlot).toBe(311_000_000n);
    expect(mergeQuotes({ ...there(), contextSlot: null }, younger, 1n).contextSlot).toBeNull();
  });

  it('takes a leg through a third mint, and one that is split', () => {
    const inner = there({ to: BONK }, { pool: POOLS[2], from: BONK });
    const split = back({ pool: POOLS[1], percent: 40 }, { pool: OTHER, percent: 60 });
    expect(mergeQuotes(inner, split, 1n).steps.length).toBe(4);
  });

  it.each<[string, () => [SwapQuote, SwapQuote], string]>([
    ['legs that do not meet', () => [there(), leg(BONK, SOL, [{ pool: POOLS[1] }])], 'no circle'],
    ['a way that does not lead back', () => [there(), leg(USD, BONK, [{ pool: POOLS[1] }])], 'no circle'],
    ['a pool in both legs', () => [there(), back({ pool: POOLS[0] })], 'share a pool'],
    [
      'the start mint inside leg 2',
      () => [there(), back({ pool: POOLS[1] }, { pool: POOLS[2], from: SOL, to: BONK }, { pool: OTHER, from: BONK })],
      'start mint',
    ],
    ['the start mint inside leg 1', () => [there({ to: SOL }, { pool: POOLS[2] }), back()], 'start mint'],
    [
      'the middle mint inside leg 1',
      () => [there({}, { pool: POOLS[2], from: USD, to: BONK }, { pool: OTHER, from: BONK }), back()],
      'middle mint',
    ],
    [
      'a third mint in both legs',
      () => [
        there({ to: BONK }, { pool: POOLS[2], from: BONK }),
        back({ pool: POOLS[1], to: BONK }, { pool: OTHER, from: BONK }),
      ],
      'same mint',
    ],
    ['shares below the whole', () => [there({ percent: 60 }, { pool: POOLS[2], percent: 30 }), back()], 'add up'],
    ['shares above the whole', () => [there({ percent: 60 }, { pool: POOLS[2], percent: 60 }), back()], 'add up'],
    ['a share of nothing', () => [there({}, { pool: POOLS[2], percent: 0 }), back()], 'add up'],
    [
      'a third mint that is spent in part',
      () => [there({ to: BONK }, { from: BONK, pool: POOLS[2], percent: 50 }), back()],
      'add up',
    ],
    [
      'a mint that is spent before it is there',
      () => [there({ from: BONK }, { pool: POOLS[2], to: BONK }), back()],
      'add up',
    ],
    [
      'plans of different versions',
      () => [there(), leg(USD, SOL, [{ pool: POOLS[1], percent: null, bps: 10_000 }])],
      'different versions',
    ],
    [
      'instructions of different versions',
      () => [there(), leg(USD, SOL, [{ pool: POOLS[1] }], { instructionVersion: 'V2' })],
      'different versions',
    ],
  ])('refuses %s', (_what, quotes, reason) => {
    const [first, second] = quotes();
    expect(() => mergeQuotes(first, second, 1n)).toThrow(
      expect.objectContaining({
        code: 'JUPITER_ROUTE_UNSUPPORTED',
        context: expect.objectContaining({ reason: expect.stringContaining(reason) }),
      }),
    );
  });
});
