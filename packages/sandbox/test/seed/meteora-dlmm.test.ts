import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Direction,
  SwapMode,
  type CoreApi,
  decodeInstructions,
  encodeInstructions,
  encodeLookupTables,
  loadCore,
} from '@tandem/core-native';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedCluster, type EmbeddedCluster } from '../../src/cluster/embedded-cluster.js';
import { Faucet } from '../../src/faucet.js';
import { PoolView } from '../../src/market/pool-view.js';
import { venuePrograms } from '../../src/programs/venue-programs.js';
import { addressBytes, COMPUTE_BUDGET_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM } from '../../src/seed/addresses.js';
import { DLMM_PROGRAM, DlmmFee, encodeDlmmPool, type DlmmPoolSpec } from '../../src/seed/meteora-dlmm.js';
import { arrayOfBin, priceOfBin } from '../../src/seed/meteora-dlmm-bins.js';
import type { PoolSide } from '../../src/seed/seeded-pool.js';
import { seededBytes, seededKeypair } from '../../src/seed/seeded-keys.js';
import { decodeMintFacts, encodeMint } from '../../src/seed/token-accounts.js';
import { realClock } from '../cluster/real-clock.js';

const SEED = 47;
const dump = join(process.env['TANDEM_PROGRAM_DUMPS'] ?? '', 'meteora_dlmm.so');
const hasDump = process.env['TANDEM_PROGRAM_DUMPS'] !== undefined && existsSync(dump);
const ours = venuePrograms().find(({ venue }) => venue === 'meteora_dlmm')?.soPath ?? '';
const SKIPPED = hasDump ? '' : ' (skipped: TANDEM_PROGRAM_DUMPS names no folder with meteora_dlmm.so)';
const PROGRAMS = [
  { name: 'our program', path: ours, isThere: true },
  { name: `the real program${SKIPPED}`, path: dump, isThere: hasDump },
];

const mintAccount = (name: string, tokenProgram: Uint8Array) =>
  encodeMint({ address: seededBytes(SEED, name), tokenProgram, decimals: 6, supply: 2n ** 63n });
const MINTS = [mintAccount('classic', TOKEN_PROGRAM), mintAccount('extended', TOKEN_2022_PROGRAM)] as const;
const side = (mint: 0 | 1, reserve: bigint): PoolSide => ({ mint: decodeMintFacts(MINTS[mint]), reserve });

const base = { seed: SEED, baseFactor: 10_000, variableFeeControl: 0, fee: DlmmFee.Input, binsPerSide: 40 };
const SPECS: readonly DlmmPoolSpec[] = [
  { ...base, label: 'plain', sides: [side(0, 40_000_000_000n), side(1, 9_000_000_000n)], binStep: 25 },
  {
    ...base,
    label: 'volatile, fee in Y',
    sides: [side(1, 5_000_000_003n), side(0, 7_000_000_001n)],
    binStep: 10,
    variableFeeControl: 40_000,
    fee: DlmmFee.TokenY,
    binsPerSide: 100,
  },
  {
    ...base,
    label: 'fine and dear',
    sides: [side(0, 800_000_000n), side(1, 900_000_000_000n)],
    binStep: 2,
    variableFeeControl: 120_000,
  },
];

/** The active bin is 75, the sixth of array 1, and each side spreads over 40 bins. */
const NEAR_AN_EDGE: DlmmPoolSpec = {
  ...base,
  label: 'near an edge',
  sides: [side(0, 10_000_000_000n), side(1, 12_060_000_000n)],
  binStep: 25,
};

interface Floor {
  readonly core: CoreApi;
  readonly cluster: EmbeddedCluster;
  readonly view: PoolView;
  readonly faucet: Faucet;
}

async function openFloor(path: string, specs = SPECS): Promise<Floor> {
  const { core } = loadCore();
  const cluster = await startEmbeddedCluster({
    clock: realClock,
    blockProduction: 'manual',
    genesisUnixTime: 1_800_000_000,
    seed: `${SEED}`,
  });
  await cluster.loadProgram(DLMM_PROGRAM, Uint8Array.from(readFileSync(path)));
  const pools = await Promise.all(specs.map(encodeDlmmPool));
  for (const account of [...MINTS, ...pools.flatMap((pool) => pool.accounts)]) await cluster.setAccount(account);
  const view = new PoolView(core, cluster);
  await view.add(pools.map((pool) => pool.address));
  return { core, cluster, view, faucet: new Faucet(cluster) };
}

it('prices bins up to the ends that the program knows, and rounds the array of a bin down', () => {
  expect(priceOfBin(0, 250)).toBe(1n << 64n);
  const [above, below] = [priceOfBin(1, 25), priceOfBin(-1, 25)];
  expect((above! * below!) >> 64n).toBe((1n << 64n) - 1n);
  expect(priceOfBin(443_636, 1)).toBeDefined();
  expect(priceOfBin(0x8_0000, 1)).toBeUndefined();
  expect([-71, -70, -1, 0, 69, 70].map(arrayOfBin)).toEqual([-2, -1, -1, 0, 0, 1]);
});

describe.each(PROGRAMS)('a seeded DLMM pair on $name', ({ path, isThere }) => {
  let floor: Floor;
  beforeAll(async () => {
    if (isThere) floor = await openFloor(path);
  });
  afterAll(async () => {
    if (isThere) await closeFloor(floor);
  });

  it.skipIf(!isThere).each([SwapMode.ExactIn, SwapMode.ExactOut])(
    'fills an instruction after the price has gone back into the array behind (mode %i)',
    async (mode) => {
      const edge = await openFloor(path, [NEAR_AN_EDGE]);
      const trader = await fundTrader(edge);
      const up = { index: 0, direction: Direction.BToA, mode, sharePpm: 5_000 };
      const early = await prepare(edge, trader, up);
      await execute(edge, trader, { ...up, direction: Direction.AToB, sharePpm: 200_000, slots: 1 });
      await edge.view.refresh([0]);
      const order = { direction: up.direction, mode, amount: early.amount, clock: await edge.view.chainClock() };
      const { quote } = edge.core.quoteSequence(edge.view.store, 0, [order])[0]!;
      expect(quote).not.toEqual(early.quote);
      const [pair] = (await encodeDlmmPool(NEAR_AN_EDGE)).accounts;
      const moved = await edge.cluster.getAccount(pair!.address);
      expect(arrayOfBin(Buffer.from(moved!.data).readInt32LE(76))).toBe(0);
      expect(await send(edge, trader, early)).toEqual({
        error: null,
        paid: quote!.amountIn,
        received: quote!.amountOut,
      });
      await closeFloor(edge);
    },
  );

  it.skipIf(!isThere)(
    'decodes in the core, holds what its sides say and quotes at their price less the fee',
    async () => {
      const { core, view } = floor;
      const clock = await view.chainClock();
      for (const [index, spec] of SPECS.entries()) {
        const [pool] = view.describe([index]);
        const [reserveA, reserveB] = [spec.sides[0].reserve, spec.sides[1].reserve];
        expect(pool, spec.label).toMatchObject({ ready: true, disabledCode: null, reserveA, reserveB });
        for (const direction of [Direction.AToB, Direction.BToA]) {
          const [amount, other] = direction === Direction.AToB ? [reserveA, reserveB] : [reserveB, reserveA];
          const { amountOut } = core.quote(view.store, index, direction, SwapMode.ExactIn, amount / 10_000n, clock);
          const shareOfPrice = (amountOut * 10_000_000n) / other;
          // Less a fee of at most 2.5 %, and within one bin's step of the price either way.
          expect(shareOfPrice, `${spec.label} ${direction}`).toBeGreaterThan(970n);
          expect(shareOfPrice, `${spec.label} ${direction}`).toBeLessThanOrEqual(1_003n);
        }
      }
    },
  );

  it.skipIf(!isThere)(
    'is filled as quoted, to the unit, swap after swap',
    async () => {
      const trade = fc.record({
        index: fc.nat(SPECS.length - 1),
        direction: fc.constantFrom(Direction.AToB, Direction.BToA),
        mode: fc.constantFrom(SwapMode.ExactIn, SwapMode.ExactOut),
        sharePpm: fc.oneof(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 1, max: 200_000 })),
        slots: fc.oneof(fc.nat(4), fc.nat(90)),
      });
      const trader = await fundTrader(floor);
      await fc.assert(
        fc.asyncProperty(fc.array(trade, { minLength: 1, maxLength: 12 }), async (trades) => {
          for (const one of trades) await execute(floor, trader, one);
        }),
        { numRuns: 15, seed: SEED },
      );
    },
    60_000,
  );
});

interface Order {
  readonly index: number;
  readonly direction: Direction;
  readonly mode: SwapMode;
  readonly sharePpm: number;
}

interface Trade extends Order {
  readonly slots: number;
}

type Trader = ReturnType<typeof seededKeypair>;

async function closeFloor({ view, cluster }: Floor): Promise<void> {
  view.close();
  await cluster.stop();
}

async function fundTrader({ faucet }: Floor): Promise<Trader> {
  const trader = seededKeypair(SEED, 'trader');
  await faucet.setLamports(trader.address, 1_000_000_000_000n);
  const holdings = MINTS.map((mint) => ({ owner: trader.address, mint: decodeMintFacts(mint) }));
  for (const holding of holdings) await faucet.setTokens(holding, 1n << 61n);
  return trader;
}

/** Quotes an order against the chain as it is now, and builds its instruction with the quote as its limit. */
async function prepare({ core, view, faucet }: Floor, trader: Trader, { index, direction, mode, sharePpm }: Order) {
  await view.refresh([index]);
  const pool = view.describe([index])[0]!;
  const isAToB = direction === Direction.AToB;
  const countsInA = (mode !== SwapMode.ExactOut) === isAToB;
  const amount = ((countsInA ? pool.reserveA : pool.reserveB) * BigInt(sharePpm)) / 1_000_000n + 1n;
  const order = { direction, mode, amount, clock: await view.chainClock() };
  const { quote, code } = core.quoteSequence(view.store, index, [order])[0]!;
  const mints = isAToB ? [pool.mintA, pool.mintB] : [pool.mintB, pool.mintA];
  const holdings = await Promise.all(
    mints.map(async (mint) => ({ owner: trader.address, mint: (await faucet.findMint(mint))! })),
  );
  const [sourceAccount, destinationAccount] = await Promise.all(
    holdings.map((holding) => faucet.tokenAddress(holding)),
  );
  const limit = mode === SwapMode.ExactOut ? (quote?.amountIn ?? 2n ** 60n) : (quote?.amountOut ?? 0n);
  const leg = {
    pool: index,
    direction,
    mode,
    amount,
    limit,
    sourceAccount: sourceAccount!,
    destinationAccount: destinationAccount!,
  };
  return { quote, code, amount, holdings, packed: core.swapInstructions(view.store, trader.address, [leg]) };
}

type Prepared = Awaited<ReturnType<typeof prepare>>;

/** Sends an instruction, and returns the error and how the holdings changed. */
async function send({ core, cluster, faucet }: Floor, trader: Trader, { holdings, packed }: Prepared) {
  const before = await Promise.all(holdings.map((holding) => faucet.tokensOf(holding)));
  const signer = core.createSigner(Uint8Array.from(trader.secretKey));
  const blockhash = addressBytes(await cluster.latestBlockhash());
  const instructions = encodeInstructions([unitLimit(1_400_000), ...decodeInstructions(packed)]);
  const message = core.compileMessage(trader.address, blockhash, instructions, encodeLookupTables([]));
  const { error } = await cluster.submit(core.signTransaction(signer, message));
  core.dropSigner(signer);
  const after = await Promise.all(holdings.map((holding) => faucet.tokensOf(holding)));
  return { error, paid: before[0]! - after[0]!, received: after[1]! - before[1]! };
}

async function execute(floor: Floor, trader: Trader, trade: Trade): Promise<void> {
  for (let slot = 0; slot <= trade.slots; slot++) floor.cluster.advanceSlot();
  const prepared = await prepare(floor, trader, trade);
  const { error, paid, received } = await send(floor, trader, prepared);
  const { quote, code, amount } = prepared;
  const name = `pool ${trade.index} ${trade.direction} ${trade.mode} ${amount}`;
  if (quote === null) {
    expect(error, `${name}: ${code}`).not.toBeNull();
    return;
  }
  expect(error, name).toBeNull();
  expect([paid, received], name).toEqual([quote.amountIn, quote.amountOut]);
}

/** `SetComputeUnitLimit`. */
function unitLimit(units: number): ReturnType<typeof decodeInstructions>[number] {
  const data = new Uint8Array(5);
  data[0] = 2;
  new DataView(data.buffer).setUint32(1, units, true);
  return { program: COMPUTE_BUDGET_PROGRAM, accounts: [], data };
}
