import type { ChainClock, StoreId } from '@tandem/core-native';

/** Pool states frozen for one pass: the store, what changed since the last one, and the clock to quote against. */
export interface MarketSnapshot {
  readonly store: StoreId;
  /** Pools that changed since the snapshot before; `undefined` means all (start, resnapshot). */
  readonly touched: Uint32Array | undefined;
  readonly clock: ChainClock;
  /** Newest slot seen. */
  readonly slot: bigint;
  /** `Clock.nowMicros()` of the oldest update this snapshot brings. */
  readonly receivedAtMicros: number;
}
