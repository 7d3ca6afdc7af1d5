import type { Identity, PoolState } from './layout.js';
import { MAX_TICK, MIN_TICK } from './tick-math.js';

/**
 * Which tick arrays hold initialized ticks: 1,024 arrays around tick 0 in the pool (`libraries/tick_array_bit_map.rs`), the
 * others in an account of their own (`states/tickarray_bitmap_extension.rs`), which a pool has only where they can exist.
 *
 * Arrays are numbered: array `n` starts at tick `n * 60 * spacing`. Words have 32 bits here, which one number holds.
 */

/** Words of the pool's own bitmap. */
export const POOL_WORDS = 32;
/** Words of the extension: 14 blocks of 16 words above the pool's bitmap, then as many below. */
export const EXTENSION_WORDS = 448;
const EXTENSION_HALF = 224;
const WORDS_PER_BLOCK = 16;
/** First and last array of the pool's own bitmap. */
const FIRST_OWN = -512;
const LAST_OWN = 511;
/** Spacing from which the pool's own bitmap covers every tick, so that no extension is read. */
const SPACING_WITHOUT_EXTENSION = 15;

/**
 * What is known of the extension account: unused where the pool's own bitmap covers every tick; unknown until applied; absent
 * where nobody placed liquidity that far out, so that the program refuses to go there; else its words.
 */
export type Extension = 'unused' | 'unknown' | 'absent' | Uint32Array;

/** Returns what a pool of a spacing starts with. */
export function extensionOfSpacing(tickSpacing: number): Extension {
  return tickSpacing >= SPACING_WITHOUT_EXTENSION ? 'unused' : 'unknown';
}

/** Returns the number of the array that a tick lies in. */
export function arrayOf(tick: number, span: number): number {
  return Math.floor(tick / span);
}

/** Returns whether an array lies in the pool's own bitmap. */
export function isOwn(array: number): boolean {
  return array >= FIRST_OWN && array <= LAST_OWN;
}

/** The bitmaps of one pool. */
export class Bitmaps {
  readonly #own: Uint32Array;
  readonly #extension: Uint32Array | undefined;
  /** First and last array that hold ticks at all. */
  readonly #first: number;
  readonly #last: number;

  constructor(identity: Identity, state: PoolState, extension: Extension) {
    this.#own = state.bitmap;
    this.#extension = typeof extension === 'string' ? undefined : extension;
    const [first, last] = [arrayOf(MIN_TICK, identity.arraySpan), arrayOf(MAX_TICK, identity.arraySpan)];
    this.#first = this.#extension === undefined ? Math.max(first, FIRST_OWN) : first;
    this.#last = this.#extension === undefined ? Math.min(last, LAST_OWN) : last;
  }

  /** Returns whether swaps can start in an array: the program asks for the extension where it lies outside. */
  covers(array: number): boolean {
    return array >= this.#first && array <= this.#last;
  }

  /** Returns whether an array holds an initialized tick. */
  isSet(array: number): boolean {
    return this.covers(array) && ((this.#word(array >> 5) >>> (array & 31)) & 1) !== 0;
  }

  /** Returns the nearest array below that holds an initialized tick. */
  below(array: number): number | undefined {
    let top = Math.min(array - 1, this.#last);
    if (top < this.#first) return undefined;
    // Bits above the start are shifted out.
    let word = this.#word(top >> 5) << (31 - (top & 31));
    while (word === 0) {
      top = (top >> 5) * 32 - 1;
      if (top < this.#first) return undefined;
      word = this.#word(top >> 5);
    }
    const found = top - Math.clz32(word);
    return found >= this.#first ? found : undefined;
  }

  /** Returns the nearest array above that holds an initialized tick. */
  above(array: number): number | undefined {
    let bottom = Math.max(array + 1, this.#first);
    if (bottom > this.#last) return undefined;
    let word = this.#word(bottom >> 5) >>> (bottom & 31);
    while (word === 0) {
      bottom = ((bottom >> 5) + 1) * 32;
      if (bottom > this.#last) return undefined;
      word = this.#word(bottom >> 5);
    }
    // The lowest bit alone, counted from the top.
    const found = bottom + 31 - Math.clz32(word & -word);
    return found <= this.#last ? found : undefined;
  }

  /** Returns the bits of arrays `32 * index` to `32 * index + 31`. */
  #word(index: number): number {
    const own = index + POOL_WORDS / 2;
    if (own >= 0 && own < POOL_WORDS) return this.#own[own] ?? 0;
    return this.#extension?.[extensionPlace(index)] ?? 0;
  }
}

/** Returns where a word lies in the extension. Blocks run away from the pool's bitmap on both sides, the words in each upwards. */
function extensionPlace(index: number): number {
  if (index >= 0) return index - POOL_WORDS / 2;
  const block = -Math.floor(index / WORDS_PER_BLOCK) - 2;
  return EXTENSION_HALF + block * WORDS_PER_BLOCK + (index & (WORDS_PER_BLOCK - 1));
}

/**
 * Returns the bitmaps with the bit of an array flipped, as the program does when the last tick of one is used up. The extension
 * has 14 blocks on a side; nothing is flipped beyond them.
 */
export function flipped(
  array: number,
  own: Uint32Array,
  extension: Extension,
): { readonly own: Uint32Array; readonly extension: Extension } {
  const [index, mask] = [array >> 5, 1 << (array & 31)];
  if (isOwn(array)) return { own: withFlipped(own, index + POOL_WORDS / 2, mask), extension };
  if (typeof extension === 'string') return { own, extension };
  return { own, extension: withFlipped(extension, extensionPlace(index), mask) };
}

function withFlipped(words: Uint32Array, place: number, mask: number): Uint32Array {
  const copy = words.slice();
  const word = copy[place];
  if (word !== undefined) copy[place] = word ^ mask;
  return copy;
}
