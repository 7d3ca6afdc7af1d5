import { Direction } from '@tandem/core-native';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PoolView } from '../../src/market/pool-view.js';
import { SwapMover } from '../../src/market/price-mover.js';
import { Trader } from '../../src/market/trader.js';
import { VaultWriter } from '../../src/market/vault-writer.js';
import { seededKeypair } from '../../src/seed/seeded-keys.js';
import { SeededStream } from '../../src/seed/seeded-stream.js';
import { openMarketFloor, openView, type MarketFloor } from '../sandbox/market-floor.js';

let floor: MarketFloor;
let view: PoolView;
let trader: Trader;
beforeEach(async () => {
  floor = await openMarketFloor(81);
  view = await openView(floor);
  const { core, cluster, faucet } = floor;
  trader = new Trader({ core, cluster, faucet, view, keypair: seededKeypair(81, 'mover') });
});
afterEach(async () => {
  trader.close();
  view.close();
  await floor.cluster.stop();
});

async function move(amountIn: bigint): Promise<string> {
  const mover = new SwapMover({ core: floor.core, view, traders: [trader], random: new SeededStream(81, 'mover') });
  const [pool] = view.describe([0]);
  return mover.move({ pool: pool!, direction: Direction.AToB, amountIn, clock: await view.chainClock() });
}

describe('SwapMover', () => {
  it('moves a pool by a swap on the chain', async () => {
    const [before] = view.describe([0]);
    expect(await move(1_000_000_000n)).toBe('moved');
    await view.refresh([0]);
    expect(view.describe([0])[0]!.reserveA).toBeGreaterThan(before!.reserveA);
  });

  it('is refused where the pool gives no quote', async () => {
    expect(await move(1n)).toBe('refused');
  });

  it('fails where the price has moved too far before the swap lands', async () => {
    const [pool] = view.describe([0]);
    await new VaultWriter(floor.cluster).shift(pool!, 0n, -pool!.reserveB / 5n);
    expect(await move(1_000_000_000n)).toBe('failed');
  });
});

describe('Trader', () => {
  it('lands two equal swaps on one blockhash as two transactions', async () => {
    const leg = { pool: view.describe([0])[0]!, direction: Direction.AToB, amountIn: 1_000_000n, minAmountOut: 0n };
    const results = [await trader.swap([leg]), await trader.swap([leg])];
    expect(results.map((result) => result.error)).toEqual([null, null]);
    expect(results[0]!.signature).not.toBe(results[1]!.signature);
  });
});
