import { Rounding, mulDiv } from '../math/mul-div.js';
import { QuoteRefusal, REFUSED } from './quote.js';

/**
 * The curve `x * y = k`, which Raydium CPMM, Raydium AMM v4, PumpSwap and the compounding pools of Meteora DAMM v2 price with.
 * Returns the output for an input that has paid its fees, rounded down:
 * `floor(outReserve * input / (inReserve + input))`; negative (`REFUSED`) where it passes 64 bits.
 */
export function outputFor(input: bigint, reserveIn: bigint, reserveOut: bigint): bigint {
  return mulDiv(input, reserveOut, reserveIn + input, Rounding.Down) ?? REFUSED[QuoteRefusal.MathOverflow];
}

/**
 * Returns the input before fees that gives an output, rounded up: `ceil(inReserve * output / (outReserve - output))`;
 * negative (`REFUSED`) for an output the reserve does not hold, or where the input passes 64 bits.
 */
export function inputFor(output: bigint, reserveIn: bigint, reserveOut: bigint): bigint {
  if (output >= reserveOut) return REFUSED[QuoteRefusal.LiquidityExceeded];
  return mulDiv(output, reserveIn, reserveOut - output, Rounding.Up) ?? REFUSED[QuoteRefusal.MathOverflow];
}

/**
 * Returns a bound of the output for each unit of input, Q64.64: `reserveOut / reserveIn`, and of that the share `kept / whole`
 * that fees leave, both divisions rounded up; undefined for an empty reserve, and where fees would leave more than there was.
 */
export function marginalRateX64(
  reserveIn: bigint,
  reserveOut: bigint,
  kept: bigint,
  whole: bigint,
): bigint | undefined {
  if (reserveIn === 0n || kept < 0n || kept > whole) return undefined;
  const beforeFees = ((reserveOut << 64n) + reserveIn - 1n) / reserveIn;
  return (beforeFees * kept + whole - 1n) / whole;
}
