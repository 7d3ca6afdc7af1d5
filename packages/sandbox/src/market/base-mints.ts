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

/** A pool without SOL on either side is taken to be this deep when its mints have no other price. */
const ASSUMED_DEPTH_LAMPORTS = 1_000_000_000_000n;

/**
 * Returns the base mints that reach every pool: SOL, the preferred mints, and one mint of each pool that none of those reach.
 * A mint is priced by the deepest pool it shares with SOL.
 */
export function chooseBaseMints(
  pools: readonly PoolDescription[],
  preferred: readonly Uint8Array[],
): SandboxBaseMint[] {
  const chosen = [WRAPPED_SOL_MINT, ...preferred];
  for (const pool of pools) {
    if (!chosen.some((mint) => hasMint(pool, mint))) chosen.push(pool.mintA);
  }
  return chosen.map((mint) => ({ mint: addressText(mint), ...priceOf(mint, pools) }));
}

function priceOf(mint: Uint8Array, pools: readonly PoolDescription[]): Omit<SandboxBaseMint, 'mint'> {
  if (equalBytes(mint, WRAPPED_SOL_MINT)) return { lamportPriceNumerator: 1n, lamportPriceDenominator: 1n };
  const own = pools.filter((pool) => pool.ready && hasMint(pool, mint));
  const withSol = own.filter((pool) => hasMint(pool, WRAPPED_SOL_MINT)).map((pool) => reservesOf(pool, mint));
  const deepest = withSol.reduce((best, pool) => (pool.other > best.other ? pool : best), { own: 0n, other: 0n });
  if (deepest.own > 0n && deepest.other > 0n) {
    return { lamportPriceNumerator: deepest.own, lamportPriceDenominator: deepest.other };
  }
  const depth = own
    .map((pool) => reservesOf(pool, mint).own)
    .reduce((best, reserve) => (reserve > best ? reserve : best), 1n);
  return { lamportPriceNumerator: depth, lamportPriceDenominator: ASSUMED_DEPTH_LAMPORTS };
}

function reservesOf(pool: PoolDescription, mint: Uint8Array): { readonly own: bigint; readonly other: bigint } {
  const isA = equalBytes(pool.mintA, mint);
  return isA ? { own: pool.reserveA, other: pool.reserveB } : { own: pool.reserveB, other: pool.reserveA };
}

function hasMint(pool: PoolDescription, mint: Uint8Array): boolean {
  return equalBytes(pool.mintA, mint) || equalBytes(pool.mintB, mint);
}
