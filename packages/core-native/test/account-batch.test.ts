import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAccountBatch, encodeAccountBatch } from '../ts/account-batch.js';
import { CoreError } from '../ts/core-error.js';

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const accounts = fc.array(
  fc.record({
    address: bytes32,
    owner: bytes32,
    slot: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    data: fc.uint8Array({ maxLength: 300 }),
  }),
  { maxLength: 8 },
);

describe('an account batch', () => {
  it('reads back as it was, also from the middle of a larger buffer', () => {
    fc.assert(
      fc.property(accounts, fc.nat({ max: 9 }), (records, offset) => {
        const packed = encodeAccountBatch(records);
        expect(decodeAccountBatch(packed)).toEqual(records);
        const larger = new Uint8Array(packed.length + offset + 3).fill(255);
        larger.set(packed, offset);
        expect(decodeAccountBatch(larger.subarray(offset, offset + packed.length))).toEqual(records);
      }),
    );
  });

  it('is refused at every cut inside a record', () => {
    const record = { address: new Uint8Array(32), owner: new Uint8Array(32), slot: 5n, data: new Uint8Array(10) };
    const packed = encodeAccountBatch([record, record]);
    for (let length = 0; length < packed.length; length += 1) {
      const cut = packed.subarray(0, length);
      if (length === 0 || length === 86) expect(decodeAccountBatch(cut)).toHaveLength(length / 86);
      else expect(() => decodeAccountBatch(cut)).toThrow(CoreError);
    }
  });

  it('refuses an address or owner of another length, which would shift what follows', () => {
    const record = { address: new Uint8Array(32), owner: new Uint8Array(32), slot: 5n, data: new Uint8Array(1) };
    const invalid = expect.objectContaining({ code: 'STORE_BATCH_INVALID' });
    expect(() => encodeAccountBatch([{ ...record, address: new Uint8Array(31) }])).toThrow(invalid);
    expect(() => encodeAccountBatch([{ ...record, owner: new Uint8Array(33) }])).toThrow(invalid);
  });

  it('refuses a slot beyond 64 bits, which would wrap to one that makes every later update stale', () => {
    const record = { address: new Uint8Array(32), owner: new Uint8Array(32), data: new Uint8Array(1) };
    const invalid = expect.objectContaining({ code: 'STORE_BATCH_INVALID' });
    expect(() => encodeAccountBatch([{ ...record, slot: -1n }])).toThrow(invalid);
    expect(() => encodeAccountBatch([{ ...record, slot: 2n ** 64n }])).toThrow(invalid);
  });
});
