import { describe, expect, test } from 'vitest';
import { type PoolDescription, Venue } from '@tandem/core-native';
import { PoolAccounts } from '../../src/market/pool-accounts.js';

const address = (byte: number) => new Uint8Array(32).fill(byte);
const record = (byte: number, slot: bigint) => ({
  address: address(byte),
  owner: address(9),
  slot,
  data: new Uint8Array(),
});

/** Pool 0 depends on its own account, two vaults and a configuration that pool 1 shares. */
function tracked(): PoolAccounts {
  const watched = (pool: number) =>
    Uint8Array.from([10 + pool, 20 + pool, 30 + pool, 5].flatMap((byte) => [...address(byte)]));
  const accounts = new PoolAccounts(
    {
      watchedAccounts: (_store, pools) => watched(pools[0] ?? 0),
      describePools: () => [{ venue: Venue.RaydiumAmmV4 } as PoolDescription],
    },
    1,
  );
  accounts.track(Uint32Array.of(0, 1));
  return accounts;
}

describe('the accounts of pools', () => {
  test('know both reserves only up to the vault that was told of last', () => {
    const accounts = tracked();
    expect(accounts.reservesSlot(0)).toBe(0n);
    accounts.settle([record(20, 7n), record(30, 7n)], []);
    expect(accounts.reservesSlot(0)).toBe(7n);
    accounts.settle([record(20, 9n)], []);
    expect(accounts.reservesSlot(0)).toBe(7n);
    accounts.settle([record(30, 9n)], []);
    expect(accounts.reservesSlot(0)).toBe(9n);
    expect(accounts.reservesSlot(1)).toBe(0n);
  });

  test('do not take the pool itself, its configuration or an older slot for news of a vault', () => {
    const accounts = tracked();
    accounts.settle([record(20, 7n), record(30, 7n)], []);
    accounts.settle([record(10, 9n), record(5, 9n), record(20, 6n)], []);
    expect(accounts.reservesSlot(0)).toBe(7n);
  });

  test('know nothing of a pool that is not tracked', () => {
    expect(tracked().reservesSlot(8)).toBe(0n);
  });
});
