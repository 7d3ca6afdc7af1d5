import {
  computeUnitLimitInstruction,
  computeUnitPriceInstruction,
  decodeInstructions,
  Direction,
  encodeInstructions,
  encodeLookupTables,
  type PoolDescription,
  SwapMode,
  transferLamportsInstruction,
} from '@tandem/core-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { groupPairs, type Pair } from '../../src/market/pair.js';
import type { PoolView } from '../../src/market/pool-view.js';
import { addressBytes, addressKey, addressText } from '../../src/seed/addresses.js';
import { splitAddresses } from '../../src/market/pool-view.js';
import { openMarketFloor, openView, type MarketFloor } from '../sandbox/market-floor.js';

/** Returns every way into one pool of a pair and out of another. */
function routes(pools: readonly PoolDescription[]): (readonly [Pair, PoolDescription, PoolDescription])[] {
  return groupPairs(pools).flatMap((pair) => {
    const members = pair.pools.map((index) => pools[index]!);
    return members.flatMap((first) =>
      members.filter((second) => second !== first).map((second) => [pair, first, second] as const),
    );
  });
}

describe('the lookup table', () => {
  let floor: MarketFloor;
  let view: PoolView;
  beforeAll(async () => {
    floor = await openMarketFloor(91);
    view = await openView(floor);
  });
  afterAll(async () => {
    view.close();
    await floor.cluster.stop();
  });

  it('keeps a two-leg transaction with budget and tip through any pair under 550 bytes', async () => {
    const { core, cluster, genesis, faucet } = floor;
    const table = await cluster.getAccount(genesis.lookupTable);
    const addresses = splitAddresses(table!.data.subarray(56));
    expect(new Set(addresses.map((address) => addressKey(address))).size).toBe(addresses.length);
    const packed = encodeLookupTables([{ address: genesis.lookupTable, addresses }]);
    const owner = genesis.wallet.address;
    const signer = core.createSigner(Uint8Array.from(genesis.wallet.secretKey));
    const pools = view.describe(Array.from({ length: core.poolCount(view.store) }, (_, index) => index));
    for (const [pair, first, second] of routes(pools)) {
      const legs = await Promise.all(
        [first, second].map(async (pool, position) => {
          const isAToB = (Buffer.compare(pool.mintA, pair.first) === 0) === (position === 0);
          const mints = isAToB ? [pool.mintA, pool.mintB] : [pool.mintB, pool.mintA];
          const [sourceAccount, destinationAccount] = await Promise.all(
            mints.map(async (mint) => faucet.tokenAddress({ owner, mint: (await faucet.findMint(mint))! })),
          );
          const direction = isAToB ? Direction.AToB : Direction.BToA;
          return {
            pool: pool.index,
            direction,
            mode: SwapMode.ExactIn,
            amount: 1_000_000n,
            limit: 1n,
            sourceAccount: sourceAccount!,
            destinationAccount: destinationAccount!,
          };
        }),
      );
      const instructions = encodeInstructions([
        computeUnitLimitInstruction(200_000),
        computeUnitPriceInstruction(1_000n),
        ...decodeInstructions(core.swapInstructions(view.store, owner, legs)),
        transferLamportsInstruction({ from: owner, to: genesis.tipAccounts[0]!, lamports: 1_000n }),
      ]);
      const message = core.compileMessage(owner, addressBytes(await cluster.latestBlockhash()), instructions, packed);
      const name = `${addressText(first.address)} and ${addressText(second.address)}`;
      expect(core.signTransaction(signer, message).length, name).toBeLessThan(550);
    }
    core.dropSigner(signer);
  });
});
