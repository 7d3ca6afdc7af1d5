const DECIMAL = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;
const MAX_TEXT_LENGTH = 64;

/**
 * Returns a decimal text as an integer count of `10^-fractionDigits` units, exactly; `null` when it is no plain non-negative
 * decimal or does not come out even. No float takes part, so 0.1 SOL is 100,000,000 lamports and not about that.
 *
 * @example parseDecimal('1.5', 2) // 150n
 */
export function parseDecimal(text: string, fractionDigits: number): bigint | null {
  if (text.length > MAX_TEXT_LENGTH) return null;
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const whole = match[1] ?? '';
  const fraction = match[2] ?? '';
  const shift = fractionDigits + Number(match[3] ?? '0') - fraction.length;
  const mantissa = BigInt(whole + fraction);
  if (shift >= 0) return mantissa * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  return mantissa % divisor === 0n ? mantissa / divisor : null;
}
