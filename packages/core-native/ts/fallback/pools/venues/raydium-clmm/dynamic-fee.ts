import { Rounding, mulDiv } from '../../../math/mul-div.js';

// The fee that grows with volatility: `programs/amm/src/states/pool_fee.rs` and `instructions/swap.rs` (`SwapState`, 2026-07).

/** Largest total rate of a pool with a dynamic fee, millionths (`MAX_FEE_RATE_NUMERATOR`). */
export const MAX_RATE = 100_000;
const U32_MAX = 0xffff_ffff;
/** What one spacing of movement adds to the accumulator (`VOLATILITY_ACCUMULATOR_SCALE`). */
const STEP = 10_000;
/** Denominator of the reduction factor. */
const REDUCTION_DENOMINATOR = 10_000;
/** `DYNAMIC_FEE_CONTROL_DENOMINATOR` times the square of the accumulator's scale. */
const RATE_DENOMINATOR = 10_000_000_000_000n;

/** `DynamicFeeInfo`: parameters, and what the last swap left. */
export interface DynamicFee {
  /** Seconds within which swaps count as one movement. */
  readonly filterPeriod: number;
  /** Seconds after which the volatility is forgotten. */
  readonly decayPeriod: number;
  readonly reductionFactor: number;
  readonly control: number;
  readonly maxAccumulator: number;
  /** Spacings from tick 0, as are all indices here. */
  readonly indexReference: number;
  readonly volatilityReference: number;
  readonly accumulator: number;
  readonly lastUpdate: bigint;
}

/** Returns the index of the spacing a tick lies in. */
export function spacingIndex(tick: number, tickSpacing: number): number {
  return Math.floor(tick / tickSpacing);
}

/** Returns the fee at the start of a swap: what volatility is left depends on the time since the last update (`update_reference`). */
export function withReference(fee: DynamicFee, index: number, now: bigint): DynamicFee {
  const elapsed = now > fee.lastUpdate ? now - fee.lastUpdate : 0n;
  if (elapsed < BigInt(fee.filterPeriod)) return fee;
  // Rounds down. The factor may be hostile: the Rust core stops at 32 bits.
  const decayed = Math.min(Math.floor((fee.accumulator * fee.reductionFactor) / REDUCTION_DENOMINATOR), U32_MAX);
  const volatilityReference = elapsed < BigInt(fee.decayPeriod) ? decayed : 0;
  return { ...fee, volatilityReference, indexReference: index, lastUpdate: now };
}

/** Returns what the distance from the reference makes of the accumulator. */
export function accumulatorAt(fee: DynamicFee, index: number): number {
  return Math.min(fee.volatilityReference + Math.abs(fee.indexReference - index) * STEP, fee.maxAccumulator);
}

/**
 * Returns the whole rate, millionths, that goes with an accumulator; the dynamic part rounds up. Undefined where the program
 * fails: it multiplies with the spacing in 32 bits.
 */
export function rateAt(
  fee: DynamicFee,
  accumulator: number,
  baseRate: number,
  tickSpacing: number,
): number | undefined {
  const moved = accumulator * tickSpacing;
  if (moved > U32_MAX) return undefined;
  const square = BigInt(moved) * BigInt(moved);
  // A dynamic part above 64 bits is above the maximum too.
  const dynamic = mulDiv(BigInt(fee.control), square, RATE_DENOMINATOR, Rounding.Up);
  const capped = dynamic === undefined || dynamic > BigInt(MAX_RATE) ? MAX_RATE : Number(dynamic);
  return Math.min(baseRate + capped, MAX_RATE);
}

/** Returns the rate that no step of a swap at this time falls below. */
export function leastRate(
  fee: DynamicFee,
  { baseRate, tick, tickSpacing, now }: { baseRate: number; tick: number; tickSpacing: number; now: bigint },
): number {
  const started = withReference(fee, spacingIndex(tick, tickSpacing), now);
  const least = Math.min(started.volatilityReference, started.maxAccumulator);
  return rateAt(started, least, baseRate, tickSpacing) ?? 0;
}
