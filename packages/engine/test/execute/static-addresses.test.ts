import {
  encodeInstructions,
  encodeLookupTables,
  loadCore,
  type LookupTable,
  transferLamportsInstruction,
} from '@tandem/core-native';
import { describe, expect, test } from 'vitest';
import { StaticAddresses } from '../../src/execute/static-addresses.js';

const address = (fill: number) => new Uint8Array(32).fill(fill);
const [WALLET, TIP, OTHER] = [address(1), address(2), address(3)];
const TABLE: LookupTable = { address: address(9), addresses: [address(4), TIP, OTHER] };

describe('an address that must stand in the message', () => {
  test('is gone from the table, and every other one keeps its index', () => {
    const { addresses } = new StaticAddresses([TIP]).hideFrom(TABLE);
    expect(addresses).toEqual([address(4), TABLE.address, OTHER]);
  });

  test('is compiled as a static key, where the same table would have taken it', () => {
    const { core } = loadCore();
    const packed = encodeInstructions(
      [TIP, OTHER].map((to) => transferLamportsInstruction({ from: WALLET, to, lamports: 1_000n })),
    );
    const holds = (table: LookupTable, key: Uint8Array) =>
      Buffer.from(core.compileMessage(WALLET, address(7), packed, encodeLookupTables([table]))).includes(
        Buffer.from(key),
      );
    expect(holds(TABLE, TIP)).toBe(false);
    const hidden = new StaticAddresses([TIP]).hideFrom(TABLE);
    expect([holds(hidden, TIP), holds(hidden, OTHER)]).toEqual([true, false]);
  });

  test('leaves tables alone where nothing has to stand there', () => {
    expect(new StaticAddresses([]).hideFrom(TABLE)).toBe(TABLE);
  });
});
