const DECIMAL = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;
const MAX_TEXT_LENGTH = 64;

/**
 * Returns a decimal text as an integer count of `10^-fractionDigits` units, exactly; `null` when it is no plain non-negative
 * decimal or does not come out even. No float takes part, so 0.1 SOL is 100,000,000 lamports and not about that.
 *
 * @example parseDecimal('1.5', 2) // 150n
 */
export function parseDecimal(text: string, fractionDigits: number): bigint | null {
  const ratio = findRatio(text, fractionDigits);
  return ratio !== null && ratio.numerator % ratio.denominator === 0n ? ratio.numerator / ratio.denominator : null;
}

/** Returns a decimal text as `parseDecimal` does, with what does not come out even rounded up. */
export function parseDecimalUp(text: string, fractionDigits: number): bigint | null {
  const ratio = findRatio(text, fractionDigits);
  return ratio === null ? null : (ratio.numerator + ratio.denominator - 1n) / ratio.denominator;
}

function findRatio(text: string, fractionDigits: number): { numerator: bigint; denominator: bigint } | null {
  if (text.length > MAX_TEXT_LENGTH) return null;
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const whole = match[1] ?? '';
  const fraction = match[2] ?? '';
  const shift = fractionDigits + Number(match[3] ?? '0') - fraction.length;
  const mantissa = BigInt(whole + fraction);
  if (shift >= 0) return { numerator: mantissa * 10n ** BigInt(shift), denominator: 1n };
  return { numerator: mantissa, denominator: 10n ** BigInt(-shift) };
}
