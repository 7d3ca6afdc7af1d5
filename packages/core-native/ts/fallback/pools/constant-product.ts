import { Rounding, U64_MAX, mulDiv } from '../math/mul-div.js';
import { QuoteRefusal, REFUSED } from './quote.js';

/**
 * The curve `x * y = k`. Returns the output for an input that has paid its fees, rounded down:
 * `floor(outReserve * input / (inReserve + input))`; negative (`REFUSED`) where a value passes 64 bits.
 */
export function outputFor(input: bigint, reserveIn: bigint, reserveOut: bigint): bigint {
  const after = reserveIn + input;
  if (after > U64_MAX) return REFUSED[QuoteRefusal.MathOverflow];
  return mulDiv(input, reserveOut, after, Rounding.Down) ?? REFUSED[QuoteRefusal.MathOverflow];
}

/**
 * Returns the input before fees that gives an output, rounded up: `ceil(inReserve * output / (outReserve - output))`;
 * negative (`REFUSED`) for an output the reserve does not hold, or where the input passes 64 bits.
 */
export function inputFor(output: bigint, reserveIn: bigint, reserveOut: bigint): bigint {
  if (output >= reserveOut) return REFUSED[QuoteRefusal.LiquidityExceeded];
  return mulDiv(output, reserveIn, reserveOut - output, Rounding.Up) ?? REFUSED[QuoteRefusal.MathOverflow];
}
