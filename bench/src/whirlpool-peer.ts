import {
  type TickArrayFacade,
  tickIndexToSqrtPrice,
  swapQuoteByInputToken,
  type WhirlpoolFacade,
} from '@orca-so/whirlpools-core';
import { encodeWhirlpool, type SeededPool, TickArrayFormat } from '@tandem/sandbox/seed';
import { CLOCK } from './cpmm-market.js';
import type { TickBook } from './tick-walk.js';
import { mintAccount, numbers, side, type VenueMarket } from './venue-market.js';

const TICK_SPACING = 8;
const FEE_RATE = 500;
/** Ranges around the price, each a spacing wider than the one before: a tick that holds liquidity every 8 ticks on either side. */
const RANGES = 40;
const TICKS_IN_ARRAY = 88;
const TICK_BYTES = 113;
const SPAN = TICKS_IN_ARRAY * TICK_SPACING;

/** Returns Whirlpools whose liquidity has a step every 8 ticks. */
export async function whirlpoolMarket(count: number, first = 0): Promise<VenueMarket> {
  const pools = numbers(first, count).map(async (index) =>
    encodeWhirlpool({
      seed: 1,
      label: `bench ${index}`,
      sides: [
        side('whirlpool a', 5_000_000_000_000n + BigInt(index) * 7_919n),
        side('whirlpool b', 7_000_000_000_000n + BigInt(index) * 104_729n),
      ],
      tickSpacing: TICK_SPACING,
      feeRate: FEE_RATE,
      format: TickArrayFormat.Fixed,
      ranges: Array.from({ length: RANGES }, (_range, at) => ({
        ticks: TICK_SPACING * (at + 1),
        sharePpm: BigInt(1_000_000 / RANGES),
      })),
      pendingFees: 0n,
    }),
  );
  return { pools: await Promise.all(pools), shared: ['whirlpool a', 'whirlpool b'].map(mintAccount) };
}

/** A pool as the vendor's WASM takes it. */
export interface WhirlpoolFacts {
  readonly whirlpool: WhirlpoolFacade;
  /** That of the price and two on either side, as the vendor's own `swapInstructions` hands them over; missing ones are empty. */
  readonly tickArrays: TickArrayFacade[];
}

// Offsets: whirlpools `state/whirlpool.rs` and `state/fixed_tick_array.rs`, 630c0e0.

/** Converts a pool's accounts. */
export function whirlpoolFacts(pool: SeededPool): WhirlpoolFacts {
  const own = pool.accounts[0]?.data ?? new Uint8Array();
  const view = viewOf(own);
  const whirlpool: WhirlpoolFacade = {
    feeTierIndexSeed: own.slice(43, 45),
    tickSpacing: view.getUint16(41, true),
    feeRate: view.getUint16(45, true),
    protocolFeeRate: view.getUint16(47, true),
    liquidity: unsigned(view, 49),
    sqrtPrice: unsigned(view, 65),
    tickCurrentIndex: view.getInt32(81, true),
    feeGrowthGlobalA: 0n,
    feeGrowthGlobalB: 0n,
    rewardLastUpdatedTimestamp: 0n,
    rewardInfos: Array.from({ length: 3 }, () => ({ emissionsPerSecondX64: 0n, growthGlobalX64: 0n })),
  };
  const arrays = pool.accounts.filter(({ data }) => data.length === 12 + TICK_BYTES * TICKS_IN_ARRAY + 32);
  const byStart = new Map(arrays.map(({ data }) => [viewOf(data).getInt32(8, true), data]));
  const first = Math.floor(whirlpool.tickCurrentIndex / SPAN) * SPAN;
  const starts = [0, 1, 2, -1, -2].map((distance) => first + distance * SPAN);
  return { whirlpool, tickArrays: starts.map((start) => tickArrayFacade(start, byStart.get(start))) };
}

/** Converts a fixed tick array; one that does not exist holds no liquidity. */
function tickArrayFacade(startTickIndex: number, data: Uint8Array | undefined): TickArrayFacade {
  const view = data === undefined ? undefined : viewOf(data);
  const ticks = Array.from({ length: TICKS_IN_ARRAY }, (_, index) => {
    const at = 12 + TICK_BYTES * index;
    return {
      initialized: data?.[at] === 1,
      liquidityNet: view === undefined ? 0n : BigInt.asIntN(128, unsigned(view, at + 1)),
      liquidityGross: view === undefined ? 0n : unsigned(view, at + 17),
      feeGrowthOutsideA: 0n,
      feeGrowthOutsideB: 0n,
      rewardGrowthsOutside: [0n, 0n, 0n],
    };
  });
  return { startTickIndex, ticks };
}

/** Returns where a pool stands, for amounts that cross a number of ticks. */
export function whirlpoolBook({ whirlpool, tickArrays }: WhirlpoolFacts): TickBook {
  const edges = tickArrays
    .flatMap(({ startTickIndex, ticks }) =>
      ticks.map(({ liquidityNet }, index) => ({ tick: startTickIndex + index * TICK_SPACING, net: liquidityNet })),
    )
    .filter(({ net }) => net !== 0n)
    .toSorted((left, right) => left.tick - right.tick);
  const { sqrtPrice, liquidity, feeRate } = whirlpool;
  return { sqrtPrice, liquidity, edges, feeRate: BigInt(feeRate), sqrtPriceOfTick: tickIndexToSqrtPrice };
}

/** Quotes from A to B with the vendor's WASM. */
export function whirlpoolQuote({ whirlpool, tickArrays }: WhirlpoolFacts, amountIn: bigint): bigint {
  return swapQuoteByInputToken(amountIn, true, 0, whirlpool, null, tickArrays, CLOCK.unixTimestamp).tokenEstOut;
}

function viewOf(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}

function unsigned(view: DataView, at: number): bigint {
  return view.getBigUint64(at, true) | (view.getBigUint64(at + 8, true) << 64n);
}
