/** A tick that holds liquidity, and what crossing it upwards adds. */
interface TickEdge {
  readonly tick: number;
  readonly net: bigint;
}

/** Where a concentrated pool stands; edges ascend. */
export interface TickBook {
  readonly sqrtPrice: bigint;
  readonly liquidity: bigint;
  readonly edges: readonly TickEdge[];
  /** Millionths. */
  readonly feeRate: bigint;
  readonly sqrtPriceOfTick: (tick: number) => bigint;
}

const MILLION = 1_000_000n;

/**
 * Returns an input of mint A that crosses exactly so many ticks that hold liquidity and ends half way to the next one. Rounding is
 * left out: half of a range is far more than it.
 */
export function amountAcross(book: TickBook, ticks: number): bigint {
  const { feeRate, sqrtPriceOfTick } = book;
  const below = book.edges.filter(({ tick }) => sqrtPriceOfTick(tick) < book.sqrtPrice).toReversed();
  let [from, liquidity, amount] = [book.sqrtPrice, book.liquidity, 0n];
  for (let crossed = 0; ; crossed += 1) {
    const edge = below[crossed];
    if (edge === undefined) throw new RangeError(`only ${crossed} ticks lie below the price`);
    const price = sqrtPriceOfTick(edge.tick);
    const to = crossed === ticks ? (from + price) / 2n : price;
    amount += (liquidity * (from - to) * 2n ** 64n) / (from * to);
    if (crossed === ticks) return (amount * MILLION) / (MILLION - feeRate);
    [from, liquidity] = [price, liquidity - edge.net];
  }
}

/** Returns how many ticks that hold liquidity lie between the book's price and a lower one. */
export function ticksCrossed(book: TickBook, sqrtPriceAfter: bigint): number {
  const prices = book.edges.map(({ tick }) => book.sqrtPriceOfTick(tick));
  return prices.filter((price) => sqrtPriceAfter < price && price < book.sqrtPrice).length;
}
