/** Returns the largest integer whose square is not above the value (`sqrt_u256` of cp-amm's `math/utils_math.rs`). */
export function squareRoot(value: bigint): bigint {
  if (value === 0n) return 0n;
  // Newton's method from above: the first guess is a power of two at or above the root, and every further one is smaller
  // until the root is met.
  const bits = value.toString(16).length * 4;
  let guess = 1n << BigInt((bits + 1) >> 1);
  for (;;) {
    const next = (value / guess + guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}
