import { type Candidate, encodeAccountBatch, loadCore, type SearchRequest } from '@tandem/core-native';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { ScanPool, type ScanPoolOptions, type ScanWorkers } from '../../src/strategy/scan-pool.js';
import { mergeCandidates, partitionPools } from '../../src/strategy/scan-task.js';
import { scanShare } from '../../src/strategy/scan-worker.js';
import { SeededRandom } from '../../src/testing/index.js';
import { decodeAddress } from '../../src/chain/base58.js';
import { PaperPool } from '../engine/paper-pools.js';
import { SOL } from './sample-opportunity.js';

const { core } = loadCore();
const clock = { nowMs: () => 0, nowMicros: () => 0, sleep };

/** Real time: worker threads answer in no other. */
function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}

const request: SearchRequest = {
  clock: { slot: 100n, epoch: 0n, unixTimestamp: 1_767_225_600n },
  baseMints: [
    {
      mint: decodeAddress(SOL),
      maxAmountIn: 10_000_000_000n,
      minNetProfit: 1n,
      lamportPriceNumerator: 1n,
      lamportPriceDenominator: 1n,
    },
  ],
  costs: {
    baseFeeLamports: 5_000n,
    computeUnitPriceMicroLamports: 1_000n,
    overheadComputeUnits: 1_000,
    computeUnitMarginBps: 1_000,
    tipLamports: 0n,
    tipShareBps: 0,
    maxTipLamports: 0n,
    rentLamports: 0n,
  },
  oldestSlot: 0n,
  maxCandidates: 12,
};

/** A store of pools whose prices differ by chance. */
function storeOf(pools: number, seed: number): number {
  const random = new SeededRandom(seed);
  const store = core.createStore();
  for (let number = 0; number < pools; number += 1) {
    const usd = 200_000_000_000n + BigInt(random.nextInt(20_000_000)) * 1_000n;
    const batch = encodeAccountBatch(new PaperPool(number).accounts([1_000_000_000_000n, usd], 100n));
    core.addPools(store, batch);
    core.applyAccounts(store, batch);
  }
  return store;
}

let open: ScanPool[] = [];
afterEach(async () => {
  await Promise.all(open.map((pool) => pool.close()));
  open = [];
});
function scanPool(options: Partial<ScanPoolOptions>): { pool: ScanPool; faults: unknown[] } {
  const faults: unknown[] = [];
  const pool = new ScanPool({
    core,
    clock,
    threads: 3,
    timeoutMs: 30_000,
    onFault: (error) => faults.push(error),
    ...options,
  });
  open.push(pool);
  return { pool, faults };
}
const inThisThread: ScanWorkers = { run: async (task) => scanShare(task), close: async () => undefined };

describe('ScanPool', () => {
  it('gives on worker threads exactly what one thread gives', async () => {
    const store = storeOf(12, 1);
    const { pool, faults } = scanPool({});
    const found = await pool.scan(store, request);
    expect(faults).toEqual([]);
    expect(found.length).toBe(12);
    expect(found).toEqual(core.findCandidates(store, request));
    core.dropStore(store);
  });

  it('gives the same for any number of parts and any prices, also over replicas', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 10 }),
        fc.nat(),
        fc.boolean(),
        async (threads, pools, seed, replicas) => {
          const store = storeOf(pools, seed);
          const shared = { ...core, sharesStoresAcrossThreads: !replicas };
          const { pool, faults } = scanPool({ core: shared, threads, createWorkers: () => inThisThread });
          const found = await pool.scan(store, request);
          expect(faults).toEqual([]);
          expect(found).toEqual(core.findCandidates(store, request));
          core.dropStore(store);
        },
      ),
      { numRuns: 60 },
    ));

  it('goes on in this thread when a worker fails, and says so', async () => {
    const store = storeOf(4, 3);
    let closed = 0;
    const broken: ScanWorkers = {
      run: async () => {
        throw new Error('worker died');
      },
      close: async () => {
        closed += 1;
      },
    };
    const { pool, faults } = scanPool({ createWorkers: () => broken });
    expect(await pool.scan(store, request)).toEqual(core.findCandidates(store, request));
    expect(faults).toMatchObject([{ message: 'worker died' }]);
    expect(closed).toBe(1);
    core.dropStore(store);
  });

  it('goes on in this thread when the workers take too long', async () => {
    const store = storeOf(4, 4);
    const hanging: ScanWorkers = {
      run: (_task, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')));
        }),
      close: async () => undefined,
    };
    const { pool, faults } = scanPool({ createWorkers: () => hanging, timeoutMs: 20 });
    expect(await pool.scan(store, request)).toEqual(core.findCandidates(store, request));
    expect(faults).toMatchObject([{ code: 'STRATEGY_SCAN_TIMEOUT' }]);
    core.dropStore(store);
  });

  it('refuses a replica that would number its pools differently', () => {
    const store = storeOf(3, 5);
    const task = { backend: core.backend, store, replica: core.exportAccounts(store), poolCount: 4, request };
    expect(() => scanShare(task)).toThrow(expect.objectContaining({ code: 'STRATEGY_REPLICA_MISMATCH' }));
    core.dropStore(store);
  });
});

describe('partitionPools', () => {
  it('gives every pool to exactly one part', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(500)), fc.integer({ min: 0, max: 12 }), (pools, parts) => {
        const shares = partitionPools(Uint32Array.from(pools), parts);
        expect(shares.flatMap((share) => [...share]).sort((a, b) => a - b)).toEqual([...pools].sort((a, b) => a - b));
      }),
    );
  });
});

describe('mergeCandidates', () => {
  const candidate = (pools: readonly [number, number], net: bigint): Candidate => ({
    baseMintIndex: 0,
    legs: pools.map((pool, index) => ({
      pool,
      direction: index === 0 ? 0 : 1,
      amountIn: 1n,
      amountOut: 1n,
      computeUnits: 1,
    })),
    profit: {
      gross: net,
      baseFeeLamports: 0n,
      priorityFeeLamports: 0n,
      tipLamports: 0n,
      rentLamports: 0n,
      cost: 0n,
      net,
      computeUnitLimit: 0,
    },
    oldestSlot: 0n,
  });

  it('keeps each route once, best first, ties by the pools of the legs', () => {
    const merged = mergeCandidates(
      [
        [candidate([2, 1], 5n), candidate([1, 3], 5n)],
        [candidate([2, 1], 5n), candidate([9, 8], 7n)],
      ],
      request,
    );
    expect(merged.map(({ legs }) => legs.map((leg) => leg.pool))).toEqual([
      [9, 8],
      [1, 3],
      [2, 1],
    ]);
  });
});
