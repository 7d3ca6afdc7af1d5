import { Rounding, mulDiv } from './mul-div.js';

/** Denominator of the rates of Raydium CPMM (cp-swap, `curve/fees.rs`), Raydium CLMM and Whirlpool. */
export const MILLIONTHS = 1_000_000n;
/** Denominator of basis points, and of Raydium AMM v4's usual rates. */
export const TEN_THOUSANDTHS = 10_000n;

/**
 * Returns `ceil(amount * numerator / denominator)`: the fee on an amount, rounded up because the program keeps the
 * remainder. Undefined for a zero denominator or a result above 64 bits.
 */
export function feeAmount(amount: bigint, numerator: bigint, denominator: bigint): bigint | undefined {
  return mulDiv(amount, numerator, denominator, Rounding.Up);
}

/**
 * Returns the amount that leaves `net` after its fee, rounded up as the programs do:
 * `ceil(net * denominator / (denominator - numerator))`. Undefined when the fee takes everything or the result passes 64 bits.
 */
export function amountBeforeFee(net: bigint, numerator: bigint, denominator: bigint): bigint | undefined {
  if (numerator === 0n) return net;
  if (numerator > denominator) return undefined;
  return mulDiv(net, denominator, denominator - numerator, Rounding.Up);
}
