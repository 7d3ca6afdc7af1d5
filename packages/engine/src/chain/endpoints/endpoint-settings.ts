/** Times and bounds of several endpoints; none of them follows from the pace of a cluster. */
export interface EndpointSettings {
  /** Time between two looks at a node's slot and finalized height, milliseconds. */
  readonly probeMs: number;
  /** Deadline of one light question to one node; the next node is asked then. */
  readonly attemptMs: number;
  /** Deadline of a whole read, however many nodes it takes; a heavy read (program accounts) may spend it on one node. */
  readonly readMs: number;
  /** Slots, or finalized blocks, behind the best node that are no lag yet. */
  readonly maxLagSlots: bigint;
  /** A node that lags for longer is set aside, milliseconds. */
  readonly lagGraceMs: number;
  /** Failures in a row that set a node aside, and successes, or looks without lag, that bring it back. */
  readonly failuresToLeave: number;
  readonly successesToReturn: number;
  /** Looks in a row at which another node must be the better one before it takes over from one that still serves. */
  readonly looksToSwitch: number;
}

/** Returns the settings for a deadline of reads (`network.request_timeout_ms`). */
export function endpointSettings(readMs: number): EndpointSettings {
  return {
    probeMs: 1_000,
    attemptMs: Math.min(1_500, readMs),
    readMs,
    maxLagSlots: 20n,
    lagGraceMs: 3_000,
    failuresToLeave: 3,
    successesToReturn: 3,
    looksToSwitch: 5,
  };
}
