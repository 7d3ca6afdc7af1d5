import type { AccountRecord, ChainClock, CoreApi, PoolDescription, PoolIndex, StoreId } from '@tandem/core-native';
import { encodeBase58 } from '../chain/base58.js';
import { CLOCK_SYSVAR_ADDRESS, decodeClockSysvar } from '../chain/clock-sysvar.js';
import { isChainError } from '../chain/is-chain-error.js';
import { SlotClock } from '../chain/slot-clock.js';
import { createEngineError } from '../errors/create-engine-error.js';
import type { EngineError } from '../errors/engine-error.js';
import type { AccountFeed, AccountUpdate, FeedEvent, FeedStatus, SlotUpdate } from '../ports/account-feed.js';
import type { AccountReading, ChainReader, Commitment } from '../ports/chain-reader.js';
import type { Clock } from '../ports/clock.js';
import { AccountAudit } from './account-audit.js';
import { AccountIntake } from './account-intake.js';
import { ChainClockTracker } from './chain-clock-tracker.js';
import { type FeedSilence, FeedWatch } from './feed-watch.js';
import { MarketStore } from './market-store.js';
import type { MarketSnapshot } from './market-snapshot.js';
import type { MarketCounts, MarketRefusal, MarketState } from './market-state.js';
import { discoverPools } from './pool-discovery.js';
import { SlotChain } from './slot-chain.js';
import { findUnreadableVenues, type UnreadableVenue } from './unreadable-venue.js';
import { ageInSlots } from './staleness.js';
import { addressKey } from '../chain/address-bytes.js';
import { UpdateBatch } from './update-batch.js';
import { WriteOrder } from './write-order.js';

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

const NONE = new Uint32Array(0);
const CLOCK_KEY = addressKey(CLOCK_SYSVAR_ADDRESS);
const RESNAPSHOT_RETRY_MS = 250;
const MAX_SETTLING_ROUNDS = 10;
const FIRST_FOLLOW_RETRY_MS = 250;
const LONGEST_FOLLOW_RETRY_MS = 8_000;
const START_TIMEOUT_MS = 30_000;
const START_CHECK_MS = 20;
/** Refused accounts that an error names. */
const EXAMPLES = 3;

/** The market over a real feed: subscribes first, snapshots then, and puts both in order by slot, so that no change falls between. */
export class LiveMarketState implements MarketState {
  readonly #options: LiveMarketStateOptions;
  readonly #slots = new SlotClock();
  readonly #batch = new UpdateBatch();
  readonly #stop = new AbortController();
  readonly #store: MarketStore;
  readonly #intake: AccountIntake;
  readonly #chainClock: ChainClockTracker;
  readonly #order = new WriteOrder();
  readonly #chain = new SlotChain();
  readonly #watch: FeedWatch;
  readonly #audit: AccountAudit;
  #listener: ((snapshot: MarketSnapshot) => void) | null = null;
  #onFault: (error: unknown) => void = endProcess;
  #lostReason: string | null = 'not started';
  #isFlushScheduled = false;
  #isFollowing = false;
  /** Counts losses, so that a snapshot that was overtaken by the next loss does not make the market live. */
  #losses = 0;
  #unreadable: readonly UnreadableVenue[] = [];
  #counts = { received: 0, outdated: 0, gaps: 0, resnapshots: 0 };

  constructor(options: LiveMarketStateOptions) {
    this.#options = options;
    this.#store = new MarketStore(options.core);
    this.#intake = new AccountIntake(options);
    this.#chainClock = new ChainClockTracker(options);
    this.#watch = new FeedWatch({ ...options, slots: this.#slots });
    this.#audit = new AccountAudit({
      ...options,
      accounts: () => this.#store.accounts.addresses(),
      toldSlot: (address) => this.#order.slotOf(address),
      isWanted: () => this.isLive(),
      onRead: (records, slot) => this.#takeAudit(records, slot),
    });
  }

  get store(): StoreId {
    return this.#store.id;
  }

  get refusals(): readonly MarketRefusal[] {
    return this.#store.refusals.kept;
  }

  get refusalCount(): number {
    return this.#store.refusals.count;
  }

  get unreadableVenues(): readonly UnreadableVenue[] {
    return this.#unreadable;
  }

  async start(listener: (snapshot: MarketSnapshot) => void, onFault = endProcess): Promise<void> {
    this.#onFault = onFault;
    try {
      await this.#addPools();
      await this.#options.feed.start((event) => this.#receive(event));
      const refusal = await this.#intake.subscribe([CLOCK_SYSVAR_ADDRESS]);
      if (refusal !== undefined) throw refusal;
      this.#listener = listener;
      await this.#snapshotAll();
      await this.#untilLive();
    } catch (error) {
      await this.stop();
      throw error;
    }
    void this.#chainClock.poll(this.#stop.signal, () => this.isLive());
    void this.#watch.run(this.#stop.signal);
    this.#audit.run(this.#stop.signal).catch((error: unknown) => this.#fail(error));
  }

  async stop(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.#listener = null;
    this.#lostReason = 'stopped';
    await this.#options.feed.stop();
    // What still reads in the background looks at the signal before it touches the store.
    this.#store.drop();
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

  feedSilence(): FeedSilence | null {
    return this.#watch.silence();
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
    return this.#store.blockedCode(pool);
  }

  withdraw(pools: Uint32Array, code: string): void {
    this.#intake.follow(this.#store.withdraw(pools, code));
  }

  reservesSlot(pool: PoolIndex): bigint {
    return this.#store.accounts.reservesSlot(pool);
  }

  counts(): MarketCounts {
    return { ...this.#store.counts, ...this.#counts, coalesced: this.#batch.coalesced };
  }

  async #addPools(): Promise<void> {
    const { accounts, refusals, unreadable } = await discoverPools(this.#options);
    for (const refusal of refusals) this.#store.refusals.add(refusal);
    const { refusals: refused, ...change } = this.#store.add(accounts);
    this.#unreadable = [...unreadable, ...findUnreadableVenues(accounts, refused)];
    this.#intake.follow(change);
    if (this.poolCount() > 0) return;
    const context = {
      refusals: this.refusals.slice(-20),
      venues: this.#options.venues,
      pools: this.#options.pools.length,
    };
    throw createEngineError(
      'MARKET_POOL_NOT_FOUND',
      `no pool that can be traded was found; ${this.refusalCount} accounts were refused${this.#examples()}`,
      { context },
    );
  }

  /** The first refusals in words: without them nobody knows which account to look at. */
  #examples(): string {
    const shown = this.refusals.slice(0, EXAMPLES);
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
        return this.#receiveSlot(event);
      case 'status':
        return this.#receiveStatus(event);
    }
  }

  #receiveSlot(event: SlotUpdate): void {
    const nowMicros = this.#options.clock.nowMicros();
    this.#slots.observe(event.slot, nowMicros);
    this.#watch.hear(event.slot, nowMicros);
    if (this.#chain.observe(event) !== null) this.#doubt();
  }

  #receiveStatus({ status, detail }: FeedStatus): void {
    if (status === 'gap') return this.#doubt();
    if (status === 'connected') return;
    // What comes next is numbered anew, and what was missed is read again.
    this.#order.restart();
    this.#chain.restart();
    if (status === 'lost') this.#lose(detail);
    else void this.#resnapshot();
  }

  /** Something may have been missed or undone: everything is read again while trading goes on, for a swap proves its own prices. */
  #doubt(): void {
    this.#counts.gaps += 1;
    this.#audit.doubt();
  }

  /** Applies what an audit found out; what the feed had told already changes nothing. */
  #takeAudit(records: readonly AccountRecord[], slot: bigint): void {
    this.#watch.prove(slot);
    try {
      this.#tell(this.#apply(records), this.#options.clock.nowMicros());
    } catch (error) {
      return this.#fail(error);
    }
    void this.#follow();
  }

  #receiveAccount(update: AccountUpdate): void {
    this.#watch.hear(update.slot, update.receivedAtMicros);
    if (addressKey(update.address) === CLOCK_KEY) return this.#receiveClock(update);
    this.#counts.received += 1;
    this.#slots.observe(update.slot, update.receivedAtMicros);
    if (!this.#order.accept(update)) {
      this.#counts.outdated += 1;
      return;
    }
    this.#batch.add(update);
    this.#intake.observe(update);
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
    const receivedAtMicros = updates.reduce(
      (oldest, update) => Math.min(oldest, update.receivedAtMicros),
      Number.MAX_SAFE_INTEGER,
    );
    try {
      this.#tell(this.#apply(updates), receivedAtMicros);
    } catch (error) {
      return this.#fail(error);
    }
    void this.#follow();
  }

  #tell(touched: Uint32Array, receivedAtMicros: number): void {
    if (touched.length > 0) this.#listener?.(this.#snapshot(touched, receivedAtMicros));
  }

  /** Something broke that no node and no retry can mend: the picture is not to be trusted any more, and whoever started the market hears of it. */
  #fail(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    this.#lose(`the market broke: ${error instanceof Error ? error.message : String(error)}`);
    this.#onFault(error);
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
        if (!isChainError(error)) return this.#fail(error);
        if (losses === this.#losses) this.#lostReason = `the resnapshot failed: ${error.message}`;
        await this.#options.clock.sleep(RESNAPSHOT_RETRY_MS, this.#stop.signal).catch(() => undefined);
      }
    }
  }

  /** Reads everything and goes live with it, unless the feed was lost meanwhile: its return brings the next attempt. */
  async #snapshotAll(): Promise<boolean> {
    const losses = this.#losses;
    const startedAtMicros = this.#options.clock.nowMicros();
    await this.#settle();
    if (this.#isOvertaken(losses)) return false;
    this.#lostReason = null;
    this.#listener?.(this.#snapshot(undefined, startedAtMicros));
    void this.#follow();
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
   * Reads all accounts, and those that come into reach because of them, and applies what the feed brought meanwhile. What a feed that
   * never rests keeps unread after so many rounds is followed up once the market is live.
   */
  async #settle(): Promise<void> {
    const losses = this.#losses;
    // What came before the reads were asked for goes in before them: of equal slots the later arrival counts.
    this.#apply(this.#batch.take());
    this.#intake.readAgain(this.#store.accounts.addresses());
    await this.#chainClock.read();
    for (let round = 1; !this.#intake.isComplete && round <= MAX_SETTLING_ROUNDS; round += 1) {
      const refusal = await this.#intake.subscribe();
      if (refusal !== undefined) throw refusal;
      const readings = await this.#intake.read(this.#slots.currentSlot());
      if (this.#isOvertaken(losses)) return;
      this.#accept(readings);
      this.#apply(this.#batch.take());
    }
  }

  /** Brings in what came into reach of a price while the market is live; quotes do without it until then. */
  async #follow(): Promise<void> {
    if (this.#isFollowing || !this.isLive() || this.#intake.isComplete) return;
    this.#isFollowing = true;
    try {
      await this.#bringIn(this.#losses);
    } catch (error) {
      this.#fail(error);
    }
    this.#isFollowing = false;
    void this.#follow();
  }

  async #bringIn(losses: number): Promise<void> {
    let retryMs = FIRST_FOLLOW_RETRY_MS;
    while (!this.#intake.isComplete && !this.#isOvertaken(losses)) {
      const { refusal, hasRead } = await this.#readUnread(losses);
      if (hasRead) retryMs = FIRST_FOLLOW_RETRY_MS;
      // A lost feed brings the next snapshot; anything else, such as a node that takes no more subscriptions, is told and tried again.
      if (refusal === undefined || this.#isOvertaken(losses)) continue;
      this.#refuseRead(refusal);
      await this.#options.clock.sleep(retryMs, this.#stop.signal).catch(() => undefined);
      retryMs = Math.min(retryMs * 2, LONGEST_FOLLOW_RETRY_MS);
    }
  }

  /** One round: what one account is refused for is returned, and the others are read all the same. @throws all but CHAIN_* */
  async #readUnread(losses: number): Promise<{ readonly refusal: EngineError | undefined; readonly hasRead: boolean }> {
    const refusal = await this.#intake.subscribe();
    if (this.#isOvertaken(losses)) return { refusal, hasRead: false };
    let readings: readonly AccountReading[];
    try {
      readings = await this.#intake.read(this.#slots.currentSlot());
    } catch (error) {
      if (!isChainError(error)) throw error;
      return { refusal: error, hasRead: false };
    }
    if (!this.#isOvertaken(losses)) this.#tell(this.#accept(readings), this.#options.clock.nowMicros());
    return { refusal, hasRead: readings.length > 0 };
  }

  /** Whether the feed was lost since, or the market stopped: what was asked for then proves nothing now. */
  #isOvertaken(losses: number): boolean {
    return losses !== this.#losses || this.#stop.signal.aborted;
  }

  /** Applies readings and returns the pools they touched. */
  #accept(readings: readonly AccountReading[]): Uint32Array {
    for (const { slot } of readings) this.#slots.observe(slot, this.#options.clock.nowMicros());
    const records = this.#intake.select(readings);
    const touched = this.#apply(records);
    this.#intake.settle(records);
    return touched;
  }

  #apply(records: readonly AccountRecord[]): Uint32Array {
    if (records.length === 0) return NONE;
    const { touched, ...change } = this.#store.apply(records);
    this.#order.forget(change.dropped);
    this.#intake.follow(change);
    return touched;
  }

  #refuseRead({ code, message }: EngineError): void {
    this.#store.refusals.add({ address: encodeBase58(this.#intake.next ?? CLOCK_SYSVAR_ADDRESS), code, message });
  }

  #receiveClock(update: AccountUpdate): void {
    try {
      this.#chainClock.take(decodeClockSysvar(update.data), update.receivedAtMicros);
    } catch (error) {
      // The clock at hand stays, and is read again by the poll.
      const message = error instanceof Error ? error.message : 'unknown cause';
      this.#store.refusals.add({ address: encodeBase58(update.address), code: 'CHAIN_RESPONSE_INVALID', message });
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

/** Nobody asked to hear of faults: they are not to be lost. */
function endProcess(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
