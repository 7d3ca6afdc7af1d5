import { createHash } from 'node:crypto';
import type { CostModel, PoolDescription } from '@tandem/core-native';
import { afterEach, describe, expect, it } from 'vitest';
import type { Cluster } from '../../src/cluster/cluster.js';
import { groupPairs, pairPriceX64 } from '../../src/market/pair.js';
import { quotedPriceX64 } from '../../src/market/pool-price.js';
import type { PoolView } from '../../src/market/pool-view.js';
import { ReserveMover, SwapMover, type PriceMover } from '../../src/market/price-mover.js';
import { Trader } from '../../src/market/trader.js';
import { VaultWriter } from '../../src/market/vault-writer.js';
import { PriceWalk } from '../../src/price-walk.js';
import { addressText, WRAPPED_SOL_MINT } from '../../src/seed/addresses.js';
import { isPricedByVaults } from '../../src/seed/sandbox-venues.js';
import { seededKeypair } from '../../src/seed/seeded-keys.js';
import { SeededStream } from '../../src/seed/seeded-stream.js';
import { openMarketFloor, openView, type MarketFloor } from '../sandbox/market-floor.js';
import { realClock } from '../cluster/real-clock.js';

const FREE: CostModel = {
  baseFeeLamports: 5_000n,
  computeUnitPriceMicroLamports: 0n,
  overheadComputeUnits: 0,
  computeUnitMarginBps: 0,
  tipLamports: 0n,
  tipShareBps: 0,
  maxTipLamports: 0n,
  rentLamports: 0n,
};

interface Bench {
  readonly floor: MarketFloor;
  readonly view: PoolView;
  readonly walk: PriceWalk;
  /** Hash of every transaction the walk submitted. */
  readonly sent: string[];
  readonly traders: readonly Trader[];
}

const open: Bench[] = [];
afterEach(async () => {
  for (const { floor, view } of open.splice(0)) {
    view.close();
    await floor.cluster.stop();
  }
});

async function openBench(seed: number, moverKind: 'swap' | 'reserve' = 'swap'): Promise<Bench> {
  const floor = await openMarketFloor(seed);
  const { core, faucet, counters } = floor;
  const sent: string[] = [];
  const cluster = recordSubmits(floor.cluster, sent);
  const view = await openView({ ...floor, cluster: floor.cluster });
  const vaultWriter = new VaultWriter(cluster);
  const traders = [0, 1, 2].map(
    (index) => new Trader({ core, cluster, faucet, view, keypair: seededKeypair(seed, `walk/${index}`) }),
  );
  const mover: PriceMover =
    moverKind === 'swap'
      ? new SwapMover({ core, view, traders, random: new SeededStream(seed, 'traders') })
      : new ReserveMover(vaultWriter);
  const walk = new PriceWalk({
    core,
    view,
    mover,
    vaultWriter,
    counters,
    pools: poolIndices(floor, view),
    clock: realClock,
    chainClock: await view.chainClock(),
    random: new SeededStream(seed, 'walk'),
    timingRandom: new SeededStream(seed, 'timing'),
    gapsPerSecond: 100,
    onFault: (error) => {
      throw error;
    },
  });
  const bench = { floor, view, walk, sent, traders };
  open.push(bench);
  return bench;
}

function recordSubmits(cluster: Cluster, sent: string[]): Cluster {
  return new Proxy(cluster, {
    get: (target, name) => {
      if (name === 'submit') {
        return async (transaction: Uint8Array) => {
          sent.push(createHash('sha256').update(transaction).digest('hex'));
          return target.submit(transaction);
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function poolIndices(floor: MarketFloor, view: PoolView): number[] {
  return Array.from({ length: floor.core.poolCount(view.store) }, (_, index) => index);
}

/** Opens a block every fourth step, as 40 steps in a second of 100 ms slots would. */
async function takeSteps(
  bench: Bench,
  steps: number,
  each: () => Promise<void> = async () => undefined,
): Promise<void> {
  for (let step = 0; step < steps; step += 1) {
    if (step % 4 === 0) bench.floor.cluster.advanceSlot();
    await bench.walk.step();
    await each();
  }
}

async function readPools({ floor, view }: Bench): Promise<PoolDescription[]> {
  const indices = poolIndices(floor, view);
  await view.refresh(indices);
  return view.describe(indices);
}

/** Returns the pools' prices by quotes: only some of them take their price from their reserves. */
async function readPrices({ floor, view }: Bench, pools: readonly PoolDescription[]): Promise<number[]> {
  const quotes = { core: floor.core, store: view.store, clock: await view.chainClock() };
  return pools.map((pool) => Number(pairPriceX64(pool, quotedPriceX64(quotes, pool))));
}

const depth = (pool: Pick<PoolDescription, 'reserveA' | 'reserveB'>): number =>
  Math.sqrt(Number(pool.reserveA) * Number(pool.reserveB));

describe.each(['swap', 'reserve'] as const)('the price walk by %s', (kind) => {
  it('opens gaps that the search finds', async () => {
    const bench = await openBench(31, kind);
    const { core } = bench.floor;
    const search = async (): Promise<number> => {
      await readPools(bench);
      const baseMints = [
        {
          mint: WRAPPED_SOL_MINT,
          maxAmountIn: 10n ** 10n,
          minNetProfit: 100_000n,
          lamportPriceNumerator: 1n,
          lamportPriceDenominator: 1n,
        },
      ];
      const clock = await bench.view.chainClock();
      return core.findCandidates(bench.view.store, { clock, baseMints, costs: FREE, oldestSlot: 0n, maxCandidates: 64 })
        .length;
    };
    expect(await search()).toBe(0);
    await takeSteps(bench, 40);
    expect(await search()).toBeGreaterThanOrEqual(2);
    expect(bench.floor.counters.walkTrades).toBe(40);
    expect(bench.floor.counters.walkFailures).toBe(0);
    expect(bench.sent).toHaveLength(kind === 'swap' ? 40 : 0);
  });

  it('keeps prices and depths within bounds over many steps', async () => {
    const steps = kind === 'swap' ? 10_000 : 2_000;
    const bench = await openBench(32, kind);
    const first = await readPools(bench);
    const firstPrices = await readPrices(bench, first);
    let step = 0;
    await takeSteps(bench, steps, async () => {
      step += 1;
      if (step % 500 !== 0) return;
      const now = await readPools(bench);
      const prices = await readPrices(bench, now);
      for (const [index, pool] of now.entries()) {
        expect(Math.abs(prices[index]! / firstPrices[index]! - 1)).toBeLessThan(0.25);
        if (!isPricedByVaults(pool.venue)) continue;
        expect(depth(pool) / depth(first[index]!)).toBeGreaterThan(0.66);
        expect(depth(pool) / depth(first[index]!)).toBeLessThan(1.52);
      }
      for (const pair of groupPairs(now)) {
        const ofPair = pair.pools.map((index) => prices[index]!);
        expect(Math.max(...ofPair) / Math.min(...ofPair) - 1).toBeLessThan(0.12);
      }
    });
    const { walkTrades, walkFailures, walkSkips } = bench.floor.counters;
    expect(walkTrades + walkSkips).toBe(steps);
    expect(walkFailures).toBe(0);
    expect(walkTrades).toBeGreaterThan(steps * 0.95);
  }, 240_000);
});

describe('the price walk', () => {
  it('sends the same transactions for the same seed, byte for byte, and others for another', async () => {
    const [first, again, other] = [await openBench(41), await openBench(41), await openBench(42)];
    for (const bench of [first, again, other]) await takeSteps(bench, 60);
    expect(first.sent).toHaveLength(60);
    expect(again.sent).toEqual(first.sent);
    expect(other.sent.some((hash) => first.sent.includes(hash))).toBe(false);
  });

  it('fills its traders up when they run dry', async () => {
    const bench = await openBench(43);
    await takeSteps(bench, 20);
    const { faucet, genesis, counters } = bench.floor;
    for (const trader of bench.traders) {
      await faucet.setLamports(trader.address, 1n);
      for (const { facts } of genesis.tokens.values())
        await faucet.setTokens({ owner: trader.address, mint: facts }, 0n);
    }
    await takeSteps(bench, 20);
    expect(counters.walkTrades).toBe(40);
  });

  it('brings a pool that fees have made too deep back to its first depth, at its price', async () => {
    const bench = await openBench(44);
    const first = await readPools(bench);
    // What fees leave in the vaults of the others is no part of what their price is made of.
    const deepened = first.filter((pool) => isPricedByVaults(pool.venue));
    const writer = new VaultWriter(bench.floor.cluster);
    for (const pool of deepened) await writer.shift(pool, pool.reserveA, pool.reserveB);
    await takeSteps(bench, 300);
    expect(bench.floor.counters.depthRestorations).toBe(deepened.length);
    const last = await readPools(bench);
    for (const before of deepened) {
      const name = addressText(before.address);
      expect(Math.abs(depth(last[before.index]!) / depth(before) - 1), name).toBeLessThan(0.02);
    }
  });

  it('runs at its rate and stops when paused', async () => {
    const bench = await openBench(45);
    bench.walk.start();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await bench.walk.pause();
    const moved = bench.floor.counters.walkTrades;
    expect(moved).toBeGreaterThan(10);
    expect(moved).toBeLessThan(80);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(bench.floor.counters.walkTrades).toBe(moved);
  });
});
