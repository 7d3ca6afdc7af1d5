import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLosslessJson } from '../../src/chain/lossless-json.js';

/** Writes JSON with integers of any length, and what is expected back: digits as text from 16 digits on. */
const value: fc.Memo<{ json: string; expected: unknown }> = fc.memo((depth) =>
  depth <= 1
    ? fc.oneof(scalar, bigInteger)
    : fc.oneof(
        scalar,
        bigInteger,
        fc.array(value(depth - 1), { maxLength: 4 }).map((items) => ({
          json: `[ ${items.map((item) => item.json).join(' ,')}]`,
          expected: items.map((item) => item.expected),
        })),
        fc
          .dictionary(
            fc.string().filter((key) => key !== '__proto__'),
            value(depth - 1),
            { maxKeys: 4 },
          )
          .map((entries) => ({
            json: `{${Object.entries(entries)
              .map(([key, item]) => `${JSON.stringify(key)} : ${item.json}`)
              .join(',\n')}}`,
            expected: Object.fromEntries(Object.entries(entries).map(([key, item]) => [key, item.expected])),
          })),
      ),
);
const hostileText = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom('"', '\\', '1', '9', ',', ':', '[', '-'), maxLength: 60 }),
  fc.constant('x:12345678901234567890,'),
);
const scalar = fc
  .oneof(
    hostileText,
    fc.boolean(),
    fc.constant(null),
    fc.integer(),
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .filter((number) => !Object.is(number, -0) && !/^-?\d{16,}$/.test(JSON.stringify(number))),
  )
  .map((expected) => ({ json: JSON.stringify(expected), expected: expected as unknown }));
const bigInteger = fc.bigInt({ min: -(1n << 130n), max: 1n << 130n }).map((integer) => {
  const json = integer.toString();
  return { json, expected: /^-?\d{16,}$/.test(json) ? json : Number(json) };
});

describe('parseLosslessJson', () => {
  it('keeps every digit of every integer and every character of every string', () => {
    fc.assert(
      fc.property(value(4), ({ json, expected }) => {
        expect(parseLosslessJson(json)).toEqual(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['{"lamports":18446744073709551615}', { lamports: '18446744073709551615' }],
    ['{"uiAmount":0.12345678901234567}', { uiAmount: Number('0.12345678901234567') }],
    ['{"n":1234567890123456e2}', { n: 123456789012345600 }],
    ['{"log":"moved 12345678901234567890, \\"ok\\\\"}', { log: 'moved 12345678901234567890, "ok\\' }],
    ['9007199254740993', '9007199254740993'],
    ['[-9007199254740993]', ['-9007199254740993']],
  ])('reads %s', (json, expected) => {
    expect(parseLosslessJson(json)).toEqual(expected);
  });

  it.each([
    '{"a":1234567890123456789',
    '{"a":"1234567890123456789',
    '1234567890123456789 1',
    '{"a":01234567890123456789}',
    '"\\',
  ])('refuses the broken %s', (json) => {
    expect(() => parseLosslessJson(json)).toThrow(SyntaxError);
  });

  it('reads an account of 10 MB without walking through it', () => {
    const json = `{"rentEpoch":18446744073709551615,"data":["${'QUJD'.repeat(2_500_000)}","base64"]}`;
    const started = performance.now();
    parseLosslessJson(json);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
