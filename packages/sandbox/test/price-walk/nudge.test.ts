import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inputForMove, planNudge } from '../../src/market/nudge.js';
import { SeededStream } from '../../src/seed/seeded-stream.js';

const ONE = 1n << 64n;
const ppm = (price: bigint, base: bigint): number => Number(((price - base) * 1_000_000n) / base);

describe('planNudge', () => {
  it('opens a gap of 1 % to 3 % beside the sibling, on both sides', () => {
    const random = new SeededStream(1, 'nudge');
    const gaps = Array.from({ length: 500 }, () =>
      ppm(planNudge({ poolX64: ONE, siblingX64: ONE, referenceX64: ONE }, random), ONE),
    );
    for (const gap of gaps) {
      expect(Math.abs(gap)).toBeGreaterThanOrEqual(9_999);
      expect(Math.abs(gap)).toBeLessThanOrEqual(30_001);
    }
    const rises = gaps.filter((gap) => gap > 0).length;
    expect(rises).toBeGreaterThan(150);
    expect(rises).toBeLessThan(350);
  });

  it.each([
    ['above', 1_035_000n, -1],
    ['below', 965_000n, 1],
  ])('always turns back toward the reference from 3.5 percent %s it', (_, sibling, sign) => {
    const random = new SeededStream(2, 'nudge');
    const siblingX64 = (ONE * sibling) / 1_000_000n;
    for (let i = 0; i < 200; i += 1) {
      const target = planNudge({ poolX64: siblingX64, siblingX64, referenceX64: ONE }, random);
      expect(Math.sign(ppm(target, siblingX64))).toBe(sign);
    }
  });

  it('moves no price further than 6 % at once, however far its sibling is', () => {
    const random = new SeededStream(3, 'nudge');
    const up = planNudge({ poolX64: ONE, siblingX64: 2n * ONE, referenceX64: 2n * ONE }, random);
    const down = planNudge({ poolX64: ONE, siblingX64: ONE / 2n, referenceX64: ONE }, random);
    expect(up).toBe((ONE * 1_060_000n) / 1_000_000n);
    expect(down).toBe((ONE * 940_000n) / 1_000_000n);
  });
});

describe('inputForMove', () => {
  it('moves a constant-product pool to the target within a millionth', () => {
    const reserve = fc.bigInt({ min: 10n ** 9n, max: 10n ** 16n });
    fc.assert(
      fc.property(reserve, reserve, fc.integer({ min: -60_000, max: 60_000 }), (input, output, movePpm) => {
        const from = (output << 64n) / input;
        const to = (from * BigInt(1_000_000 - Math.abs(movePpm))) / 1_000_000n;
        if (from === 0n || to === 0n || movePpm === 0) return;
        const amountIn = inputForMove(input, from, to);
        const after = (((input * output) / (input + amountIn)) << 64n) / (input + amountIn);
        expect(Math.abs(ppm(after, to))).toBeLessThanOrEqual(2);
      }),
    );
  });

  it('needs nothing to stay where it is', () => {
    expect(inputForMove(10n ** 12n, ONE, ONE)).toBe(0n);
  });
});
