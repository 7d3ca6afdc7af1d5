import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isoTimestamp, parseIsoTimestamp } from '../../src/journal/iso-timestamp.js';

it('gives the same text as the calendar of the platform, for any time from 1970 to 9999', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (ms) => {
      expect(isoTimestamp(ms)).toBe(new Date(ms).toISOString());
    }),
    { numRuns: 5_000 },
  );
});

it('knows leap days and the ends of years', () => {
  for (const text of [
    '1970-01-01T00:00:00.000Z',
    '2000-02-29T23:59:59.999Z',
    '2024-12-31T12:00:00.001Z',
    '2100-03-01T00:00:00.000Z',
  ]) {
    expect(isoTimestamp(Date.parse(text))).toBe(text);
  }
});

it('reads back every text it writes, and no other', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (ms) => {
      expect(parseIsoTimestamp(isoTimestamp(ms))).toBe(ms);
    }),
    { numRuns: 5_000 },
  );
  for (const text of ['', 'yesterday', '2026-01-01', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000+01:00'])
    expect(parseIsoTimestamp(text)).toBeUndefined();
});
