/** What the sandbox's own traders did so far. */
export interface MarketCounters {
  /** Prices moved by the walk. */
  walkTrades: number;
  /** Walk transactions that landed and failed, or were not taken. */
  walkFailures: number;
  /** Steps without a move: a pool that refused, or a price that was there already. */
  walkSkips: number;
  /** Pools brought back to the depth they began with. */
  depthRestorations: number;
  rivalTrades: number;
  rivalFailures: number;
  /** Errors given to `onFault`. */
  faults: number;
}

/** Returns counters at zero. */
export function createMarketCounters(): MarketCounters {
  return {
    walkTrades: 0,
    walkFailures: 0,
    walkSkips: 0,
    depthRestorations: 0,
    rivalTrades: 0,
    rivalFailures: 0,
    faults: 0,
  };
}
