import { Direction } from '../../../../core-api.js';
import { MAX_TICK, MIN_TICK, TICKS_IN_ARRAY, sqrtPriceAtTick, tickAtSqrtPrice } from './tick-math.js';
import type { FeeSchedule, Stop, Target } from './walk.js';

// Fees that rise with volatility: `programs/whirlpool/src/manager/fee_rate_manager.rs` and `state/oracle.rs`. The price range is cut
// into groups of ticks; each has one fee, which grows with the square of its distance from a reference group.

/** `FEE_RATE_HARD_LIMIT`: a tenth, in millionths. */
const MAX_RATE = 100_000n;
/** `VOLATILITY_ACCUMULATOR_SCALE_FACTOR`: what one group adds to the volatility. */
const GROUP_VOLATILITY = 10_000;
/** `REDUCTION_FACTOR_DENOMINATOR`. */
const REDUCTION_DENOMINATOR = 10_000;
/** `ADAPTIVE_FEE_CONTROL_FACTOR_DENOMINATOR`. */
const CONTROL_DENOMINATOR = 100_000;
/** Denominator of the rate: that of the control factor times the square of a group's volatility. */
const RATE_DENOMINATOR = 10_000_000_000_000n;
/** `MAX_REFERENCE_AGE`, seconds. */
const MAX_REFERENCE_AGE = 3_600n;
const U32_MAX = 0xffff_ffff;

/** `AdaptiveFeeConstants`. */
export interface Constants {
  readonly filterPeriod: bigint;
  readonly decayPeriod: bigint;
  readonly reductionFactor: number;
  readonly controlFactor: number;
  readonly maxVolatility: number;
  readonly tickGroupSize: number;
  readonly majorSwapThreshold: number;
}

/** `AdaptiveFeeVariables`. */
export interface Variables {
  readonly lastReferenceUpdate: bigint;
  readonly lastMajorSwap: bigint;
  readonly volatilityReference: number;
  readonly groupReference: number;
  readonly volatility: number;
}

/** The oracle account of a pool whose fee adapts. */
export interface Oracle {
  readonly tradeEnableTimestamp: bigint;
  readonly constants: Constants;
  readonly variables: Variables;
}

/** Returns whether the program can have written this: `validate_constants`, and variables within their ranges. */
export function isPossibleOracle({ constants, variables }: Oracle, tickSpacing: number): boolean {
  const { tickGroupSize, maxVolatility, majorSwapThreshold } = constants;
  if (tickGroupSize === 0) return false;
  // Ticks of prices reach one below the range.
  const [lowest, highest] = [Math.floor((MIN_TICK - 1) / tickGroupSize), Math.floor(MAX_TICK / tickGroupSize)];
  return (
    constants.filterPeriod > 0n &&
    constants.decayPeriod > constants.filterPeriod &&
    constants.controlFactor < CONTROL_DENOMINATOR &&
    constants.reductionFactor < REDUCTION_DENOMINATOR &&
    maxVolatility * tickGroupSize <= U32_MAX &&
    tickGroupSize <= tickSpacing &&
    tickSpacing % tickGroupSize === 0 &&
    majorSwapThreshold >= 1 &&
    majorSwapThreshold <= tickSpacing * TICKS_IN_ARRAY &&
    variables.volatilityReference <= maxVolatility &&
    variables.volatility <= maxVolatility &&
    variables.groupReference >= lowest &&
    variables.groupReference <= highest
  );
}

/** Returns the last second that a swap left in the oracle: the program refuses an earlier clock. */
export function swappedAt({ variables: { lastReferenceUpdate, lastMajorSwap } }: Oracle): bigint {
  return greater(lastReferenceUpdate, lastMajorSwap);
}

/** What a swap with an adaptive fee starts from. */
export interface AdaptiveStart {
  readonly oracle: Oracle;
  readonly staticRate: bigint;
  readonly direction: Direction;
  readonly tick: number;
  /** Unix seconds, not before `swappedAt`. */
  readonly now: bigint;
}

/** The fee along one swap. */
export class AdaptiveFee implements FeeSchedule {
  readonly #staticRate: bigint;
  readonly #direction: Direction;
  readonly #constants: Constants;
  #lastReferenceUpdate: bigint;
  readonly #lastMajorSwap: bigint;
  #volatilityReference: number;
  #groupReference: number;
  #volatility: number;
  /** Group whose fee is charged next. */
  #group: number;
  /** First and last group in which the volatility can be below its maximum. */
  readonly #coreFirst: number;
  readonly #coreLast: number;

  /** Starts a swap: `update_reference`. */
  constructor({ oracle, staticRate, direction, tick, now }: AdaptiveStart) {
    const { constants, variables } = oracle;
    this.#staticRate = staticRate;
    this.#direction = direction;
    this.#constants = constants;
    this.#lastReferenceUpdate = variables.lastReferenceUpdate;
    this.#lastMajorSwap = variables.lastMajorSwap;
    this.#volatilityReference = variables.volatilityReference;
    this.#groupReference = variables.groupReference;
    this.#volatility = variables.volatility;
    this.#group = Math.floor(tick / constants.tickGroupSize);
    const elapsed = now - swappedAt(oracle);
    if (now - this.#lastReferenceUpdate > MAX_REFERENCE_AGE || elapsed >= constants.decayPeriod) {
      this.#refer(0, now);
    } else if (elapsed >= constants.filterPeriod) {
      // Rounds down; the product is below 2^46.
      this.#refer(Math.floor((this.#volatility * constants.reductionFactor) / REDUCTION_DENOMINATOR), now);
    }
    const reach = Math.ceil((constants.maxVolatility - this.#volatilityReference) / GROUP_VOLATILITY);
    this.#coreFirst = this.#groupReference - reach;
    this.#coreLast = this.#groupReference + reach;
  }

  #refer(volatility: number, now: bigint): void {
    this.#groupReference = this.#group;
    this.#volatilityReference = volatility;
    this.#lastReferenceUpdate = now;
  }

  /** Returns the lowest rate that any part of the swap can pay. */
  leastRate(): bigint {
    return this.#rateAt(Math.min(this.#volatilityReference, this.#constants.maxVolatility));
  }

  /** Returns the oracle's variables after a swap between two prices: `update_major_swap_timestamp`. */
  finish(before: bigint, after: bigint, now: bigint): Variables {
    const factor = sqrtPriceAtTick(this.#constants.majorSwapThreshold);
    const [lower, upper] = before < after ? [before, after] : [after, before];
    const isMajor = upper >= (lower * factor) >> 64n;
    return {
      lastReferenceUpdate: this.#lastReferenceUpdate,
      lastMajorSwap: isMajor ? now : this.#lastMajorSwap,
      volatilityReference: this.#volatilityReference,
      groupReference: this.#groupReference,
      volatility: this.#volatility,
    };
  }

  rate(): bigint {
    this.#updateVolatility();
    return this.#rateAt(this.#volatility);
  }

  /** `get_bounded_sqrt_price_target`: to the end of the group, or further where the fee stays the same. */
  target(sqrtPrice: bigint, liquidity: bigint, stop: Stop): Target {
    const sameFee = (price: bigint): Target => ({ sqrtPrice: price, spansGroups: true });
    const down = this.#direction === Direction.AToB;
    if (this.#constants.controlFactor === 0 || liquidity === 0n) return sameFee(sqrtPrice);
    const [coreStart, coreEnd] = [this.#firstTick(this.#coreFirst), this.#firstTick(this.#coreLast + 1)];
    if (coreStart > MIN_TICK && this.#group < this.#coreFirst) {
      return sameFee(down ? sqrtPrice : lesser(sqrtPrice, sqrtPriceAtTick(coreStart)));
    }
    if (coreEnd < MAX_TICK && this.#group > this.#coreLast) {
      return sameFee(down ? greater(sqrtPrice, sqrtPriceAtTick(coreEnd)) : sqrtPrice);
    }
    // Usually the group ends where the stop is, or behind it, and its price need not be found.
    const end = Math.min(Math.max(this.#firstTick(down ? this.#group : this.#group + 1), MIN_TICK), MAX_TICK);
    if (down ? end <= stop.tick : end >= stop.tick) return { sqrtPrice, spansGroups: false };
    const boundary = sqrtPriceAtTick(end);
    return { sqrtPrice: down ? greater(sqrtPrice, boundary) : lesser(sqrtPrice, boundary), spansGroups: false };
  }

  /** `advance_tick_group` and `advance_tick_group_after_skip`. */
  advance(target: Target, sqrtPrice: bigint, stop: Stop): void {
    const down = this.#direction === Direction.AToB;
    if (target.spansGroups) {
      const size = this.#constants.tickGroupSize;
      const isOnStop = sqrtPrice === stop.sqrtPrice;
      const tick = isOnStop ? stop.tick : tickAtSqrtPrice(sqrtPrice);
      const isOnBoundary = tick % size === 0 && (isOnStop || sqrtPrice === sqrtPriceAtTick(tick));
      const group = Math.floor(tick / size);
      const traversed = !down && isOnBoundary ? group - 1 : group;
      if (down ? traversed < this.#group : traversed > this.#group) {
        this.#group = traversed;
        this.#updateVolatility();
      }
    }
    this.#group += down ? -1 : 1;
  }

  /** `update_volatility_accumulator`. */
  #updateVolatility(): void {
    const distance = Math.abs(this.#groupReference - this.#group);
    const volatility = this.#volatilityReference + distance * GROUP_VOLATILITY;
    this.#volatility = Math.min(volatility, this.#constants.maxVolatility);
  }

  /** `get_total_fee_rate`; rounds up. */
  #rateAt(volatility: number): bigint {
    const crossed = BigInt(volatility * this.#constants.tickGroupSize);
    const product = BigInt(this.#constants.controlFactor) * crossed * crossed;
    const adaptive = (product + RATE_DENOMINATOR - 1n) / RATE_DENOMINATOR;
    return lesser(this.#staticRate + adaptive, MAX_RATE);
  }

  #firstTick(group: number): number {
    return group * this.#constants.tickGroupSize;
  }
}

function lesser(left: bigint, right: bigint): bigint {
  return left < right ? left : right;
}

function greater(left: bigint, right: bigint): bigint {
  return left > right ? left : right;
}
