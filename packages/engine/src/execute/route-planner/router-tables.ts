import type { LookupTable } from '@tandem/core-native';
import { encodeBase58 } from '../../chain/base58.js';
import { decodeLookupTable, type LookupTableState, usableAt } from '../../chain/lookup-table-cache.js';
import { EngineError } from '../../errors/engine-error.js';
import type { AccountSnapshot, ChainReader } from '../../ports/chain-reader.js';

/** Tables of one answer that are looked at; a route needs a handful. */
const MAX_TABLES_OF_ANSWER = 32;
/** Tables remembered, those used longest ago are forgotten first. */
const MAX_TABLES = 512;
/** A table that grew is read again after so many slots: what it had before stays right. */
const REFRESH_SLOTS = 9_000n;

interface Known {
  /** Null where no usable table stands. */
  readonly table: LookupTableState | null;
  readonly readSlot: bigint;
}

/**
 * The lookup tables that a router suggests, read from the chain: which addresses they hold is never taken from the router. A table
 * only ever grows, so what was read stays true until it is closed.
 */
export class RouterTables {
  readonly #reader: Pick<ChainReader, 'getAccounts'>;
  readonly #known = new Map<string, Known>();

  constructor(reader: Pick<ChainReader, 'getAccounts'>) {
    this.#reader = reader;
  }

  /** Returns those of the tables that a transaction in this slot may use, each once; what is no table is left out. @throws CHAIN_* */
  async load(addresses: readonly Uint8Array[], slot: bigint): Promise<LookupTable[]> {
    const wanted = new Map(addresses.slice(0, MAX_TABLES_OF_ANSWER).map((address) => [encodeBase58(address), address]));
    const unread = [...wanted].filter(([key]) => {
      const known = this.#known.get(key);
      return known === undefined || slot > known.readSlot + REFRESH_SLOTS;
    });
    if (unread.length > 0) {
      const accounts = await this.#reader.getAccounts(
        unread.map(([, address]) => address),
        'confirmed',
      );
      unread.forEach(([key], index) => this.#known.set(key, { table: decode(accounts[index]), readSlot: slot }));
    }
    const tables = [...wanted.keys()].map((key) => this.#touch(key));
    this.#forgetOldest();
    return tables.flatMap((table) => (table === null ? [] : (usableAt(table, slot) ?? [])));
  }

  /** Forgets tables, after a transaction that used them failed: they are read again. */
  forget(tables: readonly LookupTable[]): void {
    for (const { address } of tables) this.#known.delete(encodeBase58(address));
  }

  #touch(key: string): LookupTableState | null {
    const known = this.#known.get(key);
    if (known === undefined) return null;
    this.#known.delete(key);
    this.#known.set(key, known);
    return known.table;
  }

  #forgetOldest(): void {
    for (const key of this.#known.keys()) {
      if (this.#known.size <= MAX_TABLES) return;
      this.#known.delete(key);
    }
  }
}

function decode(account: AccountSnapshot | null | undefined): LookupTableState | null {
  if (account === null || account === undefined) return null;
  try {
    return decodeLookupTable(account);
  } catch (error) {
    if (error instanceof EngineError && error.code === 'CHAIN_LOOKUP_TABLE_INVALID') return null;
    throw error;
  }
}
