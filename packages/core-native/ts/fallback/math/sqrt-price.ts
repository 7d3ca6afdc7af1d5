/**
 * Amounts and prices of concentrated liquidity, with square-root prices in Q64.64. Follows the Uniswap-v3 formulas as Raydium
 * CLMM (`programs/amm/src/libraries/sqrt_price_math.rs`, `liquidity_math.rs`, 2026-07) and Orca Whirlpool
 * (`programs/whirlpool/src/math/token_math.rs`, 2026-08) round them. Where a program refuses what has a value here is said in
 * `crates/math/src/sqrt_price.rs`.
 */
import { Rounding } from './mul-div.js';
import { U128_MAX, mulShr64, shl64Div, shl64Div256 } from './wide.js';

/** Whether an amount enters or leaves the pool. */
export const AddOrRemove = {
  /** The amount enters the pool. */
  Add: 0,
  /** The amount leaves the pool. */
  Remove: 1,
} as const;
export type AddOrRemove = (typeof AddOrRemove)[keyof typeof AddOrRemove];

function distance(left: bigint, right: bigint): bigint {
  return left > right ? left - right : right - left;
}

/**
 * Returns `liquidity * 2^64 * (upper - lower) / (lower * upper)`: the token A between two prices, given in either order.
 * Undefined for a zero price or a result above 128 bits; the programs refuse above 64 bits, which is the caller's to check.
 */
export function amountADelta(
  sqrtLower: bigint,
  sqrtUpper: bigint,
  liquidity: bigint,
  rounding: Rounding,
): bigint | undefined {
  return shl64Div256(liquidity * distance(sqrtLower, sqrtUpper), sqrtLower * sqrtUpper, rounding);
}

/**
 * Returns `liquidity * (upper - lower) / 2^64`: the token B between two prices, given in either order. Undefined above 128
 * bits; the programs refuse above 64 bits, which is the caller's to check.
 */
export function amountBDelta(
  sqrtLower: bigint,
  sqrtUpper: bigint,
  liquidity: bigint,
  rounding: Rounding,
): bigint | undefined {
  return mulShr64(liquidity, distance(sqrtLower, sqrtUpper), rounding);
}

/**
 * Returns the price after an amount of token A, rounded up:
 * `ceil(liquidity * 2^64 * price / (liquidity * 2^64 ± amount * price))`. An amount of zero leaves any price. Undefined for
 * zero liquidity, a removal of all the token A that the price stands for, or a result above 128 bits.
 */
export function nextSqrtPriceFromA(
  sqrtPrice: bigint,
  liquidity: bigint,
  amount: bigint,
  change: AddOrRemove,
): bigint | undefined {
  if (amount === 0n) return sqrtPrice;
  if (liquidity === 0n) return undefined;
  const product = sqrtPrice * amount;
  const denominator = (liquidity << 64n) + (change === AddOrRemove.Add ? product : -product);
  return denominator < 0n ? undefined : shl64Div256(liquidity * sqrtPrice, denominator, Rounding.Up);
}

/**
 * Returns the price after an amount of token B, rounded down: `price + floor(amount * 2^64 / liquidity)` or
 * `price - ceil(amount * 2^64 / liquidity)`. An amount of zero leaves any price. Undefined for zero liquidity, a result below
 * zero, or one above 128 bits.
 */
export function nextSqrtPriceFromB(
  sqrtPrice: bigint,
  liquidity: bigint,
  amount: bigint,
  change: AddOrRemove,
): bigint | undefined {
  if (amount === 0n) return sqrtPrice;
  const adds = change === AddOrRemove.Add;
  const step = shl64Div(amount, liquidity, adds ? Rounding.Down : Rounding.Up);
  if (step === undefined) return undefined;
  const next = adds ? sqrtPrice + step : sqrtPrice - step;
  return next < 0n || next > U128_MAX ? undefined : next;
}
