import type { ChainClock, PoolDescription, PoolIndex, StoreId } from '@tandem/core-native';
import type { FeedSilence } from './feed-watch.js';
import type { MarketSnapshot } from './market-snapshot.js';
import type { UnreadableVenue } from './unreadable-venue.js';

/** An account the market did not take, and why. */
export interface MarketRefusal {
  /** Base58. */
  readonly address: string;
  /** Stable code: POOL_* from the core, MARKET_* from discovery. */
  readonly code: string;
  readonly message: string;
}

/** Account updates by what became of them. */
export interface MarketCounts {
  readonly received: number;
  /** Replaced by a newer one of the same account before the batch went out. */
  readonly coalesced: number;
  /** Older than another write of the same slot that had come already. */
  readonly outdated: number;
  readonly stale: number;
  readonly duplicates: number;
  readonly unknown: number;
  readonly batches: number;
  readonly resnapshots: number;
  /** Times that something seemed to be missed or undone, so that everything was read again. */
  readonly gaps: number;
}

/**
 * The pools the engine knows, kept current by the feed.
 *
 * An account that has not changed keeps the slot of its last change and is still current while the feed is live; so a quiet pool
 * is not stale by its own slot. What says how old the picture is, is `ageSlots()`; while the feed is lost `isLive()` is false and
 * nothing may be validated.
 */
export interface MarketState {
  /** The core's store; valid after the constructor, filled after `start`. */
  readonly store: StoreId;
  /** Accounts refused so far: bounded, newest last. */
  readonly refusals: readonly MarketRefusal[];
  /** Refusals ever made, also those the bounded list has dropped. */
  readonly refusalCount: number;
  /** Enabled venues of which discovery found accounts and no readable pool; filled by `start`. */
  readonly unreadableVenues: readonly UnreadableVenue[];
  /**
   * Finds the pools, subscribes, snapshots, and then calls the listener for every change; the first call has `touched: undefined`.
   * Resolves after that first call. The listener runs synchronously and must not throw. What breaks in the background and is neither
   * the node's nor the feed's doing, such as CORE_PANIC, goes to `onFault`, and the market is live no more; without it the process ends.
   * @throws CHAIN_*, MARKET_POOL_NOT_FOUND
   */
  start(listener: (snapshot: MarketSnapshot) => void, onFault?: (error: unknown) => void): Promise<void>;
  /** Stops the feed and drops the store. No listener call follows. */
  stop(): Promise<void>;
  /** Returns the newest slot seen, 0 before the first. */
  currentSlot(): bigint;
  /** Returns false from the loss of the feed until the resnapshot after it has been applied. */
  isLive(): boolean;
  /** Returns by how many slots the feed's picture is behind, reckoned from the time since the last slot update. */
  ageSlots(): bigint;
  /**
   * Returns why the feed is not to be traded on although it is connected: it has been silent for two slots' time, or it is behind what
   * a node has answered. Null while it is as it should be.
   */
  feedSilence(): FeedSilence | null;
  /** Returns the cluster's clock: the sysvar's last values, its slot advanced to the newest slot seen. */
  clock(): ChainClock;
  describe(pools: Uint32Array): PoolDescription[];
  poolCount(): number;
  /**
   * Returns why a pool must not be traded: it was withdrawn, or the last bytes of one of its accounts were refused (closed, taken over,
   * cut off), so that the store holds an older state. Null while all is well.
   */
  blockedCode(pool: PoolIndex): string | null;
  /** Takes pools out of the market for the rest of the run; `blockedCode` gives the code. */
  withdraw(pools: Uint32Array, code: string): void;
  /** Returns the slot up to which everything is known that a swap of the pool changes: its vaults are told of one by one. */
  reservesSlot(pool: PoolIndex): bigint;
  /** Returns why the market is not live; null while it is. */
  lostReason(): string | null;
  /** Returns what the feed has brought so far. */
  counts(): MarketCounts;
}
