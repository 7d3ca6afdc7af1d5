import { encodeAccountBatch } from '@tandem/core-native';
import type { AccountRecord, ChainClock, CoreApi, PoolDescription, PoolIndex, StoreId } from '@tandem/core-native';
import { EngineError } from '@tandem/engine/ports';
import type { Cluster } from '../cluster/cluster.js';
import { createAccountSource, type AccountSource } from './account-source.js';
import {
  addressAt,
  addressKey,
  addressText,
  CLOCK_SYSVAR,
  SYSTEM_PROGRAM,
  uniqueAddresses,
  type AddressKey,
} from '../seed/addresses.js';

const REFUSED = 0xffff_ffff;
const NOTHING = new Uint8Array(0);
/** Rounds of accounts bringing others into reach; an array brings none, so few suffice. */
const MOST_ROUNDS = 6;

/** What a trader of the sandbox knows of the market: a core store of its own, read from the cluster when it asks. */
export class PoolView {
  readonly store: StoreId;
  readonly #core: CoreApi;
  readonly #source: AccountSource;
  readonly #watched = new Map<PoolIndex, readonly Uint8Array[]>();
  /** Accounts whose last bytes, or whose absence, the core refused. */
  readonly #refused = new Set<AddressKey>();

  constructor(core: CoreApi, cluster: Cluster) {
    this.#core = core;
    this.#source = createAccountSource(cluster);
    this.store = core.createStore();
  }

  /** Registers pools that stand on the cluster and reads what their quotes need. @throws SANDBOX_POOL_NOT_FOUND, SANDBOX_POOL_INVALID */
  async add(addresses: readonly Uint8Array[]): Promise<PoolIndex[]> {
    const records = await this.#read(addresses);
    const missing = addresses.find((_, position) => records[position] === undefined);
    if (missing !== undefined) throw poolError('SANDBOX_POOL_NOT_FOUND', missing, 'the cluster has no such account');
    const report = this.#core.addPools(
      this.store,
      encodeAccountBatch(records.filter((record) => record !== undefined)),
    );
    const indices = [...report.indices];
    const refused = addresses.find((_, position) => indices[position] === REFUSED);
    if (refused !== undefined)
      throw poolError('SANDBOX_POOL_INVALID', refused, report.refusals[0]?.message ?? 'the core refused it');
    this.#watch(indices);
    await this.refresh(indices);
    return indices;
  }

  /** Reads the accounts of the pools again, and those that come into reach of their prices because of them. */
  async refresh(pools: readonly PoolIndex[]): Promise<void> {
    const asked = new Set(pools);
    const read = new Set<AddressKey>();
    for (let round = 1; round <= MOST_ROUNDS; round += 1) {
      const watched = uniqueAddresses(pools.flatMap((pool) => this.#watched.get(pool) ?? []));
      const unread = watched.filter((address) => !read.has(addressKey(address)));
      if (unread.length === 0) return;
      for (const address of unread) read.add(addressKey(address));
      const { rewatched, refusals } = this.#core.applyAccounts(
        this.store,
        encodeAccountBatch(await this.#readAll(unread)),
      );
      for (const { address } of refusals) this.#refused.add(addressKey(address));
      this.#watch(rewatched);
      if (!rewatched.some((pool) => asked.has(pool))) return;
    }
  }

  /** Returns the accounts that the pool cannot do without and the cluster does not have; arrays that do not exist are none of them. */
  async missingAccounts(pool: PoolIndex): Promise<Uint8Array[]> {
    const addresses = this.#watched.get(pool) ?? [];
    const records = await this.#read(addresses);
    return addresses.filter(
      (address, position) => records[position] === undefined && this.#refused.has(addressKey(address)),
    );
  }

  /** Returns the pools' facts in the order asked for. */
  describe(pools: readonly PoolIndex[]): PoolDescription[] {
    return this.#core.describePools(this.store, Uint32Array.from(pools));
  }

  /** Returns the clock that quotes are made against. */
  async chainClock(): Promise<ChainClock> {
    const [account] = (await this.#source.read([CLOCK_SYSVAR])).accounts;
    if (!account) {
      throw new EngineError('SANDBOX_CLOCK_NOT_FOUND', 'the cluster has no clock sysvar', {
        severity: 'fatal',
        action: 'Report this as a bug.',
      });
    }
    // solana-sdk `clock/src/lib.rs`: slot, epoch_start_timestamp, epoch, leader_schedule_epoch, unix_timestamp.
    const view = new DataView(account.data.buffer, account.data.byteOffset, account.data.byteLength);
    return {
      slot: view.getBigUint64(0, true),
      epoch: view.getBigUint64(16, true),
      unixTimestamp: view.getBigUint64(32, true),
    };
  }

  /** Gives the store back to the core. */
  close(): void {
    this.#core.dropStore(this.store);
  }

  #watch(pools: Iterable<PoolIndex>): void {
    for (const pool of pools) {
      const packed = this.#core.watchedAccounts(this.store, Uint32Array.of(pool));
      this.#watched.set(pool, splitAddresses(packed));
    }
  }

  /** Reads accounts as the core takes them: an address without an account is one of the system program without data. */
  async #readAll(addresses: readonly Uint8Array[]): Promise<AccountRecord[]> {
    const { slot, accounts } = await this.#source.read(addresses);
    return addresses.map((address, position) => {
      const { owner, data } = accounts[position] ?? { owner: SYSTEM_PROGRAM, data: NOTHING };
      this.#refused.delete(addressKey(address));
      return { address, owner, data, slot };
    });
  }

  async #read(addresses: readonly Uint8Array[]): Promise<(AccountRecord | undefined)[]> {
    const { slot, accounts } = await this.#source.read(addresses);
    return accounts.map((account) =>
      account === null ? undefined : { address: account.address, owner: account.owner, data: account.data, slot },
    );
  }
}

/** Splits concatenated addresses. */
export function splitAddresses(packed: Uint8Array): Uint8Array[] {
  return Array.from({ length: packed.length / 32 }, (_, index) => addressAt(packed, 32 * index));
}

function poolError(code: string, pool: Uint8Array, why: string): EngineError {
  return new EngineError(code, `pool ${addressText(pool)} cannot be traded: ${why}`, {
    severity: 'fatal',
    context: { pool: addressText(pool) },
    action: 'Dump the pool again with every account it names, or leave it out.',
  });
}
