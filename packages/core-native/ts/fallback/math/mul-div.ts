/** Largest `u64`: the on-chain width of amounts. */
export const U64_MAX = 0xffff_ffff_ffff_ffffn;

/** Which neighbour an inexact division takes. */
export const Rounding = {
  /** Towards zero: for amounts we receive. */
  Down: 0,
  /** Away from zero: for amounts we pay. */
  Up: 1,
} as const;
export type Rounding = (typeof Rounding)[keyof typeof Rounding];

/** Returns `numerator / denominator`, or undefined for a zero denominator or a result above `U64_MAX`. */
function divToU64(numerator: bigint, denominator: bigint, rounding: Rounding): bigint | undefined {
  if (denominator === 0n) return undefined;
  const quotient = rounding === Rounding.Up ? (numerator + denominator - 1n) / denominator : numerator / denominator;
  return quotient > U64_MAX ? undefined : quotient;
}

/** Returns `left * right / denominator`, or undefined for a zero denominator or a result above `U64_MAX`. */
export function mulDiv(left: bigint, right: bigint, denominator: bigint, rounding: Rounding): bigint | undefined {
  return divToU64(left * right, denominator, rounding);
}
