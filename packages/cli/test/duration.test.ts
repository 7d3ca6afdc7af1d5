import { describe, expect, test } from 'vitest';
import { parseDurationMs } from '../src/duration.js';

describe('durations', () => {
  test.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['0s', 0],
  ])('reads %s as %d ms', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  test.each(['', '90', 's', '-1s', '1.5s', '1d', '1 s', '9999999999s'])(
    'refuses %j with a code and what to write',
    (text) => {
      expect(() => parseDurationMs(text)).toThrow(
        expect.objectContaining({ code: 'CLI_DURATION_INVALID', action: expect.stringContaining('90s') }),
      );
    },
  );
});
