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
    accounts.settle([record(20, 7n), record(30, 7n)]);
    expect(accounts.reservesSlot(0)).toBe(7n);
    accounts.settle([record(20, 9n)]);
    expect(accounts.reservesSlot(0)).toBe(7n);
    accounts.settle([record(30, 9n)]);
    expect(accounts.reservesSlot(0)).toBe(9n);
    expect(accounts.reservesSlot(1)).toBe(0n);
  });

  test('do not take the pool itself, its configuration or an older slot for news of a vault', () => {
    const accounts = tracked();
    accounts.settle([record(20, 7n), record(30, 7n)]);
    accounts.settle([record(10, 9n), record(5, 9n), record(20, 6n)]);
    expect(accounts.reservesSlot(0)).toBe(7n);
  });

  test('tell what comes and goes with a price, and not what another pool still needs', () => {
    const arrays: number[][] = [
      [40, 41],
      [41, 42],
    ];
    const accounts = new PoolAccounts(
      {
        watchedAccounts: (_store, pools) =>
          Uint8Array.from(
            [10 + (pools[0] ?? 0), ...(arrays[pools[0] ?? 0] ?? [])].flatMap((byte) => [...address(byte)]),
          ),
        describePools: () => [{ venue: Venue.OrcaWhirlpool } as PoolDescription],
      },
      1,
    );
    const both = Uint32Array.of(0, 1);
    const bytesOf = (list: readonly Uint8Array[]) => list.map((one) => one[0]);
    expect(bytesOf(accounts.track(both).added)).toEqual([10, 40, 41, 11, 42]);
    expect(accounts.track(both)).toEqual({ added: [], dropped: [] });
    arrays[0] = [43];
    const change = accounts.track(Uint32Array.of(0));
    expect([bytesOf(change.added), bytesOf(change.dropped)]).toEqual([[43], [40]]);
    // Each takes over what the other one leaves.
    [arrays[0], arrays[1]] = [[41, 42], [43]];
    expect(accounts.track(both)).toEqual({ added: [], dropped: [] });
    expect(new Set(bytesOf(accounts.addresses()))).toEqual(new Set([10, 11, 41, 42, 43]));
    expect(bytesOf(accounts.untrack(Uint32Array.of(0)).dropped)).toEqual([10, 41, 42]);
  });

  test('of a venue whose pool account holds the price are known as of that account', () => {
    const accounts = new PoolAccounts(
      {
        watchedAccounts: () => Uint8Array.from([10, 20, 30].flatMap((byte) => [...address(byte)])),
        describePools: () => [{ venue: Venue.OrcaWhirlpool } as PoolDescription],
      },
      1,
    );
    accounts.track(Uint32Array.of(0));
    accounts.settle([record(20, 9n), record(10, 4n)]);
    expect(accounts.reservesSlot(0)).toBe(4n);
  });

  test('know nothing of a pool that is not tracked', () => {
    expect(tracked().reservesSlot(8)).toBe(0n);
  });
});
