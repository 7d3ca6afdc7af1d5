import { Direction } from '../../../../core-api.js';
import { U64_MAX } from '../../../math/mul-div.js';
import { feeOnTop, feeWithin } from './fee.js';

// One bin: its liquidity in layers, and what a swap takes of them. Follows `dlmm-sdk` `commons/src/{quote.rs,extensions/bin.rs}`
// (fb02e51), which mirrors the program, and where it differs (a fixed output from several layers, a price of zero) the program: the
// dump of release 0.12.0 that stands beside it.

/** A bin that holds something. */
export interface Bin {
  readonly id: number;
  /** Y for each X, Q64.64. A bin whose price was never written cannot be traded in. */
  readonly price: bigint;
  /** X and Y of the liquidity providers. */
  readonly x: bigint;
  readonly y: bigint;
  /** What is left of the limit orders that a swap has begun to fill, and those that none has. */
  readonly processedOrders: bigint;
  readonly openOrders: bigint;
  /** The swaps that the limit orders wait for: asks give X, bids give Y. */
  readonly ordersFor: Direction;
}

/** The side a fee is taken from. */
export const FeeSide = { Input: 0, Output: 1 } as const;
export type FeeSide = (typeof FeeSide)[keyof typeof FeeSide];

/** Whether limit orders are part of a pool's liquidity. */
export const LimitOrders = { Counted: 0, Ignored: 1 } as const;
export type LimitOrders = (typeof LimitOrders)[keyof typeof LimitOrders];

/** On which side a pool takes its fee in one direction, and whether its bins' limit orders count. */
export interface Terms {
  readonly direction: Direction;
  readonly feeSide: FeeSide;
  readonly orders: LimitOrders;
}

/** What a swap does in one bin. Its methods write it over, so that a walk over many bins allocates one. */
export class BinFill {
  /** With the fee, where it is taken from the input. */
  amountIn = 0n;
  /** Without the fee, where it is taken from the output. */
  amountOut = 0n;
  /** What reaches the providers' layer, and what the layers give, without fees. */
  providedIn = 0n;
  provided = 0n;
  processed = 0n;
  open = 0n;
  /** What one layer took and gave. */
  #taken = 0n;
  #given = 0n;

  /** Fills in what the bin takes of an input and gives for it: all, or as much as empties it. Returns false where it overflows. */
  fillInput(bin: Bin, terms: Terms, amount: bigint, rate: bigint): boolean {
    if (bin.price === 0n) return false;
    const isFeeOnInput = terms.feeSide === FeeSide.Input;
    let net = amount;
    if (isFeeOnInput) {
      const fee = feeWithin(amount, rate);
      if (fee === undefined || fee > amount) return false;
      net -= fee;
    }
    const left = this.#take(bin, terms, net);
    if (left === undefined) return false;
    const output = this.provided + this.processed + this.open;
    if (output > U64_MAX) return false;
    this.amountIn = amount;
    if (left !== 0n) {
      const gross = isFeeOnInput ? withFee(net - left, rate) : net - left;
      if (gross === undefined) return false;
      this.amountIn = gross;
    }
    this.amountOut = output;
    if (!isFeeOnInput) {
      const fee = feeWithin(output, rate);
      if (fee === undefined || fee > output) return false;
      this.amountOut = output - fee;
    }
    return (terms.direction === Direction.AToB ? bin.x : bin.y) + this.providedIn <= U64_MAX;
  }

  /**
   * Fills in what the bin takes for an output: the whole output, or all that it has. Returns false where it overflows, and, as the
   * program refuses it, where the roundings of several layers leave less than the output.
   */
  fillOutput(bin: Bin, terms: Terms, amount: bigint, rate: bigint): boolean {
    const gross = terms.feeSide === FeeSide.Output ? withFee(amount, rate) : amount;
    if (gross === undefined) return false;
    if (gross >= available(bin, terms)) return this.fillInput(bin, terms, U64_MAX, rate);
    if (bin.price === 0n) return false;
    // One price for all layers together, although each of them rounds its own up.
    const net = inputFor(bin, terms.direction, gross);
    const input = net !== undefined && terms.feeSide === FeeSide.Input ? withFee(net, rate) : net;
    if (input === undefined || !this.fillInput(bin, terms, input, rate)) return false;
    if (this.amountOut < amount) return false;
    // The input may buy a unit more by rounding; the program keeps it.
    this.amountOut = amount;
    return true;
  }

  /** Takes the layers in their order; returns what is left of the amount, or undefined where it overflows. */
  #take(bin: Bin, terms: Terms, amount: bigint): bigint | undefined {
    this.processed = 0n;
    this.open = 0n;
    const { direction } = terms;
    if (!this.#takeLayer(bin, direction, providedIn(bin, direction), amount)) return undefined;
    this.providedIn = this.#taken;
    this.provided = this.#given;
    let left = amount - this.#taken;
    if (left === 0n || !countsOrders(bin, terms)) return left;
    if (!this.#takeLayer(bin, direction, bin.processedOrders, left)) return undefined;
    this.processed = this.#given;
    left -= this.#taken;
    if (left === 0n) return left;
    if (!this.#takeLayer(bin, direction, bin.openOrders, left)) return undefined;
    this.open = this.#given;
    return left - this.#taken;
  }

  /** Takes all of one layer (input rounded up), or for the whole amount its worth (rounded down). */
  #takeLayer(bin: Bin, direction: Direction, layer: bigint, amount: bigint): boolean {
    this.#taken = 0n;
    this.#given = 0n;
    if (layer === 0n) return true;
    const all = inputFor(bin, direction, layer);
    if (all === undefined) return false;
    const isAll = amount >= all;
    this.#taken = isAll ? all : amount;
    this.#given = isAll ? layer : worthOf(bin, direction, amount);
    return this.#given <= U64_MAX;
  }
}

/** Returns what a swap can take, cut at 64 bits as the program does. */
export function available(bin: Bin, terms: Terms): bigint {
  const provided = providedIn(bin, terms.direction);
  if (!countsOrders(bin, terms)) return provided;
  const sum = provided + bin.openOrders + bin.processedOrders;
  return sum > U64_MAX ? U64_MAX : sum;
}

/**
 * Returns what a swap leaves of the bin. Fees lie beside its liquidity, and what fills limit orders belongs to those who placed
 * them; open orders that a swap begins to fill become the ones in process.
 */
export function binAfter(bin: Bin, terms: Terms, fill: BinFill): Bin {
  const [x, y] =
    terms.direction === Direction.AToB
      ? [bin.x + fill.providedIn, bin.y - fill.provided]
      : [bin.x - fill.provided, bin.y + fill.providedIn];
  const processedOrders = bin.processedOrders - fill.processed;
  if (fill.open === 0n) return { ...bin, x, y, processedOrders };
  return { ...bin, x, y, processedOrders: processedOrders + bin.openOrders - fill.open, openOrders: 0n };
}

/** Returns the input that an output costs in one layer, rounded up; undefined above 64 bits. */
function inputFor({ price }: Bin, direction: Direction, output: bigint): bigint | undefined {
  const input =
    direction === Direction.AToB
      ? ((output << 64n) + price - 1n) / price
      : (price * output + 0xffff_ffff_ffff_ffffn) >> 64n;
  return input > U64_MAX ? undefined : input;
}

/** Returns what an amount buys, rounded down. */
function worthOf({ price }: Bin, direction: Direction, amount: bigint): bigint {
  return direction === Direction.AToB ? (price * amount) >> 64n : (amount << 64n) / price;
}

function providedIn(bin: Bin, direction: Direction): bigint {
  return direction === Direction.AToB ? bin.y : bin.x;
}

function countsOrders(bin: Bin, { direction, orders }: Terms): boolean {
  return orders === LimitOrders.Counted && bin.ordersFor === direction;
}

function withFee(amount: bigint, rate: bigint): bigint | undefined {
  const fee = feeOnTop(amount, rate);
  return fee === undefined || amount + fee > U64_MAX ? undefined : amount + fee;
}
