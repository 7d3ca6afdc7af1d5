import { Direction } from '../../../../core-api.js';
import { U64_MAX } from '../../../math/mul-div.js';
import { U128_MAX } from '../../../math/wide.js';
import { QuoteRefusal } from '../../quote.js';
import { Given, takeStep } from './swap-step.js';
import type { Tick } from './tick-array.js';
import { tickAtSqrtPrice } from './tick-math.js';
import { End, type Path } from './window.js';

// The way of a swap over the ticks: `programs/whirlpool/src/manager/swap_manager.rs`, `swap`.

/**
 * More steps than the program can take within the compute units of a transaction: a window has at most 264 ticks to cross, and each
 * tick group takes some 5,000 of 1,400,000 units.
 */
const MAX_STEPS = 600;
/** Least `i128`: the program fails to negate it. */
export const I128_MIN = -(1n << 127n);

/** A tick at which a swap stops on its way. */
export interface Stop {
  readonly tick: number;
  readonly sqrtPrice: bigint;
  /** What crossing it upwards adds to the liquidity; undefined for the end of an array. */
  readonly liquidityNet: bigint | undefined;
}

/** How far one fee reaches. */
export interface Target {
  readonly sqrtPrice: bigint;
  /** Whether it may lie more than one tick group away. */
  readonly spansGroups: boolean;
}

/** The fee along a swap. */
export interface FeeSchedule {
  /** Returns the rate from here, millionths. */
  rate(): bigint;
  /** Returns the price to which this rate holds, at most the one asked for on the way to a stop. */
  target(sqrtPrice: bigint, liquidity: bigint, stop: Stop): Target;
  /** Follows a step towards a target that went to a price, on the way to a stop. */
  advance(target: Target, sqrtPrice: bigint, stop: Stop): void;
}

/** What a swap starts from. */
export interface WalkStart {
  readonly direction: Direction;
  readonly given: Given;
  readonly amount: bigint;
  /** Price at which it stops, within the range and ahead of the pool's. */
  readonly limit: bigint;
  readonly sqrtPrice: bigint;
  readonly liquidity: bigint;
  readonly path: Path;
  /** All initialized ticks of the window, ascending. */
  readonly ticks: readonly Tick[];
}

/** Where the price came to rest: where it was, or between two stops; else the tick that the pool has on the stop. */
export const Place = { Start: 'start', Between: 'between' } as const;
export type Place = (typeof Place)[keyof typeof Place] | number;

/** A swap on its way: how far it got. */
export class Walk {
  /** What is left of the given amount. */
  remaining: bigint;
  /** The other amount; an input includes the fees. */
  derived = 0n;
  sqrtPrice: bigint;
  liquidity: bigint;
  place: Place = Place.Start;
  steps = 0;
  readonly #start: WalkStart;

  constructor(start: WalkStart) {
    this.#start = start;
    this.remaining = start.amount;
    this.sqrtPrice = start.sqrtPrice;
    this.liquidity = start.liquidity;
  }

  /** Returns the pool's tick afterwards. */
  tick(before: number): number {
    if (this.place === Place.Start) return before;
    return this.place === Place.Between ? tickAtSqrtPrice(this.sqrtPrice) : this.place;
  }

  /**
   * Walks until the amount is used up or the limit is reached, at a fixed rate or along a schedule. Returns why not, if so:
   * `LiquidityExceeded` where the known ticks end before, `MathOverflow` where the program fails at a number.
   */
  run(fees: bigint | FeeSchedule): QuoteRefusal | undefined {
    const { direction, limit, path, ticks } = this.#start;
    const down = direction === Direction.AToB;
    let next = down ? path.to - 1 : path.from;
    while (this.remaining > 0n && this.sqrtPrice !== limit) {
      const tick = next >= path.from && next < path.to ? ticks[next] : undefined;
      const stop: Stop =
        tick === undefined
          ? path.last
          : { tick: tick.index, sqrtPrice: tick.sqrtPrice, liquidityNet: tick.liquidityNet };
      const refusal = typeof fees === 'bigint' ? this.#stepTo(stop, fees) : this.#walkTo(stop, fees);
      if (refusal !== undefined) return refusal;
      if (this.sqrtPrice !== stop.sqrtPrice) continue;
      if (!this.#cross(stop)) return QuoteRefusal.MathOverflow;
      next += down ? -1 : 1;
      if (tick === undefined && (path.end === End.Unknown || (this.remaining > 0n && this.sqrtPrice !== limit))) {
        return QuoteRefusal.LiquidityExceeded;
      }
    }
    return undefined;
  }

  /** Takes the steps to a stop, or as many as the amount lasts for. */
  #walkTo(stop: Stop, fees: FeeSchedule): QuoteRefusal | undefined {
    const goal = this.#goal(stop);
    for (;;) {
      const feeRate = fees.rate();
      const target = fees.target(goal, this.liquidity, stop);
      if (!this.#step(target.sqrtPrice, feeRate)) return QuoteRefusal.MathOverflow;
      fees.advance(target, this.sqrtPrice, stop);
      if (this.remaining === 0n || this.sqrtPrice === goal) return undefined;
      if (this.steps >= MAX_STEPS) return QuoteRefusal.LiquidityExceeded;
    }
  }

  #stepTo(stop: Stop, feeRate: bigint): QuoteRefusal | undefined {
    const goal = this.#goal(stop);
    for (;;) {
      if (!this.#step(goal, feeRate)) return QuoteRefusal.MathOverflow;
      if (this.remaining === 0n || this.sqrtPrice === goal) return undefined;
      if (this.steps >= MAX_STEPS) return QuoteRefusal.LiquidityExceeded;
    }
  }

  #goal(stop: Stop): bigint {
    const { direction, limit } = this.#start;
    const isLimited = direction === Direction.AToB ? limit > stop.sqrtPrice : limit < stop.sqrtPrice;
    return isLimited ? limit : stop.sqrtPrice;
  }

  #step(target: bigint, feeRate: bigint): boolean {
    const { direction, given } = this.#start;
    const { remaining, sqrtPrice, liquidity } = this;
    const taken = takeStep({ direction, given, remaining, sqrtPrice, liquidity, target, feeRate });
    if (taken === undefined) return false;
    const paid = taken.amountIn + taken.fee;
    const isInput = given === Given.Input;
    this.remaining -= isInput ? paid : taken.amountOut;
    this.derived += isInput ? taken.amountOut : paid;
    this.steps += 1;
    if (taken.sqrtPrice !== sqrtPrice) {
      this.place = Place.Between;
      this.sqrtPrice = taken.sqrtPrice;
    }
    return paid <= U64_MAX && this.remaining >= 0n && this.derived <= U64_MAX;
  }

  /** Comes to rest on a stop and takes its liquidity in; returns whether the program can. */
  #cross({ tick, liquidityNet }: Stop): boolean {
    const down = this.#start.direction === Direction.AToB;
    this.place = down ? tick - 1 : tick;
    if (liquidityNet === undefined) return true;
    if (down && liquidityNet === I128_MIN) return false;
    this.liquidity += down ? -liquidityNet : liquidityNet;
    return this.liquidity >= 0n && this.liquidity <= U128_MAX;
  }
}
