import type { AddressKey } from './address-key.js';

/** Blocks during which a blockhash may anchor a new transaction (agave `MAX_PROCESSING_AGE`). */
export const MAX_PROCESSING_AGE = 150n;
/** Blocks during which a blockhash is remembered at all (agave `MAX_RECENT_BLOCKHASHES`). */
const MAX_REMEMBERED_AGE = 300n;

/** The recent blockhashes by the block height at which each became usable. */
export class BlockhashQueue {
  readonly #heightOf = new Map<AddressKey, bigint>();
  #height = 0n;

  /** Adds the hash that a new block starts from; forgets those older than 300 blocks. */
  push(hash: AddressKey, blockHeight: bigint): void {
    this.#height = blockHeight;
    this.#heightOf.set(hash, blockHeight);
    for (const [oldest, height] of this.#heightOf) {
      if (blockHeight - height <= MAX_REMEMBERED_AGE) break;
      this.#heightOf.delete(oldest);
    }
  }

  /** Whether a transaction with this hash may land in the newest block, or in the one of the given height. */
  isUsable(hash: AddressKey, atHeight: bigint = this.#height, maxAge: bigint = MAX_PROCESSING_AGE): boolean {
    const height = this.#heightOf.get(hash);
    return height !== undefined && height <= atHeight && atHeight - height <= maxAge;
  }

  /** Returns the last block height at which the hash is usable, or undefined for an unknown hash. */
  lastValidBlockHeight(hash: AddressKey): bigint | undefined {
    const height = this.#heightOf.get(hash);
    return height === undefined ? undefined : height + MAX_PROCESSING_AGE;
  }

  get size(): number {
    return this.#heightOf.size;
  }
}
