import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { encodeAccountBatch } from '../ts/account-batch.js';
import { Direction, SwapMode } from '../ts/core-api.js';
import { type LoadedCore, loadCore } from '../ts/load-core.js';
import { poolAccounts, type PoolSketch, vaultAccount } from './pool-accounts.js';
import { nativeStoreAbsence } from './store-backends.js';

const ENTRY = join(import.meta.dirname, '../dist/index.js');
const CLOCK = { slot: 100n, epoch: 0n, unixTimestamp: 1_000n };
const POOL: PoolSketch = {
  venue: 'raydium_cpmm',
  name: 'cpmm',
  mints: ['sol', 'usd'],
  reserves: [1_000_000n, 2_000_000n],
  feeMillionths: 2_500n,
  slot: 10n,
};

/** Runs in the worker, on the built package: quotes the store it is told to, and applies an update to it. */
const WORKER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { entry, store, clock, update } = workerData;
  import(entry).then(({ loadCore }) => {
    const { core } = loadCore({ backend: 'native' });
    const quote = () => core.quote(store, 0, 0, 0, 1000n, clock).amountOut;
    const before = quote();
    const { touched } = core.applyAccounts(store, update);
    parentPort.postMessage({ before, after: quote(), touched: [...touched] });
  });
`;

describe('a native store', () => {
  if (nativeStoreAbsence !== '' || !existsSync(ENTRY)) {
    it.skip(`is one for every thread; not shown without the built package: ${nativeStoreAbsence}`);
    return;
  }

  it('is the same in a worker thread that opens its id, in both directions', async () => {
    const { core }: LoadedCore = loadCore({ backend: 'native' });
    expect(core.sharesStoresAcrossThreads).toBe(true);
    const store = core.createStore();
    const accounts = encodeAccountBatch(poolAccounts(POOL));
    core.addPools(store, accounts);
    core.applyAccounts(store, accounts);
    const update = encodeAccountBatch([vaultAccount(POOL, 1, 1_000_006n, 11n)]);
    const worker = new Worker(WORKER, { eval: true, workerData: { entry: ENTRY, store, clock: CLOCK, update } });
    try {
      const [answer] = (await once(worker, 'message')) as unknown[];
      expect(answer).toEqual({ before: 1_992n, after: 996n, touched: [0] });
      // What the worker applied is what this thread now quotes.
      expect(core.quote(store, 0, Direction.AToB, SwapMode.ExactIn, 1_000n, CLOCK).amountOut).toBe(996n);
    } finally {
      await worker.terminate();
      core.dropStore(store);
    }
  });
});
