import { type AccountRecord, decodeAccountBatch, encodeAccountBatch } from '../../account-batch.js';
import {
  type AccountRefusal,
  type AddPoolsReport,
  type ApplyReport,
  type ChainClock,
  Direction,
  type PoolDescription,
  type PoolIndex,
  type Quote,
  type QuoteBatch,
  SwapMode,
} from '../../core-api.js';
import type { CoreError } from '../../core-error.js';
import { decodePool } from '../pools/any-pool.js';
import type { Pool, SwapInstruction, SwapRequest } from '../pools/pool.js';
import { QuoteRefusal, REFUSED, quoteError } from '../pools/quote.js';
import { type AccountEntry, AccountTable, addressKey, judgeArrival, recordOf, versionOf } from './account-table.js';
import { poolNotFound, quoteBatchInvalid } from './error.js';
import { type PoolRecord, PoolTable, type Role, decodeRefusal, disabledBy } from './pool-table.js';
import { TokenGraph } from './token-graph.js';

/** Stands for the index of a pool that was refused. */
const NO_POOL = 0xffff_ffff;

/** An `ApplyReport` while it is gathered. */
interface Gathered {
  readonly touched: Set<PoolIndex>;
  unknown: number;
  stale: number;
  duplicates: number;
  readonly refusals: AccountRefusal[];
}

/**
 * Pool states by dense index, each stamped with its slot, and the accounts they were decoded from. The accounts that a pool
 * depends on are those its first bytes name: every venue so far refuses later bytes that name others.
 */
export class PoolStore {
  readonly #pools = new PoolTable();
  readonly #accounts = new AccountTable();
  readonly #byAddress = new Map<string, PoolIndex>();
  readonly graph = new TokenGraph();

  /** Registers the pools of a packed batch. @throws STORE_BATCH_INVALID, and then nothing is applied */
  addPools(batch: Uint8Array): AddPoolsReport {
    const records = decodeAccountBatch(plainBytes(batch));
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
    const records = decodeAccountBatch(plainBytes(batch));
    const report = emptyReport();
    for (const record of records) this.#applyRecord(record, report);
    const { unknown, stale, duplicates, refusals } = report;
    return { touched: Uint32Array.from(report.touched).sort(), unknown, stale, duplicates, refusals };
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

  /** Returns every account as a packed batch, pools first. */
  exportAccounts(): Uint8Array {
    const records: AccountRecord[] = [];
    const written = new Set<unknown>();
    for (const { roles } of this.#pools.records()) {
      const [own] = roles;
      if (own?.decoded === undefined || written.has(own.decoded)) continue;
      records.push(recordOf(own.account, own.decoded));
      written.add(own.decoded);
    }
    for (const entry of this.#accounts.entries()) {
      for (const version of entry.versions) if (!written.has(version)) records.push(recordOf(entry, version));
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

  /** Returns a pool that every account is known and decoded of. */
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

  /** Quotes many legs. @throws STORE_BATCH_INVALID, STORE_POOL_NOT_FOUND */
  quoteBatch(batch: QuoteBatch, clock: ChainClock, out: BigUint64Array, codes: Uint8Array): number {
    const { pools, directions, modes, amounts } = batch;
    const lengths = [directions, modes, amounts, out, codes];
    if (lengths.some((array) => array.length !== pools.length)) throw quoteBatchInvalid();
    let given = 0;
    for (let i = 0; i < pools.length; i++) {
      const [direction, mode] = [directions[i], modes[i]];
      if (direction !== Direction.AToB && direction !== Direction.BToA) throw quoteBatchInvalid();
      if (mode !== SwapMode.ExactIn && mode !== SwapMode.ExactOut) throw quoteBatchInvalid();
      const record = this.#record(pools[i] ?? NO_POOL);
      const result = record.isReady
        ? record.state.tryQuote(direction, mode, amounts[i] ?? 0n, clock)
        : REFUSED[QuoteRefusal.AccountMissing];
      const isGiven = result >= 0n;
      out[i] = isGiven ? result : 0n;
      codes[i] = isGiven ? 0 : Number(-result);
      if (isGiven) given++;
    }
    return given;
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
    const roles = this.#linkRoles(index, state);
    this.#pools.push({ address: record.address, state, roles, slot: 0n, isReady: false });
    this.graph.pushPool([addressKey(mintA), addressKey(mintB)]);
    this.#byAddress.set(addressKey(record.address), index);
    this.#catchUp(index, roles);
    const report = emptyReport();
    this.#applyRecord(record, report);
    refusals.push(...report.refusals);
    return index;
  }

  /** Links a pool to every account it depends on, each once. */
  #linkRoles(pool: PoolIndex, state: Pool): Role[] {
    const roles: Role[] = [];
    for (const address of state.watched()) {
      const account = this.#accounts.open(address);
      if (roles.some((role) => role.account === account)) continue;
      account.links.push({ pool, role: roles.length });
      roles.push({ account, decoded: undefined, refusal: undefined });
    }
    return roles;
  }

  /** Applies what is held of a pool's accounts to the pool; a refusal stays in the role, where `describe` shows it. */
  #catchUp(pool: PoolIndex, roles: readonly Role[]): void {
    for (const [role, { account }] of roles.entries()) {
      const newest = account.versions.at(-1);
      if (newest === undefined) continue;
      this.#pools.apply({ pool, role }, recordOf(account, newest), newest);
      this.#pools.stamp(pool, newest.slot);
    }
  }

  #applyRecord(record: AccountRecord, report: Gathered): void {
    const entry = this.#accounts.find(record.address);
    if (entry === undefined) {
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
    for (const link of entry.links) {
      const refused = this.#pools.apply(link, record, version);
      refusal ??= refused;
      this.#pools.stamp(link.pool, record.slot);
      report.touched.add(link.pool);
    }
    if (refusal === undefined) {
      entry.versions = [version];
      return;
    }
    report.refusals.push(refusalOf(record, refusal));
    const inUse = new Set(entry.links.map((link) => this.#pools.decoded(link)));
    entry.versions = [...entry.versions.filter((held) => inUse.has(held)), version];
  }
}

/** Returns the bytes without a subclass: slices of a `Buffer` would share its memory, which the caller may write again. */
function plainBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function emptyReport(): Gathered {
  return { touched: new Set(), unknown: 0, stale: 0, duplicates: 0, refusals: [] };
}

function refusalOf({ address }: AccountRecord, { code, message }: CoreError): AccountRefusal {
  return { address, code, message };
}
