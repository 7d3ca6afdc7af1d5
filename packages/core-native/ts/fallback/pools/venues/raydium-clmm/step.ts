import { Direction } from '../../../../core-api.js';
import { MILLIONTHS } from '../../../math/fee.js';
import { Rounding, U64_MAX } from '../../../math/mul-div.js';
import {
  AddOrRemove,
  amountADelta,
  amountBDelta,
  nextSqrtPriceFromA,
  nextSqrtPriceFromB,
} from '../../../math/sqrt-price.js';
import { mulShr64, shl64Div } from '../../../math/wide.js';
import { QuoteRefusal } from '../../quote.js';
import type { SpanAmounts } from './span.js';

// One step of a swap: through liquidity up to a price (`libraries/swap_math.rs`), or against the limit orders of a tick
// (`states/tick_array.rs`, `match_limit_order_with_sqrt_price`; both 2026-07). The deployed program of before limit orders
// (2026-04) gives the same wherever a pool has none of the newer features.

/** What stays the same during a walk. */
export interface Terms {
  readonly direction: Direction;
  /** Whether the amount to go is input; else it is output. */
  readonly isExactIn: boolean;
  readonly isFeeOnInput: boolean;
}

/** What a step may use. */
export interface Stretch {
  readonly from: bigint;
  readonly target: bigint;
  readonly liquidity: bigint;
  readonly toGo: bigint;
  /** Millionths. */
  readonly rate: bigint;
  /** Amounts of all of it, where they are known. */
  readonly whole: SpanAmounts | undefined;
}

/**
 * What a step moved, written over by each step. The fee is part of neither amount: it comes on top of the input, or was taken off
 * the output.
 */
export interface Moved {
  /** Price reached. */
  price: bigint;
  amountIn: bigint;
  amountOut: bigint;
  fee: bigint;
  /** What limit orders gave, the fee on it included. */
  given: bigint;
}

/** Why a step fails; 0 when it does not. */
export type StepRefusal = QuoteRefusal | 0;

/** Returns `ceil(amount * rate / 10^6)`, which 64 bits always hold. */
function feeOf(amount: bigint, rate: bigint): bigint {
  return (amount * rate + MILLIONTHS - 1n) / MILLIONTHS;
}

/** Returns `ceil(amount * rate / (10^6 - rate))`: the fee that comes on top of an input. The decoder refuses a rate of everything. */
function feeOnTop(amount: bigint, rate: bigint): bigint {
  const kept = MILLIONTHS - rate;
  return (amount * rate + kept - 1n) / kept;
}

/** Returns `ceil(net * 10^6 / (10^6 - rate))`: what leaves a net output after its fee. */
function beforeFee(net: bigint, rate: bigint): bigint {
  const kept = MILLIONTHS - rate;
  return (net * MILLIONTHS + kept - 1n) / kept;
}

/** Returns the input between two prices, rounded up; undefined above 64 bits. */
function inputBetween(direction: Direction, from: bigint, to: bigint, liquidity: bigint): bigint | undefined {
  const amount =
    direction === Direction.AToB
      ? amountADelta(to, from, liquidity, Rounding.Up)
      : amountBDelta(from, to, liquidity, Rounding.Up);
  return amount !== undefined && amount <= U64_MAX ? amount : undefined;
}

/** Returns the output between two prices, rounded down; undefined above 64 bits. */
function outputBetween(direction: Direction, from: bigint, to: bigint, liquidity: bigint): bigint | undefined {
  const amount =
    direction === Direction.AToB
      ? amountBDelta(to, from, liquidity, Rounding.Down)
      : amountADelta(from, to, liquidity, Rounding.Down);
  return amount !== undefined && amount <= U64_MAX ? amount : undefined;
}

/** Returns the price that an amount moves to, rounded so that the pool never gives more than it is paid for. */
function priceAfter(terms: Terms, from: bigint, liquidity: bigint, amount: bigint): bigint | undefined {
  const change = terms.isExactIn ? AddOrRemove.Add : AddOrRemove.Remove;
  // Down with token A in or token B out, up the other way.
  const isTokenA = (terms.direction === Direction.AToB) === terms.isExactIn;
  return isTokenA
    ? nextSqrtPriceFromA(from, liquidity, amount, change)
    : nextSqrtPriceFromB(from, liquidity, amount, change);
}

/** Swaps through liquidity from a price towards a target. */
export function swapTo(terms: Terms, stretch: Stretch, moved: Moved): StepRefusal {
  const { toGo, rate } = stretch;
  // What drives the price: the input after its fee, or the output before its. Taking a fee rounded up leaves the rest rounded down.
  let driving = toGo;
  if (terms.isExactIn && terms.isFeeOnInput) driving = toGo - feeOf(toGo, rate);
  if (!terms.isExactIn && !terms.isFeeOnInput) driving = beforeFee(toGo, rate);
  if (driving > U64_MAX) return QuoteRefusal.MathOverflow;
  if (!moveWhole(terms, stretch, driving, moved)) {
    const refusal = movePart(terms, stretch, driving, moved);
    if (refusal !== 0) return refusal;
  }
  return terms.isFeeOnInput ? takeFeeOnInput(terms, stretch, moved) : takeFeeOnOutput(terms, stretch, moved);
}

/**
 * Moves to the target where the amount to go reaches it, and returns whether it does. An amount above 64 bits is out of reach,
 * whichever side it is on.
 */
function moveWhole(terms: Terms, stretch: Stretch, driving: bigint, moved: Moved): boolean {
  const { from, target, liquidity, whole } = stretch;
  if (whole !== undefined) {
    if (driving < (terms.isExactIn ? whole.amountIn : whole.amountOut)) return false;
    moved.price = target;
    ({ amountIn: moved.amountIn, amountOut: moved.amountOut } = whole);
    return true;
  }
  let amountIn: bigint | undefined = 0n;
  let amountOut: bigint | undefined = 0n;
  if (liquidity !== 0n && terms.isExactIn) {
    // The side of the amount to go comes first: most last steps end there.
    amountIn = inputBetween(terms.direction, from, target, liquidity);
    if (amountIn === undefined || driving < amountIn) return false;
    amountOut = outputBetween(terms.direction, from, target, liquidity);
  } else if (liquidity !== 0n) {
    amountOut = outputBetween(terms.direction, from, target, liquidity);
    if (amountOut === undefined || driving < amountOut) return false;
    amountIn = inputBetween(terms.direction, from, target, liquidity);
  }
  if (amountIn === undefined || amountOut === undefined) return false;
  moved.price = target;
  moved.amountIn = amountIn;
  moved.amountOut = amountOut;
  return true;
}

function movePart(terms: Terms, { from, target, liquidity }: Stretch, driving: bigint, moved: Moved): StepRefusal {
  const price = priceAfter(terms, from, liquidity, driving);
  if (price === undefined) return QuoteRefusal.LiquidityExceeded;
  if (terms.direction === Direction.AToB ? price < target : price > target) return QuoteRefusal.LiquidityExceeded;
  const amountIn = inputBetween(terms.direction, from, price, liquidity);
  const amountOut = outputBetween(terms.direction, from, price, liquidity);
  if (amountIn === undefined || amountOut === undefined) return QuoteRefusal.MathOverflow;
  moved.price = price;
  moved.amountIn = amountIn;
  moved.amountOut = amountOut;
  return 0;
}

function takeFeeOnInput(terms: Terms, { target, toGo, rate }: Stretch, moved: Moved): StepRefusal {
  if (!terms.isExactIn && moved.amountOut > toGo) moved.amountOut = toGo;
  // Short of the target all that is left is paid: what the price did not move for goes to the fee.
  const isLast = terms.isExactIn && moved.price !== target;
  moved.fee = isLast ? toGo - moved.amountIn : feeOnTop(moved.amountIn, rate);
  return moved.fee < 0n || moved.fee > U64_MAX ? QuoteRefusal.MathOverflow : 0;
}

function takeFeeOnOutput(terms: Terms, { target, toGo, rate }: Stretch, moved: Moved): StepRefusal {
  moved.fee = feeOf(moved.amountOut, rate); // below the output
  const net = moved.amountOut - moved.fee;
  if (terms.isExactIn) {
    // Short of the target all that is left is paid, also what the price did not move for.
    if (moved.price !== target) moved.amountIn = toGo;
    moved.amountOut = net;
  } else if (net > toGo) {
    moved.fee = moved.amountOut - toGo;
    moved.amountOut = toGo;
  } else {
    moved.amountOut = net;
  }
  return 0;
}

/** The limit orders of a tick whose price is reached, and what may be swapped against them. */
export interface Orders {
  readonly sqrtPrice: bigint;
  readonly unfilled: bigint;
  readonly toGo: bigint;
  /** Millionths. */
  readonly rate: bigint;
}

/** Swaps against the limit orders of a tick. */
export function matchOrders(terms: Terms, orders: Orders, moved: Moved): StepRefusal {
  const { sqrtPrice, rate } = orders;
  // The price rounds against the swap: down where it divides nothing, up where it divides.
  const isDown = terms.direction === Direction.AToB;
  const price = mulShr64(sqrtPrice, sqrtPrice, isDown ? Rounding.Down : Rounding.Up);
  if (price === undefined) return QuoteRefusal.MathOverflow;
  moved.fee = 0n;
  const refusal = terms.isExactIn ? matchInput(terms, orders, price, moved) : matchOutput(terms, orders, price, moved);
  if (refusal !== 0) return refusal;
  moved.amountOut = moved.given;
  if (!terms.isFeeOnInput) {
    moved.fee = feeOf(moved.given, rate);
    moved.amountOut -= moved.fee;
  }
  return moved.fee > U64_MAX ? QuoteRefusal.MathOverflow : 0;
}

/** Returns the input that an output of the orders costs, rounded up. */
function inputFor(isDown: boolean, output: bigint, price: bigint): bigint | undefined {
  return isDown ? shl64Div(output, price, Rounding.Up) : mulShr64(output, price, Rounding.Up);
}

function matchInput(terms: Terms, { unfilled, toGo, rate }: Orders, price: bigint, moved: Moved): StepRefusal {
  const isDown = terms.direction === Direction.AToB;
  if (terms.isFeeOnInput) moved.fee = feeOf(toGo, rate);
  moved.amountIn = toGo - moved.fee;
  const wanted = isDown
    ? mulShr64(moved.amountIn, price, Rounding.Down)
    : shl64Div(moved.amountIn, price, Rounding.Down);
  if (wanted === undefined) return QuoteRefusal.MathOverflow;
  moved.given = wanted;
  if (wanted <= unfilled) return 0;
  moved.given = unfilled;
  const amountIn = inputFor(isDown, unfilled, price);
  if (amountIn === undefined || amountIn > U64_MAX) return QuoteRefusal.MathOverflow;
  moved.amountIn = amountIn;
  if (terms.isFeeOnInput) moved.fee = feeOnTop(amountIn, rate);
  return 0;
}

function matchOutput(terms: Terms, { unfilled, toGo, rate }: Orders, price: bigint, moved: Moved): StepRefusal {
  moved.given = toGo < unfilled ? toGo : unfilled;
  if (!terms.isFeeOnInput) {
    const gross = beforeFee(moved.given, rate);
    if (gross > U64_MAX) return QuoteRefusal.MathOverflow;
    moved.given = gross < unfilled ? gross : unfilled;
  }
  const amountIn = inputFor(terms.direction === Direction.AToB, moved.given, price);
  if (amountIn === undefined || amountIn > U64_MAX) return QuoteRefusal.MathOverflow;
  moved.amountIn = amountIn;
  if (terms.isFeeOnInput) moved.fee = feeOnTop(amountIn, rate);
  return 0;
}
