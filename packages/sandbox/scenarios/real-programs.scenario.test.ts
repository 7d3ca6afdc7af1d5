import { decodeAddress } from '@tandem/engine';
import { afterEach, describe, expect, test } from 'vitest';
import type { ClusterAccount } from '../src/cluster/cluster.js';
import { findRealDump } from '../src/programs/real-dump.js';
import { addressText, deriveProgramAddress, TOKEN_PROGRAM, WRAPPED_SOL_MINT } from '../src/seed/addresses.js';
import { AMM_V4_PROGRAM, encodeAmmV4Pool } from '../src/seed/raydium-amm-v4.js';
import {
  encodePumpswapGlobals,
  encodePumpswapPool,
  PUMP_FEES_PROGRAM,
  PUMPSWAP_PROGRAM,
} from '../src/seed/pumpswap.js';
import type { PoolSide, SeededPool } from '../src/seed/seeded-pool.js';
import { seededBytes } from '../src/seed/seeded-keys.js';
import { decodeMintFacts, encodeMint, tokenAmount, withTokenAmount } from '../src/seed/token-accounts.js';
import { EngineRun } from './engine-run.js';
import { WalletHistory } from './wallet-history.js';

const SEED = 7;
const TRADES = 6;
const dumps = {
  pumpAmm: findRealDump('pump_amm'),
  pumpFees: findRealDump('pump_fees'),
  ammV4: findRealDump('raydium_amm_v4'),
};
const isMissing = Object.values(dumps).includes(undefined);

const COIN = encodeMint({
  address: seededBytes(SEED, 'real-programs/coin'),
  tokenProgram: TOKEN_PROGRAM,
  decimals: 6,
  supply: 10n ** 15n,
});
const SOL = { mint: WRAPPED_SOL_MINT, tokenProgram: TOKEN_PROGRAM, decimals: 9, extensions: [] };
const coin = (reserve: bigint): PoolSide => ({ mint: decodeMintFacts(COIN), reserve });
const sol = (reserve: bigint): PoolSide => ({ mint: SOL, reserve });

let run: EngineRun | undefined;
afterEach(async () => run?.dispose());

/** The same coin in a pool that the pump program made and in one of AMM v4, at one price. */
async function planPools(): Promise<{ readonly pumpswap: SeededPool; readonly ammV4: SeededPool }> {
  const pumpswap = await encodePumpswapPool({
    seed: SEED,
    label: 'real-programs/pumpswap',
    base: coin(150_000_000_000_000n),
    quote: sol(120_000_000_000n),
    origin: 'curve',
    virtualQuote: 0n,
    pendingFees: 1_000n,
  });
  const ammV4 = encodeAmmV4Pool({
    seed: SEED,
    label: 'real-programs/amm-v4',
    coin: coin(225_000_000_000_000n),
    pc: sol(180_000_000_000n),
    swapFeeNumerator: 25n,
    pendingPnl: 0n,
  });
  return { pumpswap, ammV4 };
}

/** Starts the chain with the three programs and the two pools on it, and an engine that trades these two alone. */
async function openRun(pools: readonly SeededPool[], mode: 'REAL' | 'SIMULATION'): Promise<EngineRun> {
  const opened = await EngineRun.open({
    sandbox: {
      programs: [
        { address: addressText(PUMPSWAP_PROGRAM), file: dumps.pumpAmm ?? '' },
        { address: addressText(PUMP_FEES_PROGRAM), file: dumps.pumpFees ?? '' },
        { address: addressText(AMM_V4_PROGRAM), file: dumps.ammV4 ?? '' },
      ],
    },
    config: {
      execution_mode: mode,
      venues: { enabled: ['pumpswap', 'raydium_amm_v4'], pools: pools.map((pool) => addressText(pool.address)) },
    },
  });
  const globals = await encodePumpswapGlobals([SOL]);
  for (const account of [COIN, ...globals, ...pools.flatMap((pool) => pool.accounts)])
    await opened.sandbox.cluster.setAccount(account);
  return opened;
}

/** The account in which PumpSwap counts what the wallet trades: a first swap without it would pay its rent. */
async function volumeAccount({ sandbox }: EngineRun): Promise<ClusterAccount | null> {
  const wallet = decodeAddress(sandbox.wallet.address);
  const seeds = [new TextEncoder().encode('user_volume_accumulator'), wallet];
  return sandbox.cluster.getAccount(await deriveProgramAddress(PUMPSWAP_PROGRAM, seeds));
}

/** Puts a twenty-fifth more SOL into a pool's vault: what its coin costs there rises by 4 %. */
async function openGap({ sandbox }: EngineRun, pool: SeededPool): Promise<void> {
  const address = pool.accounts[2]?.address;
  const vault = address && (await sandbox.cluster.getAccount(address));
  if (!vault) throw new Error('the pool has no quote vault');
  await sandbox.cluster.setAccount(withTokenAmount(vault, (tokenAmount(vault) * 26n) / 25n));
}

describe('the real PumpSwap, pump fees and AMM v4 programs', () => {
  test.skipIf(isMissing)(
    'fill what the engine quotes between them, and the profit is what the chain says (needs cargo to download the dumps)',
    async () => {
      const pools = await planPools();
      run = await openRun([pools.pumpswap, pools.ammV4], 'REAL');
      const opened = run;
      expect(await volumeAccount(opened)).toBeNull();
      await opened.engine.start();
      expect(await volumeAccount(opened)).toMatchObject({ owner: PUMPSWAP_PROGRAM });
      for (let trade = 1; trade <= TRADES; trade += 1) {
        await openGap(opened, trade % 2 === 0 ? pools.pumpswap : pools.ammV4);
        await opened.until(`${trade} trades`, () => opened.executed.length >= trade);
        await opened.quiet(300);
      }
      const summary = await opened.stop();

      expect(summary.unresolved).toBe(0);
      expect(opened.of('missed')).toEqual([]);
      const history = new WalletHistory(opened.sandbox);
      for (const trade of opened.executed) {
        expect(trade.actualProfit).toBe(trade.expectedProfit);
        const change = await history.change(trade.signature);
        expect(change).toMatchObject({ error: null, sol: BigInt(trade.actualProfit) });
        expect(BigInt(trade.actualProfit)).toBeGreaterThan(0n);
      }
      const routes = opened.of('opportunity').map((event) => event.route.map((leg) => leg.venue).join(' '));
      expect(new Set(routes)).toEqual(new Set(['pumpswap raydium_amm_v4', 'raydium_amm_v4 pumpswap']));
      expect(opened.faults).toEqual([]);
    },
  );

  test.skipIf(isMissing)(
    'give the same amounts in a simulation, which creates no account of the wallet there (needs cargo to download the dumps)',
    async () => {
      const pools = await planPools();
      run = await openRun([pools.pumpswap, pools.ammV4], 'SIMULATION');
      const opened = run;
      await opened.engine.start();
      await openGap(opened, pools.ammV4);
      await opened.until('a simulated trade', () => opened.of('simulated').length > 0);
      await opened.stop();
      const outcomes = opened.of('self_test').map(({ venue, outcome }) => `${venue} ${outcome}`);
      expect(new Set(outcomes)).toEqual(new Set(['pumpswap passed', 'raydium_amm_v4 passed']));
      for (const trade of opened.of('simulated')) expect(trade.actualProfit).toBe(trade.expectedProfit);
      expect(await volumeAccount(opened)).toBeNull();
    },
  );
});
