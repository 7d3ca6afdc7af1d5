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
import {
  addressBytes,
  COMPUTE_BUDGET_PROGRAM,
  deriveProgramAddress,
  TOKEN_2022_PROGRAM,
  TOKEN_PROGRAM,
} from '../../src/seed/addresses.js';
import {
  DAMM_V2_AUTHORITY,
  DAMM_V2_PROGRAM,
  DammV2Fee,
  encodeDammV2Pool,
  type DammV2PoolSpec,
} from '../../src/seed/meteora-damm-v2.js';
import type { PoolSide } from '../../src/seed/seeded-pool.js';
import { seededBytes, seededKeypair } from '../../src/seed/seeded-keys.js';
import { decodeMintFacts, encodeMint } from '../../src/seed/token-accounts.js';
import { realClock } from '../cluster/real-clock.js';

const SEED = 31;
const dump = join(process.env['TANDEM_PROGRAM_DUMPS'] ?? '', 'meteora_damm_v2.so');
const hasDump = process.env['TANDEM_PROGRAM_DUMPS'] !== undefined && existsSync(dump);
const SKIPPED = hasDump ? '' : ' (skipped: TANDEM_PROGRAM_DUMPS names no folder with meteora_damm_v2.so)';

const mintAccount = (name: string, tokenProgram: Uint8Array) =>
  encodeMint({ address: seededBytes(SEED, name), tokenProgram, decimals: 6, supply: 2n ** 63n });
const MINTS = [mintAccount('classic', TOKEN_PROGRAM), mintAccount('extended', TOKEN_2022_PROGRAM)] as const;
const side = (mint: 0 | 1, reserve: bigint): PoolSide => ({ mint: decodeMintFacts(MINTS[mint]), reserve });

const base = { seed: SEED, feeNumerator: 2_500_000n, isVolatile: false, pendingFees: 12_345n };
const SPECS: readonly DammV2PoolSpec[] = [
  { ...base, label: 'full', sides: [side(0, 40_000_000_000n), side(1, 9_000_000_000n)], fee: DammV2Fee.Output },
  {
    ...base,
    label: 'narrow',
    sides: [side(1, 5_000_000_000n), side(0, 7_000_000_000n)],
    fee: DammV2Fee.TokenB,
    rangePercent: 3n,
  },
  { ...base, label: 'stays', sides: [side(0, 800_000_000n), side(1, 900_000_000n)], fee: DammV2Fee.Compounding },
  {
    ...base,
    label: 'moves',
    sides: [side(0, 40_000_000_000n), side(1, 41_000_000_000n)],
    fee: DammV2Fee.TokenB,
    isVolatile: true,
  },
  {
    ...base,
    label: 'stays and moves',
    sides: [side(0, 1_000_000_000n), side(1, 70_000_000_000n)],
    fee: DammV2Fee.Compounding,
    isVolatile: true,
    feeNumerator: 10_000_000n,
  },
];

interface Floor {
  readonly core: CoreApi;
  readonly cluster: EmbeddedCluster;
  readonly view: PoolView;
  readonly faucet: Faucet;
}

async function openFloor(): Promise<Floor> {
  const { core } = loadCore();
  const cluster = await startEmbeddedCluster({
    clock: realClock,
    blockProduction: 'manual',
    genesisUnixTime: 1_800_000_000,
    seed: `${SEED}`,
  });
  if (hasDump) await cluster.loadProgram(DAMM_V2_PROGRAM, Uint8Array.from(readFileSync(dump)));
  const pools = await Promise.all(SPECS.map(encodeDammV2Pool));
  for (const account of [...MINTS, ...pools.flatMap((pool) => pool.accounts)]) await cluster.setAccount(account);
  const view = new PoolView(core, cluster);
  await view.add(pools.map((pool) => pool.address));
  return { core, cluster, view, faucet: new Faucet(cluster) };
}

describe('a seeded DAMM v2 pool', () => {
  let floor: Floor;
  beforeAll(async () => {
    floor = await openFloor();
  });
  afterAll(async () => {
    floor.view.close();
    await floor.cluster.stop();
  });

  it('stands under the authority that the program derives', async () => {
    expect(await deriveProgramAddress(DAMM_V2_PROGRAM, [Buffer.from('pool_authority')])).toEqual(DAMM_V2_AUTHORITY);
  });

  it('decodes in the core, holds what its sides pay for and quotes a small swap at their price less the fee', async () => {
    const { core, view } = floor;
    const clock = await view.chainClock();
    for (const [index, spec] of SPECS.entries()) {
      const [pool] = view.describe([index]);
      expect(pool, spec.label).toMatchObject({ ready: true, disabledCode: null });
      const [reserveA, reserveB] = [spec.sides[0].reserve, spec.sides[1].reserve];
      expect(pool!.reserveA <= reserveA && pool!.reserveB <= reserveB, spec.label).toBe(true);
      // One side is spent in full, the other nearly: a range about the price takes them in nearly equal worth.
      expect((pool!.reserveA * 100n) / reserveA, spec.label).toBeGreaterThanOrEqual(96n);
      expect((pool!.reserveB * 100n) / reserveB, spec.label).toBeGreaterThanOrEqual(96n);
      for (const direction of [Direction.AToB, Direction.BToA]) {
        const [amount, other] = direction === Direction.AToB ? [reserveA, reserveB] : [reserveB, reserveA];
        const { amountOut } = core.quote(view.store, index, direction, SwapMode.ExactIn, amount / 10_000n, clock);
        const atPrice = (other / 10_000n) * (1_000_000_000n - spec.feeNumerator);
        const shareOfPrice = (amountOut * 1_000_000_000_000n) / atPrice;
        expect(shareOfPrice, `${spec.label} ${direction}`).toBeGreaterThan(990n);
        expect(shareOfPrice, `${spec.label} ${direction}`).toBeLessThanOrEqual(1_000n);
      }
    }
  });

  it.skipIf(!hasDump)(
    `is filled by the real program as quoted, to the unit and within the compute units said, swap after swap${SKIPPED}`,
    async () => {
      const trade = fc.record({
        index: fc.nat(SPECS.length - 1),
        direction: fc.constantFrom(Direction.AToB, Direction.BToA),
        mode: fc.constantFrom(SwapMode.ExactIn, SwapMode.ExactOut, SwapMode.PartialFill),
        sharePpm: fc.integer({ min: 1, max: 40_000 }),
        slots: fc.nat(60),
      });
      const trader = seededKeypair(SEED, 'trader');
      await floor.faucet.setLamports(trader.address, 1_000_000_000_000n);
      const holdings = MINTS.map((mint) => ({ owner: trader.address, mint: decodeMintFacts(mint) }));
      for (const holding of holdings) await floor.faucet.setTokens(holding, 1n << 61n);
      await fc.assert(
        fc.asyncProperty(fc.array(trade, { minLength: 1, maxLength: 12 }), async (trades) => {
          for (const one of trades) await execute(floor, trader, one);
        }),
        { numRuns: 40, seed: SEED },
      );
    },
  );
});

interface Trade {
  readonly index: number;
  readonly direction: Direction;
  readonly mode: SwapMode;
  readonly sharePpm: number;
  readonly slots: number;
}

async function execute(
  { core, cluster, view, faucet }: Floor,
  trader: ReturnType<typeof seededKeypair>,
  { index, direction, mode, sharePpm, slots }: Trade,
): Promise<void> {
  for (let slot = 0; slot <= slots; slot++) cluster.advanceSlot();
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
  const limit = mode === SwapMode.ExactOut ? (quote?.amountIn ?? 2n ** 63n) : (quote?.amountOut ?? 0n);
  const leg = {
    pool: index,
    direction,
    mode,
    amount,
    limit,
    sourceAccount: sourceAccount!,
    destinationAccount: destinationAccount!,
  };
  const packed = core.swapInstructions(view.store, trader.address, [leg]);
  const before = await Promise.all(holdings.map((holding) => faucet.tokensOf(holding)));
  const signer = core.createSigner(Uint8Array.from(trader.secretKey));
  const blockhash = addressBytes(await cluster.latestBlockhash());
  const instructions = encodeInstructions([unitLimit(pool.computeUnits), ...decodeInstructions(packed)]);
  const message = core.compileMessage(trader.address, blockhash, instructions, encodeLookupTables([]));
  const result = await cluster.submit(core.signTransaction(signer, message));
  core.dropSigner(signer);
  const name = `${SPECS[index]!.label} ${direction} ${mode} ${amount}`;
  if (quote === null) {
    expect(result.error, `${name}: ${code}`).not.toBeNull();
    return;
  }
  expect(result.error, name).toBeNull();
  const after = await Promise.all(holdings.map((holding) => faucet.tokensOf(holding)));
  expect([before[0]! - after[0]!, after[1]! - before[1]!], name).toEqual([quote.amountIn, quote.amountOut]);
}

/** `SetComputeUnitLimit`: a swap that takes more than the core says fails. The instruction itself takes 150. */
function unitLimit(units: number): ReturnType<typeof decodeInstructions>[number] {
  const data = new Uint8Array(5);
  data[0] = 2;
  new DataView(data.buffer).setUint32(1, units + 150, true);
  return { program: COMPUTE_BUDGET_PROGRAM, accounts: [], data };
}
