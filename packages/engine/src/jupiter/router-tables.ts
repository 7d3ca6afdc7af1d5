import type { LookupTable } from '@tandem/core-native';
import { encodeBase58 } from '../chain/base58.js';
import { decodeLookupTable, usableAt } from '../chain/lookup-table-cache.js';
import { EngineError } from '../errors/engine-error.js';
import type { ChainReader } from '../ports/chain-reader.js';

/** Reads the lookup tables that a router suggests from the chain; what is no table is left out, a transaction can do without it. */
export class RouterTables {
  readonly #reader: Pick<ChainReader, 'getAccounts' | 'getSlot'>;

  constructor(reader: Pick<ChainReader, 'getAccounts' | 'getSlot'>) {
    this.#reader = reader;
  }

  /** Returns the tables that a transaction may use now, in the order given, each once. @throws CHAIN_* when they cannot be read */
  async load(addresses: readonly Uint8Array[]): Promise<LookupTable[]> {
    const wanted = [...new Map(addresses.map((address) => [encodeBase58(address), address])).values()];
    if (wanted.length === 0) return [];
    const accounts = await this.#reader.getAccounts(wanted, 'confirmed');
    const slot = await this.#reader.getSlot('confirmed');
    const tables: LookupTable[] = [];
    for (const account of accounts) {
      const table = account === null ? null : findTable(account, slot);
      if (table !== null) tables.push(table);
    }
    return tables;
  }
}

function findTable(account: Parameters<typeof decodeLookupTable>[0], slot: bigint): LookupTable | null {
  try {
    return usableAt(decodeLookupTable(account), slot);
  } catch (error) {
    if (error instanceof EngineError && error.code === 'CHAIN_LOOKUP_TABLE_INVALID') return null;
    throw error;
  }
}
