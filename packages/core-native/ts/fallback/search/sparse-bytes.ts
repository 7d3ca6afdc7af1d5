import { sameBytes } from '../pools/account-reader.js';

const WORD_BYTES = 4;
const WORD_BITS = 32;

/**
 * Account bytes as a store keeps them. Tick and bin arrays are ten kilobytes each and mostly zero: only the words that are not
 * zero are kept, and one bit a word that tells which those are.
 */
export class SparseBytes {
  readonly #length: number;
  /** Bit `i % 32` of entry `i / 32` tells that word `i` is kept. */
  readonly #kept: Uint32Array;
  /** The words that are not zero, in order. */
  readonly #words: Uint32Array;

  constructor(bytes: Uint8Array) {
    this.#length = bytes.length;
    const all = wordsOf(bytes);
    this.#kept = new Uint32Array(Math.ceil(all.length / WORD_BITS));
    this.#words = all.filter((word) => word !== 0);
    for (const [at, word] of all.entries()) {
      if (word === 0) continue;
      const entry = Math.floor(at / WORD_BITS);
      this.#kept[entry] = (this.#kept[entry] ?? 0) | (1 << (at % WORD_BITS));
    }
  }

  /** Returns whether these are the bytes. */
  equals(bytes: Uint8Array): boolean {
    return this.#length === bytes.length && sameBytes(this.toBytes(), bytes);
  }

  /** Returns the bytes in full. */
  toBytes(): Uint8Array {
    const all = new Uint32Array(Math.ceil(this.#length / WORD_BYTES));
    let next = 0;
    for (let at = 0; at < all.length; at++) {
      const isKept = ((this.#kept[Math.floor(at / WORD_BITS)] ?? 0) >>> (at % WORD_BITS)) & 1;
      if (isKept === 1) all[at] = this.#words[next++] ?? 0;
    }
    return new Uint8Array(all.buffer, 0, this.#length);
  }
}

/** Returns the words of bytes, in the machine's order; the last one is filled up with zeros. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const padded = new Uint8Array(WORD_BYTES * Math.ceil(bytes.length / WORD_BYTES));
  padded.set(bytes);
  return new Uint32Array(padded.buffer);
}
