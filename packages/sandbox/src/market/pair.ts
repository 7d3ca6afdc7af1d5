import { Direction, type PoolDescription, type PoolIndex } from '@tandem/core-native';
import { addressKey } from '../seed/addresses.js';

/** The pools between two mints; a pair has a price in one direction whatever the pools' own order of mints. */
export interface Pair {
  /** The mints in the order of their bytes: the price of a pair is `second` per `first`. */
  readonly first: Uint8Array;
  readonly second: Uint8Array;
  readonly pools: readonly PoolIndex[];
}

/** Returns the pairs with at least two of the pools, in the order of their first pool. */
export function groupPairs(pools: readonly PoolDescription[]): Pair[] {
  const groups = new Map<string, Pair & { readonly pools: PoolIndex[] }>();
  for (const pool of pools) {
    const [first, second] = isInOrder(pool) ? [pool.mintA, pool.mintB] : [pool.mintB, pool.mintA];
    const key = pairKey(pool.mintA, pool.mintB);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first, second, pools: [pool.index] });
    else group.pools.push(pool.index);
  }
  return [...groups.values()].filter((pair) => pair.pools.length >= 2);
}

/** Returns the same text for the same two mints in either order. */
export function pairKey(mintA: Uint8Array, mintB: Uint8Array): string {
  const [first, second] = Buffer.compare(mintA, mintB) < 0 ? [mintA, mintB] : [mintB, mintA];
  return addressKey(first) + addressKey(second);
}

/** Turns a pool's price, mint B per mint A, into its pair's, `second` per `first`; 2^64ths, rounded down. Zero stays zero. */
export function pairPriceX64(pool: PoolDescription, poolPriceX64: bigint): bigint {
  if (poolPriceX64 === 0n || isInOrder(pool)) return poolPriceX64;
  return (1n << 128n) / poolPriceX64;
}

/** Returns the direction of the swap that raises (or lowers) the pair's price: `second` comes in to raise it. */
export function directionToward(pool: PoolDescription, targetX64: bigint, currentX64: bigint): Direction {
  const isRising = targetX64 > currentX64;
  return isRising === isInOrder(pool) ? Direction.BToA : Direction.AToB;
}

function isInOrder(pool: PoolDescription): boolean {
  return Buffer.compare(pool.mintA, pool.mintB) < 0;
}
