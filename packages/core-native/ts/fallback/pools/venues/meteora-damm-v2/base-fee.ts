import { Direction } from '../../../../core-api.js';
import { U64_MAX } from '../../../math/mul-div.js';
import type { AccountReader } from '../../account-reader.js';
import { DecodeFailure, decodeError } from '../../pool.js';
import {
  BILLIONTHS,
  type RateLimiter,
  decodeRateLimiter,
  numeratorOfExcluded,
  numeratorOfIncluded,
} from './rate-limiter.js';

// The base fee in billionths: `programs/cp-amm/src/base_fee/{fee_time_scheduler.rs,fee_market_cap_scheduler.rs}` and
// `math/fee_math.rs`; the rate limiter has its own file.

/** `BaseFeeInfo` from byte 8 of the pool: 32 bytes that each mode reads in its own way. */
const OFFSET = {
  cliffFeeNumerator: 8,
  mode: 16,
  numberOfPeriod: 22,
  periodFrequency: 24,
  sqrtPriceStepBps: 24,
  schedulerExpirationDuration: 28,
  reductionFactor: 32,
} as const;

const MAX_BASIS_POINT = 10_000n;
const ONE_Q64 = 1n << 64n;

/** How each period lowers the fee: by the reduction factor in billionths, or by a share of itself in basis points. */
const Decline = { Linear: 0, Exponential: 1 } as const;
type Decline = (typeof Decline)[keyof typeof Decline];

/** A fee that falls in periods. */
interface Schedule {
  readonly decline: Decline;
  readonly cliff: bigint;
  readonly periods: bigint;
  readonly reductionFactor: bigint;
}

/**
 * The base fee as the account says it: the same at any time; by time, a period each so many slots or seconds (never 0); by
 * growth of the price since the start, until it expires; by the size of a swap.
 */
export type BaseFeeRule =
  | { readonly kind: 'constant'; readonly fee: bigint }
  | { readonly kind: 'time'; readonly schedule: Schedule; readonly frequency: bigint }
  | {
      readonly kind: 'market-cap';
      readonly schedule: Schedule;
      readonly sqrtPriceStepBps: bigint;
      readonly duration: bigint;
    }
  | { readonly kind: 'limited'; readonly limiter: RateLimiter };

/** Which amount a fee is asked for: the fee is in it, or comes on top. */
export const FeeBase = { Included: 0, Excluded: 1 } as const;
export type FeeBase = (typeof FeeBase)[keyof typeof FeeBase];

/** The base fee as a quote reads it. An expiring one is `now`, which follows from the price, up to `until`, and then `last`. */
export type BaseFee =
  | { readonly kind: 'constant'; readonly fee: bigint }
  | {
      readonly kind: 'timed';
      readonly schedule: Schedule;
      readonly from: bigint;
      readonly frequency: bigint;
      readonly powers: Powers;
    }
  | { readonly kind: 'expiring'; readonly now: bigint; readonly last: bigint; readonly until: bigint }
  | { readonly kind: 'limited'; readonly limiter: RateLimiter; readonly until: bigint };

/** Decodes the part of a pool account. @throws POOL_ACCOUNT_FIELD_INVALID */
export function decodeBaseFee(reader: AccountReader): BaseFeeRule {
  const cliff = reader.u64(OFFSET.cliffFeeNumerator);
  const mode = reader.u8(OFFSET.mode);
  if (cliff > BILLIONTHS || mode > 4) throw decodeError(DecodeFailure.FieldInvalid);
  const constant = { kind: 'constant', fee: cliff } as const;
  if (mode === 2) {
    const limiter = decodeRateLimiter(reader, cliff);
    return limiter === undefined ? constant : { kind: 'limited', limiter };
  }
  const schedule: Schedule = {
    decline: mode === 0 || mode === 3 ? Decline.Linear : Decline.Exponential,
    cliff,
    periods: BigInt(reader.u16(OFFSET.numberOfPeriod)),
    reductionFactor: reader.u64(OFFSET.reductionFactor),
  };
  if (mode <= 1) {
    const frequency = reader.u64(OFFSET.periodFrequency);
    return frequency === 0n ? constant : { kind: 'time', schedule, frequency };
  }
  return {
    kind: 'market-cap',
    schedule,
    sqrtPriceStepBps: BigInt(reader.u32(OFFSET.sqrtPriceStepBps)),
    duration: BigInt(reader.u32(OFFSET.schedulerExpirationDuration)),
  };
}

/** Returns the fee of a pool that was activated and stands at a price; undefined where the program overflows. */
export function baseFeeAt(
  rule: BaseFeeRule,
  pool: { readonly activationPoint: bigint; readonly initSqrtPrice: bigint; readonly sqrtPrice: bigint },
): BaseFee | undefined {
  switch (rule.kind) {
    case 'constant':
      return rule;
    case 'time': {
      const { schedule, frequency } = rule;
      const powers = powersOf(schedule);
      // Every earlier fee is at least the last one, so that none of them is refused.
      if (powers === undefined || feeOfPeriod(schedule, schedule.periods, powers) === undefined) return undefined;
      return { kind: 'timed', schedule, from: pool.activationPoint, frequency, powers };
    }
    case 'market-cap':
      return expiringAt(rule, pool);
    case 'limited':
      return { kind: 'limited', limiter: rule.limiter, until: pool.activationPoint + rule.limiter.duration };
  }
}

function expiringAt(
  rule: BaseFeeRule & { readonly kind: 'market-cap' },
  pool: { readonly activationPoint: bigint; readonly initSqrtPrice: bigint; readonly sqrtPrice: bigint },
): BaseFee | undefined {
  const { schedule, sqrtPriceStepBps, duration } = rule;
  const powers = powersOf(schedule);
  let passed = 0n;
  if (pool.sqrtPrice > pool.initSqrtPrice) {
    if (pool.initSqrtPrice === 0n || sqrtPriceStepBps === 0n) return undefined;
    passed = ((pool.sqrtPrice - pool.initSqrtPrice) * MAX_BASIS_POINT) / pool.initSqrtPrice / sqrtPriceStepBps;
  }
  const until = pool.activationPoint + duration;
  if (powers === undefined || until > U64_MAX) return undefined;
  const now = feeOfPeriod(schedule, passed < schedule.periods ? passed : schedule.periods, powers);
  const last = feeOfPeriod(schedule, schedule.periods, powers);
  return now === undefined || last === undefined ? undefined : { kind: 'expiring', now, last, until };
}

/** What a fee is asked for: at a slot or time that is not before activation. */
export interface FeeQuestion {
  readonly direction: Direction;
  readonly base: FeeBase;
  readonly amount: bigint;
  readonly point: bigint;
}

/** Returns the base fee of a swap; undefined where the program overflows. */
export function baseNumerator(fee: BaseFee, question: FeeQuestion): bigint | undefined {
  switch (fee.kind) {
    case 'constant':
      return fee.fee;
    case 'timed': {
      const passed = (question.point - fee.from) / fee.frequency;
      const { periods } = fee.schedule;
      return feeOfPeriod(fee.schedule, passed < periods ? passed : periods, fee.powers);
    }
    case 'expiring':
      return question.point > fee.until ? fee.last : fee.now;
    case 'limited':
      if (question.direction === Direction.AToB || question.point > fee.until) return fee.limiter.cliff;
      return question.base === FeeBase.Included
        ? numeratorOfIncluded(fee.limiter, question.amount)
        : numeratorOfExcluded(fee.limiter, question.amount);
  }
}

/** Returns the least base fee of any swap. */
export function leastNumerator(fee: BaseFee, point: bigint): bigint | undefined {
  if (fee.kind === 'limited') return fee.limiter.cliff;
  return baseNumerator(fee, { direction: Direction.AToB, base: FeeBase.Included, amount: 0n, point });
}

/**
 * The share that a period leaves, to the powers of two up to 2^15, Q0.64: as `pow` of `fee_math.rs` squares it. A period that
 * leaves everything has no such number and none is asked for.
 */
type Powers = readonly bigint[];

function powersOf(schedule: Schedule): Powers | undefined {
  if (schedule.decline === Decline.Linear || schedule.reductionFactor === 0n) return [];
  if (schedule.reductionFactor > MAX_BASIS_POINT) return undefined;
  const powers: bigint[] = [];
  // Both divisions round down, as the program's do.
  let square = ONE_Q64 - (schedule.reductionFactor << 64n) / MAX_BASIS_POINT;
  for (let bit = 0; bit < 16; bit++) {
    powers.push(square);
    square = (square * square) >> 64n;
  }
  return powers;
}

/** Returns the fee of a period; undefined where it would be negative, or so small a share that the program has none. */
function feeOfPeriod(schedule: Schedule, period: bigint, powers: Powers): bigint | undefined {
  const { cliff, decline, reductionFactor } = schedule;
  if (reductionFactor === 0n || period === 0n) return cliff;
  if (decline === Decline.Linear) {
    const reduction = reductionFactor * period;
    return reduction > cliff ? undefined : cliff - reduction;
  }
  let share = ONE_Q64;
  let bits = Number(period);
  for (let bit = 0; bits !== 0; bit++, bits >>= 1) {
    if ((bits & 1) === 1) share = (share * (powers[bit] ?? 0n)) >> 64n;
  }
  return share === 0n ? undefined : (share * cliff) >> 64n;
}
