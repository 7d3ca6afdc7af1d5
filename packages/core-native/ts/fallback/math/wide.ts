import { Rounding } from './mul-div.js';

/** Largest `u128`: the on-chain width of liquidity and of square-root prices. */
export const U128_MAX = (1n << 128n) - 1n;

/** Returns the quotient and the remainder, or undefined for a zero denominator or a quotient above 128 bits. */
export function divWide(
  numerator: bigint,
  denominator: bigint,
): { readonly quotient: bigint; readonly remainder: bigint } | undefined {
  if (denominator === 0n) return undefined;
  const quotient = numerator / denominator;
  return quotient > U128_MAX ? undefined : { quotient, remainder: numerator - quotient * denominator };
}

/** Returns `numerator / denominator`, or undefined for a zero denominator or a result above 128 bits. */
export function divWide256(numerator: bigint, denominator: bigint, rounding: Rounding): bigint | undefined {
  if (denominator === 0n) return undefined;
  const quotient = rounding === Rounding.Up ? (numerator + denominator - 1n) / denominator : numerator / denominator;
  return quotient > U128_MAX ? undefined : quotient;
}

/** Returns `numerator * 2^64 / denominator`, or undefined for a zero denominator or a result above 128 bits. */
export function shl64Div256(numerator: bigint, denominator: bigint, rounding: Rounding): bigint | undefined {
  return divWide256(numerator << 64n, denominator, rounding);
}

/** Returns `left * right / denominator`, or undefined for a zero denominator or a result above 128 bits. */
export function mulDivU128(left: bigint, right: bigint, denominator: bigint, rounding: Rounding): bigint | undefined {
  return divWide256(left * right, denominator, rounding);
}

/** Returns `left * right / 2^64`, or undefined above 128 bits. */
export function mulShr64(left: bigint, right: bigint, rounding: Rounding): bigint | undefined {
  return shiftRight(left * right, 64n, rounding);
}

/** Returns `left * 2^64 / denominator`, or undefined for a zero denominator or a result above 128 bits. */
export function shl64Div(left: bigint, denominator: bigint, rounding: Rounding): bigint | undefined {
  return divWide256(left << 64n, denominator, rounding);
}

/** Returns `left * right / 2^shift`, or undefined above 128 bits. */
export function mulShiftRight(left: bigint, right: bigint, shift: number, rounding: Rounding): bigint | undefined {
  return shiftRight(left * right, BigInt(shift), rounding);
}

function shiftRight(product: bigint, shift: bigint, rounding: Rounding): bigint | undefined {
  const floor = product >> shift;
  const quotient = rounding === Rounding.Up && floor << shift !== product ? floor + 1n : floor;
  return quotient > U128_MAX ? undefined : quotient;
}
