import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeAccountBatch } from '../ts/account-batch.js';
import type { CostModel } from '../ts/core-api.js';
import { type BestCycle, bruteForceSearch, type SearchSketch } from './brute-force.js';
import { addressOf, poolAccounts, type PoolSketch } from './pool-accounts.js';
import { nativeStoreAbsence, storeBackends } from './store-backends.js';

const FILE = join(import.meta.dirname, '../vectors/search.json');
const SOURCE = 'brute force over every size of every pair of pools (test/brute-force.ts)';

interface Vector {
  readonly name: string;
  readonly source: string;
  readonly input: SearchSketch;
  readonly expected: readonly BestCycle[];
}

const FREE: CostModel = {
  baseFeeLamports: 0n,
  computeUnitPriceMicroLamports: 0n,
  overheadComputeUnits: 0,
  computeUnitMarginBps: 0,
  tipLamports: 0n,
  tipShareBps: 0,
  maxTipLamports: 1_000_000n,
  rentLamports: 0n,
};
const SOL = { mint: 'sol', maxAmountIn: 2_000n, minNetProfit: 1n, lamportPrice: [1n, 1n] } as const;
const USD = { ...SOL, mint: 'usd' };

/** Pools of a few hundred to a thousand units, where every size can be tried; the sequence is the same on every run. */
function drawnPools(count: number, mints: readonly (readonly [string, string])[], seed: number): PoolSketch[] {
  let state = seed;
  const draw = (bound: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor(state / 65_536) % bound;
  };
  return Array.from({ length: count }, (_, index) => ({
    venue: draw(2) === 0 ? 'raydium_cpmm' : 'raydium_amm_v4',
    name: `pool-${index}`,
    mints: mints[index % mints.length] ?? ['sol', 'usd'],
    reserves: [BigInt(400 + draw(600)), BigInt(400 + draw(600))],
    feeMillionths: [100n, 2_500n, 10_000n][draw(3)] ?? 100n,
    slot: BigInt(5 + draw(5)),
  }));
}

const PAIR = [['sol', 'usd']] as const;
const BOTH_WAYS = [
  ['sol', 'usd'],
  ['usd', 'sol'],
] as const;
const THREE = [
  ['sol', 'usd'],
  ['cat', 'sol'],
  ['usd', 'sol'],
  ['sol', 'cat'],
  ['usd', 'cat'],
  ['cat', 'usd'],
] as const;
const PLAIN = { touched: null, baseMints: [SOL], costs: FREE, oldestSlot: 0n, maxCandidates: 100 } as const;

const SEARCHES: readonly (readonly [name: string, search: SearchSketch])[] = [
  ['two pools of one pair', { ...PLAIN, pools: drawnPools(2, PAIR, 21) }],
  ['four pools that name the pair in either order', { ...PLAIN, pools: drawnPools(4, BOTH_WAYS, 2) }],
  ['three mints and two base mints', { ...PLAIN, pools: drawnPools(8, THREE, 3), baseMints: [SOL, USD] }],
  ['only the touched pools', { ...PLAIN, pools: drawnPools(8, THREE, 4), touched: [5, 0] }],
  ['pools that are too old are left out', { ...PLAIN, pools: drawnPools(8, THREE, 5), oldestSlot: 7n }],
  ['no more than the best three', { ...PLAIN, pools: drawnPools(8, THREE, 6), maxCandidates: 3 }],
  ['a small largest input', { ...PLAIN, pools: drawnPools(6, BOTH_WAYS, 7), baseMints: [{ ...SOL, maxAmountIn: 9n }] }],
  [
    'a smallest net profit',
    { ...PLAIN, pools: drawnPools(6, BOTH_WAYS, 8), baseMints: [{ ...SOL, minNetProfit: 15n }] },
  ],
  [
    'fees, a margin and a tip',
    {
      ...PLAIN,
      pools: drawnPools(6, BOTH_WAYS, 9),
      costs: {
        baseFeeLamports: 5n,
        computeUnitPriceMicroLamports: 100n,
        overheadComputeUnits: 1_001,
        computeUnitMarginBps: 1_000,
        tipLamports: 2n,
        tipShareBps: 1_500,
        maxTipLamports: 1_000_000n,
        rentLamports: 1n,
      },
    },
  ],
  [
    'a tip that meets its cap',
    {
      ...PLAIN,
      pools: drawnPools(6, BOTH_WAYS, 12),
      costs: { ...FREE, baseFeeLamports: 3n, tipLamports: 1n, tipShareBps: 4_000, maxTipLamports: 9n },
    },
  ],
  [
    'two base mints with other prices of a lamport',
    {
      ...PLAIN,
      pools: drawnPools(8, THREE, 10),
      baseMints: [SOL, { ...USD, lamportPrice: [2n, 3n] }],
      costs: { ...FREE, baseFeeLamports: 10n },
    },
  ],
  ['equal pools, where nothing is to be earned', { ...PLAIN, pools: drawnPools(1, PAIR, 11).flatMap(twins) }],
];

function twins(pool: PoolSketch): PoolSketch[] {
  return [pool, { ...pool, name: 'twin' }];
}

/** Integers as decimal strings, but small numbers as they are. */
function encode(vectors: readonly Vector[]): string {
  return `${JSON.stringify(vectors, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value), 1)}\n`;
}

const vectors: readonly Vector[] = SEARCHES.map(([name, input]) => ({
  name,
  source: SOURCE,
  input,
  expected: bruteForceSearch(input),
}));

describe('vectors/search.json', () => {
  it('holds what brute force gives; TANDEM_WRITE_VECTORS=1 writes it anew', () => {
    if (process.env['TANDEM_WRITE_VECTORS'] === '1') writeFileSync(FILE, encode(vectors));
    expect(readFileSync(FILE, 'utf8')).toBe(encode(vectors));
  });

  if (nativeStoreAbsence !== '') it.skip(`is met by the native core, which cannot be loaded: ${nativeStoreAbsence}`);

  describe.each(storeBackends)('on the %s core', (_name, api) => {
    it.each(vectors.map((vector) => [vector.name, vector] as const))('%s', (_vector, { input, expected }) => {
      const store = api.createStore();
      const accounts = encodeAccountBatch(input.pools.flatMap(poolAccounts));
      api.addPools(store, accounts);
      api.applyAccounts(store, accounts);
      const found = api.findCandidates(store, {
        ...(input.touched === null ? {} : { touched: Uint32Array.from(input.touched) }),
        clock: { slot: 10n, epoch: 0n, unixTimestamp: 1_000n },
        baseMints: input.baseMints.map(({ mint, lamportPrice: [numerator, denominator], ...bounds }) => ({
          ...bounds,
          mint: addressOf(mint),
          lamportPriceNumerator: numerator,
          lamportPriceDenominator: denominator,
        })),
        costs: input.costs,
        oldestSlot: input.oldestSlot,
        maxCandidates: input.maxCandidates,
      });
      const ranking = found.map(({ baseMintIndex, legs, profit }) => ({
        baseMintIndex,
        pools: legs.map((leg) => leg.pool),
        net: profit.net,
        computeUnitLimit: profit.computeUnitLimit,
      }));
      expect(ranking).toEqual(expected);
      api.dropStore(store);
    });
  });
});
