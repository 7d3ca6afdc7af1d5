import { readFileSync } from 'node:fs';
import {
  Direction,
  SwapMode,
  type CoreApi,
  type Instruction,
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
import { findRealDump } from '../../src/programs/real-dump.js';
import {
  addressBytes,
  COMPUTE_BUDGET_PROGRAM,
  deriveProgramAddress,
  TOKEN_2022_PROGRAM,
  TOKEN_PROGRAM,
  WRAPPED_SOL_MINT,
} from '../../src/seed/addresses.js';
import {
  encodePumpswapGlobals,
  encodePumpswapPool,
  initVolumeAccumulator,
  PUMPSWAP_PROGRAM,
  PUMP_FEES_PROGRAM,
  type PumpswapPoolSpec,
} from '../../src/seed/pumpswap.js';
import type { PoolSide } from '../../src/seed/seeded-pool.js';
import { seededBytes, seededKeypair, type SeededKeypair } from '../../src/seed/seeded-keys.js';
import { decodeMintFacts, encodeMint } from '../../src/seed/token-accounts.js';
import { realClock } from '../cluster/real-clock.js';

const SEED = 41;
const dumps = { pumpAmm: findRealDump('pump_amm'), pumpFees: findRealDump('pump_fees') };
const hasDumps = dumps.pumpAmm !== undefined && dumps.pumpFees !== undefined;
const SKIPPED = hasDumps ? '' : ' (skipped: no cargo on PATH, or pump-rust-client not downloadable)';

const mintAccount = (name: string, tokenProgram: Uint8Array) =>
  encodeMint({ address: seededBytes(SEED, name), tokenProgram, decimals: 6, supply: 10n ** 15n });
const SOL = encodeMint({ address: WRAPPED_SOL_MINT, tokenProgram: TOKEN_PROGRAM, decimals: 9, supply: 0n });
const MINTS = [mintAccount('classic', TOKEN_PROGRAM), mintAccount('extended', TOKEN_2022_PROGRAM), SOL] as const;
const side = (mint: 0 | 1 | 2, reserve: bigint): PoolSide => ({ mint: decodeMintFacts(MINTS[mint]), reserve });

const plain = { seed: SEED, virtualQuote: 0n, pendingFees: 0n };
const SPECS: readonly PumpswapPoolSpec[] = [
  { ...plain, label: 'anyone', base: side(0, 40_000_000_000n), quote: side(2, 9_000_000_000n), origin: 'anyone' },
  { ...plain, label: 'coin', base: side(0, 150_000_000_000_000n), quote: side(2, 120_000_000_000n), origin: 'curve' },
  {
    ...plain,
    label: 'extended',
    base: side(1, 20_000_000_000_000n),
    quote: side(2, 4_000_000_000_000n),
    origin: 'curve',
  },
  {
    ...plain,
    label: 'boosted',
    base: side(1, 90_000_000_000_000n),
    quote: side(0, 10_000_000_000n),
    origin: 'curve',
    virtualQuote: 30_000_000_000n,
    pendingFees: 1_234_567n,
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
  const programs = [
    [PUMPSWAP_PROGRAM, dumps.pumpAmm],
    [PUMP_FEES_PROGRAM, dumps.pumpFees],
  ] as const;
  for (const [address, file] of programs)
    if (file !== undefined) await cluster.loadProgram(address, Uint8Array.from(readFileSync(file)));
  const pools = await Promise.all(SPECS.map(encodePumpswapPool));
  const globals = await encodePumpswapGlobals([SOL, MINTS[0]].map(decodeMintFacts));
  for (const account of [...MINTS, ...globals, ...pools.flatMap((pool) => pool.accounts)])
    await cluster.setAccount(account);
  const view = new PoolView(core, cluster);
  await view.add(pools.map((pool) => pool.address));
  return { core, cluster, view, faucet: new Faucet(cluster) };
}

describe('a seeded PumpSwap pool', () => {
  let floor: Floor;
  let trader: SeededKeypair;
  beforeAll(async () => {
    floor = await openFloor();
    trader = seededKeypair(SEED, 'trader');
    await floor.faucet.setLamports(trader.address, 1_000_000_000_000n);
    for (const mint of MINTS)
      await floor.faucet.setTokens({ owner: trader.address, mint: decodeMintFacts(mint) }, 1n << 58n);
  });
  afterAll(async () => {
    floor.view.close();
    await floor.cluster.stop();
  });

  it('decodes in the core, holds what its sides say and quotes a small swap at their price less the fee', async () => {
    const { core, view } = floor;
    const clock = await view.chainClock();
    for (const [index, { label, base, quote, virtualQuote }] of SPECS.entries()) {
      const [pool] = view.describe([index]);
      const reserves = { reserveA: base.reserve, reserveB: quote.reserve + virtualQuote };
      expect(pool, label).toMatchObject({ ready: true, disabledCode: null, ...reserves });
      for (const direction of [Direction.AToB, Direction.BToA]) {
        const [amount, other] =
          direction === Direction.AToB
            ? [reserves.reserveA, reserves.reserveB]
            : [reserves.reserveB, reserves.reserveA];
        const { amountOut } = core.quote(view.store, index, direction, SwapMode.ExactIn, amount / 10_000n, clock);
        const shareOfPrice = (amountOut * 10_000_000n) / other;
        expect(shareOfPrice, `${label} ${direction}`).toBeGreaterThan(985n);
        expect(shareOfPrice, `${label} ${direction}`).toBeLessThan(999n);
      }
    }
  });

  it.skipIf(!hasDumps)(
    `is filled by the real program as quoted, to the unit and within the compute units said, swap after swap${SKIPPED}`,
    async () => {
      const trade = fc.record({
        index: fc.nat(SPECS.length - 1),
        kind: fc.constantFrom('sell', 'spend', 'buy'),
        sharePpm: fc.integer({ min: 1, max: 40_000 }),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(trade, { minLength: 1, maxLength: 12 }), async (trades) => {
          floor.cluster.advanceSlot();
          for (const one of trades) await execute(floor, trader, one);
        }),
        { numRuns: 40, seed: SEED },
      );
    },
  );

  it.skipIf(!hasDumps)(`makes a wallet's volume account by an instruction of its own${SKIPPED}`, async () => {
    const wallet = seededKeypair(SEED, 'newcomer');
    await floor.faucet.setLamports(wallet.address, 1_000_000_000n);
    const result = await submit(floor, wallet, [await initVolumeAccumulator(wallet.address)]);
    expect(result.error).toBeNull();
    const accumulator = await deriveProgramAddress(PUMPSWAP_PROGRAM, [
      Buffer.from('user_volume_accumulator'),
      wallet.address,
    ]);
    expect(await floor.cluster.getAccount(accumulator)).toMatchObject({ owner: PUMPSWAP_PROGRAM });
  });
});

interface Trade {
  readonly index: number;
  readonly kind: string;
  readonly sharePpm: number;
}

async function execute(floor: Floor, trader: SeededKeypair, { index, kind, sharePpm }: Trade): Promise<void> {
  const { core, view, faucet } = floor;
  await view.refresh([index]);
  const pool = view.describe([index])[0]!;
  const direction = kind === 'sell' ? Direction.AToB : Direction.BToA;
  const mode = kind === 'buy' ? SwapMode.ExactOut : SwapMode.ExactIn;
  const amount = ((kind === 'spend' ? pool.reserveB : pool.reserveA) * BigInt(sharePpm)) / 1_000_000n + 1n;
  const order = { direction, mode, amount, clock: await view.chainClock() };
  const { quote, code } = core.quoteSequence(view.store, index, [order])[0]!;
  const mints = direction === Direction.AToB ? [pool.mintA, pool.mintB] : [pool.mintB, pool.mintA];
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
  const swap = decodeInstructions(core.swapInstructions(view.store, trader.address, [leg]));
  const before = await Promise.all(holdings.map((holding) => faucet.tokensOf(holding)));
  const result = await submit(floor, trader, [unitLimit(pool.computeUnits), ...swap]);
  const name = `${SPECS[index]!.label} ${kind} ${amount}`;
  if (quote === null) {
    expect(result.error, `${name}: ${code}`).not.toBeNull();
    return;
  }
  expect(result.error, name).toBeNull();
  const after = await Promise.all(holdings.map((holding) => faucet.tokensOf(holding)));
  expect([before[0]! - after[0]!, after[1]! - before[1]!], name).toEqual([quote.amountIn, quote.amountOut]);
}

async function submit({ core, cluster }: Floor, payer: SeededKeypair, instructions: readonly Instruction[]) {
  const signer = core.createSigner(Uint8Array.from(payer.secretKey));
  const blockhash = addressBytes(await cluster.latestBlockhash());
  const packed = encodeInstructions([...instructions]);
  const message = core.compileMessage(payer.address, blockhash, packed, encodeLookupTables([]));
  const transaction = core.signTransaction(signer, message);
  core.dropSigner(signer);
  return cluster.submit(transaction);
}

/** `SetComputeUnitLimit`: a swap that takes more than the core says fails. The instruction itself takes 150. */
function unitLimit(units: number): Instruction {
  const data = new Uint8Array(5);
  data[0] = 2;
  new DataView(data.buffer).setUint32(1, units + 150, true);
  return { program: COMPUTE_BUDGET_PROGRAM, accounts: [], data };
}
