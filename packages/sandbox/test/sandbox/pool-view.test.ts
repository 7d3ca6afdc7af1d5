import { decodeAccountBatch, type AccountRecord, type CoreApi, type PoolDescription } from '@tandem/core-native';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Cluster } from '../../src/cluster/cluster.js';
import { PoolView } from '../../src/market/pool-view.js';
import { addressKey } from '../../src/seed/addresses.js';

const address = (kind: number, index = 0): Uint8Array => new Uint8Array(32).fill(kind).fill(index, 31);
const POOL = address(1);
const VAULT = address(2);
const ORACLE = address(3);
const array = (index: number): Uint8Array => address(4, index);

/** Accounts of the cluster by key. */
let chain: Map<string, Uint8Array>;
/** What the core was told last of each account. */
let told: Map<string, AccountRecord>;
/** Batches applied, as kinds and indices of their accounts. */
let batches: string[];

/** The pool's first data byte says in which array the price stands; the vault is all it cannot do without. */
const watched = (): Uint8Array[] => {
  const own = told.get(addressKey(POOL))?.data[0] ?? 0;
  return [POOL, VAULT, ORACLE, array(own), array(own + 1)];
};

const core = {
  createStore: () => 1,
  dropStore: () => undefined,
  addPools: (_store: number, batch: Uint8Array) => {
    for (const record of decodeAccountBatch(batch)) told.set(addressKey(record.address), record);
    return { indices: Uint32Array.of(0), refusals: [] };
  },
  watchedAccounts: () => Uint8Array.from(watched().flatMap((one) => [...one])),
  applyAccounts: (_store: number, batch: Uint8Array) => {
    const before = watched()
      .map((one) => addressKey(one))
      .join();
    const records = decodeAccountBatch(batch);
    for (const record of records) told.set(addressKey(record.address), record);
    batches.push(records.map((record) => `${record.address[0]}${record.address[31]}`).join(' '));
    const isVaultGone = told.get(addressKey(VAULT))?.data.length === 0;
    const rewatched = Uint32Array.from(
      before ===
        watched()
          .map((one) => addressKey(one))
          .join()
        ? []
        : [0],
    );
    const refusals = isVaultGone ? [{ address: VAULT, code: 'POOL_ACCOUNT_OWNER_MISMATCH', message: 'not there' }] : [];
    return { touched: Uint32Array.of(0), unknown: 0, stale: 0, duplicates: 0, rewatched, refusals };
  },
  describePools: () => [{ index: 0 } as PoolDescription],
} as unknown as CoreApi;

const cluster = {
  kind: 'litesvm',
  currentSlot: () => 7n,
  getAccount: (wanted: Uint8Array) => {
    const data = chain.get(addressKey(wanted));
    return data === undefined ? null : { address: wanted, owner: address(9), lamports: 1n, executable: false, data };
  },
} as unknown as Cluster;

beforeEach(() => {
  chain = new Map([
    [addressKey(POOL), Uint8Array.of(0)],
    [addressKey(VAULT), Uint8Array.of(1)],
    [addressKey(array(0)), Uint8Array.of(2)],
  ]);
  told = new Map();
  batches = [];
});

describe('a view of pools', () => {
  it('tells the core of accounts that do not exist, and takes none of them for missing where the pool can do without', async () => {
    const view = new PoolView(core, cluster);
    await view.add([POOL]);
    for (const absent of [ORACLE, array(1)]) {
      expect(told.get(addressKey(absent))).toMatchObject({
        owner: new Uint8Array(32),
        data: new Uint8Array(0),
        slot: 7n,
      });
    }
    expect(await view.missingAccounts(0)).toEqual([]);
  });

  it('reads what comes into reach because of what it read, once each', async () => {
    const view = new PoolView(core, cluster);
    await view.add([POOL]);
    batches = [];
    chain.set(addressKey(POOL), Uint8Array.of(5));
    chain.set(addressKey(array(6)), Uint8Array.of(66));
    await view.refresh([0]);
    expect(batches).toEqual(['10 20 30 40 41', '45 46']);
    expect(told.get(addressKey(array(6)))?.data).toEqual(Uint8Array.of(66));
    batches = [];
    await view.refresh([0]);
    expect(batches).toEqual(['10 20 30 45 46']);
  });

  it('names what a pool cannot do without, until it is there', async () => {
    chain.delete(addressKey(VAULT));
    const view = new PoolView(core, cluster);
    await view.add([POOL]);
    expect(await view.missingAccounts(0)).toEqual([VAULT]);
    chain.set(addressKey(VAULT), Uint8Array.of(1));
    await view.refresh([0]);
    expect(await view.missingAccounts(0)).toEqual([]);
  });
});
