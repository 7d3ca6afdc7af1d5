import type { LookupTable } from '@tandem/core-native';
import type { Cluster } from '../../cluster/cluster.js';
import { addressAt } from '../../seed/addresses.js';

/** solana-sdk `address-lookup-table-interface/src/state.rs`: 56 bytes, then the addresses. */
const META_BYTES = 56;

/** Reads lookup tables from the cluster; one that does not stand there is left out. */
export async function readLookupTables(cluster: Cluster, addresses: readonly Uint8Array[]): Promise<LookupTable[]> {
  const accounts = await Promise.all(addresses.map(async (address) => cluster.getAccount(address)));
  return accounts.flatMap((account) =>
    account === null || account.data.length < META_BYTES
      ? []
      : [{ address: account.address, addresses: entriesOf(account.data) }],
  );
}

function entriesOf(data: Uint8Array): Uint8Array[] {
  const count = Math.floor((data.length - META_BYTES) / 32);
  return Array.from({ length: count }, (_, index) => addressAt(data, META_BYTES + 32 * index));
}
