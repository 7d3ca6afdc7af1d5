import {
  decodeInstructions,
  Direction,
  SwapMode,
  type CoreApi,
  type PoolDescription,
  type StoreId,
} from '@tandem/core-native';
import { equalBytes } from '../seed/token-accounts.js';

/** Stands for the wallet's accounts while the others are collected. */
const PLACEHOLDER = new Uint8Array(32).fill(0xfe);

/** Returns what a swap through a pool names besides the wallet's own accounts, the program first. */
export function poolSwapAddresses(core: CoreApi, store: StoreId, pool: PoolDescription): Uint8Array[] {
  const leg = {
    pool: pool.index,
    direction: Direction.AToB,
    mode: SwapMode.ExactIn,
    amount: 1n,
    limit: 0n,
    sourceAccount: PLACEHOLDER,
    destinationAccount: PLACEHOLDER,
  };
  const instructions = decodeInstructions(core.swapInstructions(store, PLACEHOLDER, [leg]));
  return instructions
    .flatMap(({ program, accounts }) => [program, ...accounts.map((account) => account.address)])
    .filter((address) => !equalBytes(address, PLACEHOLDER));
}
