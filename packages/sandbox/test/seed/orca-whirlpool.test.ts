import { readFileSync } from 'node:fs';
import {
  Direction,
  SwapMode,
  type CoreApi,
  type PoolIndex,
  type StoreId,
  decodeInstructions,
  encodeAccountBatch,
  encodeInstructions,
  encodeLookupTables,
  loadCore,
} from '@tandem/core-native';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedCluster, type EmbeddedCluster } from '../../src/cluster/embedded-cluster.js';
import { Faucet } from '../../src/faucet.js';
import { createAccountSource } from '../../src/market/account-source.js';
import { splitAddresses } from '../../src/market/pool-view.js';
import { venuePrograms } from '../../src/programs/venue-programs.js';
import { AccountWriter, rentExemptLamports } from '../../src/seed/account-writer.js';
import {
  addressBytes,
  CLOCK_SYSVAR,
  COMPUTE_BUDGET_PROGRAM,
  SYSTEM_PROGRAM,
  TOKEN_2022_PROGRAM,
  TOKEN_PROGRAM,
} from '../../src/seed/addresses.js';
import {
  encodeWhirlpool,
  TickArrayFormat,
  WHIRLPOOL_PROGRAM,
  type WhirlpoolSpec,
} from '../../src/seed/orca-whirlpool.js';
import type { PoolSide } from '../../src/seed/seeded-pool.js';
import { seededBytes, seededKeypair } from '../../src/seed/seeded-keys.js';
import { decodeMintFacts, encodeMint } from '../../src/seed/token-accounts.js';
import type { ClusterAccount } from '../../src/cluster/cluster.js';
import { realClock } from '../cluster/real-clock.js';
import { findWhirlpoolDump, readWhirlpoolDump } from '../programs/whirlpool-dump.js';

const SEED = 77;
const MAX_UNITS = 1_400_000;
const dump = findWhirlpoolDump();
const PROGRAMS = [
  { program: 'our program', read: () => readFileSync(venuePrograms().find(isWhirlpool)!.soPath), isMissing: false },
  {
    program: `the real program${dump === undefined ? ' (skipped: no orca_whirlpool.so in TANDEM_PROGRAM_DUMPS)' : ''}`,
    read: () => readWhirlpoolDump(dump!),
    isMissing: dump === undefined,
  },
] as const;

const isWhirlpool = ({ venue }: { readonly venue: string }): boolean => venue === 'orca_whirlpool';

const mint = (name: string, tokenProgram: Uint8Array): ClusterAccount =>
  encodeMint({ address: seededBytes(SEED, name), tokenProgram, decimals: 6, supply: 2n ** 63n });

/** A Token-2022 mint that keeps 1.5 percent of each transfer, at most 9,000,000. */
function mintWithFee(name: string): ClusterAccount {
  const writer = new AccountWriter(278)
    .raw(0, mint(name, TOKEN_2022_PROGRAM).data)
    .u8(165, 1)
    .u16(166, 1)
    .u16(168, 108);
  for (const at of [170 + 72, 170 + 90]) writer.u64(at + 8, 9_000_000n).u16(at + 16, 150);
  const lamports = rentExemptLamports(278);
  return { ...mint(name, TOKEN_2022_PROGRAM), lamports, data: writer.bytes };
}

const MINTS = [
  mint('one', TOKEN_PROGRAM),
  mint('two', TOKEN_PROGRAM),
  mint('extended', TOKEN_2022_PROGRAM),
  mintWithFee('taxed'),
];
const side = (index: number, reserve: bigint): PoolSide => ({ mint: decodeMintFacts(MINTS[index]!), reserve });

const base = { seed: SEED, feeRate: 3_000, format: TickArrayFormat.Fixed, pendingFees: 12_345n };
const adaptive = { controlFactor: 20_000, maxVolatility: 120_000, tickGroupSize: 16, majorSwapThreshold: 32 };
const SPECS: readonly WhirlpoolSpec[] = [
  { ...base, label: 'plain', sides: [side(0, 40_000_000_000n), side(1, 9_000_000_000n)], tickSpacing: 64 },
  {
    ...base,
    label: 'dynamic',
    sides: [side(1, 5_000_000_000n), side(2, 7_000_000_000_000n)],
    tickSpacing: 8,
    format: TickArrayFormat.Dynamic,
    ranges: [1, 2, 5, 9, 20, 50, 90, 200, 700].map((steps) => ({ ticks: 8 * steps, sharePpm: 100_000n })),
  },
  {
    ...base,
    label: 'whole range',
    sides: [side(0, 800_000_000n), side(1, 900_000_000n)],
    tickSpacing: 32_896,
    feeRate: 10_000,
    ranges: [{ ticks: 1_000_000, sharePpm: 1_000_000n }],
  },
  { ...base, label: 'adaptive', sides: [side(0, 3_000_000_000n), side(1, 2_900_000_000n)], tickSpacing: 64, adaptive },
  {
    ...base,
    label: 'adaptive, dynamic, even price',
    sides: [side(0, 60_000_000_000n), side(1, 60_000_000_000n)],
    tickSpacing: 1,
    feeRate: 100,
    format: TickArrayFormat.Dynamic,
    adaptive: { ...adaptive, tickGroupSize: 1, majorSwapThreshold: 10 },
    ranges: [30, 60, 150].map((ticks) => ({ ticks, sharePpm: 300_000n })),
  },
  { ...base, label: 'taxed', sides: [side(3, 30_000_000_000n), side(1, 4_000_000_000n)], tickSpacing: 16 },
];

interface Floor {
  readonly core: CoreApi;
  readonly cluster: EmbeddedCluster;
  readonly store: StoreId;
  readonly faucet: Faucet;
}

async function openFloor(program: Uint8Array): Promise<Floor> {
  const { core } = loadCore();
  const cluster = await startEmbeddedCluster({
    clock: realClock,
    blockProduction: 'manual',
    genesisUnixTime: 1_800_000_000,
    seed: `${SEED}`,
  });
  await cluster.loadProgram(WHIRLPOOL_PROGRAM, Uint8Array.from(program));
  const pools = await Promise.all(SPECS.map(encodeWhirlpool));
  for (const account of [...MINTS, ...pools.flatMap((pool) => pool.accounts)]) await cluster.setAccount(account);
  const floor = { core, cluster, store: core.createStore(), faucet: new Faucet(cluster) };
  const records = await readAccounts(
    floor,
    pools.map((pool) => pool.address),
  );
  expect(core.addPools(floor.store, encodeAccountBatch(records)).refusals).toEqual([]);
  for (const index of SPECS.keys()) await refresh(floor, index);
  return floor;
}

/** An account that does not stand on the chain is one of the system program without data. */
async function readAccounts({ cluster }: Floor, addresses: readonly Uint8Array[]) {
  const { slot, accounts } = await createAccountSource(cluster).read(addresses);
  return accounts.map((account, i) => ({
    address: addresses[i]!,
    owner: account?.owner ?? SYSTEM_PROGRAM,
    data: account?.data ?? new Uint8Array(0),
    slot,
  }));
}

/** Reads what the pool watches until that no longer changes. */
async function refresh(floor: Floor, index: PoolIndex): Promise<void> {
  const { core, store } = floor;
  for (let rounds = 0; rounds < 5; rounds++) {
    const watched = splitAddresses(core.watchedAccounts(store, Uint32Array.of(index)));
    const report = core.applyAccounts(store, encodeAccountBatch(await readAccounts(floor, watched)));
    expect(report.refusals).toEqual([]);
    if (report.rewatched.length === 0) return;
  }
  throw new Error('the pool watches other accounts each time');
}

async function chainClock(floor: Floor) {
  const { data } = (await readAccounts(floor, [CLOCK_SYSVAR]))[0]!;
  const view = new DataView(data.buffer, data.byteOffset);
  const at = (offset: number): bigint => view.getBigUint64(offset, true);
  return { slot: at(0), epoch: at(16), unixTimestamp: at(32) };
}

describe.each(PROGRAMS)('a seeded Whirlpool on $program', ({ read, isMissing }) => {
  let floor: Floor;
  beforeAll(async () => {
    if (!isMissing) floor = await openFloor(read());
  });
  afterAll(async () => {
    if (isMissing) return;
    floor.core.dropStore(floor.store);
    await floor.cluster.stop();
  });

  it.skipIf(isMissing)('decodes in the core, holds no more than its sides and quotes at their price', async () => {
    const { core, store } = floor;
    const clock = await chainClock(floor);
    for (const [index, spec] of SPECS.entries()) {
      const pool = core.describePools(store, Uint32Array.of(index))[0]!;
      expect(pool, spec.label).toMatchObject({ ready: true, disabledCode: null });
      const reserves = [pool.mintA, pool.mintB].map((of) => spec.sides.find((s) => same(s.mint.mint, of))!.reserve);
      expect(pool.reserveA <= reserves[0]! && pool.reserveB <= reserves[1]!, spec.label).toBe(true);
      expect(pool.reserveA * 2n > reserves[0]! && pool.reserveB * 2n > reserves[1]!, spec.label).toBe(true);
      for (const direction of [Direction.AToB, Direction.BToA]) {
        const [input, output] = direction === Direction.AToB ? reserves : reserves.toReversed();
        const { amountOut } = core.quote(store, index, direction, SwapMode.ExactIn, input! / 10_000n, clock);
        const shareOfPrice = (amountOut * 10_000n * 1_000n) / output!;
        expect(shareOfPrice, `${spec.label} ${direction}`).toBeGreaterThan(970n);
        expect(shareOfPrice, `${spec.label} ${direction}`).toBeLessThanOrEqual(1_000n);
      }
    }
  });

  it.skipIf(isMissing)(
    'is filled as quoted, to the unit and the moment it is refused, swap after swap',
    async () => {
      const trade = fc.record({
        index: fc.nat(SPECS.length - 1),
        direction: fc.constantFrom(Direction.AToB, Direction.BToA),
        mode: fc.constantFrom(SwapMode.ExactIn, SwapMode.ExactIn, SwapMode.ExactOut),
        sharePpm: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 1, max: 400_000 })),
        slots: fc.constantFrom(0, 0, 1, 3, 90),
      });
      const trader = seededKeypair(SEED, 'trader');
      await floor.faucet.setLamports(trader.address, 1_000_000_000_000n);
      for (const account of MINTS) {
        await floor.faucet.setTokens({ owner: trader.address, mint: decodeMintFacts(account) }, 1n << 61n);
      }
      let filled = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(trade, { minLength: 1, maxLength: 12 }), async (trades) => {
          for (const one of trades) filled += (await execute(floor, trader, one)) ? 1 : 0;
        }),
        { numRuns: 25, seed: SEED },
      );
      expect(filled).toBeGreaterThan(60);
    },
    120_000,
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
  floor: Floor,
  trader: ReturnType<typeof seededKeypair>,
  { index, direction, mode, sharePpm, slots }: Trade,
): Promise<boolean> {
  const { core, cluster, store, faucet } = floor;
  for (let slot = 0; slot <= slots; slot++) cluster.advanceSlot();
  await refresh(floor, index);
  const pool = core.describePools(store, Uint32Array.of(index))[0]!;
  const isAToB = direction === Direction.AToB;
  const countsInA = (mode === SwapMode.ExactIn) === isAToB;
  const amount = ((countsInA ? pool.reserveA : pool.reserveB) * BigInt(sharePpm)) / 1_000_000n + 1n;
  const { quote, code } = core.quoteSequence(store, index, [
    { direction, mode, amount, clock: await chainClock(floor) },
  ])[0]!;
  const mints = isAToB ? [pool.mintA, pool.mintB] : [pool.mintB, pool.mintA];
  const holdings = await Promise.all(
    mints.map(async (of) => ({ owner: trader.address, mint: (await faucet.findMint(of))! })),
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
  // Small swaps stay within one step, for which the pool says what it takes.
  const units = sharePpm === 1 ? pool.computeUnits + 150 : MAX_UNITS;
  const swap = decodeInstructions(core.swapInstructions(store, trader.address, [leg]));
  const before = await Promise.all(holdings.map((holding) => faucet.tokensOf(holding)));
  const signer = core.createSigner(Uint8Array.from(trader.secretKey));
  const blockhash = addressBytes(await cluster.latestBlockhash());
  const instructions = encodeInstructions([unitLimit(units), ...swap]);
  const message = core.compileMessage(trader.address, blockhash, instructions, encodeLookupTables([]));
  const result = await cluster.submit(core.signTransaction(signer, message));
  core.dropSigner(signer);
  const name = `${SPECS[index]!.label} ${direction} ${mode} ${amount}`;
  if (quote === null) {
    expect(result.error, `${name}: ${code}`).not.toBeNull();
    return false;
  }
  expect(result.error, name).toBeNull();
  const after = await Promise.all(holdings.map((holding) => faucet.tokensOf(holding)));
  expect([before[0]! - after[0]!, after[1]! - before[1]!], name).toEqual([quote.amountIn, quote.amountOut]);
  return true;
}

/** `SetComputeUnitLimit`; it takes 150 units itself. */
function unitLimit(units: number): ReturnType<typeof decodeInstructions>[number] {
  const data = new Uint8Array(5);
  data[0] = 2;
  new DataView(data.buffer).setUint32(1, units, true);
  return { program: COMPUTE_BUDGET_PROGRAM, accounts: [], data };
}

function same(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}
