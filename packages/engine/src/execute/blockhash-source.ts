import type { LatestBlockhash } from '../ports/chain-reader.js';

/** Gives a recent blockhash without waiting; `BlockhashCache` does. The engine starts and stops it. */
export interface BlockhashSource {
  /** Loads the first hash and keeps refreshing. @throws CHAIN_* */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** @throws CHAIN_BLOCKHASH_EXPIRED when the newest known one is too old to sign on */
  latest(): LatestBlockhash;
  /** Returns about how long a transaction of this last valid block height can still land, milliseconds, where it can tell. For display. */
  landableForMs?(lastValidBlockHeight: bigint): number | undefined;
}
