import {
  decodeAccountBatch,
  type AccountRecord,
  type AddPoolsReport,
  type ApplyReport,
  type CoreApi,
  type PoolDescription,
} from '@tandem/core-native';
import { encodeBase58 } from '../../src/chain/base58.js';

export const REFUSED_BYTE = 255;

/** An array that may or may not exist; every other account of a pool must. */
export const ARRAY_KIND = 4;

interface Pool {
  readonly address: Uint8Array;
  watched: readonly Uint8Array[];
}

/** Returns the data of a pool of this core: a marker and the accounts it depends on. A pool whose data changes depends on others. */
export function poolData(dependencies: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from([1, ...dependencies.flatMap((address) => [...address])]);
}

function dependenciesIn(data: Uint8Array): Uint8Array[] {
  return Array.from({ length: (data.length - 1) / 32 }, (_, index) => data.slice(1 + 32 * index, 33 + 32 * index));
}

/** A core that keeps accounts by the contract's rules of order and knows no prices. Anything else it is asked throws. */
export class LedgerCore {
  readonly accounts = new Map<string, AccountRecord>();
  readonly pools: Pool[] = [];
  /** Codes of accounts whose newest bytes were refused. */
  readonly refused = new Map<string, { readonly slot: bigint; readonly code: string }>();
  droppedStores: number[] = [];

  asCore(): CoreApi {
    return this as unknown as CoreApi;
  }

  createStore(): number {
    return 1;
  }

  dropStore(store: number): void {
    this.droppedStores.push(store);
  }

  poolCount(): number {
    return this.pools.length;
  }

  addPools(_store: number, batch: Uint8Array): AddPoolsReport {
    const refusals: AddPoolsReport['refusals'][number][] = [];
    const indices = decodeAccountBatch(batch).map(({ address, data }) => {
      if (data[0] !== 1) {
        refusals.push({
          address,
          code: 'POOL_ACCOUNT_DISCRIMINATOR_MISMATCH',
          message: 'the account is not of the expected kind',
        });
        return 0xffffffff;
      }
      return this.pools.push({ address, watched: [address, ...dependenciesIn(data)] }) - 1;
    });
    return { indices: Uint32Array.from(indices), refusals };
  }

  watchedAccounts(_store: number, pools: Uint32Array): Uint8Array {
    const unique = new Map(
      [...pools].flatMap((pool) => this.pools[pool]?.watched ?? []).map((address) => [encodeBase58(address), address]),
    );
    return Uint8Array.from([...unique.values()].flatMap((address) => [...address]));
  }

  applyAccounts(_store: number, batch: Uint8Array): ApplyReport {
    const touched = new Set<number>();
    const rewatched = new Set<number>();
    const refusals: ApplyReport['refusals'][number][] = [];
    let [unknown, stale, duplicates] = [0, 0, 0];
    for (const account of decodeAccountBatch(batch)) {
      const key = encodeBase58(account.address);
      const users = this.#usersOf(key);
      const known = this.accounts.get(key);
      const newest = this.refused.get(key)?.slot ?? known?.slot;
      const code = refusalOf(account);
      if (users.length === 0) unknown += 1;
      else if (newest !== undefined && account.slot < newest) stale += 1;
      else if (code !== undefined) {
        this.refused.set(key, { slot: account.slot, code });
        refusals.push({ address: account.address, code, message: 'the account is not what its pool says' });
        for (const user of users) touched.add(user);
      } else if (known?.slot === account.slot && Buffer.compare(account.data, known.data) === 0) duplicates += 1;
      else {
        this.refused.delete(key);
        this.accounts.set(key, account);
        for (const user of users) touched.add(user);
        if (this.#rewatch(key, account)) for (const user of users) rewatched.add(user);
      }
    }
    const [touchedPools, rewatchedPools] = [touched, rewatched].map((set) => Uint32Array.from(set).sort());
    return { touched: touchedPools!, unknown, stale, duplicates, rewatched: rewatchedPools!, refusals };
  }

  describePools(_store: number, pools: Uint32Array): PoolDescription[] {
    return [...pools].map((index) => {
      const keys = (this.pools[index]?.watched ?? []).map(encodeBase58);
      const disabledCode = keys.map((key) => this.refused.get(key)?.code).find((code) => code !== undefined) ?? null;
      return { index, address: this.pools[index]?.address, disabledCode } as PoolDescription;
    });
  }

  #usersOf(key: string): number[] {
    return this.pools.flatMap(({ watched }, index) =>
      watched.some((address) => encodeBase58(address) === key) ? [index] : [],
    );
  }

  /** A pool's own bytes say what it depends on; what no pool depends on any more is forgotten. */
  #rewatch(key: string, { data }: AccountRecord): boolean {
    const pool = this.pools.find(({ address }) => encodeBase58(address) === key);
    if (pool === undefined) return false;
    const [before, after] = [pool.watched, [pool.address, ...dependenciesIn(data)]];
    pool.watched = after;
    for (const address of before)
      if (this.#usersOf(encodeBase58(address)).length === 0) this.accounts.delete(encodeBase58(address));
    return before.map(encodeBase58).join() !== after.map(encodeBase58).join();
  }
}

function refusalOf({ address, data }: AccountRecord): string | undefined {
  if (data[0] === REFUSED_BYTE) return 'POOL_ACCOUNT_TOO_SHORT';
  return data.length === 0 && address[0] !== ARRAY_KIND ? 'POOL_ACCOUNT_OWNER_MISMATCH' : undefined;
}
