import { type Profit, SwapMode } from '../../core-api.js';
import { U64_MAX } from '../math/mul-div.js';
import { QuoteRefusal } from '../pools/quote.js';
import type { RouteCosts } from './profit.js';

// The steps and their reasons stand in crates/search/src/size_optimizer.rs; both return the same sizes.

/** One leg that can be quoted: the output (exact in), the input (exact out), or minus a `QuoteRefusal`. */
export interface Leg {
  tryQuote(mode: SwapMode, amount: bigint): bigint;
  /** Whether a larger swap may get a better price again; default false. */
  readonly priceMayRecover?: boolean;
}

/** A cycle at one size: the output of the first leg is the input of the second. */
export interface SizedCycle {
  readonly amountIn: bigint;
  readonly middle: bigint;
  readonly amountOut: bigint;
  readonly profit: Profit;
}

export interface SizeOptimizerOptions {
  readonly first: Leg;
  readonly second: Leg;
  readonly maxAmountIn: bigint;
  readonly costs: RouteCosts;
}

/** Width of the regions that are scanned whole; a Fibonacci number. */
const SCAN_POINTS = 89n;
/** The same where amounts are large, so that a few raw units of profit are worth less than the time; a Fibonacci number. */
const SCAN_POINTS_OF_LARGE = 21n;
/** Amounts from here on are large. */
const LARGE_AMOUNT = 4_096n;
const GRID_FACTOR = 4n;
/** Raw units of the base mint that rounding may take from one size: a fee and an output on the way, a fee and an input. */
const HIDDEN_BY_ROUNDING = 4n;
/** An exact-out quote may name an input that is a little larger than needed. */
const POLISH_STEPS = 2n;

interface Amounts {
  readonly amountIn: bigint;
  readonly middle: bigint;
  readonly amountOut: bigint;
  readonly gross: bigint;
}

/** Why one size gives nothing: it and every smaller one, it and every larger one, or every one. */
const Refused = { TooSmall: 0, TooLarge: 1, Never: 2 } as const;
type Refused = (typeof Refused)[keyof typeof Refused];
type Trial = Amounts | Refused;

/** The amount that is searched over. */
type Axis = 'input' | 'middle';

/** A closed range of the axis. */
interface Region {
  readonly axis: Axis;
  readonly low: bigint;
  readonly high: bigint;
}

interface Located {
  readonly region: Region;
  readonly best: Amounts | undefined;
}

/** Finds the best input of one two-leg cycle, on exact quotes of any pool. */
export class SizeOptimizer {
  readonly #first: Leg;
  readonly #second: Leg;
  readonly #maxAmountIn: bigint;
  readonly #costs: RouteCosts;
  /**
   * Whether gross profit is sure to rise and then fall, but for rounding. A transfer fee is a share of small amounts and a
   * fixed sum of large ones, so that profit may fall first and rise from the fee's cap on; so may it where a swap back towards
   * the reference of a volatility fee pays less the further it goes.
   */
  readonly #risesOnce: boolean;

  constructor({ first, second, maxAmountIn, costs }: SizeOptimizerOptions) {
    this.#first = first;
    this.#second = second;
    this.#maxAmountIn = maxAmountIn;
    this.#costs = costs;
    this.#risesOnce = first.priceMayRecover !== true && second.priceMayRecover !== true;
  }

  /** Returns the size of the best net profit; undefined when that is not positive or no size can be quoted. */
  best(): SizedCycle | undefined {
    // So few sizes are tried one by one: where a unit is worth much, rounding makes profit jump, and no search is sure.
    if (this.#maxAmountIn <= LARGE_AMOUNT) return this.#tryEvery();
    const located = this.#locate();
    if (located === undefined) return undefined;
    if (this.#risesOnce && located.best !== undefined && this.#isHopeless(located.best)) return undefined;
    // A region that ends early enough is scanned from the start: it costs no more.
    const start = located.region.high <= SCAN_POINTS ? { ...located.region, low: 1n } : located.region;
    const { region, best: narrowed } = this.#narrow(start);
    let best: SizedCycle | undefined;
    if (located.best !== undefined) best = this.#better(best, located.best);
    if (narrowed !== undefined) best = this.#better(best, narrowed);
    for (let point = region.low; point <= region.high; point++) {
      const trial = this.#trial(region.axis, point);
      if (typeof trial === 'object') best = this.#better(best, trial);
    }
    const polished = best === undefined ? undefined : this.#polish(best);
    return polished !== undefined && polished.profit.net > 0n ? polished : undefined;
  }

  #tryEvery(): SizedCycle | undefined {
    let best: SizedCycle | undefined;
    for (let amountIn = 1n; amountIn <= this.#maxAmountIn; amountIn++) {
      const trial = this.#trialInput(amountIn);
      if (trial === Refused.Never || trial === Refused.TooLarge) break;
      if (typeof trial === 'object') best = this.#better(best, trial);
    }
    return best !== undefined && best.profit.net > 0n ? best : undefined;
  }

  /** Returns whether the costs eat up any profit, given the best point of the grid. */
  #isHopeless(bestOfGrid: Amounts): boolean {
    const reachable = (bestOfGrid.gross + hiddenByRounding(bestOfGrid)) * GRID_FACTOR;
    const nothing = this.#costs.tryProfit(0n, 0n);
    return nothing !== undefined && reachable <= nothing.cost;
  }

  #trial(axis: Axis, point: bigint): Trial {
    return axis === 'input' ? this.#trialInput(point) : this.#trialMiddle(point);
  }

  #trialInput(amountIn: bigint): Trial {
    const middle = this.#first.tryQuote(SwapMode.ExactIn, amountIn);
    return middle < 0n ? refusedBy(middle) : this.#finish(amountIn, middle);
  }

  #trialMiddle(middle: bigint): Trial {
    const amountIn = this.#first.tryQuote(SwapMode.ExactOut, middle);
    if (amountIn < 0n) return refusedBy(amountIn);
    return amountIn > this.#maxAmountIn ? Refused.TooLarge : this.#finish(amountIn, middle);
  }

  /** Quotes the second leg for what the first one gives. */
  #finish(amountIn: bigint, middle: bigint): Trial {
    const amountOut = this.#second.tryQuote(SwapMode.ExactIn, middle);
    return amountOut < 0n ? refusedBy(amountOut) : { amountIn, middle, amountOut, gross: amountOut - amountIn };
  }

  /** Tries an input, and where the middle mint is the coarser one, the smallest input of the same middle amount. */
  #trialGrid(amountIn: bigint): Trial {
    const trial = this.#trialInput(amountIn);
    if (typeof trial !== 'object' || trial.middle >= trial.amountIn) return trial;
    const snapped = this.#trialMiddle(trial.middle);
    return typeof snapped === 'object' ? snapped : trial;
  }

  /** Returns the region around the best point of the grid, and that point. */
  #locate(): Located | undefined {
    const points: bigint[] = [];
    let best: Amounts | undefined;
    let bestAt = -1;
    let firstTooLarge = -1;
    for (const point of gridPoints(this.#maxAmountIn)) {
      const at = points.push(point) - 1;
      const trial = this.#trialGrid(point);
      if (trial === Refused.Never) return undefined;
      if (trial === Refused.TooLarge) {
        firstTooLarge = at;
        break;
      }
      if (typeof trial !== 'object') continue;
      if (best === undefined || trial.gross > best.gross) {
        best = trial;
        bestAt = at;
      } else if (this.#risesOnce && trial.gross + hiddenByRounding(trial) < best.gross) {
        // Past the maximum, by more than rounding can pretend: every larger size gives less.
        break;
      }
    }
    const middle = best === undefined ? firstTooLarge : bestAt;
    const low = points[Math.max(middle - 1, 0)];
    const high = points[Math.min(best === undefined ? middle : middle + 1, points.length - 1)];
    if (middle < 0 || low === undefined || high === undefined) return undefined;
    const region: Region = { axis: 'input', low, high };
    return { region: best === undefined ? region : this.#onCoarserAxis(region, best), best };
  }

  /** Turns a region of inputs into one of middle amounts where those are fewer. */
  #onCoarserAxis(region: Region, best: Amounts): Region {
    if (best.middle >= best.amountIn || typeof this.#trialMiddle(best.middle) !== 'object') return region;
    const lowQuote = this.#first.tryQuote(SwapMode.ExactIn, region.low);
    const highQuote = this.#first.tryQuote(SwapMode.ExactIn, region.high);
    const low = lowQuote < 0n ? 1n : lowQuote;
    const high = highQuote < 0n ? U64_MAX : highQuote;
    return { axis: 'middle', low, high: high > low ? high : low };
  }

  /** Narrows a region to the few steps that are scanned, around its largest gross profit; points beyond it are too large. */
  #narrow(region: Region): Located {
    const cover = fibonacciCover(region.high - region.low);
    if (cover === undefined) return { region, best: undefined };
    let [shorter, width] = cover;
    let { low } = region;
    let best: Amounts | undefined;
    const look = (point: bigint): Trial => {
      const trial = point <= region.high ? this.#trial(region.axis, point) : Refused.TooLarge;
      if (typeof trial === 'object' && (best === undefined || trial.gross > best.gross)) best = trial;
      return trial;
    };
    let left = look(low + width - shorter);
    let right = look(low + shorter);
    const scanned = region.high > LARGE_AMOUNT ? SCAN_POINTS_OF_LARGE : SCAN_POINTS;
    while (width > scanned) {
      const step = width - shorter;
      [width, shorter] = [shorter, step];
      if (keepsLeft(left, right)) {
        right = left;
        left = look(low + width - shorter);
      } else {
        low += step;
        left = right;
        right = look(low + shorter);
      }
    }
    const end = low + width < region.high ? low + width : region.high;
    return { region: { axis: region.axis, low: low < end ? low : end, high: end }, best };
  }

  /** Returns the better of two sizes; ties go to the smaller input. */
  #better(held: SizedCycle | undefined, amounts: Amounts): SizedCycle | undefined {
    if (held !== undefined && this.#costs.netFollowsGross && amounts.gross < held.profit.gross) return held;
    // A size whose costs do not fit 64 bits is no size to trade.
    const profit = this.#costs.tryProfit(amounts.amountIn, amounts.amountOut);
    if (profit === undefined) return held;
    const isBetter =
      held === undefined ||
      profit.net > held.profit.net ||
      (profit.net === held.profit.net && amounts.amountIn < held.amountIn);
    const { amountIn, middle, amountOut } = amounts;
    return isBetter ? { amountIn, middle, amountOut, profit } : held;
  }

  /** Quotes the chosen input the way it will be traded, exact in on both legs, and tries the next smaller inputs. */
  #polish(chosen: SizedCycle): SizedCycle | undefined {
    let best: SizedCycle | undefined;
    for (let less = 0n; less <= POLISH_STEPS; less++) {
      const amountIn = chosen.amountIn > less ? chosen.amountIn - less : 0n;
      const trial = this.#trialInput(amountIn);
      if (typeof trial === 'object') best = this.#better(best, trial);
    }
    return best;
  }
}

/** Returns what rounding may take from the gross profit: a few raw units, and two of the middle mint. */
function hiddenByRounding({ amountIn, middle }: Amounts): bigint {
  const middleUnit = (middle > 0n ? amountIn / middle : 0n) + 1n;
  return middleUnit * 2n + HIDDEN_BY_ROUNDING;
}

/** Returns 1, 4, 16, … below the largest input, and the largest input. */
function* gridPoints(maxAmountIn: bigint): Generator<bigint> {
  for (let point = 1n; point < maxAmountIn && point <= U64_MAX; point *= GRID_FACTOR) yield point;
  if (maxAmountIn > 0n) yield maxAmountIn;
}

/**
 * Returns the smallest Fibonacci number of 64 bits that covers a width, after the one before it; undefined when the width
 * is small enough to be scanned.
 */
function fibonacciCover(width: bigint): [shorter: bigint, longer: bigint] | undefined {
  let [shorter, longer] = [55n, SCAN_POINTS];
  if (width <= longer) return undefined;
  while (longer < width && shorter + longer <= U64_MAX) [shorter, longer] = [longer, shorter + longer];
  return [shorter, longer];
}

/** Returns whether the maximum is left of the right point, as far as two trials tell. */
function keepsLeft(left: Trial, right: Trial): boolean {
  if (typeof left === 'object' && typeof right === 'object') return left.gross >= right.gross;
  if (typeof left !== 'object') return left !== Refused.TooSmall;
  return right !== Refused.TooSmall;
}

function refusedBy(result: bigint): Refused {
  const refusal = Number(-result);
  if (refusal === QuoteRefusal.AmountZero || refusal === QuoteRefusal.OutputZero) return Refused.TooSmall;
  const isTooLarge = refusal === QuoteRefusal.LiquidityExceeded || refusal === QuoteRefusal.MathOverflow;
  return isTooLarge ? Refused.TooLarge : Refused.Never;
}
