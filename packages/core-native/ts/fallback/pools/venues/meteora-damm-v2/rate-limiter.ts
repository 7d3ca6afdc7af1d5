import { amountBeforeFee, feeAmount } from '../../../math/fee.js';
import { Rounding, U64_MAX, mulDiv } from '../../../math/mul-div.js';
import type { AccountReader } from '../../account-reader.js';
import { DecodeFailure, decodeError } from '../../pool.js';
import { squareRoot } from './square-root.js';

// The rate limiter, a fee that grows with the size of a swap: `programs/cp-amm/src/base_fee/fee_rate_limiter.rs`. The first
// `reference` units pay the cliff, each further `reference` units one increment more, up to the largest fee.

/** `PodAlignedFeeRateLimiter`, from byte 8 of the pool. */
const OFFSET = { feeIncrementBps: 22, maxLimiterDuration: 24, maxFeeBps: 28, referenceAmount: 32 } as const;

/** Denominator of every fee rate (`FEE_DENOMINATOR`). */
export const BILLIONTHS = 1_000_000_000n;
/** Billionths in a basis point (`to_numerator`). */
const BASIS_POINT = 100_000n;

/** A rate limiter in billionths. `cliff` and `max` are at most one whole. */
export interface RateLimiter {
  readonly cliff: bigint;
  /** How long it applies after activation. */
  readonly duration: bigint;
  readonly increment: bigint;
  readonly max: bigint;
  readonly reference: bigint;
  /** Increments up to the largest fee (`get_max_index`); undefined where the cliff is above it or there is no increment. */
  readonly steps: bigint | undefined;
}

/**
 * Decodes the part of a pool account; undefined for a limiter of zeros, which limits nothing.
 * @throws POOL_ACCOUNT_FIELD_INVALID
 */
export function decodeRateLimiter(reader: AccountReader, cliff: bigint): RateLimiter | undefined {
  const incrementBps = reader.u16(OFFSET.feeIncrementBps);
  const duration = reader.u32(OFFSET.maxLimiterDuration);
  const maxBps = reader.u32(OFFSET.maxFeeBps);
  const reference = reader.u64(OFFSET.referenceAmount);
  if (incrementBps === 0 && duration === 0 && maxBps === 0 && reference === 0n) return undefined;
  const increment = BigInt(incrementBps) * BASIS_POINT;
  const max = BigInt(maxBps) * BASIS_POINT;
  if (max > BILLIONTHS || increment > BILLIONTHS || reference === 0n) throw decodeError(DecodeFailure.FieldInvalid);
  const steps = max < cliff || increment === 0n ? undefined : (max - cliff) / increment;
  return { cliff, duration: BigInt(duration), increment, max, reference, steps };
}

/** Returns the fee rate of an amount that includes its fee; undefined where the program overflows. */
export function numeratorOfIncluded(limiter: RateLimiter, amount: bigint): bigint | undefined {
  const { cliff, increment, max, reference, steps } = limiter;
  if (amount <= reference) return cliff;
  if (steps === undefined) return undefined;
  const above = amount - reference;
  const full = above / reference;
  const rest = above % reference;
  const isBelowMax = full < steps;
  // Rates of the whole steps: c + c * n + i * n * (n + 1) / 2, then what the last, begun one pays.
  const stepped = isBelowMax ? full : steps;
  const lastRate = isBelowMax ? cliff + increment * (full + 1n) : max;
  const lastAmount = isBelowMax ? rest : (full - steps) * reference + rest;
  const first = (cliff + cliff * stepped + (increment * stepped * (stepped + 1n)) / 2n) * reference;
  const fee = (first + lastAmount * lastRate + BILLIONTHS - 1n) / BILLIONTHS;
  return fee > U64_MAX ? undefined : mulDiv(fee, BILLIONTHS, amount, Rounding.Up);
}

/** Returns the fee rate of an amount whose fee comes on top; undefined where the program refuses. */
export function numeratorOfExcluded(limiter: RateLimiter, amount: bigint): bigint | undefined {
  const { cliff, max, reference, steps } = limiter;
  const atReference = withoutFee(limiter, reference);
  if (atReference === undefined) return undefined;
  if (amount <= atReference) return cliff;
  if (steps === undefined) return undefined;
  const belowMax = (steps + 1n) * reference;
  const isAll = belowMax > U64_MAX;
  const lastStep = isAll ? U64_MAX : belowMax;
  const atLastStep = withoutFee(limiter, lastStep);
  if (atLastStep === undefined) return undefined;
  if (amount === atLastStep) return numeratorOfIncluded(limiter, lastStep);
  let included: bigint | undefined;
  if (amount < atLastStep) included = includedWithinSteps(limiter, amount);
  else if (!isAll) {
    const rest = amountBeforeFee(amount - atLastStep, max, BILLIONTHS);
    included = rest === undefined ? undefined : rest + lastStep;
  }
  if (included === undefined || included > U64_MAX || included < amount) return undefined;
  const numerator = mulDiv(included - amount, BILLIONTHS, included, Rounding.Up);
  return numerator === undefined || numerator < cliff ? undefined : numerator;
}

/**
 * Solves `i * x^2 - y * x + z = 0` for the included amount `x`, with `y = (2d + i - 2c) * r` and `z = 2 * e * d * r` (d: one
 * whole, r: the reference, e: the excluded amount), and adds what the steps before leave over.
 */
function includedWithinSteps(limiter: RateLimiter, amount: bigint): bigint | undefined {
  const { cliff, increment, reference } = limiter;
  const linear = ((BILLIONTHS - cliff) * 2n + increment) * reference;
  const discriminant = linear * linear - increment * 8n * BILLIONTHS * amount * reference;
  if (discriminant < 0n) return undefined;
  const solved = (linear - squareRoot(discriminant)) / (increment * 2n);
  if (solved > U64_MAX) return undefined;
  const kept = withoutFee(limiter, solved);
  if (kept === undefined || kept > amount) return undefined;
  const rest = amountBeforeFee(amount - kept, cliff + increment * (solved / reference), BILLIONTHS);
  return rest === undefined ? undefined : solved + rest;
}

function withoutFee(limiter: RateLimiter, included: bigint): bigint | undefined {
  const numerator = numeratorOfIncluded(limiter, included);
  const fee = numerator === undefined ? undefined : feeAmount(included, numerator, BILLIONTHS);
  return fee === undefined || fee > included ? undefined : included - fee;
}
