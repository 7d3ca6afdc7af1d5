import type { MarketSnapshot } from '../market/market-snapshot.js';

/**
 * Holds the snapshots that arrived since the last pass as one: the newest state, every pool that any of them touched, the arrival
 * of the oldest update. It never grows beyond the pools, however long a pass takes.
 */
export class SnapshotQueue {
  #pending: MarketSnapshot | undefined;

  /** Adds a snapshot. */
  push(snapshot: MarketSnapshot): void {
    this.#pending = this.#pending === undefined ? snapshot : merge(this.#pending, snapshot);
  }

  /** Takes what is there. */
  take(): MarketSnapshot | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    return pending;
  }
}

function merge(older: MarketSnapshot, newer: MarketSnapshot): MarketSnapshot {
  return {
    store: newer.store,
    touched:
      older.touched === undefined || newer.touched === undefined
        ? undefined
        : Uint32Array.from([...new Set([...older.touched, ...newer.touched])].sort((a, b) => a - b)),
    clock: newer.clock,
    slot: newer.slot,
    receivedAtMicros: Math.min(older.receivedAtMicros, newer.receivedAtMicros),
  };
}
