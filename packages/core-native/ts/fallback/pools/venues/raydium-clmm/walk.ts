import { Direction } from '../../../../core-api.js';
import { U64_MAX } from '../../../math/mul-div.js';
import { U128_MAX } from '../../../math/wide.js';
import { QuoteRefusal } from '../../quote.js';
import { type DynamicFee, accumulatorAt, rateAt, spacingIndex } from './dynamic-fee.js';
import type { Tick } from './layout.js';
import { type Moved, type StepRefusal, type Stretch, type Terms, matchOrders, swapTo } from './step.js';
import { type SpanAmounts, spanAmounts } from './span.js';
import { MAX_TICK, MIN_TICK, sqrtPriceAtTick, tickAtSqrtPrice } from './tick-math.js';
import type { Meeting } from './window.js';

// A swap from tick to tick: `programs/amm/src/instructions/swap.rs`, `swap_internal` (2026-07).

/**
 * Steps after which a walk is given up, so that no numbers hold up whoever quotes them. A step costs the program some 5,000 compute
 * units: no transaction affords a hundredth of these. Natively run swaps make several thousand.
 */
export const MAX_STEPS = 65_536;

/** Where a walk starts, and what it can meet. */
export interface Start {
  readonly meeting: Meeting;
  readonly sqrtPrice: bigint;
  readonly liquidity: bigint;
  readonly tick: number;
  readonly tickSpacing: number;
  /** Millionths. */
  readonly baseRate: number;
  /** As the swap's time leaves it (`update_reference`). */
  readonly dynamicFee: DynamicFee | undefined;
  readonly terms: Terms;
  /** The input, or the output. */
  readonly amount: bigint;
  /** Square-root price at which the walk stops. */
  readonly limit: bigint;
  /** Hears the place of each tick whose limit orders gave something, and what they still have. */
  readonly onMatch?: (place: number, unfilled: bigint) => void;
}

/** A walk: where it is, and after `run` where it ended. */
export class Walk {
  /** What of the amount is not swapped: at the end nothing unless the limit was reached. */
  toGo: bigint;
  /** The other amount: output for a fixed input, input with its fee for a fixed output. */
  other = 0n;
  sqrtPrice: bigint;
  liquidity: bigint;
  accumulator: number;
  /** The last tick that was a target, reached or not. */
  target: number | undefined;
  /** Steps made, targets among them, and targets whose orders were matched. */
  steps = 0;
  targets = 0;
  matches = 0;
  readonly #start: Start;
  readonly #baseRate: bigint;
  readonly #moved: Moved = { price: 0n, amountIn: 0n, amountOut: 0n, fee: 0n, given: 0n };
  /** Spacing in which the next step lies; without meaning where there is no dynamic fee. */
  #index = 0;
  /** Undefined where the price says it. */
  #tick: number | undefined;

  constructor(start: Start) {
    this.#start = start;
    this.#baseRate = BigInt(start.baseRate);
    this.toGo = start.amount;
    this.sqrtPrice = start.sqrtPrice;
    this.liquidity = start.liquidity;
    this.#tick = start.tick;
    this.accumulator = start.dynamicFee?.accumulator ?? 0;
    if (start.dynamicFee !== undefined) this.#index = spacingIndex(start.tick, start.tickSpacing);
  }

  /** Returns the tick of the price. */
  get tick(): number {
    this.#tick ??= tickAtSqrtPrice(this.sqrtPrice);
    return this.#tick;
  }

  /** Returns the dynamic fee as the walk leaves it. */
  get dynamicFee(): DynamicFee | undefined {
    const { dynamicFee } = this.#start;
    return dynamicFee && { ...dynamicFee, accumulator: this.accumulator };
  }

  /** Walks. Returns why the program would refuse, or 0. */
  run(): StepRefusal {
    const { meeting, limit, terms } = this.#start;
    const isDown = terms.direction === Direction.AToB;
    // Going down, a tick at the current one is met; going up, it is behind.
    let place = isDown ? meeting.split - 1 : meeting.split;
    while (this.toGo !== 0n && this.sqrtPrice !== limit) {
      const tick = place >= meeting.first && place < meeting.last ? meeting.ticks[place] : undefined;
      if (tick === undefined) return QuoteRefusal.LiquidityExceeded;
      const refusal = this.#walkTo(tick, place);
      if (refusal !== 0) return refusal;
      place += isDown ? -1 : 1;
    }
    return 0;
  }

  /** Walks until a tick is crossed, the limit is reached or nothing is left. */
  #walkTo(tick: Tick, place: number): StepRefusal {
    const { terms, limit } = this.#start;
    const isNearer = terms.direction === Direction.AToB ? tick.sqrtPrice > limit : tick.sqrtPrice < limit;
    const target = isNearer ? tick.sqrtPrice : limit;
    this.target = tick.index;
    this.targets += 1;
    for (;;) {
      this.steps += 1;
      if (this.steps > MAX_STEPS) return QuoteRefusal.LiquidityExceeded;
      const refusal = this.#stepTo(tick, place, target);
      if (refusal !== 0) return refusal;
      if (this.toGo === 0n || this.sqrtPrice === target) return 0;
    }
  }

  #stepTo(tick: Tick, place: number, target: bigint): StepRefusal {
    const rate = this.#nextRate();
    if (rate === undefined) return QuoteRefusal.MathOverflow;
    const bound = this.#findBound(target);
    const end = bound === undefined ? target : bound.price;
    let price = end;
    if (this.sqrtPrice !== end) {
      const { sqrtPrice: from, liquidity, toGo } = this;
      const whole = end === tick.sqrtPrice ? this.#spanAmounts(place) : undefined;
      const stretch: Stretch = { from, target: end, liquidity, toGo, rate, whole };
      const refusal = swapTo(this.#start.terms, stretch, this.#moved) || this.#book();
      if (refusal !== 0) return refusal;
      ({ price } = this.#moved);
    }
    if (price === tick.sqrtPrice) {
      const refusal = this.#reach(tick, place, rate);
      if (refusal !== 0) return refusal;
    } else if (price !== this.sqrtPrice) {
      // A tick between initialized ones takes longer than a step, and only a dynamic fee goes on from it.
      this.#tick = price === end ? bound?.tick : undefined;
    }
    this.sqrtPrice = price;
    this.#advanceIndex(tick, bound === undefined);
    return 0;
  }

  /** Matches the orders of a tick whose price is reached, and crosses it where none are left. */
  #reach(tick: Tick, place: number, rate: bigint): StepRefusal {
    const isDown = this.#start.terms.direction === Direction.AToB;
    let { unfilled } = tick;
    if (unfilled !== 0n && this.toGo !== 0n) {
      const orders = { sqrtPrice: tick.sqrtPrice, unfilled, toGo: this.toGo, rate };
      const refusal = matchOrders(this.#start.terms, orders, this.#moved) || this.#book();
      if (refusal !== 0) return refusal;
      const { given } = this.#moved;
      unfilled -= given;
      this.matches += 1;
      if (given !== 0n) this.#start.onMatch?.(place, unfilled);
      if (this.toGo !== 0n && given !== 0n && unfilled !== 0n) return QuoteRefusal.MathOverflow;
    }
    // Orders that are left keep the price on this side of their tick.
    const isBeyond = unfilled === 0n;
    this.#tick = isDown === isBeyond ? tick.index - 1 : tick.index;
    if (!tick.hasLiquidity || !isBeyond) return 0;
    const liquidity = isDown ? this.liquidity - tick.liquidityNet : this.liquidity + tick.liquidityNet;
    if (liquidity < 0n || liquidity > U128_MAX) return QuoteRefusal.MathOverflow;
    this.liquidity = liquidity;
    return 0;
  }

  /** Returns the amounts from the tick before to the one at a place, where the walk stands at that one. */
  #spanAmounts(place: number): SpanAmounts | undefined {
    const { meeting, terms } = this.#start;
    const before = terms.direction === Direction.AToB ? place + 1 : place - 1;
    if (before < meeting.first || before >= meeting.last) return undefined;
    if (meeting.ticks[before]?.sqrtPrice !== this.sqrtPrice) return undefined;
    return spanAmounts(meeting.spans[Math.min(place, before)], terms.direction);
  }

  #book(): StepRefusal {
    const { isExactIn, isFeeOnInput } = this.#start.terms;
    const { amountIn, amountOut, fee } = this.#moved;
    const paid = isFeeOnInput ? amountIn + fee : amountIn;
    this.toGo -= isExactIn ? paid : amountOut;
    this.other += isExactIn ? amountOut : paid;
    return paid > U64_MAX || this.toGo < 0n || this.other > U64_MAX ? QuoteRefusal.MathOverflow : 0;
  }

  /** Returns the rate of the next step; undefined where the program fails. */
  #nextRate(): bigint | undefined {
    const { dynamicFee, baseRate, tickSpacing } = this.#start;
    if (dynamicFee === undefined) return this.#baseRate;
    this.accumulator = accumulatorAt(dynamicFee, this.#index);
    const rate = rateAt(dynamicFee, this.accumulator, baseRate, tickSpacing);
    return rate === undefined ? undefined : BigInt(rate);
  }

  /**
   * Returns how far the next step may go: while the dynamic fee can still rise, to the end of its spacing at most (with that tick
   * where it is the bound). Undefined where spacings do not bound steps: without a dynamic fee, without liquidity, or with the
   * fee at its maximum.
   */
  #findBound(target: bigint): { readonly price: bigint; readonly tick: number | undefined } | undefined {
    const { dynamicFee, terms, tickSpacing } = this.#start;
    if (dynamicFee === undefined || this.liquidity === 0n || this.accumulator === dynamicFee.maxAccumulator) {
      return undefined;
    }
    const isDown = terms.direction === Direction.AToB;
    const end = (isDown ? this.#index : this.#index + 1) * tickSpacing;
    const tick = Math.min(Math.max(end, MIN_TICK), MAX_TICK);
    const price = sqrtPriceAtTick(tick);
    const isNearer = isDown ? target > price : target < price;
    return isNearer ? { price: target, tick: undefined } : { price, tick };
  }

  /** Moves to the spacing of the next step (`update_dynamic_fee_index`). */
  #advanceIndex(tick: Tick, isFree: boolean): void {
    const { dynamicFee, terms, tickSpacing } = this.#start;
    if (dynamicFee === undefined) return;
    const isDown = terms.direction === Direction.AToB;
    if (isFree) {
      const at = this.sqrtPrice === tick.sqrtPrice ? tick.index : this.tick;
      this.#index = spacingIndex(at, tickSpacing);
      if (!isDown && at % tickSpacing === 0) this.#index -= 1;
      if (this.accumulator !== dynamicFee.maxAccumulator) this.accumulator = accumulatorAt(dynamicFee, this.#index);
    }
    this.#index += isDown ? -1 : 1;
  }
}
