const U64 = 2n ** 64n - 1n;

/** Xorshift: numbers of every width are equally likely. A test that uses it states its seed in its title. */
export class Numbers {
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

  upTo(bits: bigint): bigint {
    return this.word() >> (64n - 1n - this.below(bits));
  }

  pick<T>(choices: readonly T[]): T {
    return choices[Number(this.below(BigInt(choices.length)))]!;
  }
}
