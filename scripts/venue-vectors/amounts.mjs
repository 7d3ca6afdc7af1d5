import { createHash } from 'node:crypto';

const RANDOM_AMOUNTS = 4;
const U64_MASK = 2n ** 64n - 1n;

/** Returns the amounts to try on one pool: the ends, the neighbours of the reserve, and some of each magnitude below it. */
export function amountsFor({ seed, mode, reserveIn, reserveOut }) {
  const reserve = mode === 'exactOut' ? reserveOut : reserveIn;
  const next = stream(seed);
  const scattered = Array.from({ length: RANDOM_AMOUNTS }, () => {
    const bits = BigInt(reserve.toString(2).length);
    return (next() & ((1n << (1n + (next() % bits))) - 1n)) + 1n;
  });
  const ends = [0n, 1n, 2n, 400n, 401n, reserve - 1n, reserve, reserve * 2n];
  const amounts = [...ends, ...scattered].filter((amount) => amount >= 0n);
  return [...new Set(amounts)].toSorted((left, right) => (left < right ? -1 : Number(left > right)));
}

/** A repeatable stream of 64-bit numbers. */
function stream(seed) {
  let state = createHash('sha256').update(seed).digest().readBigUInt64LE() | 1n;
  return () => {
    state ^= (state << 13n) & U64_MASK;
    state ^= state >> 7n;
    state ^= (state << 17n) & U64_MASK;
    return state;
  };
}
