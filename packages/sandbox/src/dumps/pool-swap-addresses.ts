import {
  decodeInstructions,
  Direction,
  SwapMode,
  type CoreApi,
  type PoolDescription,
  type StoreId,
} from '@tandem/core-native';
import { uniqueAddresses } from '../seed/addresses.js';
import { equalBytes } from '../seed/token-accounts.js';

/** Stands for the wallet's accounts while the others are collected. */
const PLACEHOLDER = new Uint8Array(32).fill(0xfe);

/** Swaps of this part of the input reserve name the arrays that most trades come to. */
const RESERVE_SHARE = 10n;

/** Returns what swaps through a pool in either direction name besides the wallet's own accounts, the program first. */
export function poolSwapAddresses(core: CoreApi, store: StoreId, pool: PoolDescription): Uint8Array[] {
  const directions = [
    [Direction.AToB, pool.reserveA],
    [Direction.BToA, pool.reserveB],
  ] as const;
  const legs = directions.map(([direction, reserveIn]) => ({
    pool: pool.index,
    direction,
    mode: SwapMode.ExactIn,
    amount: reserveIn / RESERVE_SHARE + 1n,
    limit: 0n,
    sourceAccount: PLACEHOLDER,
    destinationAccount: PLACEHOLDER,
  }));
  const instructions = decodeInstructions(core.swapInstructions(store, PLACEHOLDER, legs));
  const named = instructions.flatMap(({ program, accounts }) => [program, ...accounts.map(({ address }) => address)]);
  return uniqueAddresses(named.filter((address) => !equalBytes(address, PLACEHOLDER)));
}
