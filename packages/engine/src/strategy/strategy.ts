import type { MarketSnapshot } from '../market/market-snapshot.js';
import type { Opportunity } from './opportunity.js';

/** What the wallet could spend now, so that routes are not sized above it. */
export interface SpendableFunds {
  /** Returns the balance of a base mint that no submission in flight has a claim on, raw units. */
  spendable(mint: string): bigint;
}

/** Finds opportunities; it decides nothing else. The same inputs give the same list in the same order. */
export interface Strategy {
  /** Name in alerts. */
  readonly name: string;
  /** Searches the touched pools in this thread; the hot path. */
  find(snapshot: MarketSnapshot, funds: SpendableFunds): readonly Opportunity[];
  /**
   * Searches all pools with the workers, at start and after a resnapshot, and returns the pools of the best cycles, ascending. A scan
   * takes slots, so nothing is decided on what it saw: `find` looks at these pools again as they are then.
   */
  scan(snapshot: MarketSnapshot, funds: SpendableFunds): Promise<Uint32Array>;
  stop(): Promise<void>;
}
