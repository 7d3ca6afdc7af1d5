import {
  ClmmConfigLayout,
  PoolInfoLayout,
  swapInternal,
  TickArrayBitmapExtensionLayout,
  TickArrayLayout,
  TickUtil,
} from '@raydium-io/raydium-sdk-v2';
import { PublicKey } from '@solana/web3.js';
import { type ClusterAccount, encodeClmmConfig, encodeClmmPool, type SeededPool } from '@tandem/sandbox/seed';
import BN from 'bn.js';
import { CLOCK } from './cpmm-market.js';
import type { TickBook } from './tick-walk.js';
import { mintAccount, numbers, side, type VenueMarket } from './venue-market.js';

const CONFIG = { index: 40_001, tradeFeeRate: 500, tickSpacing: 10 } as const;
/** Ranges around the price, each a spacing wider than the one before: a tick that holds liquidity every 10 ticks on either side. */
const RANGES = 40;
const TICK_ARRAY_BYTES = 10_240;
const EXTENSION_BYTES = 1_832;

/** Returns CLMM pools whose liquidity has a step every 10 ticks. */
export async function clmmMarket(count: number, first = 0): Promise<VenueMarket> {
  const pools = numbers(first, count).map(async (index) =>
    encodeClmmPool({
      seed: 1,
      label: `bench ${index}`,
      config: CONFIG,
      sides: [
        side(mintsOf(index)[0], 5_000_000_000_000n + BigInt(index) * 7_919n),
        side(mintsOf(index)[1], 7_000_000_000_000n + BigInt(index) * 104_729n),
      ],
      ranges: Array.from({ length: RANGES }, (_range, at) => ({
        spacings: at,
        shareBps: BigInt(10_000 / RANGES),
      })),
    }),
  );
  const mints = numbers(first, count).flatMap((index) => mintsOf(index).map(mintAccount));
  return { pools: await Promise.all(pools), shared: [await encodeClmmConfig(CONFIG), ...mints] };
}

/** A pool's address follows from its mints, so that each has its own. */
function mintsOf(index: number): readonly [string, string] {
  return [`clmm ${index} a`, `clmm ${index} b`];
}

/** A pool as the vendor's kit decodes it. */
export interface ClmmFacts {
  readonly program: PublicKey;
  readonly address: PublicKey;
  readonly pool: ReturnType<typeof PoolInfoLayout.decode>;
  readonly config: ReturnType<typeof ClmmConfigLayout.decode>;
  readonly extension: ReturnType<typeof TickArrayBitmapExtensionLayout.decode>;
  /** Those from the price downwards, as the kit's own quote hands them over. */
  readonly tickArrays: { address: PublicKey; value: ReturnType<typeof TickArrayLayout.decode> }[];
}

/** Decodes a pool's accounts with the vendor's kit. */
export function clmmFacts({ accounts, address }: SeededPool, config: ClusterAccount): ClmmFacts {
  const ofLength = (length: number): ClusterAccount[] => accounts.filter(({ data }) => data.length === length);
  const own = accounts[0];
  const [extension] = ofLength(EXTENSION_BYTES);
  if (own === undefined || extension === undefined) throw new Error('a pool has its own account and outer bitmaps');
  const pool = PoolInfoLayout.decode(Buffer.from(own.data));
  const tickArrays = ofLength(TICK_ARRAY_BYTES)
    .map(({ address: at, data }) => ({ address: new PublicKey(at), value: TickArrayLayout.decode(Buffer.from(data)) }))
    .filter(({ value }) => value.startTickIndex <= pool.tickCurrent)
    .toSorted((left, right) => right.value.startTickIndex - left.value.startTickIndex);
  return {
    program: new PublicKey(own.owner),
    address: new PublicKey(address),
    pool,
    config: ClmmConfigLayout.decode(Buffer.from(config.data)),
    extension: TickArrayBitmapExtensionLayout.decode(Buffer.from(extension.data)),
    tickArrays,
  };
}

/** Returns where a pool stands, for amounts that cross a number of ticks. */
export function clmmBook({ pool, config, tickArrays }: ClmmFacts): TickBook {
  const edges = tickArrays
    .flatMap(({ value }) =>
      value.ticks.map(({ tick, liquidityNet }) => ({ tick, net: BigInt(liquidityNet.toString()) })),
    )
    .filter(({ net }) => net !== 0n)
    .toSorted((left, right) => left.tick - right.tick);
  return {
    sqrtPrice: BigInt(pool.sqrtPriceX64.toString()),
    liquidity: BigInt(pool.liquidity.toString()),
    edges,
    feeRate: BigInt(config.tradeFeeRate),
    sqrtPriceOfTick: (tick) => BigInt(TickUtil.getSqrtPriceAtTick(tick).toString()),
  };
}

/**
 * Quotes from A to B with the swap of the vendor's kit, without the addresses of remaining accounts that its `PoolUtils` derives on
 * top: a quote needs none.
 */
export function clmmSwap(facts: ClmmFacts, amountIn: BN): { amountOut: BN; sqrtPriceAfter: BN } {
  const { amountCalculated, sqrtPriceX64, allTrade } = swapInternal({
    programId: facts.program,
    poolId: facts.address,
    poolInfo: facts.pool,
    tickArrays: facts.tickArrays,
    configInfo: facts.config,
    tickarrayBitmapExtension: facts.extension,
    amountSpecified: amountIn,
    sqrtPriceLimitX64: new BN(0),
    zeroForOne: true,
    isBaseInput: true,
    blockTimestamp: Number(CLOCK.unixTimestamp),
    includeExtraTickArrays: false,
  });
  if (!allTrade) throw new Error('the pool holds liquidity for the whole amount');
  return { amountOut: amountCalculated, sqrtPriceAfter: sqrtPriceX64 };
}
