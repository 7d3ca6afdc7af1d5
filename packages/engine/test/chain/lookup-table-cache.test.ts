import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAddress } from '../../src/chain/base58.js';
import { decodeLookupTable, LookupTableCache, usableAt } from '../../src/chain/lookup-table-cache.js';
import { EngineError } from '../../src/errors/engine-error.js';
import type { AccountSnapshot } from '../../src/ports/chain-reader.js';

const PROGRAM = decodeAddress('AddressLookupTab1e1111111111111111111111111');
const ACTIVE = (1n << 64n) - 1n;

interface Table {
  readonly count: number;
  readonly deactivationSlot?: bigint;
  readonly lastExtendedSlot?: bigint;
  readonly start?: number;
}

function account(table: Table, address = new Uint8Array(32).fill(5)): AccountSnapshot {
  const data = Buffer.alloc(56 + 32 * table.count);
  data.writeUInt32LE(1, 0);
  data.writeBigUInt64LE(table.deactivationSlot ?? ACTIVE, 4);
  data.writeBigUInt64LE(table.lastExtendedSlot ?? 0n, 12);
  data.writeUInt8(table.start ?? 0, 20);
  for (let index = 0; index < table.count; index += 1) data.fill(index + 1, 56 + 32 * index, 88 + 32 * index);
  return { address, owner: PROGRAM, lamports: 1n, slot: 1n, data };
}

describe('a lookup table', () => {
  it('gives all addresses in a slot after its last extension', () => {
    const usable = usableAt(decodeLookupTable(account({ count: 3, lastExtendedSlot: 10n, start: 1 })), 11n);
    expect(usable?.addresses.map((address) => address[0])).toEqual([1, 2, 3]);
  });

  it('hides what was appended in the same slot', () => {
    const usable = usableAt(decodeLookupTable(account({ count: 3, lastExtendedSlot: 10n, start: 1 })), 10n);
    expect(usable?.addresses.map((address) => address[0])).toEqual([1]);
  });

  it('is of no use in the slot it was created in, nor while it is being deactivated', () => {
    expect(usableAt(decodeLookupTable(account({ count: 2, lastExtendedSlot: 10n, start: 0 })), 10n)).toBeNull();
    expect(usableAt(decodeLookupTable(account({ count: 2, deactivationSlot: 9n })), 11n)).toBeNull();
  });

  const broken: [string, (good: AccountSnapshot) => AccountSnapshot, string][] = [
    ['a foreign owner', (good) => ({ ...good, owner: new Uint8Array(32) }), 'another program'],
    ['a short header', (good) => ({ ...good, data: good.data.slice(0, 55) }), 'fewer than its header'],
    ['half an address', (good) => ({ ...good, data: good.data.slice(0, 56 + 40) }), 'cut off'],
    ['no initialisation', (good) => ({ ...good, data: new Uint8Array(56) }), 'not initialised'],
    ['an extension beyond the end', () => account({ count: 1, start: 2 }), 'beyond its end'],
    ['257 addresses', () => account({ count: 257 }), '257 addresses'],
  ];
  it.each(broken)('with %s is refused', (_name, spoil, words) => {
    const spoilt = spoil(account({ count: 3 }));
    expect(() => decodeLookupTable(spoilt)).toThrow(
      expect.objectContaining({
        code: 'CHAIN_LOOKUP_TABLE_INVALID',
        message: expect.stringContaining(words) as string,
      }) as Error,
    );
  });

  it('of any bytes is decoded or refused with a code', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
        try {
          expect(decodeLookupTable({ address: PROGRAM, owner: PROGRAM, data }).addresses.length).toBe(
            (data.length - 56) / 32,
          );
        } catch (error) {
          expect(error).toBeInstanceOf(EngineError);
        }
      }),
    );
  });
});

describe('LookupTableCache', () => {
  const [one, two] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const chain = new Map<number, AccountSnapshot>([[1, account({ count: 2 }, one)]]);
  const reader = {
    getAccounts: async (addresses: readonly Uint8Array[]) =>
      addresses.map((address) => chain.get(address[0] ?? 0) ?? null),
  };

  it('takes all tables or none, and names the missing one', async () => {
    const cache = new LookupTableCache({ reader, commitment: 'confirmed' });
    await expect(cache.load([one, two])).rejects.toMatchObject({ code: 'CHAIN_LOOKUP_TABLE_NOT_FOUND' });
    expect(cache.usable(5n)).toEqual([]);
    await cache.load([one]);
    expect(cache.usable(5n)).toMatchObject([{ address: one }]);
  });
});
