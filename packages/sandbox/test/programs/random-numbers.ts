const U64 = 2n ** 64n - 1n;

/** Xorshift: numbers of every width are equally likely, and the seed stands in the test's title. */
export class RandomNumbers {
  #state: bigint;

  constructor(seed: bigint) {
    this.#state = seed;
  }

  word(): bigint {
    this.#state ^= (this.#state << 13n) & U64;
    this.#state ^= this.#state >> 7n;
    this.#state ^= (this.#state << 17n) & U64;
    return this.#state;
  }

  below(limit: bigint): bigint {
    return this.word() % limit;
  }

  /** Returns a whole number from `low` to `high`. */
  between(low: number, high: number): number {
    return low + Number(this.below(BigInt(high - low + 1)));
  }

  /** Returns a number of at most so many bits. */
  upTo(bits: bigint): bigint {
    return this.word() >> (64n - 1n - this.below(bits));
  }

  /** Says yes once in so many times. */
  once(times: bigint): boolean {
    return this.below(times) === 0n;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[Number(this.below(BigInt(choices.length)))]!;
  }
}
