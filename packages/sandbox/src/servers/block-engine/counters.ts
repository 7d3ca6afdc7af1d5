/** What a block engine has seen; a run proves something only by what these say. */
export interface BlockEngineCounters {
  /** Requests that reached a region, refused ones included. */
  requests: number;
  rateLimited: number;
  /** Bundles and transactions with an error for an answer. */
  refused: number;
  /** Accepted, with an id for an answer. */
  accepted: number;
  /** Accepted again while they waited, in the same or another region. */
  duplicates: number;
  /** Accepted and never let into the auction: the fault of that name. */
  swallowed: number;
  /** Dropped before the auction because their simulation failed. */
  simulationFailed: number;
  belowMinimumTip: number;
  /** Dropped in the auction after a bundle with a conflicting lock had landed in the same tick. */
  outbid: number;
  /** Dropped in the auction because the chain had moved on since their simulation. */
  reverted: number;
  expired: number;
  landed: number;
  landedTipLamports: bigint;
}

export function createCounters(): BlockEngineCounters {
  return {
    requests: 0,
    rateLimited: 0,
    refused: 0,
    accepted: 0,
    duplicates: 0,
    swallowed: 0,
    simulationFailed: 0,
    belowMinimumTip: 0,
    outbid: 0,
    reverted: 0,
    expired: 0,
    landed: 0,
    landedTipLamports: 0n,
  };
}
