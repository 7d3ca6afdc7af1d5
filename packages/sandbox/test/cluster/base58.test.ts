import { getBase58Decoder, getBase58Encoder } from '@solana/kit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeBase58, encodeBase58 } from '../../src/cluster/base58.js';

describe('base58', () => {
  it('agrees with @solana/kit on any bytes, leading zeros included', () => {
    const bytes = fc
      .tuple(fc.nat(4), fc.uint8Array({ maxLength: 70 }))
      .map(([zeros, rest]) => Uint8Array.from([...new Uint8Array(zeros), ...rest]));
    fc.assert(
      fc.property(bytes, (value) => {
        const text = encodeBase58(value);
        expect(text).toBe(getBase58Decoder().decode(value));
        expect(decodeBase58(text)).toEqual(value);
        expect(new Uint8Array(getBase58Encoder().encode(text))).toEqual(value);
      }),
    );
  });

  it.each(['0', 'O', 'I', 'l', 'abc!', 'ä', ' '])('refuses the text %j', (text) => {
    expect(decodeBase58(text)).toBeUndefined();
  });
});
