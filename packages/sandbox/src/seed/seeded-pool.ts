import type { ClusterAccount } from '../cluster/cluster.js';
import type { MintFacts } from './token-accounts.js';

/** A mint and how much of it the pool trades with. */
export interface PoolSide {
  readonly mint: MintFacts;
  /** Tradable reserve, raw units; pending fees come on top in the vault. */
  readonly reserve: bigint;
}

/** Genesis accounts of one pool. */
export interface SeededPool {
  readonly address: Uint8Array;
  readonly accounts: readonly ClusterAccount[];
  /** What a swap through the pool names besides the wallet's own accounts: worth a place in a lookup table. */
  readonly swapAddresses: readonly Uint8Array[];
}
