/** Lamports that a transaction moves from one account to another by a top-level instruction of the system program. */
export interface LamportTransfer {
  readonly to: Uint8Array;
  readonly lamports: bigint;
}

/** What a road may want to know about a transaction before it takes it; read from the signed bytes. */
export interface TransactionFacts {
  readonly version: 'legacy' | 'v0' | 'v1' | 'unknown';
  readonly bytes: number;
  /** Only transfers to accounts that stand in the message itself: what comes through a lookup table is no tip to anybody. */
  readonly transfers: readonly LamportTransfer[];
}

/** What a road says became of a transaction. A hint for people and statistics; the verdict is the chain's alone. */
export type RoadHint = 'invalid' | 'pending' | 'failed' | 'landed';

/** One road on which signed bytes can reach a leader. */
export interface TransactionSender {
  /** Stable name, as in events and metrics. */
  readonly name: string;
  /** How long the bytes are sent again on this road: to the verdict (default), or only until the chain has first seen the signature. */
  readonly repeatsUntil?: 'verdict' | 'sighting';
  /** Returns the code that says why this road would not take such a transaction, `undefined` when it would. Absent: it takes all. */
  refusesBefore?(facts: TransactionFacts): string | undefined;
  /**
   * Hands the same signed bytes to the network; calling again rebroadcasts them. Resolving means accepted by the node, nothing more.
   * @throws SENDER_* with the node's answer in the context; the outcome on chain is unknown then
   */
  send(transaction: Uint8Array, signature: string): Promise<void>;
  /** Asks the road what became of a transaction; null when it does not say or must not be asked now. @throws SENDER_* */
  findHint?(signature: string): Promise<RoadHint | null>;
}
