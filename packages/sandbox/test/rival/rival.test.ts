import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BaseMint } from '@tandem/core-native';
import type { PoolView } from '../../src/market/pool-view.js';
import { Trader } from '../../src/market/trader.js';
import { VaultWriter } from '../../src/market/vault-writer.js';
import { Rival } from '../../src/rival.js';
import { WRAPPED_SOL_MINT } from '../../src/seed/addresses.js';
import { seededKeypair } from '../../src/seed/seeded-keys.js';
import { SeededStream } from '../../src/seed/seeded-stream.js';
import { openMarketFloor, openView, type MarketFloor } from '../sandbox/market-floor.js';
import { realClock } from '../cluster/real-clock.js';

const SOL: BaseMint = {
  mint: WRAPPED_SOL_MINT,
  maxAmountIn: 10n ** 10n,
  minNetProfit: 100_000n,
  lamportPriceNumerator: 1n,
  lamportPriceDenominator: 1n,
};

let floor: MarketFloor;
const views: PoolView[] = [];
beforeEach(async () => {
  floor = await openMarketFloor(51);
});
afterEach(async () => {
  for (const view of views.splice(0)) view.close();
  await floor.cluster.stop();
});

async function openRival(index: number, view?: PoolView): Promise<{ rival: Rival; address: Uint8Array }> {
  const own = view ?? (await openView(floor));
  if (view === undefined) views.push(own);
  const { core, cluster, faucet, counters } = floor;
  const trader = new Trader({ core, cluster, faucet, view: own, keypair: seededKeypair(51, `rival/${index}`) });
  const pools = Array.from({ length: core.poolCount(own.store) }, (_, pool) => pool);
  const rival = new Rival({
    core,
    view: own,
    pools,
    trader,
    baseMints: [SOL],
    clock: realClock,
    random: new SeededStream(51, `rival/${index}`),
    slotMs: 5,
    counters,
    onFault: (error) => {
      throw error;
    },
  });
  return { rival, address: trader.address };
}

/** Makes the first side of the SOL/USD pool on CPMM 2 % larger or smaller, and returns by how much. */
async function openGap(sign = 1n): Promise<bigint> {
  const view = await openView(floor);
  views.push(view);
  const [pool] = view.describe([0]);
  if (pool === undefined) throw new Error('no pool');
  const delta = (sign * pool.reserveA) / 50n;
  await new VaultWriter(floor.cluster).shift(pool, delta, 0n);
  return delta;
}

describe('a rival', () => {
  it('does nothing where there is no gap', async () => {
    const { rival } = await openRival(0);
    await rival.step();
    expect(floor.counters).toMatchObject({ rivalTrades: 0, rivalFailures: 0 });
  });

  it('takes a gap with one transaction that leaves it richer', async () => {
    await openGap();
    const { rival, address } = await openRival(0);
    const holding = { owner: address, mint: (await floor.faucet.findMint(WRAPPED_SOL_MINT))! };
    await floor.faucet.setTokens(holding, 20_000_000_000n);
    await rival.step();
    expect(floor.counters).toMatchObject({ rivalTrades: 1, rivalFailures: 0 });
    expect(await floor.faucet.tokensOf(holding)).toBeGreaterThan(20_000_100_000n);
  });

  it('closes the gap by trading on', async () => {
    await openGap();
    const { rival } = await openRival(0);
    for (let step = 0; step < 60; step += 1) {
      floor.cluster.advanceSlot();
      await rival.step();
    }
    const trades = floor.counters.rivalTrades;
    expect(trades).toBeGreaterThan(0);
    await rival.step();
    expect(floor.counters.rivalTrades).toBe(trades);
  });

  it('is refused by the chain when another was faster', async () => {
    await openGap();
    const stale = await openView(floor);
    views.push(stale);
    const [slow, fast] = [await openRival(1, frozen(stale)), await openRival(2)];
    for (let step = 0; step < 60; step += 1) await fast.rival.step();
    const { rivalTrades } = floor.counters;
    await slow.rival.step();
    expect(floor.counters.rivalTrades).toBe(rivalTrades);
    expect(floor.counters.rivalFailures).toBe(1);
  });

  // The gap's pool is the first leg one way round and the last leg the other way round.
  it.each([1n, -1n])('is refused by the chain when the gap has closed in either of its legs (%s)', async (sign) => {
    const delta = await openGap(sign);
    const stale = await openView(floor);
    views.push(stale);
    const { rival } = await openRival(3, frozen(stale));
    const [pool] = stale.describe([0]);
    await new VaultWriter(floor.cluster).shift(pool!, -delta, 0n);
    await rival.step();
    expect(floor.counters).toMatchObject({ rivalTrades: 0, rivalFailures: 1 });
  });

  it('looks again and again until it is paused', async () => {
    await openGap();
    const { rival } = await openRival(0);
    rival.start();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await rival.pause();
    const { rivalTrades } = floor.counters;
    expect(rivalTrades).toBeGreaterThan(1);
    await openGap();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(floor.counters.rivalTrades).toBe(rivalTrades);
  });
});

/** A view that never reads again. */
function frozen(view: PoolView): PoolView {
  return new Proxy(view, {
    get: (target, name) => {
      if (name === 'refresh') return async () => undefined;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
