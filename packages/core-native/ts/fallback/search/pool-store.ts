import { type AccountRecord, encodeAccountBatch, viewAccountBatch } from '../../account-batch.js';
import {
  type AccountRefusal,
  type AddPoolsReport,
  type ApplyReport,
  type ChainClock,
  type Direction,
  type OrderOutcome,
  type PoolDescription,
  type PoolIndex,
  type Quote,
  type QuoteBatch,
  type SwapMode,
  type SwapOrder,
} from '../../core-api.js';
import { CoreError } from '../../core-error.js';
import { decodePool } from '../pools/any-pool.js';
import { type Pool, type SwapInstruction, type SwapRequest, Watch } from '../pools/pool.js';
import { QuoteRefusal, quoteError } from '../pools/quote.js';
import {
  type AccountEntry,
  AccountTable,
  addressKey,
  judgeArrival,
  linkAccount,
  recordOf,
  unlinkAccount,
  versionOf,
} from './account-table.js';
import { poolNotFound } from './error.js';
import { type PoolRecord, PoolTable, type Role, decodeRefusal, disabledBy } from './pool-table.js';
import { quoteLegs } from './quote-batch.js';
import { TokenGraph } from './token-graph.js';

/** Stands for the index of a pool that was refused. */
const NO_POOL = 0xffff_ffff;
const NONE = new Uint32Array(0);
/** Rounds of a pool's accounts bringing others into reach; an array brings no others, so few suffice. */
const CATCH_UP_ROUNDS = 4;

/** An `ApplyReport` while it is gathered. */
interface Gathered {
  readonly touched: Set<PoolIndex>;
  unknown: number;
  stale: number;
  duplicates: number;
  readonly rewatched: Set<PoolIndex>;
  readonly refusals: AccountRefusal[];
}

/**
 * Pool states by dense index, each stamped with its slot, and the accounts they were decoded from. Which accounts a pool depends
 * on may change with what is applied: tick arrays come into reach and leave it with the price.
 */
export class PoolStore {
  readonly #pools = new PoolTable();
  readonly #accounts = new AccountTable();
  readonly #byAddress = new Map<string, PoolIndex>();
  readonly graph = new TokenGraph();

  /** Registers the pools of a packed batch. @throws STORE_BATCH_INVALID, and then nothing is applied */
  addPools(batch: Uint8Array): AddPoolsReport {
    const records = viewAccountBatch(plainBytes(batch));
    const refusals: AccountRefusal[] = [];
    const indices = records.map((record) => {
      const known = this.#byAddress.get(addressKey(record.address));
      if (known !== undefined) return known;
      try {
        return this.#addPool(record, refusals);
      } catch (thrown) {
        refusals.push(refusalOf(record, decodeRefusal(thrown)));
        return NO_POOL;
      }
    });
    return { indices: Uint32Array.from(indices), refusals };
  }

  /** Applies account updates in order. @throws STORE_BATCH_INVALID, and then nothing is applied */
  applyAccounts(batch: Uint8Array): ApplyReport {
    const records = viewAccountBatch(plainBytes(batch));
    const report = emptyReport();
    for (const record of records) this.#applyRecord(record, report);
    const { unknown, stale, duplicates, refusals } = report;
    const [touched, rewatched] = [report.touched, report.rewatched].map((pools) => Uint32Array.from(pools).sort());
    return { touched: touched ?? NONE, unknown, stale, duplicates, rewatched: rewatched ?? NONE, refusals };
  }

  /** Returns the accounts that the quotes of these pools depend on, each once. @throws STORE_POOL_NOT_FOUND */
  watchedAccounts(pools: Uint32Array): Uint8Array {
    const watched = new Set<AccountEntry>();
    for (const pool of pools) for (const role of this.#record(pool).roles) watched.add(role.account);
    const bytes = new Uint8Array(32 * watched.size);
    let at = 0;
    for (const { address } of watched) {
      bytes.set(address, at);
      at += 32;
    }
    return bytes;
  }

  /**
   * Returns every account as a packed batch: pools first, the others pool by pool in the order they are watched, so that each is
   * expected when it comes.
   */
  exportAccounts(): Uint8Array {
    const records: AccountRecord[] = [];
    const written = new Set<unknown>();
    for (const { roles } of this.#pools.records()) {
      const [own] = roles;
      if (own?.decoded === undefined || written.has(own.decoded)) continue;
      records.push(recordOf(own.account, own.decoded));
      written.add(own.decoded);
    }
    for (const { account } of this.#pools.records().flatMap(({ roles }) => roles)) {
      for (const version of account.versions) {
        if (written.has(version)) continue;
        written.add(version);
        records.push(recordOf(account, version));
      }
    }
    return encodeAccountBatch(records);
  }

  get poolCount(): number {
    return this.#pools.size;
  }

  findPool(address: Uint8Array): PoolIndex | undefined {
    return this.#byAddress.get(addressKey(address));
  }

  /** Returns the slot of a pool's newest account. @throws STORE_POOL_NOT_FOUND */
  slot(pool: PoolIndex): bigint {
    return this.#record(pool).slot;
  }

  /** Returns a pool of which every account that no quote can do without is known and no account's newest bytes were refused. */
  readyPool(pool: PoolIndex): Pool | undefined {
    const record = this.#pools.at(pool);
    return record?.isReady === true ? record.state : undefined;
  }

  /** Returns a pool's facts. @throws STORE_POOL_NOT_FOUND */
  describe(index: PoolIndex): PoolDescription {
    const record = this.#record(index);
    const { state } = record;
    const [mintA, mintB] = state.mints();
    const [tokenProgramA, tokenProgramB] = state.tokenPrograms();
    const [reserveA, reserveB] = (record.isReady ? state.reserves() : undefined) ?? [0n, 0n];
    return {
      index,
      address: Uint8Array.from(record.address),
      venue: state.venue,
      mintA: Uint8Array.from(mintA),
      mintB: Uint8Array.from(mintB),
      tokenProgramA: Uint8Array.from(tokenProgramA),
      tokenProgramB: Uint8Array.from(tokenProgramB),
      ready: record.isReady,
      disabledCode: disabledBy(record)?.code ?? null,
      reserveA,
      reserveB,
      slot: record.slot,
      computeUnits: state.computeUnits(),
    };
  }

  /** Quotes one leg. @throws STORE_POOL_NOT_FOUND; POOL_* when the pool is disabled; QUOTE_* where the program would refuse */
  quote(pool: PoolIndex, direction: Direction, mode: SwapMode, amount: bigint, clock: ChainClock): Quote {
    const record = this.#record(pool);
    const disabled = disabledBy(record);
    if (disabled !== undefined) throw disabled;
    if (!record.isReady) throw quoteError(QuoteRefusal.AccountMissing);
    return record.state.quote(direction, mode, amount, clock);
  }

  /** Quotes orders in a row, each from the state that the ones before left. @throws STORE_POOL_NOT_FOUND; POOL_* when the pool is disabled */
  quoteSequence(pool: PoolIndex, orders: readonly SwapOrder[]): OrderOutcome[] {
    const record = this.#record(pool);
    const disabled = disabledBy(record);
    if (disabled !== undefined) throw disabled;
    if (!record.isReady) return orders.map(() => refusedOrder(quoteError(QuoteRefusal.AccountMissing)));
    const state = record.state.clone();
    return orders.map((order) => {
      try {
        return { quote: state.swap(order), code: null };
      } catch (thrown) {
        if (thrown instanceof CoreError && thrown.code.startsWith('QUOTE_')) return refusedOrder(thrown);
        throw thrown;
      }
    });
  }

  /** Quotes many legs. @throws STORE_BATCH_INVALID, STORE_POOL_NOT_FOUND */
  quoteBatch(batch: QuoteBatch, clock: ChainClock, out: BigUint64Array, codes: Uint8Array): number {
    return quoteLegs(this.#pools, batch, clock, { out, codes });
  }

  /** Returns the swap instruction of a leg, whatever the pool lacks. @throws STORE_POOL_NOT_FOUND */
  swapInstruction(pool: PoolIndex, request: SwapRequest): SwapInstruction {
    return this.#record(pool).state.swapInstruction(request);
  }

  #record(pool: PoolIndex): PoolRecord {
    const record = this.#pools.at(pool);
    if (record === undefined) throw poolNotFound();
    return record;
  }

  #addPool(record: AccountRecord, refusals: AccountRefusal[]): PoolIndex {
    const index = this.#pools.size;
    const held = this.#accounts.find(record.address);
    const newest = held?.versions.at(-1);
    const isHeldNewer = held !== undefined && newest !== undefined && newest.slot > record.slot;
    const state = decodePool(isHeldNewer ? recordOf(held, newest) : record);
    const [mintA, mintB] = state.mints();
    const roles = this.#linkRoles(index, state, []);
    const required = state.required();
    this.#pools.push({ address: record.address, state, roles, required, slot: 0n, isReady: false });
    this.graph.pushPool([addressKey(mintA), addressKey(mintB)]);
    this.#byAddress.set(addressKey(record.address), index);
    this.#catchUp(index);
    const report = emptyReport();
    this.#applyRecord(record, report);
    refusals.push(...report.refusals);
    return index;
  }

  /** Links a pool to every account it watches, each once, and keeps what it knew of them. */
  #linkRoles(pool: PoolIndex, state: Pool, before: readonly Role[]): Role[] {
    const roles: Role[] = [];
    for (const address of state.watched()) {
      const account = this.#accounts.open(address);
      if (roles.some((role) => role.account === account)) continue;
      linkAccount(account, { pool, role: roles.length });
      const held = before.find((role) => role.account === account);
      roles.push(held ?? { account, decoded: undefined, refusal: undefined });
    }
    return roles;
  }

  /** Applies what is held of a pool's accounts to the pool, and of those it watches because of them. */
  #catchUp(pool: PoolIndex): void {
    for (let round = 0; round < CATCH_UP_ROUNDS; round++) {
      if (this.#applyHeld(pool) === Watch.Same) return;
      this.#relink(pool);
    }
  }

  /** Applies what is held of those accounts that the pool has not decoded yet; a refusal stays in the role, where `describe` shows it. */
  #applyHeld(pool: PoolIndex): Watch {
    let watch: Watch = Watch.Same;
    for (const [at, role] of this.#record(pool).roles.entries()) {
      const newest = role.account.versions.at(-1);
      if (newest === undefined || role.decoded === newest || role.refusal !== undefined) continue;
      const applied = this.#pools.apply({ pool, role: at }, recordOf(role.account, newest), newest);
      if (applied.watch === Watch.Changed) watch = Watch.Changed;
      this.#pools.stamp(pool, newest.slot);
    }
    return watch;
  }

  /** Gives a pool the roles of the accounts it watches now; what it knew of those that stay stays. */
  #relink(pool: PoolIndex): void {
    const { state, roles: before } = this.#record(pool);
    const roles = this.#linkRoles(pool, state, before);
    this.#pools.replaceRoles(pool, roles, state.required());
    const kept = new Set(roles.map((role) => role.account));
    for (const { account } of before) if (!kept.has(account)) unlinkAccount(account, pool);
  }

  #applyRecord(record: AccountRecord, report: Gathered): void {
    const entry = this.#accounts.find(record.address);
    if (entry === undefined || entry.links.length === 0) {
      report.unknown++;
      return;
    }
    const arrival = judgeArrival(entry, record);
    if (arrival === 'stale') report.stale++;
    else if (arrival === 'duplicate') report.duplicates++;
    else if (arrival === 'renewed') this.#renew(entry, record.slot);
    else this.#change(entry, record, report);
  }

  /** Stamps the bytes that are held with a newer slot. No quote changes by that. */
  #renew(entry: AccountEntry, slot: bigint): void {
    const newest = entry.versions.at(-1);
    if (newest !== undefined) newest.slot = slot;
    for (const link of entry.links) this.#pools.stamp(link.pool, slot);
  }

  #change(entry: AccountEntry, record: AccountRecord, report: Gathered): void {
    const version = versionOf(record);
    let refusal: CoreError | undefined;
    const rewatched: PoolIndex[] = [];
    for (const link of entry.links) {
      const applied = this.#pools.apply(link, record, version);
      refusal ??= applied.refusal;
      if (applied.watch === Watch.Changed) rewatched.push(link.pool);
      this.#pools.stamp(link.pool, record.slot);
      report.touched.add(link.pool);
    }
    if (refusal === undefined) {
      entry.versions = [version];
    } else {
      report.refusals.push(refusalOf(record, refusal));
      const inUse = new Set(entry.links.map((link) => this.#pools.decoded(link)));
      entry.versions = [...entry.versions.filter((held) => inUse.has(held)), version];
    }
    for (const pool of rewatched) {
      this.#relink(pool);
      this.#catchUp(pool);
      report.rewatched.add(pool);
    }
  }
}

/** Returns the bytes without a subclass: slices of a `Buffer` would share its memory, which the caller may write again. */
function plainBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function emptyReport(): Gathered {
  return { touched: new Set(), unknown: 0, stale: 0, duplicates: 0, rewatched: new Set(), refusals: [] };
}

function refusedOrder({ code }: CoreError): OrderOutcome {
  return { quote: null, code };
}

function refusalOf({ address }: AccountRecord, { code, message }: CoreError): AccountRefusal {
  return { address, code, message };
}
