import type { Random } from '@tandem/engine/ports';
import { squareRoot } from '../seed/raydium-cpmm.js';

const MILLION = 1_000_000n;
/** Gaps are 1 % to 3 % of the sibling's price, in millionths. */
const SMALLEST_GAP_PPM = 10_000;
const LARGEST_GAP_PPM = 30_000;
/** A pair this far from its reference is always pulled back; in between the odds are linear. */
const PULL_BAND_PPM = 30_000n;
/** No single trade moves a price further than this, however far away its target is. */
const LARGEST_MOVE_PPM = 60_000n;

/** Prices of one pair, in 2^64ths. */
export interface NudgePrices {
  readonly poolX64: bigint;
  readonly siblingX64: bigint;
  readonly referenceX64: bigint;
}

/**
 * Returns the price one pool should be moved to: a random gap beside its sibling's price, on the side that brings the pair nearer
 * to its reference the more likely the further away the pair has got. That makes the walk stationary however long it runs.
 */
export function planNudge(prices: NudgePrices, random: Random): bigint {
  const gapPpm = BigInt(SMALLEST_GAP_PPM + random.nextInt(LARGEST_GAP_PPM - SMALLEST_GAP_PPM + 1));
  const deviationPpm = ((prices.siblingX64 - prices.referenceX64) * MILLION) / prices.referenceX64;
  const riseOdds = Number(clamp(MILLION / 2n - (deviationPpm * MILLION) / (2n * PULL_BAND_PPM), 0n, MILLION));
  const isRising = random.nextInt(Number(MILLION)) < riseOdds;
  const target = (prices.siblingX64 * (MILLION + (isRising ? gapPpm : -gapPpm))) / MILLION;
  const lowest = (prices.poolX64 * (MILLION - LARGEST_MOVE_PPM)) / MILLION;
  const highest = (prices.poolX64 * (MILLION + LARGEST_MOVE_PPM)) / MILLION;
  return clamp(target, lowest, highest);
}

/**
 * Returns the input that moves a constant-product pool from one price to the other, before fees: the input reserve grows with the
 * square root of the ratio. For pools of other kinds it is where the search for their input begins.
 */
export function inputForMove(inputReserve: bigint, fromX64: bigint, toX64: bigint): bigint {
  const [low, high] = fromX64 < toX64 ? [fromX64, toX64] : [toX64, fromX64];
  if (low === 0n) return 0n;
  const growthX32 = squareRoot((high << 64n) / low);
  return ((inputReserve * growthX32) >> 32n) - inputReserve;
}

function clamp(value: bigint, low: bigint, high: bigint): bigint {
  if (value < low) return low;
  return value > high ? high : value;
}
