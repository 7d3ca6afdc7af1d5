import { describe, expect, it } from 'vitest';
import type { Pair } from '../../src/market/pair.js';
import { ReferencePrices } from '../../src/market/reference-prices.js';
import { seededBytes } from '../../src/seed/seeded-keys.js';
import { SeededStream } from '../../src/seed/seeded-stream.js';

const [a, b, c] = ['a', 'b', 'c'].map((label) => seededBytes(1, label)) as [Uint8Array, Uint8Array, Uint8Array];
const ONE = 1n << 64n;

function start(seed: number): { references: ReferencePrices; pairs: [Pair, Pair, Pair] } {
  const references = new ReferencePrices(new SeededStream(seed, 'drift'));
  const pairs: [Pair, Pair, Pair] = [
    { first: a, second: b, pools: [] },
    { first: b, second: c, pools: [] },
    { first: a, second: c, pools: [] },
  ];
  for (const pair of pairs) references.add(pair, ONE);
  return { references, pairs };
}

describe('ReferencePrices', () => {
  it('starts where the pairs start', () => {
    const { references, pairs } = start(1);
    expect(pairs.map((pair) => references.priceX64(pair))).toEqual([ONE, ONE, ONE]);
  });

  it('drifts, yet stays near its start over 300,000 steps', () => {
    const { references, pairs } = start(2);
    let furthest = 0;
    for (let step = 0; step < 300_000; step += 1) {
      references.drift();
      if (step % 1_000 !== 0) continue;
      furthest = Math.max(furthest, Math.abs(Number(references.priceX64(pairs[0])) / Number(ONE) - 1));
    }
    expect(furthest).toBeGreaterThan(0.02);
    expect(furthest).toBeLessThan(0.15);
  });

  it('keeps pairs consistent: two prices multiply to the third', () => {
    const { references, pairs } = start(3);
    for (let step = 0; step < 5_000; step += 1) references.drift();
    const [ab, bc, ac] = pairs.map((pair) => Number(references.priceX64(pair)) / Number(ONE)) as [
      number,
      number,
      number,
    ];
    expect(ab * bc).toBeCloseTo(ac, 9);
  });
});
