import { expect, it } from 'vitest';
import { decodeAddress } from '../../../src/chain/base58.js';
import { RouterTables } from '../../../src/execute/route-planner/router-tables.js';
import type { AccountSnapshot } from '../../../src/ports/index.js';
import { stranger } from '../../jupiter/router-answers.js';

const TABLE_PROGRAM = decodeAddress('AddressLookupTab1e1111111111111111111111111');

/** A lookup table's account with these addresses, extended in slot 10. */
function table(address: Uint8Array, addresses: readonly Uint8Array[], deactivated = (1n << 64n) - 1n): AccountSnapshot {
  const data = Buffer.alloc(56 + 32 * addresses.length);
  data.writeUInt32LE(1, 0);
  data.writeBigUInt64LE(deactivated, 4);
  data.writeBigUInt64LE(10n, 12);
  addresses.forEach((entry, index) => data.set(entry, 56 + 32 * index));
  return { address, owner: TABLE_PROGRAM, lamports: 1n, slot: 20n, data: new Uint8Array(data) };
}

function create(accounts: readonly AccountSnapshot[]) {
  const reads: Uint8Array[][] = [];
  const tables = new RouterTables({
    getAccounts: async (addresses) => {
      reads.push([...addresses]);
      return addresses.map((address) => accounts.find((one) => Buffer.compare(one.address, address) === 0) ?? null);
    },
  });
  return { tables, reads };
}

it('reads a table once, gives it once, and leaves out what is none', async () => {
  const good = table(stranger(1), [stranger(5)]);
  const closing = table(stranger(2), [stranger(5)], 15n);
  const foreign = { ...table(stranger(3), [stranger(5)]), owner: stranger(9) };
  const { tables, reads } = create([good, closing, foreign]);
  const asked = [stranger(1), stranger(1), stranger(2), stranger(3), stranger(4)];
  const loaded = await tables.load(asked, 20n);
  expect(loaded).toEqual([{ address: stranger(1), addresses: [stranger(5)] }]);
  expect(await tables.load(asked, 21n)).toEqual(loaded);
  expect(reads).toEqual([[stranger(1), stranger(2), stranger(3), stranger(4)]]);
});

it('reads a table again when it was forgotten or has become old', async () => {
  const { tables, reads } = create([table(stranger(1), [stranger(5)])]);
  const loaded = await tables.load([stranger(1)], 20n);
  tables.forget(loaded);
  await tables.load([stranger(1)], 20n);
  await tables.load([stranger(1)], 9_020n);
  expect(reads).toHaveLength(2);
  await tables.load([stranger(1)], 9_021n);
  expect(reads).toHaveLength(3);
});

it('reads no more tables of an answer than a route needs, and remembers a bounded number', async () => {
  const { tables, reads } = create([]);
  const address = (number: number) => {
    const bytes = new Uint8Array(32).fill(1);
    new DataView(bytes.buffer).setUint32(0, number);
    return bytes;
  };
  await tables.load(
    Array.from({ length: 100 }, (_, index) => address(index)),
    20n,
  );
  expect(reads[0]).toHaveLength(32);
  for (let batch = 1; batch <= 16; batch += 1)
    await tables.load(
      Array.from({ length: 32 }, (_, index) => address(1_000 * batch + index)),
      20n,
    );
  await tables.load([address(0)], 20n);
  expect(reads.at(-1)).toEqual([address(0)]);
});
