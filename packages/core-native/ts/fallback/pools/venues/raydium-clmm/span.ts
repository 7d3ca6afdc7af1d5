import { Direction } from '../../../../core-api.js';
import { Rounding, U64_MAX } from '../../../math/mul-div.js';
import { amountADelta, amountBDelta } from '../../../math/sqrt-price.js';
import { U128_MAX } from '../../../math/wide.js';
import type { Tick } from './layout.js';

// What lies between two neighbouring ticks: the same whatever the price is, as long as the ticks are. Swaps over many ticks look it
// up instead of dividing at each.

/** The input, rounded up, and the output, rounded down, of a swap through all of it. */
export interface SpanAmounts {
  readonly amountIn: bigint;
  readonly amountOut: bigint;
}

/** The amounts by direction, A to B first; undefined where one passes 64 bits. */
export type Span = readonly [SpanAmounts, SpanAmounts] | undefined;

function spanBetween(lower: bigint, upper: bigint, liquidity: bigint): Span {
  const amountA = amountADelta(lower, upper, liquidity, Rounding.Down);
  const amountB = amountBDelta(lower, upper, liquidity, Rounding.Down);
  const moreA = amountADelta(lower, upper, liquidity, Rounding.Up);
  const moreB = amountBDelta(lower, upper, liquidity, Rounding.Up);
  if (amountA === undefined || amountB === undefined || moreA === undefined || moreB === undefined) return undefined;
  if (moreA > U64_MAX || moreB > U64_MAX) return undefined;
  return [
    { amountIn: moreA, amountOut: amountB },
    { amountIn: moreB, amountOut: amountA },
  ];
}

/** Returns the amounts of a span that a swap in a direction goes through. */
export function spanAmounts(span: Span, direction: Direction): SpanAmounts | undefined {
  return span?.[direction === Direction.AToB ? 0 : 1];
}

/** Ticks `first` to `last` around a price with a liquidity, `split` of all at or below it. */
export interface Stock {
  readonly ticks: readonly Tick[];
  readonly first: number;
  readonly last: number;
  readonly split: number;
}

/** Returns the liquidity between the lowest of the ticks and the one above: with the ticks it tells that of all. */
export function baseLiquidity({ ticks, first, split }: Stock, liquidity: bigint): bigint {
  let base = liquidity;
  for (let place = first + 1; place < split; place += 1) base -= netOf(ticks[place]);
  return base;
}

/**
 * Returns the spans above each tick, by its place. Those beyond an impossible liquidity stay unknown: the program fails there.
 */
export function findSpans({ ticks, first, last, split }: Stock, liquidity: bigint): Span[] {
  const spans: Span[] = Array.from({ length: last });
  const fill = (place: number, between: bigint): boolean => {
    if (between < 0n || between > U128_MAX) return false;
    const [lower, upper] = [ticks[place], ticks[place + 1]];
    if (lower !== undefined && upper !== undefined && place + 1 < last) {
      spans[place] = spanBetween(lower.sqrtPrice, upper.sqrtPrice, between);
    }
    return true;
  };
  let beyond = liquidity;
  for (let place = split; place < last; place += 1) {
    beyond += netOf(ticks[place]);
    if (!fill(place, beyond)) break;
  }
  beyond = liquidity;
  for (let place = split - 1; place >= first; place -= 1) {
    if (!fill(place, beyond)) break;
    beyond -= netOf(ticks[place]);
  }
  return spans;
}

function netOf(tick: Tick | undefined): bigint {
  return tick?.hasLiquidity === true ? tick.liquidityNet : 0n;
}
