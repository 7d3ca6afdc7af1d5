const U64_MASK = (1n << 64n) - 1n;

/** A repeatable source of numbers of every magnitude (xorshift). */
export class RandomStream {
  #state: bigint;

  constructor(start: number) {
    this.#state = (BigInt(start) * 0x9e37_79b9_7f4a_7c15n) & U64_MASK || 1n;
  }

  u64(): bigint {
    this.#state ^= (this.#state << 13n) & U64_MASK;
    this.#state ^= this.#state >> 7n;
    this.#state ^= (this.#state << 17n) & U64_MASK;
    return this.#state;
  }

  below(limit: number): number {
    return Number(this.u64() >> 11n) % limit;
  }

  /** A number whose length in bits is even, so that small and huge ones are as likely. */
  magnitude(): bigint {
    return this.u64() >> BigInt(this.below(64));
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new Error('nothing to pick from');
    return choice;
  }
}
