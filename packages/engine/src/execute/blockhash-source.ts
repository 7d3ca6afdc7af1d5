import type { LatestBlockhash } from '../ports/chain-reader.js';

/** Gives a recent blockhash without waiting. */
export interface BlockhashSource {
  /** @throws CHAIN_BLOCKHASH_EXPIRED when the newest known one is too old to sign on */
  latest(): LatestBlockhash;
}
