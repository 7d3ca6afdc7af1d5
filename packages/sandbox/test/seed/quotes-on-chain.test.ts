import { Direction, SwapMode, decodeInstructions, encodeInstructions, encodeLookupTables } from '@tandem/core-native';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressBytes, addressText } from '../../src/seed/addresses.js';
import { seededKeypair, type SeededKeypair } from '../../src/seed/seeded-keys.js';
import type { PoolView } from '../../src/market/pool-view.js';
import { openMarketFloor, openView, type MarketFloor } from '../sandbox/market-floor.js';

interface Trade {
  readonly pool: number;
  readonly direction: Direction;
  readonly mode: SwapMode;
  /** Of the reserve that the amount is counted in. */
  readonly sharePpm: number;
}

const trade: fc.Arbitrary<Trade> = fc.record({
  pool: fc.integer({ min: 0, max: 11 }),
  direction: fc.constantFrom(Direction.AToB, Direction.BToA),
  mode: fc.constantFrom(SwapMode.ExactIn, SwapMode.ExactOut),
  sharePpm: fc.integer({ min: 1, max: 50_000 }),
});

describe('a quote', () => {
  let floor: MarketFloor;
  let view: PoolView;
  let trader: SeededKeypair;
  beforeAll(async () => {
    floor = await openMarketFloor(21);
    view = await openView(floor);
    trader = seededKeypair(21, 'test-trader');
    await floor.faucet.setLamports(trader.address, 1_000_000_000_000n);
    for (const { facts } of floor.genesis.tokens.values())
      await floor.faucet.setTokens({ owner: trader.address, mint: facts }, 1n << 61n);
  });
  afterAll(async () => {
    view.close();
    await floor.cluster.stop();
  });

  async function execute({ pool: index, direction, mode, sharePpm }: Trade): Promise<void> {
    const { core, cluster, faucet } = floor;
    await view.refresh([index]);
    const [pool] = view.describe([index]);
    if (pool === undefined) throw new Error('no such pool');
    const isAToB = direction === Direction.AToB;
    const [mintIn, mintOut] = isAToB ? [pool.mintA, pool.mintB] : [pool.mintB, pool.mintA];
    const countsInA = (mode === SwapMode.ExactIn) === isAToB;
    const amount = ((countsInA ? pool.reserveA : pool.reserveB) * BigInt(sharePpm)) / 1_000_000n + 1n;
    const quote = core.quote(view.store, index, direction, mode, amount, await view.chainClock());
    const holdings = await Promise.all(
      [mintIn, mintOut].map(async (mint) => ({ owner: trader.address, mint: (await faucet.findMint(mint))! })),
    );
    const [sourceAccount, destinationAccount] = await Promise.all(
      holdings.map((holding) => faucet.tokenAddress(holding)),
    );
    const before = await Promise.all(holdings.map((holding) => faucet.tokensOf(holding)));
    const limit = mode === SwapMode.ExactIn ? quote.amountOut : quote.amountIn;
    const leg = {
      pool: index,
      direction,
      mode,
      amount,
      limit,
      sourceAccount: sourceAccount!,
      destinationAccount: destinationAccount!,
    };
    const instructions = encodeInstructions(
      decodeInstructions(core.swapInstructions(view.store, trader.address, [leg])),
    );
    const signer = core.createSigner(Uint8Array.from(trader.secretKey));
    const blockhash = addressBytes(await cluster.latestBlockhash());
    const transaction = core.signTransaction(
      signer,
      core.compileMessage(trader.address, blockhash, instructions, encodeLookupTables([])),
    );
    core.dropSigner(signer);
    const result = await cluster.submit(transaction);
    expect(result.error, addressText(pool.address)).toBeNull();
    const after = await Promise.all(holdings.map((holding) => faucet.tokensOf(holding)));
    expect(before[0]! - after[0]!).toBe(quote.amountIn);
    expect(after[1]! - before[1]!).toBe(quote.amountOut);
  }

  it('equals the executed swap to the unit, for random trades one after the other through every pool', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(trade, { minLength: 1, maxLength: 20 }), async (trades) => {
        floor.cluster.advanceSlot();
        for (const one of trades) await execute(one);
      }),
      { numRuns: 40 },
    );
  });
});
