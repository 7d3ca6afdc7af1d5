import { readFileSync } from 'node:fs';
import {
  type CoreApi,
  decodeInstructions,
  Direction,
  encodeInstructions,
  encodeLookupTables,
  type Instruction,
  loadCore,
  SwapMode,
} from '@tandem/core-native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedCluster, startEmbeddedCluster } from '../../src/cluster/embedded-cluster.js';
import { Faucet } from '../../src/faucet.js';
import { PoolView } from '../../src/market/pool-view.js';
import { findRealDump } from '../../src/programs/real-dump.js';
import { rentExemptLamports } from '../../src/seed/account-writer.js';
import { addressBytes, COMPUTE_BUDGET_PROGRAM, TOKEN_PROGRAM, WRAPPED_SOL_MINT } from '../../src/seed/addresses.js';
import {
  encodePumpswapGlobals,
  encodePumpswapPool,
  initVolumeAccumulator,
  PUMP_FEES_PROGRAM,
  PUMPSWAP_PROGRAM,
} from '../../src/seed/pumpswap.js';
import { seededBytes, seededKeypair, type SeededKeypair } from '../../src/seed/seeded-keys.js';
import { decodeMintFacts, encodeMint } from '../../src/seed/token-accounts.js';
import { realClock } from '../cluster/real-clock.js';

const SEED = 43;
const dumps = { pumpAmm: findRealDump('pump_amm'), pumpFees: findRealDump('pump_fees') };
const hasDumps = dumps.pumpAmm !== undefined && dumps.pumpFees !== undefined;
const BASE_FEE = 5_000n;
/** What the engine reckons with: `execute/venue-setup.ts` and `market/venue-catalog.ts`. */
const ACCUMULATOR_BYTES = 137;
const CREATE_COMPUTE_UNITS = 30_000;
const POOL_BYTES = 287;
const LAMPORTS_PER_BYTE = 6_960n;
const MINTS = [
  encodeMint({
    address: seededBytes(SEED, 'coin'),
    tokenProgram: TOKEN_PROGRAM,
    decimals: 6,
    supply: 10n ** 15n,
  }),
  encodeMint({ address: WRAPPED_SOL_MINT, tokenProgram: TOKEN_PROGRAM, decimals: 9, supply: 0n }),
] as const;

describe.skipIf(!hasDumps)('the real PumpSwap (needs cargo to download its dump)', () => {
  let core: CoreApi;
  let cluster: EmbeddedCluster;
  let faucet: Faucet;
  let view: PoolView;
  let wallets = 0;

  beforeAll(async () => {
    ({ core } = loadCore());
    cluster = await startEmbeddedCluster({
      clock: realClock,
      blockProduction: 'manual',
      genesisUnixTime: 1_800_000_000,
      seed: `${SEED}`,
    });
    faucet = new Faucet(cluster);
    view = new PoolView(core, cluster);
    await cluster.loadProgram(PUMPSWAP_PROGRAM, Uint8Array.from(readFileSync(dumps.pumpAmm ?? '')));
    await cluster.loadProgram(PUMP_FEES_PROGRAM, Uint8Array.from(readFileSync(dumps.pumpFees ?? '')));
    const globals = await encodePumpswapGlobals([decodeMintFacts(MINTS[1])]);
    for (const account of [...MINTS, ...globals]) await cluster.setAccount(account);
  });
  afterAll(async () => {
    view.close();
    await cluster.stop();
  });

  /** A pool whose account has so many bytes. */
  async function poolOf(bytes: number): Promise<number> {
    const { address, accounts } = await encodePumpswapPool({
      seed: SEED,
      label: `${bytes}`,
      base: { mint: decodeMintFacts(MINTS[0]), reserve: 150_000_000_000_000n },
      quote: { mint: decodeMintFacts(MINTS[1]), reserve: 120_000_000_000n },
      origin: 'anyone',
      virtualQuote: 0n,
      pendingFees: 0n,
    });
    for (const account of accounts) await cluster.setAccount(account);
    const pool = accounts[0];
    if (pool === undefined) throw new Error('the pool has no account');
    const data = new Uint8Array(bytes);
    data.set(pool.data.subarray(0, bytes));
    await cluster.setAccount({ ...pool, data, lamports: rentExemptLamports(bytes) });
    const [index] = await view.add([address]);
    return index ?? 0;
  }

  async function walletWithTokens(): Promise<SeededKeypair> {
    const wallet = seededKeypair(SEED, `wallet/${(wallets += 1)}`);
    await faucet.setLamports(wallet.address, 1_000_000_000n);
    for (const mint of MINTS) await faucet.setTokens({ owner: wallet.address, mint: decodeMintFacts(mint) }, 1n << 50n);
    return wallet;
  }

  /** Submits, and returns the native lamports that the wallet lost beside the fee. */
  async function costOf(wallet: SeededKeypair, instructions: readonly Instruction[]): Promise<bigint> {
    const before = (await cluster.getAccount(wallet.address))?.lamports ?? 0n;
    const signer = core.createSigner(Uint8Array.from(wallet.secretKey));
    cluster.advanceSlot();
    const blockhash = addressBytes(await cluster.latestBlockhash());
    const packed = encodeInstructions([...instructions]);
    const message = core.compileMessage(wallet.address, blockhash, packed, encodeLookupTables([]));
    const { error } = await cluster.submit(core.signTransaction(signer, message));
    core.dropSigner(signer);
    expect(error).toBeNull();
    return before - ((await cluster.getAccount(wallet.address))?.lamports ?? 0n) - BASE_FEE;
  }

  async function swapCost(wallet: SeededKeypair, pool: number): Promise<bigint> {
    const [coin, sol] = await Promise.all(
      MINTS.map(async (mint) => faucet.tokenAddress({ owner: wallet.address, mint: decodeMintFacts(mint) })),
    );
    const leg = {
      pool,
      direction: Direction.BToA,
      mode: SwapMode.ExactIn,
      amount: 1_000_000n,
      limit: 1n,
      sourceAccount: sol ?? wallet.address,
      destinationAccount: coin ?? wallet.address,
    };
    return costOf(wallet, decodeInstructions(core.swapInstructions(view.store, wallet.address, [leg])));
  }

  it("takes the rent of a wallet's volume account in its first swap, unless the account was made before", async () => {
    const pool = await poolOf(301);
    const swapper = await walletWithTokens();
    expect(await swapCost(swapper, pool)).toBe(rentExemptLamports(ACCUMULATOR_BYTES));
    expect(await swapCost(swapper, pool)).toBe(0n);
    const founder = await walletWithTokens();
    const create = [unitLimit(CREATE_COMPUTE_UNITS), await initVolumeAccumulator(founder.address)];
    expect(await costOf(founder, create)).toBe(rentExemptLamports(ACCUMULATOR_BYTES));
    expect(await swapCost(founder, pool)).toBe(0n);
    expect(await costOf(founder, create)).toBe(0n);
  });

  it('lengthens a shorter pool account to 287 bytes at the cost of whoever swaps, and no longer one', async () => {
    const wallet = await walletWithTokens();
    await swapCost(wallet, await poolOf(301));
    for (const bytes of [211, 243, 245, 261, 270, 286, 287, 300, 319]) {
      const pool = await poolOf(bytes);
      const lengthened = BigInt(Math.max(0, POOL_BYTES - bytes));
      expect(await swapCost(wallet, pool), `${bytes} bytes`).toBe(lengthened * LAMPORTS_PER_BYTE);
      expect(await swapCost(wallet, pool), `${bytes} bytes, again`).toBe(0n);
    }
  });
});

/** `SetComputeUnitLimit`; the instruction itself takes 150. */
function unitLimit(units: number): Instruction {
  const data = new Uint8Array(5);
  data[0] = 2;
  new DataView(data.buffer).setUint32(1, units + 150, true);
  return { program: COMPUTE_BUDGET_PROGRAM, accounts: [], data };
}
