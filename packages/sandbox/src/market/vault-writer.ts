import type { PoolDescription } from '@tandem/core-native';
import type { Cluster, ClusterAccount } from '../cluster/cluster.js';
import { addressAt, addressKey, addressText, type AddressKey } from '../seed/addresses.js';
import { sandboxVenue } from '../seed/sandbox-venues.js';
import { tokenAmount, withTokenAmount } from '../seed/token-accounts.js';

const MAX_U64 = 0xffff_ffff_ffff_ffffn;

/** Moves a pool's reserves by writing its vaults, as deposits and withdrawals without a depositor. */
export class VaultWriter {
  readonly #cluster: Cluster;
  readonly #vaults = new Map<AddressKey, readonly [Uint8Array, Uint8Array]>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Adds the differences to the vaults of mint A and mint B; false, and nothing changed, where a vault could not hold the result. */
  async shift(pool: PoolDescription, deltaA: bigint, deltaB: bigint): Promise<boolean> {
    const vaults = await this.#vaultsOf(pool);
    const [vaultA, vaultB] = await Promise.all(vaults.map((address) => this.#cluster.getAccount(address)));
    if (!vaultA || !vaultB) return false;
    const [nextA, nextB] = [shifted(vaultA, deltaA), shifted(vaultB, deltaB)];
    if (nextA === null || nextB === null) return false;
    await this.#cluster.setAccount(nextA);
    await this.#cluster.setAccount(nextB);
    return true;
  }

  async #vaultsOf(pool: PoolDescription): Promise<readonly [Uint8Array, Uint8Array]> {
    const key = addressKey(pool.address);
    const known = this.#vaults.get(key);
    if (known !== undefined) return known;
    const account = await this.#cluster.getAccount(pool.address);
    if (account === null) throw new RangeError(`the cluster lost pool ${addressText(pool.address)}`);
    const [offsetA, offsetB] = sandboxVenue(pool.venue).vaultOffsets;
    const vaults = [addressAt(account.data, offsetA), addressAt(account.data, offsetB)] as const;
    this.#vaults.set(key, vaults);
    return vaults;
  }
}

function shifted(vault: ClusterAccount, delta: bigint): ClusterAccount | null {
  const amount = tokenAmount(vault) + delta;
  return amount < 0n || amount > MAX_U64 ? null : withTokenAmount(vault, amount);
}
