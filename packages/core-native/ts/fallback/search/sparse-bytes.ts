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
  /** First the entries, bit `i % 32` of entry `i / 32` telling that word `i` is kept; then the words that are not zero, in order. */
  readonly #packed: Uint32Array;

  constructor(bytes: Uint8Array) {
    this.#length = bytes.length;
    const all = spread(bytes);
    const [count, entries] = [wordCount(bytes.length), entryCount(bytes.length)];
    let next = entries;
    for (let at = 0; at < count; at++) if (all[at] !== 0) next++;
    this.#packed = new Uint32Array(next);
    next = entries;
    for (let at = 0; at < count; at++) {
      const word = all[at] ?? 0;
      if (word === 0) continue;
      this.#packed[next++] = word;
      const entry = at >>> ENTRY_SHIFT;
      this.#packed[entry] = (this.#packed[entry] ?? 0) | (1 << (at % WORD_BITS));
    }
  }

  /** Returns whether these are the bytes. */
  equals(bytes: Uint8Array): boolean {
    if (this.#length !== bytes.length) return false;
    const all = spread(bytes);
    const count = wordCount(bytes.length);
    let next = entryCount(bytes.length);
    for (let at = 0; at < count; at++) {
      if (all[at] !== (this.#isKept(at) ? this.#packed[next++] : 0)) return false;
    }
    return true;
  }

  /** Returns the bytes in full. */
  toBytes(): Uint8Array {
    const all = new Uint32Array(wordCount(this.#length));
    let next = entryCount(this.#length);
    for (let at = 0; at < all.length; at++) if (this.#isKept(at)) all[at] = this.#packed[next++] ?? 0;
    return new Uint8Array(all.buffer, 0, this.#length);
  }

  #isKept(at: number): boolean {
    return (((this.#packed[at >>> ENTRY_SHIFT] ?? 0) >>> (at % WORD_BITS)) & 1) === 1;
  }
}

function wordCount(length: number): number {
  return Math.ceil(length / WORD_BYTES);
}

function entryCount(length: number): number {
  return Math.ceil(wordCount(length) / WORD_BITS);
}

/** Where bytes are laid out as words, in the machine's order: an allocation for each would cost more than all else here. */
let spreadWords = new Uint32Array(4_096);
let spreadBytes = new Uint8Array(spreadWords.buffer);

/** Returns the words of bytes, the last one filled up with zeros. They hold until the next call. */
function spread(bytes: Uint8Array): Uint32Array {
  const count = wordCount(bytes.length);
  if (count > spreadWords.length) {
    spreadWords = new Uint32Array(2 * count);
    spreadBytes = new Uint8Array(spreadWords.buffer);
  }
  if (count > 0) spreadWords[count - 1] = 0;
  spreadBytes.set(bytes);
  return spreadWords;
}
