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

interface Pool {
  readonly address: Uint8Array;
  readonly watched: readonly Uint8Array[];
}

/** Returns the data of a pool of this core: a marker and the accounts it depends on. */
export function poolData(dependencies: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from([1, ...dependencies.flatMap((address) => [...address])]);
}

/** A core that keeps accounts by the contract's rules of order and knows no prices. Anything else it is asked throws. */
export class LedgerCore {
  readonly accounts = new Map<string, AccountRecord>();
  readonly pools: Pool[] = [];
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
      const dependencies = Array.from({ length: (data.length - 1) / 32 }, (_, index) =>
        data.slice(1 + 32 * index, 33 + 32 * index),
      );
      return this.pools.push({ address, watched: [address, ...dependencies] }) - 1;
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
    const refusals: ApplyReport['refusals'][number][] = [];
    let [unknown, stale, duplicates] = [0, 0, 0];
    for (const account of decodeAccountBatch(batch)) {
      const key = encodeBase58(account.address);
      const users = this.pools.flatMap((pool, index) =>
        pool.watched.some((address) => encodeBase58(address) === key) ? [index] : [],
      );
      const known = this.accounts.get(key);
      if (users.length === 0) unknown += 1;
      else if (known !== undefined && account.slot < known.slot) stale += 1;
      else if (account.data[0] === REFUSED_BYTE)
        refusals.push({
          address: account.address,
          code: 'POOL_ACCOUNT_TOO_SHORT',
          message: 'the account is shorter than its layout',
        });
      else if (known !== undefined && account.slot === known.slot && Buffer.compare(account.data, known.data) === 0)
        duplicates += 1;
      else {
        this.accounts.set(key, account);
        for (const user of users) touched.add(user);
      }
    }
    return { touched: Uint32Array.from([...touched].sort((a, b) => a - b)), unknown, stale, duplicates, refusals };
  }

  describePools(_store: number, pools: Uint32Array): PoolDescription[] {
    return [...pools].map((index) => ({ index, address: this.pools[index]?.address }) as PoolDescription);
  }
}
