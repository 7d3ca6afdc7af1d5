import { squareRoot } from './raydium-cpmm.js';

// Ticks and prices to a precision far beyond the program's own, so that nothing of its rounding is repeated here. A price is
// 1.0001^tick; square roots of prices are Q64.64.

/** The ends of the range of ticks (whirlpools `state/tick.rs`). */
const MAX_TICK = 443_636;
/** Fractional bits of the powers. */
const FRACTION = 256n;
/** A millionth, which is far less than a tick and far more than the program's rounding. */
const MARGIN_SHIFT = 20n;

/** Returns the square root of the price of a tick. */
export function sqrtPriceOfTick(tick: number): bigint {
  let power = 1n << FRACTION;
  let square = (power * 10_001n) / 10_000n;
  for (let bits = Math.abs(tick); bits > 0; bits >>= 1) {
    if (bits % 2 === 1) power = (power * square) >> FRACTION;
    square = (square * square) >> FRACTION;
  }
  const price = tick < 0 ? (1n << (2n * FRACTION)) / power : power;
  return squareRoot(price >> (FRACTION - 128n));
}

/** A price that lies between a tick and the next one, clear of both. */
export interface PricePoint {
  readonly tick: number;
  readonly sqrtPrice: bigint;
}

/** Returns the price of a reserve of B for one of A, moved by a millionth where it stands on a tick. */
export function pricePoint(reserveA: bigint, reserveB: bigint): PricePoint {
  const wanted = squareRoot((reserveB << 128n) / reserveA);
  let [tick, above] = [-MAX_TICK, MAX_TICK];
  while (above - tick > 1) {
    const middle = (tick + above) >> 1;
    if (sqrtPriceOfTick(middle) <= wanted) tick = middle;
    else above = middle;
  }
  const [floor, ceiling] = [sqrtPriceOfTick(tick), sqrtPriceOfTick(tick + 1)];
  const lowest = floor + (floor >> MARGIN_SHIFT);
  const highest = ceiling - (ceiling >> MARGIN_SHIFT);
  return { tick, sqrtPrice: wanted < lowest ? lowest : wanted > highest ? highest : wanted };
}

/** Returns the tick that can hold liquidity nearest to one, within the range. */
export function usableTick(tick: number, spacing: number): number {
  const edge = Math.floor(MAX_TICK / spacing);
  return Math.min(Math.max(Math.round(tick / spacing), -edge), edge) * spacing;
}
