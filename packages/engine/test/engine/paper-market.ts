import { type CoreApi, encodeAccountBatch, type PoolDescription, type StoreId, Venue } from '@tandem/core-native';
import type { MarketSnapshot } from '../../src/market/market-snapshot.js';
import type { MarketCounts, MarketRefusal, MarketState } from '../../src/market/market-state.js';
import type { Clock } from '../../src/ports/clock.js';
import { PaperPool } from './paper-pools.js';

/** A market over a real core store whose pools a test moves by hand. */
export class PaperMarket implements MarketState {
  readonly store: StoreId;
  readonly refusals: MarketRefusal[] = [];
  /** Pools that are given out as PumpSwap's; they price and swap as they are. */
  readonly pumpswapPools = new Set<number>();
  readonly withdrawn = new Map<number, string>();
  readonly unreadableVenues = [];
  live = true;
  slot = 100n;
  readonly #core: CoreApi;
  readonly #clock: Clock;
  readonly #pools: readonly PaperPool[];
  #listener: ((snapshot: MarketSnapshot) => void) | undefined;
  #onFault: ((error: unknown) => void) | undefined;
  stopped = false;

  /** Every pool starts with 1,000 SOL against 200,000 USD. */
  constructor(
    core: CoreApi,
    clock: Clock,
    pools: readonly PaperPool[] = [new PaperPool(0), new PaperPool(1), new PaperPool(2)],
  ) {
    this.#core = core;
    this.#clock = clock;
    this.#pools = pools;
    this.store = core.createStore();
    for (const pool of pools) {
      const batch = encodeAccountBatch(pool.accounts([1_000_000_000_000n, 200_000_000_000n], this.slot));
      core.addPools(this.store, batch);
      core.applyAccounts(this.store, batch);
    }
  }

  /** Sets a pool's reserves in a slot and tells the engine, as an update of the feed does. */
  move(pool: number, reserves: readonly [bigint, bigint], slot = this.slot + 1n): void {
    this.slot = slot > this.slot ? slot : this.slot;
    const accounts = this.#pools[pool]!.accounts(reserves, slot);
    const { touched } = this.#core.applyAccounts(this.store, encodeAccountBatch(accounts));
    this.tell(touched);
  }

  /** Tells the engine that pools were touched; `undefined` is a resnapshot. */
  tell(touched: Uint32Array | undefined): void {
    const { store, slot } = this;
    this.#listener?.({ store, touched, clock: this.clock(), slot, receivedAtMicros: this.#clock.nowMicros() });
  }

  /** Tells the engine that the market broke in the background. */
  breakDown(error: unknown): void {
    this.#onFault?.(error);
  }

  async start(listener: (snapshot: MarketSnapshot) => void, onFault?: (error: unknown) => void): Promise<void> {
    this.#listener = listener;
    this.#onFault = onFault;
    this.tell(undefined);
  }

  async stop(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    this.#listener = undefined;
    this.#core.dropStore(this.store);
  }

  get refusalCount(): number {
    return this.refusals.length;
  }

  currentSlot(): bigint {
    return this.slot;
  }

  isLive(): boolean {
    return this.live;
  }

  lostReason(): string | null {
    return this.live ? null : 'lost';
  }

  ageSlots(): bigint {
    return 0n;
  }

  feedSilence(): null {
    return null;
  }

  clock(): MarketSnapshot['clock'] {
    return { slot: this.slot, epoch: 0n, unixTimestamp: 1_767_225_600n };
  }

  describe(pools: Uint32Array): PoolDescription[] {
    return this.#core
      .describePools(this.store, pools)
      .map((pool) => (this.pumpswapPools.has(pool.index) ? { ...pool, venue: Venue.Pumpswap } : pool));
  }

  poolCount(): number {
    return this.#core.poolCount(this.store);
  }

  /** Both vaults of a paper pool are told of at once. */
  reservesSlot(pool: number): bigint {
    return this.describe(Uint32Array.of(pool))[0]?.slot ?? 0n;
  }

  withdraw(pools: Uint32Array, code: string): void {
    for (const pool of pools) this.withdrawn.set(pool, code);
  }

  blockedCode(pool: number): string | null {
    return this.withdrawn.get(pool) ?? null;
  }

  counts(): MarketCounts {
    throw new Error('PaperMarket: unexpected call of counts');
  }
}
