import type { Random } from '../ports/random.js';

export interface BackoffOptions {
  readonly random: Random;
  /** Longest first wait, milliseconds. */
  readonly firstMs: number;
  /** Longest wait ever, milliseconds. */
  readonly capMs: number;
}

/** Waits that double up to a cap, each drawn between half and all of it, so that many clients do not come back at once. */
export class Backoff {
  readonly #options: BackoffOptions;
  #attempt = 0;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Returns the next wait in milliseconds. */
  nextMs(): number {
    const { firstMs, capMs, random } = this.#options;
    const longest = Math.min(capMs, firstMs * 2 ** Math.min(this.#attempt, 20));
    this.#attempt += 1;
    const half = Math.floor(longest / 2);
    return half + random.nextInt(longest - half + 1);
  }

  /** Starts over after a success. */
  reset(): void {
    this.#attempt = 0;
  }
}
