import {
  Direction,
  SwapMode,
  type ChainClock,
  type CoreApi,
  type PoolDescription,
  type StoreId,
} from '@tandem/core-native';
import { isQuoteRefusal } from './quote-refusal.js';

/** The probe is this part of the input reserve: enough to give something back in all but the emptiest pools. */
const PROBE_SHARE = 1_000n;

/** Says whether a pool takes swaps in both directions now: complete, enabled, open, and not empty. */
export function isTradable(core: CoreApi, store: StoreId, pool: PoolDescription, clock: ChainClock): boolean {
  if (!pool.ready || pool.disabledCode !== null) return false;
  return [[Direction.AToB, pool.reserveA] as const, [Direction.BToA, pool.reserveB] as const].every(
    ([direction, reserve]) => {
      try {
        core.quote(store, pool.index, direction, SwapMode.ExactIn, reserve / PROBE_SHARE + 1n, clock);
        return true;
      } catch (error) {
        if (isQuoteRefusal(error)) return false;
        throw error;
      }
    },
  );
}
