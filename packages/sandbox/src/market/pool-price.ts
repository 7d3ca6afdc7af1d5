import {
  Direction,
  SwapMode,
  type ChainClock,
  type CoreApi,
  type PoolDescription,
  type StoreId,
} from '@tandem/core-native';
import { squareRoot } from '../seed/raydium-cpmm.js';
import { isQuoteRefusal } from './quote-refusal.js';

/** What a pool is asked through: quotes say what its price is, whatever its venue keeps as a price. */
export interface PoolQuotes {
  readonly core: Pick<CoreApi, 'quote'>;
  readonly store: StoreId;
  readonly clock: ChainClock;
}

/** An exact input and what it gives. */
interface Probe {
  readonly amountIn: bigint;
  readonly amountOut: bigint;
}

/** Probes are these parts of the input reserve: the smallest whose output shows the price to a ten-thousandth counts. */
const PROBE_SHARES = [10_000n, 1_000n, 100n];
const PRECISE_OUTPUT = 10_000n;
/** The input of a move is found by doubling and then by halving the span so often. */
const MOST_DOUBLINGS = 48;
const HALVINGS = 14;

/** Returns a pool's price, mint B per mint A, in 2^64ths: the mean of both directions, so that fees cancel. Zero where either refuses. */
export function quotedPriceX64(quotes: PoolQuotes, pool: PoolDescription): bigint {
  const [sell, buy] = [probe(quotes, pool, Direction.AToB), probe(quotes, pool, Direction.BToA)];
  if (sell === undefined || buy === undefined) return 0n;
  return squareRoot(((sell.amountOut * buy.amountIn) << 128n) / (sell.amountIn * buy.amountOut));
}

/**
 * Returns the input that moves a pool's price by the ratio of two prices, found by quotes: over a move the average rate falls by the
 * square root of what the price does, in a constant product and within each price range of a concentrated pool alike. Where the pool
 * cannot go that far it is half of what it takes: at the end of its range it would quote no way back. Zero where it takes nothing.
 */
export function inputToMove(
  quotes: PoolQuotes,
  pool: PoolDescription,
  move: { readonly direction: Direction; readonly fromX64: bigint; readonly toX64: bigint; readonly guess: bigint },
): bigint {
  const { direction, fromX64, toX64, guess } = move;
  const [low, high] = fromX64 < toX64 ? [fromX64, toX64] : [toX64, fromX64];
  const first = probe(quotes, pool, direction);
  if (first === undefined || low === 0n || guess <= 0n) return 0n;
  const rootX32 = squareRoot((low << 64n) / high);
  const hasMoved = (amountIn: bigint): boolean | undefined => {
    const amountOut = quoteOut(quotes, pool, direction, amountIn);
    return amountOut === 0n ? undefined : (amountOut * first.amountIn) << 32n <= first.amountOut * amountIn * rootX32;
  };
  let [taken, tooFar] = [0n, guess];
  for (let doubling = 0; doubling < MOST_DOUBLINGS && hasMoved(tooFar) === false; doubling += 1) {
    taken = tooFar;
    tooFar *= 2n;
  }
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const middle = (taken + tooFar) / 2n;
    if (hasMoved(middle) === false) taken = middle;
    else tooFar = middle;
  }
  return hasMoved(tooFar) === undefined ? taken / 2n : taken;
}

function probe(quotes: PoolQuotes, pool: PoolDescription, direction: Direction): Probe | undefined {
  const reserveIn = direction === Direction.AToB ? pool.reserveA : pool.reserveB;
  let best: Probe | undefined;
  for (const share of PROBE_SHARES) {
    const amountIn = reserveIn / share + 1n;
    const amountOut = quoteOut(quotes, pool, direction, amountIn);
    if (amountOut > 0n) best = { amountIn, amountOut };
    if (amountOut >= PRECISE_OUTPUT) break;
  }
  return best;
}

/** Zero where the pool refuses. */
function quoteOut(
  { core, store, clock }: PoolQuotes,
  pool: PoolDescription,
  direction: Direction,
  amountIn: bigint,
): bigint {
  try {
    return core.quote(store, pool.index, direction, SwapMode.ExactIn, amountIn, clock).amountOut;
  } catch (error) {
    if (isQuoteRefusal(error)) return 0n;
    throw error;
  }
}
