const WORD_BYTES = 4;
const WORD_BITS = 32;
/** Word `at` stands in entry `at / 32`. */
const ENTRY_SHIFT = 5;

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
    let count = 0;
    for (let at = 0; at < all.length; at++) if (all[at] !== 0) count++;
    this.#words = new Uint32Array(count);
    let next = 0;
    for (let at = 0; at < all.length; at++) {
      const word = all[at] ?? 0;
      if (word === 0) continue;
      this.#words[next++] = word;
      const entry = at >>> ENTRY_SHIFT;
      this.#kept[entry] = (this.#kept[entry] ?? 0) | (1 << (at % WORD_BITS));
    }
  }

  /** Returns whether these are the bytes. */
  equals(bytes: Uint8Array): boolean {
    if (this.#length !== bytes.length) return false;
    const all = wordsOf(bytes);
    let next = 0;
    for (let at = 0; at < all.length; at++) {
      const isKept = ((this.#kept[at >>> ENTRY_SHIFT] ?? 0) >>> (at % WORD_BITS)) & 1;
      if (all[at] !== (isKept === 1 ? this.#words[next++] : 0)) return false;
    }
    return true;
  }

  /** Returns the bytes in full. */
  toBytes(): Uint8Array {
    const all = new Uint32Array(Math.ceil(this.#length / WORD_BYTES));
    let next = 0;
    for (let at = 0; at < all.length; at++) {
      const isKept = ((this.#kept[at >>> ENTRY_SHIFT] ?? 0) >>> (at % WORD_BITS)) & 1;
      if (isKept === 1) all[at] = this.#words[next++] ?? 0;
    }
    return new Uint8Array(all.buffer, 0, this.#length);
  }
}

/** Returns the words of bytes, in the machine's order and without a copy where they allow it; the last one is filled up with zeros. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  if (bytes.length % WORD_BYTES === 0 && bytes.byteOffset % WORD_BYTES === 0) {
    return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / WORD_BYTES);
  }
  const padded = new Uint8Array(WORD_BYTES * Math.ceil(bytes.length / WORD_BYTES));
  padded.set(bytes);
  return new Uint32Array(padded.buffer);
}
