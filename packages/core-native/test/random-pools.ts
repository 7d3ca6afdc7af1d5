import * as fc from 'fast-check';
import type { AccountRecord } from '../ts/account-batch.js';
import type { CostModel, SearchRequest } from '../ts/core-api.js';
import { addressOf, poolAccounts, type PoolSketch, SYSTEM_PROGRAM, vaultAccount } from './pool-accounts.js';

/** Names of mints; few, so that pools share pairs. */
const MINTS = ['sol', 'usd', 'cat'] as const;
const U64_MAX = 2n ** 64n - 1n;

/** An amount of any size: as many small ones as large ones. */
export const anyAmount: fc.Arbitrary<bigint> = fc
  .tuple(fc.integer({ min: 0, max: 64 }), fc.bigInt({ min: 0n, max: U64_MAX }))
  .map(([bits, value]) => value >> BigInt(64 - bits));

const reserve = fc.oneof(
  { weight: 3, arbitrary: fc.bigInt({ min: 500n, max: 1_500n }) },
  { weight: 5, arbitrary: fc.bigInt({ min: 900_000_000n, max: 1_100_000_000n }) },
  { weight: 1, arbitrary: anyAmount.map((amount) => (amount > U64_MAX - 10n ? amount - 10n : amount)) },
);
const transferFee = fc.oneof(
  { weight: 4, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 300 }) },
);

/** Pools of both venues over few mints. */
export const randomPools: fc.Arbitrary<PoolSketch[]> = fc
  .array(
    fc.record({
      venue: fc.constantFrom('raydium_cpmm' as const, 'raydium_amm_v4' as const),
      mints: fc.shuffledSubarray([...MINTS], { minLength: 2, maxLength: 2 }),
      reserves: fc.tuple(reserve, reserve),
      feeMillionths: fc.constantFrom(0n, 100n, 2_500n, 10_000n),
      slot: fc.bigInt({ min: 1n, max: 9n }),
      transferFeeBps: fc.tuple(transferFee, transferFee),
      hasStarted: fc.constantFrom(true, true, true, false),
    }),
    { minLength: 2, maxLength: 6 },
  )
  .map((pools) =>
    pools.map(({ mints, hasStarted, ...pool }, index) => ({
      ...pool,
      name: `pool-${index}`,
      mints: [mints[0] ?? 'sol', mints[1] ?? 'usd'] as const,
      openTime: hasStarted ? 0n : 1_500n,
    })),
  );

/** What may happen to one account, as the chain or a broken node would tell it. */
type Change =
  | { readonly kind: 'balance'; readonly side: 0 | 1; readonly amount: bigint }
  | { readonly kind: 'same' | 'closed' | 'foreign' | 'unknown' }
  | { readonly kind: 'cut'; readonly length: number }
  | { readonly kind: 'garbled'; readonly offset: number; readonly value: number };

export interface RandomUpdate {
  readonly pool: number;
  readonly account: number;
  readonly slot: bigint;
  readonly change: Change;
}

const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 16,
    arbitrary: fc.record({
      kind: fc.constant('balance' as const),
      side: fc.constantFrom(0 as const, 1 as const),
      amount: reserve,
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('same' as const, 'same' as const, 'closed' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('foreign' as const, 'unknown' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), length: fc.nat({ max: 700 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('garbled' as const),
      offset: fc.nat({ max: 800 }),
      value: fc.nat({ max: 255 }),
    }),
  },
);

export const randomUpdates: fc.Arbitrary<RandomUpdate[]> = fc.array(
  fc.record({ pool: fc.nat({ max: 5 }), account: fc.nat({ max: 5 }), slot: fc.bigInt({ min: 0n, max: 14n }), change }),
  { maxLength: 10 },
);

/** Returns the account that an update makes of the pools it starts from. */
export function updatedAccount(pools: readonly PoolSketch[], update: RandomUpdate): AccountRecord {
  const pool = pools[update.pool % pools.length] as PoolSketch;
  const accounts = poolAccounts(pool);
  const before = { ...(accounts[update.account % accounts.length] as AccountRecord), slot: update.slot };
  const { change: made } = update;
  switch (made.kind) {
    case 'balance':
      return vaultAccount(pool, made.side, made.amount, update.slot);
    case 'same':
      return before;
    case 'closed':
      return { ...before, owner: SYSTEM_PROGRAM, data: new Uint8Array(0) };
    case 'foreign':
      return { ...before, owner: addressOf('nobody') };
    case 'unknown':
      return { ...before, address: addressOf('stranger') };
    case 'cut':
      return { ...before, data: before.data.subarray(0, made.length) };
    case 'garbled': {
      const data = before.data.slice();
      data[made.offset % data.length] = made.value;
      return { ...before, data };
    }
  }
}

const lamports = fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 10_000n }), { weight: 1, arbitrary: anyAmount });

const costModel: fc.Arbitrary<CostModel> = fc.record({
  baseFeeLamports: fc.constantFrom(0n, 5n, 5_000n),
  computeUnitPriceMicroLamports: lamports,
  overheadComputeUnits: fc.nat({ max: 100_000 }),
  computeUnitMarginBps: fc.constantFrom(0, 1_000, 10_000),
  tipLamports: lamports,
  tipShareBps: fc.constantFrom(0, 0, 500, 5_000, 10_000, 10_001),
  maxTipLamports: fc.oneof(fc.constant(2n ** 64n - 1n), lamports),
  rentLamports: fc.constantFrom(0n, 2_039_280n),
});

/** Costs of a small transaction, which leave a profit to find. */
const lowCosts: fc.Arbitrary<CostModel> = fc.record({
  baseFeeLamports: fc.constantFrom(0n, 5n),
  computeUnitPriceMicroLamports: fc.constantFrom(0n, 10n),
  overheadComputeUnits: fc.nat({ max: 1_000 }),
  computeUnitMarginBps: fc.constantFrom(0, 1_000),
  tipLamports: fc.constantFrom(0n, 3n),
  tipShareBps: fc.constantFrom(0, 500, 5_000),
  maxTipLamports: fc.constantFrom(0n, 20n, 2n ** 64n - 1n),
  rentLamports: fc.constant(0n),
});

const price = fc.constantFrom([1n, 1n], [1n, 1n], [3n, 7n], [20n, 1n], [1n, 1_000_000n], [0n, 1n]);

const randomClock = fc.record({
  slot: fc.constant(15n),
  epoch: fc.bigInt({ min: 0n, max: 3n }),
  unixTimestamp: fc.constantFrom(1_000n, 2_000n, 2_000n, 2_000n),
});

/** A search without its touched pools. */
export const randomSearch: fc.Arbitrary<Omit<SearchRequest, 'touched'>> = fc.record({
  clock: randomClock,
  baseMints: fc.array(
    fc
      .record({
        mint: fc.constantFrom(...MINTS),
        maxAmountIn: fc.oneof(anyAmount, fc.constant(1_000_000_000n)),
        minNetProfit: fc.nat({ max: 50 }),
        price,
      })
      .map(({ mint, maxAmountIn, minNetProfit, price: [numerator = 1n, denominator = 1n] }) => ({
        mint: addressOf(mint),
        maxAmountIn,
        minNetProfit: BigInt(minNetProfit),
        lamportPriceNumerator: numerator,
        lamportPriceDenominator: denominator,
      })),
    { minLength: 1, maxLength: 3 },
  ),
  costs: fc.oneof({ weight: 3, arbitrary: lowCosts }, { weight: 1, arbitrary: costModel }),
  oldestSlot: fc.bigInt({ min: 0n, max: 6n }),
  maxCandidates: fc.constantFrom(1, 3, 100),
});

/** A profit request, of which many are refused. */
export const randomProfit = fc.record({
  amountIn: anyAmount,
  amountOut: anyAmount,
  routeComputeUnits: fc.nat({ max: 2_000_000 }),
  costs: costModel,
  lamportPriceNumerator: anyAmount,
  lamportPriceDenominator: anyAmount,
});
