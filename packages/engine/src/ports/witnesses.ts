import type { ChainReader } from './chain-reader.js';

/** One node, asked what became of a transaction. Each of its answers has a deadline of its own. */
export interface Witness {
  readonly name: string;
  /** Whether it answers and keeps up. The others are heard where they answer, and nobody waits for them to catch up. */
  readonly isHealthy: boolean;
  readonly reader: Pick<
    ChainReader,
    'getBlockHeight' | 'getFirstAvailableBlock' | 'getSignatureStatuses' | 'getTransaction'
  >;
}

/** The nodes a verdict is asked of. */
export interface Witnesses {
  /** So many must agree: more than half of all that are configured, so that no minority makes a verdict. */
  readonly quorum: number;
  /** Returns those that have not been caught in a lie, the fittest first. */
  list(): readonly Witness[];
  /** Sets a witness aside that a quorum contradicts; it is not heard again. */
  outvote(name: string, reason: string): void;
}
