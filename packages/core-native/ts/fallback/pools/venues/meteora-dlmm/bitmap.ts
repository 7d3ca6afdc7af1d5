import { Direction } from '../../../../core-api.js';
import { U64_MAX } from '../../../math/mul-div.js';
import type { BitmapExtension } from './layout.js';

// Which bin arrays hold liquidity, searched as the program does: `next_bin_array_index_with_liquidity` of `dlmm-sdk`
// `commons/src/extensions/{lb_pair.rs,bin_array_bitmap.rs}` (fb02e51).

/** Arrays that a word of the bitmaps covers. */
const WORD_BITS = 64;
/** Words of the pair's bitmap on each side of array 0, and of pair and extension together. */
const PAIR_HALF = 8;
const FULL_HALF = 104;

/** Both bitmaps as one row of words. */
export interface Bitmap {
  readonly pair: readonly bigint[];
  readonly extension: BitmapExtension | undefined;
}

/** Returns the neighbour in a direction: swaps of X for Y go down. */
export function step(direction: Direction, position: number): number {
  return direction === Direction.AToB ? position - 1 : position + 1;
}

/** Returns the word of the arrays from `64 * position` on; undefined outside of what is known. */
function wordAt({ pair, extension }: Bitmap, position: number): bigint | undefined {
  if (position >= -PAIR_HALF && position < PAIR_HALF) return pair[position + PAIR_HALF];
  if (extension === undefined) return undefined;
  if (position > 0) return extension.positive[position - PAIR_HALF];
  // Bits of the negative half count away from zero.
  const mirrored = extension.negative[-1 - position - PAIR_HALF];
  return mirrored === undefined ? undefined : reverseBits(mirrored);
}

function reverseBits(word: bigint): bigint {
  let reversed = 0n;
  for (let bit = 0n; bit < 64n; bit += 1n) if ((word >> bit) & 1n) reversed |= 1n << (63n - bit);
  return reversed;
}

/** Returns the nearest array with liquidity at or beyond `index`. */
export function nextArray(bitmap: Bitmap, direction: Direction, index: number): number | undefined {
  let position = Math.floor(index / WORD_BITS);
  const offset = BigInt(index - position * WORD_BITS);
  let mask = direction === Direction.AToB ? U64_MAX >> (63n - offset) : (U64_MAX << offset) & U64_MAX;
  while (position >= -FULL_HALF && position < FULL_HALF) {
    const word = wordAt(bitmap, position);
    if (word === undefined) return undefined;
    const bits = word & mask;
    if (bits !== 0n) {
      const highest = bits.toString(2).length - 1;
      const lowest = (bits & -bits).toString(2).length - 1;
      return position * WORD_BITS + (direction === Direction.AToB ? highest : lowest);
    }
    mask = U64_MAX;
    position = step(direction, position);
  }
  return undefined;
}
