import { Direction } from '../../../../core-api.js';
import { Rounding, U64_MAX } from '../../../math/mul-div.js';
import { inputFor, outputFor } from '../../constant-product.js';
import { QuoteRefusal } from '../../quote.js';
import type { Pair } from './layout.js';
import { squareRoot } from './square-root.js';

// Prices without fees: `programs/cp-amm/src/liquidity_handler/{concentrated_liquidity.rs,compounding_liquidity.rs}`. Liquidity
// is scaled by 2^64 and prices are Q64.64, so that amounts of token B are products divided by 2^128.

/** One range of constant liquidity and the price within it. */
export interface Range {
  readonly liquidity: bigint;
  readonly sqrtPrice: bigint;
  readonly sqrtMinPrice: bigint;
  readonly sqrtMaxPrice: bigint;
}

/** What a swap moves: in without fees, out with them. */
export interface Moved {
  readonly entering: bigint;
  readonly leaving: bigint;
  /** The price after; pools that price along their reserves take it from those. */
  readonly sqrtPrice: bigint;
}

const LOW_128 = (1n << 128n) - 1n;

/** Prices a whole input (`calculate_*_from_amount_in`). */
export function give(range: Range, direction: Direction, entering: bigint): Moved | QuoteRefusal {
  const sqrtPrice = priceAfterInput(range, direction, entering);
  if (sqrtPrice < range.sqrtMinPrice || sqrtPrice > range.sqrtMaxPrice) return QuoteRefusal.LiquidityExceeded;
  const leaving =
    direction === Direction.AToB
      ? amountB(sqrtPrice, range.sqrtPrice, range.liquidity, Rounding.Down)
      : amountA(range.sqrtPrice, sqrtPrice, range.liquidity, Rounding.Down);
  return leaving === undefined ? QuoteRefusal.MathOverflow : { entering, leaving, sqrtPrice };
}

/** Prices what fits of an input (`calculate_*_from_partial_amount_in`). */
export function giveWhatFits(range: Range, direction: Direction, offered: bigint): Moved | QuoteRefusal {
  const { liquidity, sqrtPrice, sqrtMinPrice, sqrtMaxPrice } = range;
  const isFalling = direction === Direction.AToB;
  const entering = isFalling
    ? amountA(sqrtMinPrice, sqrtPrice, liquidity, Rounding.Up)
    : amountB(sqrtPrice, sqrtMaxPrice, liquidity, Rounding.Up);
  // A need above 64 bits is one that no input meets.
  if (entering === undefined || offered < entering) return give(range, direction, offered);
  const leaving = isFalling
    ? amountB(sqrtMinPrice, sqrtPrice, liquidity, Rounding.Down)
    : amountA(sqrtPrice, sqrtMaxPrice, liquidity, Rounding.Down);
  if (leaving === undefined) return QuoteRefusal.MathOverflow;
  return { entering, leaving, sqrtPrice: isFalling ? sqrtMinPrice : sqrtMaxPrice };
}

/** Prices a whole output (`calculate_*_from_amount_out`). */
export function take(range: Range, direction: Direction, leaving: bigint): Moved | QuoteRefusal {
  const sqrtPrice = priceAfterOutput(range, direction, leaving);
  if (sqrtPrice === undefined || sqrtPrice < range.sqrtMinPrice || sqrtPrice > range.sqrtMaxPrice)
    return QuoteRefusal.LiquidityExceeded;
  const entering =
    direction === Direction.AToB
      ? amountA(sqrtPrice, range.sqrtPrice, range.liquidity, Rounding.Up)
      : amountB(range.sqrtPrice, sqrtPrice, range.liquidity, Rounding.Up);
  return entering === undefined ? QuoteRefusal.MathOverflow : { entering, leaving, sqrtPrice };
}

/**
 * Returns what each side holds within the range; rounded up it is what the program counts for pools of the first layout
 * (`get_reserves_amount`). Undefined above 64 bits.
 */
export function rangeReserves(range: Range, rounding: Rounding): Pair<bigint | undefined> {
  const { liquidity, sqrtPrice, sqrtMinPrice, sqrtMaxPrice } = range;
  return [amountA(sqrtPrice, sqrtMaxPrice, liquidity, rounding), amountB(sqrtMinPrice, sqrtPrice, liquidity, rounding)];
}

/** `get_next_sqrt_price_from_input`: A lowers the price, rounded up; B raises it, rounded down. */
function priceAfterInput({ sqrtPrice, liquidity }: Range, direction: Direction, entering: bigint): bigint {
  return direction === Direction.AToB
    ? ceilDivide(liquidity * sqrtPrice, liquidity + entering * sqrtPrice)
    : sqrtPrice + (entering << 128n) / liquidity;
}

/** `get_next_sqrt_price_from_output`: B out lowers the price, rounded down; A out raises it, rounded up. */
function priceAfterOutput({ sqrtPrice, liquidity }: Range, direction: Direction, leaving: bigint): bigint | undefined {
  if (direction === Direction.AToB) return sqrtPrice - ceilDivide(leaving << 128n, liquidity);
  const left = liquidity - leaving * sqrtPrice;
  return left <= 0n ? undefined : ceilDivide(liquidity * sqrtPrice, left);
}

/** Prices a whole input along the product of the reserves (`CompoundingLiquidity`); the new reserve must fit 64 bits. */
export function giveAlongReserves(entering: bigint, reserveIn: bigint, reserveOut: bigint): Moved | QuoteRefusal {
  const leaving = outputFor(entering, reserveIn, reserveOut);
  if (leaving < 0n || reserveIn + entering > U64_MAX) return QuoteRefusal.MathOverflow;
  return { entering, leaving, sqrtPrice: 0n };
}

/** Prices a whole output along the product of the reserves. */
export function takeAlongReserves(leaving: bigint, reserveIn: bigint, reserveOut: bigint): Moved | QuoteRefusal {
  const entering = inputFor(leaving, reserveIn, reserveOut);
  return entering < 0n ? (Number(-entering) as QuoteRefusal) : { entering, leaving, sqrtPrice: 0n };
}

/** Returns the square-root price that two reserves stand for (`get_sqrt_price_from_amounts`), rounded down at both steps. */
export function sqrtPriceOfReserves([reserveA, reserveB]: Pair<bigint>): bigint | undefined {
  return reserveA === 0n ? undefined : squareRoot((reserveB << 128n) / reserveA);
}

/** `get_delta_amount_a_unsigned`: `L * (upper - lower) / (upper * lower)`; undefined above 64 bits. */
function amountA(lower: bigint, upper: bigint, liquidity: bigint, rounding: Rounding): bigint | undefined {
  const numerator = liquidity * (upper - lower);
  const denominator = lower * upper;
  const amount = rounding === Rounding.Up ? ceilDivide(numerator, denominator) : numerator / denominator;
  return amount > U64_MAX ? undefined : amount;
}

/** `get_delta_amount_b_unsigned`: `L * (upper - lower) / 2^128`; undefined above 64 bits. */
function amountB(lower: bigint, upper: bigint, liquidity: bigint, rounding: Rounding): bigint | undefined {
  const product = liquidity * (upper - lower);
  const amount = (rounding === Rounding.Up ? product + LOW_128 : product) >> 128n;
  return amount > U64_MAX ? undefined : amount;
}

function ceilDivide(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}
