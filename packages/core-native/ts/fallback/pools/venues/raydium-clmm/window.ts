import { Direction } from '../../../../core-api.js';
import { findProgramAddress } from '../../../math/program-address.js';
import { sameBytes } from '../../account-reader.js';
import { Watch } from '../../pool.js';
import { type Bitmaps, arrayOf } from './bitmap.js';
import { type Identity, RAYDIUM_CLMM_PROGRAM, type Tick } from './layout.js';
import { type Span, type Stock, baseLiquidity, findSpans } from './span.js';

// The tick arrays in reach of the price, and their initialized ticks.

/** Arrays watched on either side of the current one. */
const REACH = 7;
/** The part of an array that the price may have moved in a swap's favour before it lands, for the instruction to hold all the same. */
const LEEWAY_DIVISOR = 6;
const TICK_ARRAY_SEED = new TextEncoder().encode('tick_array');
const EXTENSION_SEED = new TextEncoder().encode('pool_tick_array_bitmap_extension');
const NO_ADDRESS = new Uint8Array(32);

/** Returns the address of the account that holds a pool's outer bitmaps. No bump gives one for no pool of 2^255. */
export function extensionAddress(pool: Uint8Array): Uint8Array {
  return findProgramAddress([EXTENSION_SEED, pool], RAYDIUM_CLMM_PROGRAM)?.address ?? NO_ADDRESS;
}

function tickArrayAddress(array: number, identity: Identity): Uint8Array {
  const start = new Uint8Array(4);
  new DataView(start.buffer).setInt32(0, array * identity.arraySpan, false);
  const found = findProgramAddress([TICK_ARRAY_SEED, identity.address, start], RAYDIUM_CLMM_PROGRAM);
  return found?.address ?? NO_ADDRESS;
}

/** An array that the bitmaps call initialized. */
interface WindowArray {
  /** Its number: the tick it starts at, divided by the ticks of an array. */
  readonly array: number;
  /** Found at its first use: it takes far longer than decoding the pool. */
  address: Uint8Array | undefined;
  /** How many of the ticks are its own; undefined until it is applied. */
  ticks: number | undefined;
}

/** Where in the window a walk that starts at the current price finds its ticks. */
export interface Meeting {
  /** Ascending. */
  readonly ticks: readonly Tick[];
  /** What lies above each tick, by its place. */
  readonly spans: readonly Span[];
  /** Place of the first tick that a walk can meet, and the place after the last. */
  readonly first: number;
  readonly last: number;
  /** How many of all ticks are at or below the current one. */
  readonly split: number;
}

/** What of a pool's ticks is known. */
export class Window {
  /** Ascending. */
  #arrays: WindowArray[] = [];
  /** Those of the known arrays, ascending. */
  #ticks: Tick[] = [];
  #first = 0;
  #last = 0;
  #split = 0;
  #spans: readonly Span[] = [];
  /** For which of the ticks, and with which liquidity between the lowest two, the spans were found. */
  #spansOf: { readonly first: number; readonly last: number; readonly base: bigint } | undefined;

  clone(): Window {
    const copy = new Window();
    copy.#arrays = this.#arrays.map((array) => ({ ...array }));
    copy.#ticks = [...this.#ticks];
    [copy.#first, copy.#last, copy.#split] = [this.#first, this.#last, this.#split];
    [copy.#spans, copy.#spansOf] = [this.#spans, this.#spansOf];
    return copy;
  }

  /** Returns the ticks, and which of them a walk can meet. */
  meeting(): Meeting {
    return { ...this.#stock(), spans: this.#spans };
  }

  /** Returns the addresses of the arrays, ascending by tick. */
  addresses(identity: Identity): Uint8Array[] {
    return this.#arrays.map((array) => addressOf(array, identity));
  }

  /** Follows the price and the bitmaps: arrays that came into reach wait to be applied, those out of reach are forgotten. */
  follow(bitmaps: Bitmaps, identity: Identity, tick: number): Watch {
    const wanted = findInReach(bitmaps, arrayOf(tick, identity.arraySpan));
    const isSame =
      wanted.length === this.#arrays.length && wanted.every((array, i) => this.#arrays[i]?.array === array);
    if (isSame) return Watch.Same;
    const known = new Map(this.#arrays.map((array) => [array.array, array]));
    this.#arrays = wanted.map((array) => known.get(array) ?? { array, address: undefined, ticks: undefined });
    const kept = new Set(wanted);
    this.#ticks = this.#ticks.filter(({ index }) => kept.has(arrayOf(index, identity.arraySpan)));
    this.#spansOf = undefined;
    return Watch.Changed;
  }

  /** Returns the position of the array at an address, or -1. */
  position(identity: Identity, address: Uint8Array): number {
    return this.#arrays.findIndex((array) => sameBytes(addressOf(array, identity), address));
  }

  /** Returns the tick that an array starts at, and the ticks known of it. */
  knownOf(position: number, identity: Identity): { readonly start: number; readonly known: readonly Tick[] } {
    const start = (this.#arrays[position]?.array ?? 0) * identity.arraySpan;
    const [from, to] = this.#boundsOf(start, identity);
    return { start, known: this.#ticks.slice(from, to) };
  }

  /** Takes the ticks of an array; undefined where the array does not exist (any more). */
  setArray(position: number, identity: Identity, ticks: readonly Tick[] | undefined): void {
    const array = this.#arrays[position];
    if (array === undefined) return;
    const [from, to] = this.#boundsOf(array.array * identity.arraySpan, identity);
    array.ticks = ticks?.length;
    const isSame = ticks?.length === to - from && ticks.every((tick, i) => isCrossedAs(tick, this.#ticks[from + i]));
    this.#ticks.splice(from, to - from, ...(ticks ?? []));
    // Most updates are of fees alone.
    if (!isSame) this.#spansOf = undefined;
  }

  /**
   * Works out what of the ticks a walk from a tick can meet. A walk ends at an array that is not known yet, and at one that the
   * bitmaps call initialized though it has no tick: the program fails there (`first_initialized_tick`).
   */
  settle(identity: Identity, tick: number, liquidity: bigint): void {
    this.#findRange(identity, tick);
    const [first, last] = [this.#first, this.#last];
    const base = baseLiquidity(this.#stock(), liquidity);
    const known = this.#spansOf;
    if (known?.first === first && known.last === last && known.base === base) return;
    this.#spansOf = { first, last, base };
    this.#spans = findSpans(this.#stock(), liquidity);
  }

  #stock(): Stock {
    return { ticks: this.#ticks, first: this.#first, last: this.#last, split: this.#split };
  }

  #findRange(identity: Identity, tick: number): void {
    const current = arrayOf(tick, identity.arraySpan);
    this.#split = countBelow(this.#ticks, tick + 1);
    const own = this.#arrays.find(({ array }) => array === current);
    if (own !== undefined && own.ticks === undefined) {
      [this.#first, this.#last] = [this.#split, this.#split];
      return;
    }
    // The current array's own ticks lie on both sides of the split.
    const [from, to] = this.#boundsOf(current * identity.arraySpan, identity);
    const below = this.#arrays.filter(({ array }) => array < current).toReversed();
    this.#first = from - countMet(below);
    this.#last = to + countMet(this.#arrays.filter(({ array }) => array > current));
  }

  /**
   * Notes what is left of a tick's limit orders, by its place among all ticks. Returns the number of the tick's array where it has
   * no initialized tick any more.
   */
  setUnfilled(place: number, unfilled: bigint, identity: Identity): number | undefined {
    const tick = this.#ticks[place];
    if (tick === undefined) return undefined;
    this.#ticks[place] = { ...tick, unfilled };
    if (unfilled !== 0n || tick.hasLiquidity) return undefined;
    const number = arrayOf(tick.index, identity.arraySpan);
    const array = this.#arrays.find((known) => known.array === number);
    if (array?.ticks === undefined) return undefined;
    array.ticks -= 1;
    return array.ticks === 0 ? number : undefined;
  }

  /** Drops the ticks that are no longer initialized, and the arrays left without any, as the program clears their bits. */
  dropUsedUp(emptied: readonly number[]): void {
    this.#ticks = this.#ticks.filter(({ hasLiquidity, unfilled }) => hasLiquidity || unfilled !== 0n);
    this.#spansOf = undefined;
    this.#arrays = this.#arrays.filter(({ array }) => !emptied.includes(array));
  }

  /**
   * Returns the arrays that a swap meets, in the order it meets them, up to the one that holds `end` and a spare one; all of that
   * side without an `end`. Before them comes the array that the price may have gone back to: the program passes over those before
   * the first that it needs (`swap_internal`), but fails without that one.
   */
  route(identity: Identity, tick: number, direction: Direction, end: number | undefined): RouteArray[] {
    const current = arrayOf(tick, identity.arraySpan);
    const side =
      direction === Direction.AToB
        ? this.#arrays.filter(({ array }) => array <= current).toReversed()
        : this.#arrays.filter(({ array }) => array >= current);
    const last = end === undefined ? -1 : arrayOf(end, identity.arraySpan);
    const position = end === undefined ? -1 : side.findIndex(({ array }) => array === last);
    const count = position === -1 ? side.length : position + 2;
    const behind = this.#arrayBehind(identity, tick, direction);
    const named = [...(behind === undefined ? [] : [behind]), ...side.slice(0, count)];
    return named.map((array) => ({ array: array.array, address: addressOf(array, identity) }));
  }

  /** Returns the array next to the current one, against the direction, where the price is near it and the array is known. */
  #arrayBehind({ arraySpan }: Identity, tick: number, direction: Direction): WindowArray | undefined {
    // Whole: an array spans a multiple of 60 ticks.
    const leeway = arraySpan / LEEWAY_DIVISOR;
    const behind = arrayOf(direction === Direction.AToB ? tick + leeway : tick - leeway, arraySpan);
    if (behind === arrayOf(tick, arraySpan)) return undefined;
    return this.#arrays.find(({ array, ticks }) => array === behind && ticks !== undefined);
  }

  /** Returns the places of the ticks of the array that starts at a tick. */
  #boundsOf(start: number, identity: Identity): [number, number] {
    return [countBelow(this.#ticks, start), countBelow(this.#ticks, start + identity.arraySpan)];
  }
}

/** An array of a swap, with its account. */
export interface RouteArray {
  readonly array: number;
  readonly address: Uint8Array;
}

function addressOf(array: WindowArray, identity: Identity): Uint8Array {
  array.address ??= tickArrayAddress(array.array, identity);
  return array.address;
}

/** Returns whether a swap crosses a tick as it does another. */
function isCrossedAs(tick: Tick, other: Tick | undefined): boolean {
  return (
    tick.index === other?.index && tick.liquidityNet === other.liquidityNet && tick.hasLiquidity === other.hasLiquidity
  );
}

/** Returns how many of ascending ticks are below one. */
function countBelow(ticks: readonly Tick[], index: number): number {
  let [low, high] = [0, ticks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ticks[middle]?.index ?? 0) < index) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Returns how many ticks a walk through arrays in this order meets. */
function countMet(arrays: readonly WindowArray[]): number {
  let count = 0;
  for (const { ticks } of arrays) {
    if (ticks === undefined || ticks === 0) break;
    count += ticks;
  }
  return count;
}

/**
 * Returns the initialized arrays in reach, ascending: the current one and the nearest on either side. None where the current
 * one lies in an extension that is not known: the program asks for it first.
 */
function findInReach(bitmaps: Bitmaps, current: number): number[] {
  if (!bitmaps.covers(current)) return [];
  const nearest = (next: (array: number) => number | undefined): number[] => {
    const found: number[] = [];
    for (let array = next(current); array !== undefined && found.length < REACH; array = next(array)) found.push(array);
    return found;
  };
  const below = nearest((array) => bitmaps.below(array)).toReversed();
  const above = nearest((array) => bitmaps.above(array));
  return [...below, ...(bitmaps.isSet(current) ? [current] : []), ...above];
}
