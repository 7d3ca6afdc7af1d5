import {
  encodeAccountBatch,
  type AccountRecord,
  type ApplyReport,
  type ChainClock,
  type CoreApi,
  type PoolDescription,
  type PoolIndex,
  type StoreId,
} from '@tandem/core-native';
import { encodeBase58 } from '../chain/base58.js';
import { CLOCK_SYSVAR_ADDRESS, decodeClockSysvar } from '../chain/clock-sysvar.js';
import { SlotClock } from '../chain/slot-clock.js';
import { createEngineError } from '../errors/create-engine-error.js';
import type { AccountFeed, AccountUpdate, FeedEvent } from '../ports/account-feed.js';
import type { ChainReader, Commitment } from '../ports/chain-reader.js';
import type { Clock } from '../ports/clock.js';
import { ChainClockTracker } from './chain-clock-tracker.js';
import type { MarketSnapshot } from './market-snapshot.js';
import type { MarketCounts, MarketRefusal, MarketState } from './market-state.js';
import { discoverPools } from './pool-discovery.js';
import { PoolAccounts } from './pool-accounts.js';
import { RefusalList } from './refusal-list.js';
import { ageInSlots } from './staleness.js';
import { addressKey, UpdateBatch } from './update-batch.js';

export interface LiveMarketStateOptions {
  readonly core: CoreApi;
  readonly reader: ChainReader;
  readonly feed: AccountFeed;
  readonly clock: Clock;
  readonly commitment: Commitment;
  /** Stems of the venues to trade on. */
  readonly venues: readonly string[];
  /** Base58 addresses of the pools to trade; empty means all pools of the venues. */
  readonly pools: readonly string[];
  readonly maxPools: number;
  /** When given, discovery asks only for pools that hold one of these mints. */
  readonly mints?: readonly Uint8Array[];
  /** Runs a task once everything that has arrived is in (`nextTurn`): the accounts of one transaction come together then. */
  readonly schedule: (task: () => void) => void;
}

const REFUSED_INDEX = 0xffffffff;
const CLOCK_KEY = addressKey(CLOCK_SYSVAR_ADDRESS);
const RESNAPSHOT_RETRY_MS = 250;
const MAX_SETTLING_READS = 10;
const START_TIMEOUT_MS = 30_000;
const START_CHECK_MS = 20;
/** Refused accounts that an error names. */
const EXAMPLES = 3;

/** The market over a real feed: subscribes first, snapshots then, and puts both in order by slot, so that no change falls between. */
export class LiveMarketState implements MarketState {
  readonly store: StoreId;
  readonly #options: LiveMarketStateOptions;
  readonly #slots = new SlotClock();
  readonly #batch = new UpdateBatch();
  readonly #refusals = new RefusalList();
  readonly #stop = new AbortController();
  readonly #accounts: PoolAccounts;
  #listener: ((snapshot: MarketSnapshot) => void) | null = null;
  #lostReason: string | null = 'not started';
  readonly #chainClock: ChainClockTracker;
  #isFlushScheduled = false;
  /** Counts losses, so that a snapshot that was overtaken by the next loss does not make the market live. */
  #losses = 0;
  #counts = { received: 0, stale: 0, duplicates: 0, unknown: 0, batches: 0, resnapshots: 0 };

  constructor(options: LiveMarketStateOptions) {
    this.#options = options;
    this.store = options.core.createStore();
    this.#accounts = new PoolAccounts(options.core, this.store);
    this.#chainClock = new ChainClockTracker(options);
  }

  get refusals(): readonly MarketRefusal[] {
    return this.#refusals.kept;
  }

  get refusalCount(): number {
    return this.#refusals.count;
  }

  async start(listener: (snapshot: MarketSnapshot) => void): Promise<void> {
    try {
      await this.#addPools();
      await this.#options.feed.start((event) => this.#receive(event));
      await this.#options.feed.watch([...this.#accounts.addresses(), CLOCK_SYSVAR_ADDRESS]);
      this.#listener = listener;
      await this.#snapshotAll();
      await this.#untilLive();
    } catch (error) {
      await this.stop();
      throw error;
    }
    void this.#chainClock.poll(this.#stop.signal, () => this.isLive());
  }

  async stop(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.#listener = null;
    this.#lostReason = 'stopped';
    await this.#options.feed.stop();
    // What still reads in the background looks at the signal before it touches the store.
    this.#options.core.dropStore(this.store);
  }

  currentSlot(): bigint {
    return this.#slots.currentSlot();
  }

  isLive(): boolean {
    return this.#lostReason === null;
  }

  lostReason(): string | null {
    return this.#lostReason;
  }

  ageSlots(): bigint {
    return ageInSlots(this.#slots, this.#options.clock.nowMicros());
  }

  clock(): ChainClock {
    return this.#chainClock.at(this.#slots.currentSlot());
  }

  describe(pools: Uint32Array): PoolDescription[] {
    return this.#options.core.describePools(this.store, pools);
  }

  poolCount(): number {
    return this.#options.core.poolCount(this.store);
  }

  blockedCode(pool: PoolIndex): string | null {
    return this.#accounts.blockedCode(pool);
  }

  reservesSlot(pool: PoolIndex): bigint {
    return this.#accounts.reservesSlot(pool);
  }

  counts(): MarketCounts {
    return { ...this.#counts, coalesced: this.#batch.coalesced };
  }

  async #addPools(): Promise<void> {
    const { core } = this.#options;
    const { accounts, refusals } = await discoverPools(this.#options);
    for (const refusal of refusals) this.#refusals.add(refusal);
    const report = core.addPools(this.store, encodeAccountBatch(accounts));
    this.#addCoreRefusals(report.refusals);
    const indices = report.indices.filter((index) => index !== REFUSED_INDEX);
    if (indices.length === 0) {
      const context = {
        refusals: this.#refusals.kept.slice(-20),
        venues: this.#options.venues,
        pools: this.#options.pools.length,
      };
      throw createEngineError(
        'MARKET_POOL_NOT_FOUND',
        `no pool that can be traded was found; ${this.#refusals.count} accounts were refused${this.#examples()}`,
        { context },
      );
    }
    this.#accounts.track(indices);
  }

  /** The first refusals in words: without them nobody knows which account to look at. */
  #examples(): string {
    const shown = this.#refusals.kept.slice(0, EXAMPLES);
    return shown.length === 0
      ? ''
      : `: ${shown.map((one) => `${one.address} (${one.code}: ${one.message})`).join(', ')}`;
  }

  #receive(event: FeedEvent): void {
    if (this.#stop.signal.aborted) return;
    switch (event.kind) {
      case 'account':
        return this.#receiveAccount(event);
      case 'slot':
        return this.#slots.observe(event.slot, this.#options.clock.nowMicros());
      case 'status':
        if (event.status === 'lost') this.#lose(event.detail);
        if (event.status === 'resumed') void this.#resnapshot();
    }
  }

  #receiveAccount(update: AccountUpdate): void {
    if (addressKey(update.address) === CLOCK_KEY) return this.#receiveClock(update);
    this.#counts.received += 1;
    this.#slots.observe(update.slot, update.receivedAtMicros);
    this.#batch.add(update);
    if (this.#isFlushScheduled || this.#listener === null) return;
    this.#isFlushScheduled = true;
    this.#options.schedule(() => this.#flush());
  }

  /** Applies what came in this turn and tells the listener which pools it touched. */
  #flush(): void {
    this.#isFlushScheduled = false;
    // While a snapshot is on its way the updates wait for it: it may be older or newer than they are.
    if (this.#stop.signal.aborted || this.#lostReason !== null) return;
    const updates = this.#batch.take();
    if (updates.length === 0) return;
    const { touched } = this.#apply(updates);
    if (touched.length === 0) return;
    const receivedAtMicros = updates.reduce(
      (oldest, update) => Math.min(oldest, update.receivedAtMicros),
      Number.MAX_SAFE_INTEGER,
    );
    this.#listener?.(this.#snapshot(touched, receivedAtMicros));
  }

  #lose(detail: string): void {
    this.#losses += 1;
    this.#lostReason = detail;
  }

  /** Reads everything again after the feed was lost; tries until it succeeds, is overtaken by the next loss, or the market stops. */
  async #resnapshot(): Promise<void> {
    const losses = this.#losses;
    while (!this.#stop.signal.aborted && losses === this.#losses) {
      try {
        if (await this.#snapshotAll()) this.#counts.resnapshots += 1;
        return;
      } catch (error) {
        if (losses === this.#losses)
          this.#lostReason = `the resnapshot failed: ${error instanceof Error ? error.message : 'unknown cause'}`;
        await this.#options.clock.sleep(RESNAPSHOT_RETRY_MS, this.#stop.signal).catch(() => undefined);
      }
    }
  }

  /** Reads everything and goes live with it, unless the feed was lost meanwhile: its return brings the next attempt. */
  async #snapshotAll(): Promise<boolean> {
    const losses = this.#losses;
    const startedAtMicros = this.#options.clock.nowMicros();
    await this.#settle();
    if (losses !== this.#losses || this.#stop.signal.aborted) return false;
    this.#lostReason = null;
    this.#listener?.(this.#snapshot(undefined, startedAtMicros));
    return true;
  }

  /** Waits for the feed to come back when it was lost during the start. */
  async #untilLive(): Promise<void> {
    const { clock } = this.#options;
    const deadlineMicros = clock.nowMicros() + START_TIMEOUT_MS * 1_000;
    while (!this.isLive()) {
      if (this.#stop.signal.aborted || clock.nowMicros() > deadlineMicros) {
        throw createEngineError(
          'CHAIN_UNREACHABLE',
          `the feed was lost during the start (${this.#lostReason ?? 'unknown cause'}) and did not come back in time`,
        );
      }
      await clock.sleep(START_CHECK_MS, this.#stop.signal).catch(() => undefined);
    }
  }

  /**
   * Reads all accounts and then applies what the feed brought meanwhile. Where both tell of one account in one slot with different bytes,
   * nobody knows which came later: those are read again, until a read stands alone.
   */
  async #settle(): Promise<void> {
    let addresses: readonly Uint8Array[] = this.#accounts.addresses();
    await this.#chainClock.read();
    for (let read = 1; addresses.length > 0 && read <= MAX_SETTLING_READS; read += 1) {
      const accounts = await this.#options.reader.getAccounts(addresses, this.#options.commitment);
      if (this.#stop.signal.aborted) return;
      const present = accounts.filter((account) => account !== null);
      addresses.forEach((address, index) => {
        if ((accounts[index] ?? null) === null) this.#refuseMissing(address);
      });
      const slots = new Map(present.map((account) => [addressKey(account.address), account]));
      for (const account of present) this.#slots.observe(account.slot, this.#options.clock.nowMicros());
      this.#apply(present);
      const updates = this.#batch.take();
      if (updates.length > 0) this.#apply(updates);
      addresses = updates
        .filter((update) => contradicts(update, slots.get(addressKey(update.address))))
        .map((update) => update.address);
    }
  }

  #apply(accounts: readonly AccountRecord[]): ApplyReport {
    const report = this.#options.core.applyAccounts(this.store, encodeAccountBatch(accounts));
    this.#counts.batches += 1;
    this.#counts.stale += report.stale;
    this.#counts.duplicates += report.duplicates;
    this.#counts.unknown += report.unknown;
    this.#accounts.settle(accounts, report.refusals);
    this.#addCoreRefusals(report.refusals);
    return report;
  }

  #refuseMissing(address: Uint8Array): void {
    const code = 'MARKET_ACCOUNT_NOT_FOUND';
    this.#accounts.block(address, code);
    this.#refusals.add({
      address: encodeBase58(address),
      code,
      message: 'the cluster has no such account, although a pool names it',
    });
  }

  #addCoreRefusals(refusals: ApplyReport['refusals']): void {
    for (const { address, code, message } of refusals)
      this.#refusals.add({ address: encodeBase58(address), code, message });
  }

  #receiveClock(update: AccountUpdate): void {
    try {
      this.#chainClock.take(decodeClockSysvar(update.data), update.receivedAtMicros);
    } catch (error) {
      // The clock at hand stays, and is read again by the poll.
      const message = error instanceof Error ? error.message : 'unknown cause';
      this.#refusals.add({ address: encodeBase58(update.address), code: 'CHAIN_RESPONSE_INVALID', message });
    }
  }

  #snapshot(touched: Uint32Array | undefined, receivedAtMicros: number): MarketSnapshot {
    return Object.freeze({
      store: this.store,
      touched,
      clock: this.clock(),
      slot: this.currentSlot(),
      receivedAtMicros,
    });
  }
}

function contradicts(update: AccountRecord, read: AccountRecord | undefined): boolean {
  return read !== undefined && read.slot === update.slot && Buffer.compare(read.data, update.data) !== 0;
}
