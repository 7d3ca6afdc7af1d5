import { U128_MAX } from '../../../math/wide.js';

// Prices of bins: `dlmm-sdk` `commons/src/math/{price_math.rs,u64x64_math.rs}` (fb02e51), which mirrors the program.

/** 1 in Q64.64. */
export const ONE = 1n << 64n;
const BASIS_POINTS = 10_000n;
/** From here on the program refuses the exponent. */
const EXPONENT_END = 0x8_0000;

/**
 * Returns `(1 + binStep / 10000) ^ id` in Q64.64, Y for each X, by squaring with every product cut to 64 fractional bits.
 * Undefined where the price does not fit.
 *
 * The program raises the inverse of the base, which stays below 1 and so never overflows, and inverts what comes out for a
 * positive id: the cuts are part of the price.
 */
export function priceOfBin(id: number, binStep: number): bigint | undefined {
  const exponent = Math.abs(id);
  if (exponent >= EXPONENT_END) return undefined;
  if (exponent === 0) return ONE;
  const step = (BigInt(binStep) << 64n) / BASIS_POINTS;
  let power = U128_MAX / (ONE + step);
  let result = ONE;
  for (let bits = exponent; bits > 0; bits >>= 1) {
    if ((bits & 1) === 1) result = (result * power) >> 64n;
    power = (power * power) >> 64n;
  }
  if (result === 0n) return undefined;
  return id > 0 ? U128_MAX / result : result;
}
