import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type SizeChange, SizeScaler } from '../../src/risk/size-scaler.js';

const SETTINGS = { startLamports: 10n, maxLamports: 75n, scaleUpAfterProfits: 3 };

let changes: SizeChange[];
let scaler: SizeScaler;

beforeEach(() => {
  changes = [];
  scaler = new SizeScaler(SETTINGS, (change) => changes.push(change));
});

function earn(...results: readonly bigint[]): void {
  for (const result of results) scaler.recordExecuted(result);
}

describe('the size scaler', () => {
  it('starts at the start amount and doubles after so many profits in a row', () => {
    expect(scaler.capLamports).toBe(10n);
    earn(1n, 1n);
    expect(scaler.capLamports).toBe(10n);
    earn(1n);
    expect(scaler.capLamports).toBe(20n);
    earn(1n, 1n, 1n);
    expect(changes).toEqual([
      { fromLamports: 10n, toLamports: 20n, cause: 'profits' },
      { fromLamports: 20n, toLamports: 40n, cause: 'profits' },
    ]);
  });

  it('never passes the maximum, and says nothing where nothing changes', () => {
    for (let times = 0; times < 5; times += 1) earn(1n, 1n, 1n);
    expect(scaler.capLamports).toBe(75n);
    expect(changes).toHaveLength(3);
    expect(changes.at(-1)).toEqual({ fromLamports: 40n, toLamports: 75n, cause: 'profits' });
  });

  it('halves after a loss, rounded down, and never falls below the start', () => {
    for (let times = 0; times < 3; times += 1) earn(1n, 1n, 1n);
    expect(scaler.capLamports).toBe(75n);
    earn(-1n);
    expect(scaler.capLamports).toBe(37n);
    earn(-1n, -1n, -1n);
    expect(scaler.capLamports).toBe(10n);
    expect(changes.slice(3).map(({ toLamports, cause }) => [toLamports, cause])).toEqual([
      [37n, 'loss'],
      [18n, 'loss'],
      [10n, 'loss'],
    ]);
  });

  it.each([
    ['a loss', () => earn(-1n)],
    ['a trade that came out even', () => earn(0n)],
    ['a miss that landed', () => scaler.recordMissed(5_000n)],
  ])('counts profits anew after %s', (_name, interrupt) => {
    earn(1n, 1n);
    interrupt();
    earn(1n, 1n);
    expect(scaler.capLamports).toBe(10n);
    earn(1n);
    expect(scaler.capLamports).toBe(20n);
  });

  it('goes on counting after a miss that never landed', () => {
    earn(1n, 1n);
    scaler.recordMissed(0n);
    earn(1n);
    expect(scaler.capLamports).toBe(20n);
  });

  it('scales the bounds of every base mint alike, rounded down', () => {
    expect(scaler.scaled(75n)).toBe(10n);
    expect(scaler.scaled(1_000n)).toBe(133n);
    expect(scaler.scaled(7n)).toBe(0n);
    expect(scaler.scaled(2n ** 64n - 1n)).toBe(((2n ** 64n - 1n) * 10n) / 75n);
  });

  it('scales nothing where it starts at the maximum', () => {
    scaler = new SizeScaler({ ...SETTINGS, startLamports: 75n }, (change) => changes.push(change));
    earn(1n, 1n, 1n, -5n);
    expect(scaler.scaled(123n)).toBe(123n);
    expect(changes).toEqual([]);
  });

  it('stays between start and maximum whatever happens', () => {
    const result = fc.oneof(fc.bigInt({ min: -3n, max: 3n }), fc.constant('miss' as const));
    const property = fc.property(fc.array(result, { maxLength: 60 }), (results) => {
      const fresh = new SizeScaler(SETTINGS, () => undefined);
      for (const each of results) {
        if (each === 'miss') fresh.recordMissed(1n);
        else fresh.recordExecuted(each);
        expect(fresh.capLamports >= 10n && fresh.capLamports <= 75n).toBe(true);
      }
    });
    fc.assert(property, { numRuns: 300 });
  });
});
