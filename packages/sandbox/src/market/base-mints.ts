import type { PoolDescription } from '@tandem/core-native';
import { addressText, WRAPPED_SOL_MINT } from '../seed/addresses.js';
import { equalBytes } from '../seed/token-accounts.js';

/** A mint that routes of the sandbox can begin and end in. */
export interface SandboxBaseMint {
  /** Base58. */
  readonly mint: string;
  /** Price of a lamport when the sandbox started: raw units of the mint = lamports * numerator / denominator. */
  readonly lamportPriceNumerator: bigint;
  readonly lamportPriceDenominator: bigint;
}

/** A pool with its price, mint B per mint A, in 2^64ths. */
export interface PricedPool {
  readonly pool: PoolDescription;
  readonly priceX64: bigint;
}

/** Prices of mints go into configurations as 64-bit integers. */
const LARGEST_UNITS = 1n << 63n;

/** A pool without SOL on either side is taken to be this deep when its mints have no other price. */
const ASSUMED_DEPTH_LAMPORTS = 1_000_000_000_000n;

/**
 * Returns the base mints that reach every pool: SOL, the preferred mints, and one mint of each pool that none of those reach.
 * A mint is priced by the deepest pool it shares with SOL.
 */
export function chooseBaseMints(pools: readonly PricedPool[], preferred: readonly Uint8Array[]): SandboxBaseMint[] {
  const chosen = [WRAPPED_SOL_MINT, ...preferred];
  for (const { pool } of pools) {
    if (!chosen.some((mint) => hasMint(pool, mint))) chosen.push(pool.mintA);
  }
  return chosen.map((mint) => ({ mint: addressText(mint), ...priceOf(mint, pools) }));
}

function priceOf(mint: Uint8Array, pools: readonly PricedPool[]): Omit<SandboxBaseMint, 'mint'> {
  if (equalBytes(mint, WRAPPED_SOL_MINT)) return { lamportPriceNumerator: 1n, lamportPriceDenominator: 1n };
  const own = pools.filter(({ pool }) => pool.ready && hasMint(pool, mint));
  const withSol = own.filter(({ pool, priceX64 }) => priceX64 > 0n && hasMint(pool, WRAPPED_SOL_MINT));
  const deepest = withSol.reduce<PricedPool | undefined>(
    (best, next) => (best === undefined || lamportsIn(next) > lamportsIn(best) ? next : best),
    undefined,
  );
  const price = deepest === undefined ? undefined : priceIn(deepest, mint);
  if (price !== undefined) return price;
  const depth = own.reduce((most, { pool }) => (reserveOf(pool, mint) > most ? reserveOf(pool, mint) : most), 1n);
  return { lamportPriceNumerator: depth, lamportPriceDenominator: ASSUMED_DEPTH_LAMPORTS };
}

/** How much of the mint the pool's lamports are worth; `undefined` where not one unit is. */
function priceIn(priced: PricedPool, mint: Uint8Array): Omit<SandboxBaseMint, 'mint'> | undefined {
  const { pool, priceX64 } = priced;
  let lamports = lamportsIn(priced);
  if (lamports === 0n) lamports = ASSUMED_DEPTH_LAMPORTS;
  let units = equalBytes(pool.mintA, mint) ? (lamports << 64n) / priceX64 : (lamports * priceX64) >> 64n;
  while (units > LARGEST_UNITS && lamports > 1n) [units, lamports] = [units / 2n, lamports / 2n];
  if (units === 0n || units > LARGEST_UNITS) return undefined;
  return { lamportPriceNumerator: units, lamportPriceDenominator: lamports };
}

function lamportsIn({ pool }: PricedPool): bigint {
  return reserveOf(pool, WRAPPED_SOL_MINT);
}

function reserveOf(pool: PoolDescription, mint: Uint8Array): bigint {
  return equalBytes(pool.mintA, mint) ? pool.reserveA : pool.reserveB;
}

function hasMint(pool: PoolDescription, mint: Uint8Array): boolean {
  return equalBytes(pool.mintA, mint) || equalBytes(pool.mintB, mint);
}
