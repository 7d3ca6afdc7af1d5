import {
  type Candidate,
  type CandidateLeg,
  type CoreApi,
  Direction,
  type PoolDescription,
  type SearchRequest,
  type StoreId,
  SwapMode,
  Venue,
} from '@tandem/core-native';
import { addressKey } from '../src/seed/addresses.js';

/** Small beside the pools, so that a gap of some percent is a profit. */
const AMOUNT_IN = 200_000_000n;

/** The pools of a cycle of three: base → first mint → second mint → base. */
export interface ThreePools {
  readonly there: PoolDescription;
  readonly across: PoolDescription;
  readonly back: PoolDescription;
}

/**
 * Returns the cycle whose swaps name the most accounts: a DLMM pool and a Whirlpool with the base mint, and a CPMM pool between. Of
 * several the same one, whatever the order of the pools.
 */
export function longestCycle(given: readonly PoolDescription[], base: Uint8Array): ThreePools {
  const pools = given.toSorted((a, b) => Buffer.compare(a.address, b.address));
  const has = (pool: PoolDescription, mint: Uint8Array) =>
    [pool.mintA, pool.mintB].some((held) => addressKey(held) === addressKey(mint));
  const withBase = (venue: Venue, mint: Uint8Array) =>
    pools.find((pool) => pool.venue === venue && has(pool, base) && has(pool, mint));
  for (const across of pools) {
    if (across.venue !== Venue.RaydiumCpmm || has(across, base)) continue;
    for (const [first, second] of [
      [across.mintA, across.mintB],
      [across.mintB, across.mintA],
    ] as const) {
      const [there, back] = [withBase(Venue.MeteoraDlmm, first), withBase(Venue.OrcaWhirlpool, second)];
      if (there !== undefined && back !== undefined) return { there, across, back };
    }
  }
  throw new Error('the sandbox has no such cycle');
}

/** Returns a core that finds one cycle of three pools and nothing else: the search of cycles longer than two legs is not written yet. */
export function threeLegCore(core: CoreApi): CoreApi {
  return { ...core, findCandidates: (store, request) => findThreeLegs(core, store, request) };
}

function findThreeLegs(core: CoreApi, store: StoreId, request: SearchRequest): Candidate[] {
  const base = request.baseMints[0];
  if (base === undefined || base.maxAmountIn < AMOUNT_IN) return [];
  const pools = core.describePools(
    store,
    Uint32Array.from({ length: core.poolCount(store) }, (_, index) => index),
  );
  const { there, across, back } = longestCycle(pools, base.mint);
  const legs: CandidateLeg[] = [];
  let [mint, amountIn] = [base.mint, AMOUNT_IN];
  for (const { index: pool, mintA, mintB, computeUnits } of [there, across, back]) {
    const direction = addressKey(mintA) === addressKey(mint) ? Direction.AToB : Direction.BToA;
    const { amountOut } = core.quote(store, pool, direction, SwapMode.ExactIn, amountIn, request.clock);
    legs.push({ pool, direction, amountIn, amountOut, computeUnits });
    [mint, amountIn] = [direction === Direction.AToB ? mintB : mintA, amountOut];
  }
  const profit = core.profit({
    amountIn: AMOUNT_IN,
    amountOut: amountIn,
    routeComputeUnits: legs.reduce((sum, leg) => sum + leg.computeUnits, 0),
    costs: request.costs,
    lamportPriceNumerator: base.lamportPriceNumerator,
    lamportPriceDenominator: base.lamportPriceDenominator,
  });
  if (profit.net < base.minNetProfit) return [];
  return [{ baseMintIndex: 0, legs, profit, oldestSlot: request.clock.slot }];
}
