import { encodeAccountBatch } from '@tandem/core-native';
import type { AccountRecord, ChainClock, CoreApi, PoolDescription, PoolIndex, StoreId } from '@tandem/core-native';
import { EngineError } from '@tandem/engine/ports';
import type { Cluster } from '../cluster/cluster.js';
import { createAccountSource, type AccountSource } from './account-source.js';
import { addressAt, addressText, CLOCK_SYSVAR, uniqueAddresses } from '../seed/addresses.js';

const REFUSED = 0xffff_ffff;

/** What a trader of the sandbox knows of the market: a core store of its own, read from the cluster when it asks. */
export class PoolView {
  readonly store: StoreId;
  readonly #core: CoreApi;
  readonly #source: AccountSource;
  readonly #watched = new Map<PoolIndex, readonly Uint8Array[]>();

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
    for (const index of indices) {
      const packed = this.#core.watchedAccounts(this.store, Uint32Array.of(index));
      this.#watched.set(index, splitAddresses(packed));
    }
    await this.refresh(indices);
    return indices;
  }

  /** Reads the accounts of the pools again. */
  async refresh(pools: readonly PoolIndex[]): Promise<void> {
    const wanted = pools.flatMap((pool) => this.#watched.get(pool) ?? []);
    const records = await this.#read(uniqueAddresses(wanted));
    this.#core.applyAccounts(this.store, encodeAccountBatch(records.filter((record) => record !== undefined)));
  }

  /** Returns the accounts that quotes of the pool depend on and the cluster does not have. */
  async missingAccounts(pool: PoolIndex): Promise<Uint8Array[]> {
    const addresses = this.#watched.get(pool) ?? [];
    const records = await this.#read(addresses);
    return addresses.filter((_, position) => records[position] === undefined);
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
