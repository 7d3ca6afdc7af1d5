import { type ChainClock, Direction, SwapMode } from '../../../../core-api.js';
import { MILLIONTHS } from '../../../math/fee.js';
import { Rounding, U64_MAX } from '../../../math/mul-div.js';
import { amountADelta, amountBDelta } from '../../../math/sqrt-price.js';
import { beforeTransferFee } from '../../../math/transfer-fee.js';
import { U128_MAX } from '../../../math/wide.js';
import type { SwapBounds } from '../../pool.js';
import { type Parts, findFees, findWalkStart, transferFees } from './quote.js';
import { Given } from './swap-step.js';
import { tickAtSqrtPrice } from './tick-math.js';
import { I128_MIN, Walk } from './walk.js';
import { ARRAYS_A_SWAP } from './window.js';

// What a pool can do at most, and what a swap costs: for the search and for the instruction.

/**
 * Compute units of the real program for a swap of one step: the largest seen with addresses that need no search (35,600), and two
 * transfers of the classic token program (9,000).
 */
const SWAP_UNITS = 48_000;
/** What each further step takes: 7,500 to 9,300 seen. */
const STEP_UNITS = 9_500;
/** What an adaptive fee adds (5,400 seen), and a mint with a transfer fee. */
const ADAPTIVE_FEE_UNITS = 6_000;
const TRANSFER_FEE_UNITS = 12_000;
/**
 * What the program takes to derive the address of an array that does not exist, and for each bump that is a point of the curve
 * (1,500 and what is around them).
 */
const DERIVATION_UNITS = 5_000;
const BUMP_UNITS = 1_800;

/** What can be taken out within the known arrays, A first. */
export type Depth = readonly [bigint, bigint];

const NO_LIMIT = { sqrtPriceLimit: 0n };

/** Returns what no swap in this direction can pass, of a pool that no gate refuses. */
export function findBounds(
  parts: Parts,
  depth: Depth,
  direction: Direction,
  clock: ChainClock,
): SwapBounds | undefined {
  const start = findWalkStart(parts, { direction, given: Given.Input, amount: 1n }, NO_LIMIT);
  if (typeof start === 'number') return undefined;
  const fees = findFees(parts, direction, clock);
  const kept = MILLIONTHS - (typeof fees === 'bigint' ? fees : fees.leastRate());
  const squared = start.sqrtPrice * start.sqrtPrice;
  const down = direction === Direction.AToB;
  // Both steps round up. A price above 128 bits has no bound but the largest number.
  const price = down ? divideUp(squared, 1n << 64n) : divideUp(1n << 192n, squared);
  const rateX64 = price > U128_MAX ? U128_MAX : divideUp(price * kept, MILLIONTHS);
  return { rateX64, maxOut: depth[down ? 1 : 0] };
}

function divideUp(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}

/** Returns what can be taken out within the known arrays. */
export function findDepth(parts: Parts): Depth {
  return [depthOf(parts, Direction.BToA), depthOf(parts, Direction.AToB)];
}

/** The sum of what each stretch gives, rounded down as a swap through all of it is. */
function depthOf({ state, window }: Parts, direction: Direction): bigint {
  const down = direction === Direction.AToB;
  const path = window.path(direction);
  const ahead = window.ticks.slice(path.from, path.to);
  let { sqrtPrice, liquidity } = state;
  let sum = 0n;
  for (const stop of [...(down ? ahead.toReversed() : ahead), path.last]) {
    const amount = (down ? amountBDelta : amountADelta)(sqrtPrice, stop.sqrtPrice, liquidity, Rounding.Down);
    sum += amount ?? U128_MAX;
    ({ sqrtPrice } = stop);
    const net = stop.liquidityNet ?? 0n;
    liquidity += down ? -net : net;
    // Where the liquidity would leave its range, or the program fails to negate what is added, no swap goes on.
    if (liquidity < 0n || liquidity > U128_MAX || (down && net === I128_MIN)) liquidity = 0n;
  }
  return sum > U64_MAX ? U64_MAX : sum;
}

/**
 * Returns the tick arrays to pass for a swap: those that it can come to if it pays no fee, and one more; three at most, the last one
 * repeated.
 */
export function findTickArrays(parts: Parts, direction: Direction, mode: SwapMode, amount: bigint): Uint8Array[] {
  const isInput = mode !== SwapMode.ExactOut;
  const given = isInput ? amount : mostLeaving(parts, direction, amount);
  const start =
    given === undefined
      ? undefined
      : findWalkStart(parts, { direction, given: isInput ? Given.Input : Given.Output, amount: given }, NO_LIMIT);
  const walk = start === undefined || typeof start === 'number' ? undefined : new Walk(start);
  const isWhole = walk !== undefined && walk.run(0n) === undefined && walk.remaining === 0n;
  const tick = isWhole ? tickAtSqrtPrice(walk.sqrtPrice) : undefined;
  const addresses = parts.window.addressesTo(direction, tick);
  const last = addresses.at(-1);
  const repeated = last === undefined ? [] : Array.from({ length: ARRAYS_A_SWAP - addresses.length }, () => last);
  return [...addresses, ...repeated];
}

/** Returns the most that leaves the vault for an output to arrive, whatever the epoch. */
function mostLeaving({ mints }: Parts, direction: Direction, amount: bigint): bigint | undefined {
  const config = transferFees(mints)[direction === Direction.AToB ? 1 : 0];
  if (config === undefined) return amount;
  const older = beforeTransferFee(config.older, amount);
  const newer = beforeTransferFee(config.newer, amount);
  if (older === undefined || newer === undefined) return undefined;
  return older > newer ? older : newer;
}

/** Returns the compute units that a swap of so many steps may take on the real program. */
export function computeUnits(parts: Parts, oracleBump: number, steps: number): number {
  const absent = [Direction.AToB, Direction.BToA].map((direction) =>
    parts.window.absentBumps(direction).reduce((units, bump) => units + DERIVATION_UNITS + searchUnits(bump), 0),
  );
  const withFee = transferFees(parts.mints).filter((config) => config !== undefined);
  return (
    SWAP_UNITS +
    withFee.length * TRANSFER_FEE_UNITS +
    Math.max(...absent) +
    (parts.oracle === undefined ? 0 : ADAPTIVE_FEE_UNITS) +
    searchUnits(oracleBump) +
    (steps - 1) * STEP_UNITS
  );
}

/** What the program's search for a bump takes. */
function searchUnits(bump: number): number {
  return (255 - bump) * BUMP_UNITS;
}
