import { type ChainClock, Direction } from '../../../../core-api.js';
import { U64_MAX } from '../../../math/mul-div.js';
import { sqrtPriceOfReserves } from './curve.js';
import { afterSwap } from './dynamic-fee.js';
import type { Fill } from './fill.js';
import { CollectFeeMode, type Pair, type PoolState } from './layout.js';
import { type Terms, splitFee } from './quote.js';

// What a swap leaves behind: `programs/cp-amm/src/state/pool.rs` (`update_pre_swap`, `apply_swap_result`, `update_post_swap`).

/** Returns the state after a priced swap; undefined where a counter of the program overflows. */
export function bookFill(
  state: PoolState,
  terms: Terms,
  swap: { readonly direction: Direction; readonly fill: Fill; readonly clock: ChainClock },
): PoolState | undefined {
  const { direction, fill, clock } = swap;
  const { entering, leaving } = fill.moved;
  const { protocol, compounding } = splitFee(terms, fill.fee);
  const [reserveA, reserveB] = terms.reserves;
  const isFalling = direction === Direction.AToB;
  // Whatever the token of the fee, its compounding share stays with token B; only pools whose fees are in B have one.
  const tokenAmounts: Pair<bigint> = isFalling
    ? [reserveA + entering, reserveB - leaving + compounding]
    : [reserveA - leaving, reserveB + entering + compounding];
  const isFeeInA = state.collectFeeMode === CollectFeeMode.BothToken && !isFalling;
  const add = ([a, b]: Pair<bigint>): Pair<bigint> => (isFeeInA ? [a + protocol, b] : [a, b + protocol]);
  const [protocolFees, totalProtocolFees] = [add(state.protocolFees), add(state.totalProtocolFees)];
  const counters = [...tokenAmounts, ...protocolFees, ...totalProtocolFees];
  const sqrtPrice = terms.curve === undefined ? sqrtPriceOfReserves(tokenAmounts) : fill.moved.sqrtPrice;
  if (sqrtPrice === undefined || counters.some((counter) => counter < 0n || counter > U64_MAX)) return undefined;
  const move = { before: state.sqrtPrice, after: sqrtPrice, timestamp: clock.unixTimestamp };
  const dynamicFee = state.dynamicFee && afterSwap(state.dynamicFee, move);
  if (state.dynamicFee !== undefined && dynamicFee === undefined) return undefined;
  return { ...state, tokenAmounts, protocolFees, totalProtocolFees, sqrtPrice, dynamicFee };
}
