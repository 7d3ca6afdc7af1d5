import { AddressLookupTableAccount, PublicKey } from '@solana/web3.js';
import { describe, expect, it } from 'vitest';
import { addressText, LOOKUP_TABLE_PROGRAM } from '../../src/seed/addresses.js';
import { encodeLookupTable } from '../../src/seed/lookup-table.js';
import { seededBytes } from '../../src/seed/seeded-keys.js';

describe('encodeLookupTable', () => {
  it('gives a table that web3.js reads: active, frozen, with the entries in order', () => {
    const entries = Array.from({ length: 256 }, (_, index) => seededBytes(1, `entry/${index}`));
    const account = encodeLookupTable(seededBytes(1, 'table'), entries);
    expect(account.owner).toEqual(LOOKUP_TABLE_PROGRAM);
    const state = AddressLookupTableAccount.deserialize(account.data);
    expect(state.addresses.map(String)).toEqual(entries.map(addressText));
    expect(state.authority).toBeUndefined();
    expect(new AddressLookupTableAccount({ key: new PublicKey(account.address), state }).isActive()).toBe(true);
  });

  it('refuses more entries than a table can hold', () => {
    expect(() =>
      encodeLookupTable(
        seededBytes(1, 'table'),
        Array.from({ length: 257 }, () => new Uint8Array(32)),
      ),
    ).toThrow(RangeError);
  });
});
