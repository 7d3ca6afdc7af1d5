import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findRealDump } from '../../../src/programs/real-dump.js';
import type { GenesisSymbol } from '../../../src/seed/genesis-tokens.js';
import { DAMM_V2_PROGRAM, DammV2Fee, encodeDammV2Pool } from '../../../src/seed/meteora-damm-v2.js';
import {
  encodePumpswapGlobals,
  encodePumpswapPool,
  PUMP_FEES_PROGRAM,
  PUMPSWAP_PROGRAM,
} from '../../../src/seed/pumpswap.js';
import { CLMM_PROGRAM, encodeClmmConfig, encodeClmmPool } from '../../../src/seed/raydium-clmm.js';
import type { PoolSide, SeededPool } from '../../../src/seed/seeded-pool.js';
import type { MarketFloor } from '../../sandbox/market-floor.js';
import { allInstructions, openAggregatorFloor, type AggregatorFloor } from './aggregator-floor.js';

const SEED = 35;
const folder = process.env['TANDEM_PROGRAM_DUMPS'];
const dumpOf = (name: string): string | undefined => {
  const file = folder === undefined ? '' : join(folder, `${name}.so`);
  return existsSync(file) ? file : undefined;
};

/** Venues without a program of ours: the router is held to the real ones. */
const VENUES = [
  { label: 'Raydium CLMM', programs: [[CLMM_PROGRAM, dumpOf('raydium_clmm')]], seed: seedClmm, pair: ['SOL', 'USD'] },
  {
    label: 'Meteora DAMM v2',
    programs: [[DAMM_V2_PROGRAM, dumpOf('meteora_damm_v2')]],
    seed: seedDamm,
    pair: ['SOL', 'USD'],
  },
  {
    label: 'Pump.fun Amm',
    programs: [
      [PUMPSWAP_PROGRAM, findRealDump('pump_amm')],
      [PUMP_FEES_PROGRAM, findRealDump('pump_fees')],
    ],
    seed: seedPumpswap,
    pair: ['AAA', 'SOL'],
  },
] as const;

describe.each(VENUES)('the router over the real $label', ({ label, programs, seed, pair }) => {
  const isHere = programs.every(([, file]) => file !== undefined);
  const skipped = isHere ? '' : ' (skipped: no dump of the program)';
  let floor: AggregatorFloor;
  beforeAll(async () => {
    if (!isHere) return;
    floor = await openAggregatorFloor(SEED, {}, async (market) => {
      for (const [address, file] of programs)
        await market.cluster.loadProgram(address, Uint8Array.from(readFileSync(file ?? '')));
      return [(await seed(market)).address];
    });
  });
  afterAll(async () => (isHere ? floor.stop() : undefined));

  const cases = (['V1', 'V2'] as const).flatMap((version) => [
    [...pair, version] as const,
    [pair[1], pair[0], version] as const,
  ]);
  it.skipIf(!isHere).each(cases)(`gives what it quoted from %s to %s by %s${skipped}`, async (from, to, version) => {
    const { api, wallet, mint, tokensOf, land } = floor;
    const quote = await api.quoteGet({
      inputMint: mint(from),
      outputMint: mint(to),
      amount: 3_456_789,
      slippageBps: 0,
      dexes: [label],
      onlyDirectRoutes: true,
      instructionVersion: version,
    });
    const answer = await api.swapInstructionsPost({
      swapRequest: { userPublicKey: wallet, quoteResponse: quote, wrapAndUnwrapSol: false },
    });
    const before = [await tokensOf(from), await tokensOf(to)] as const;
    expect((await land(allInstructions(answer))).error).toBeNull();
    expect(before[0] - (await tokensOf(from))).toBe(3_456_789n);
    expect((await tokensOf(to)) - before[1]).toBe(BigInt(quote.outAmount));
  });
});

function sideOf({ genesis }: MarketFloor, symbol: GenesisSymbol, reserve: bigint): PoolSide {
  return { mint: genesis.tokens.get(symbol)!.facts, reserve };
}

async function put({ cluster }: MarketFloor, pool: SeededPool): Promise<SeededPool> {
  for (const account of pool.accounts) await cluster.setAccount(account);
  return pool;
}

async function seedClmm(floor: MarketFloor): Promise<SeededPool> {
  const config = { index: 40_060, tradeFeeRate: 2_500, tickSpacing: 60 };
  await floor.cluster.setAccount(await encodeClmmConfig(config));
  const sides = [sideOf(floor, 'SOL', 900_000_000_000n), sideOf(floor, 'USD', 150_000_000_000n)] as const;
  const ranges = [
    { spacings: 1_000_000, shareBps: 5_000n },
    { spacings: 30, shareBps: 5_000n },
  ];
  return put(floor, await encodeClmmPool({ seed: SEED, label: 'clmm', config, sides, ranges }));
}

async function seedDamm(floor: MarketFloor): Promise<SeededPool> {
  const sides = [sideOf(floor, 'SOL', 900_000_000_000n), sideOf(floor, 'USD', 150_000_000_000n)] as const;
  const plan = { seed: SEED, label: 'damm', sides, feeNumerator: 2_500_000n, isVolatile: true, pendingFees: 0n };
  return put(floor, await encodeDammV2Pool({ ...plan, fee: DammV2Fee.Output }));
}

async function seedPumpswap(floor: MarketFloor): Promise<SeededPool> {
  const base = sideOf(floor, 'AAA', 40_000_000_000n);
  const quote = sideOf(floor, 'SOL', 90_000_000_000n);
  for (const account of await encodePumpswapGlobals([quote.mint])) await floor.cluster.setAccount(account);
  const plan = { seed: SEED, label: 'pump', base, quote, virtualQuote: 0n, pendingFees: 0n };
  return put(floor, await encodePumpswapPool({ ...plan, origin: 'anyone' }));
}
