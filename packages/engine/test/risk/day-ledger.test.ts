import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DayLedger } from '../../src/risk/day-ledger.js';
import { HOUR_MS } from './risk-parts.js';

const MINUTE_MS = 60_000;
const all = (ledger: DayLedger, nowMs: number) => [
  ledger.netLamports(nowMs),
  ledger.lostLamports(nowMs),
  ledger.drawdownLamports(nowMs),
];

it('adds up losses without the gains, and measures the fall from the highest point', () => {
  const ledger = new DayLedger();
  for (const net of [-10n, 100n, -30n, 20n, -50n]) ledger.book(0, net);
  expect(all(ledger, 0)).toEqual([30n, 90n, 60n]);
});

it('lets a loss go when its minute is a whole day back, and not before, however much was won since', () => {
  const ledger = new DayLedger();
  ledger.book(0, -70n);
  ledger.book(HOUR_MS, 1_000n);
  expect(ledger.lostLamports(24 * HOUR_MS + MINUTE_MS - 1)).toBe(70n);
  expect(all(ledger, 24 * HOUR_MS + MINUTE_MS)).toEqual([1_000n, 0n, 0n]);
});

it('books what is dated back with the newest entry: a clock that was set back renews nothing', () => {
  const ledger = new DayLedger();
  ledger.book(10 * HOUR_MS, -1n);
  ledger.book(0, -2n);
  expect(ledger.lostLamports(24 * HOUR_MS + 2 * MINUTE_MS)).toBe(3n);
});

it('says the same as a list of all results of the day', () => {
  const entry = fc.record({
    afterMs: fc.integer({ min: 0, max: 3 * HOUR_MS }),
    net: fc.bigInt({ min: -1_000n, max: 1_000n }),
  });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 60 }), (entries) => {
      const ledger = new DayLedger();
      const list: { minute: number; net: bigint }[] = [];
      let nowMs = 0;
      for (const { afterMs, net } of entries) {
        nowMs += afterMs;
        ledger.book(nowMs, net);
        list.push({ minute: Math.floor(nowMs / MINUTE_MS), net });
      }
      const kept = list.filter(({ minute }) => minute >= Math.floor(nowMs / MINUTE_MS) - 24 * 60);
      let [sum, peak, lost] = [0n, 0n, 0n];
      for (const { net } of kept) {
        sum += net;
        if (sum > peak) peak = sum;
        if (net < 0n) lost -= net;
      }
      expect(all(ledger, nowMs)).toEqual([sum, lost, peak - sum]);
    }),
    { numRuns: 500 },
  );
});
