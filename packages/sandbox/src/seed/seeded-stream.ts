import { createHash } from 'node:crypto';
import type { Random } from '@tandem/engine/ports';

const TWO_POW_32 = 0x1_0000_0000;

/**
 * Repeatable randomness from a seed and a label: SHA-256 in counter mode, so that every part of the sandbox has its own stream
 * and none disturbs another. Not for secrets.
 */
export class SeededStream implements Random {
  readonly #seed: number;
  readonly #label: string;
  #counter = 0;
  #block = new Uint8Array(0);
  #at = 0;

  constructor(seed: number, label: string) {
    this.#seed = seed;
    this.#label = label;
  }

  /** Returns an integer in [0, bound), without bias. @throws RangeError when the bound is no integer in 1..2^32 */
  nextInt(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > TWO_POW_32) {
      throw new RangeError(`the bound of a random integer must be 1..2^32, not ${bound}`);
    }
    // Words at or above the largest multiple of the bound would favour small results: draw again.
    const limit = TWO_POW_32 - (TWO_POW_32 % bound);
    let word = this.#nextWord();
    while (word >= limit) word = this.#nextWord();
    return word % bound;
  }

  #nextWord(): number {
    if (this.#at >= this.#block.length) {
      const text = `${this.#seed}|${this.#label}|${this.#counter}`;
      this.#block = Uint8Array.from(createHash('sha256').update(text).digest());
      this.#counter += 1;
      this.#at = 0;
    }
    const word = new DataView(this.#block.buffer).getUint32(this.#at, true);
    this.#at += 4;
    return word;
  }
}
