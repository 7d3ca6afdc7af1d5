import { AccountKeys, viewOf } from './account-keys.js';
import { lookupTablesInvalid, payerInvalid } from './error.js';
import { readInstructions } from './instruction.js';

/** Addresses a table holds at most (address-lookup-table-interface `LOOKUP_TABLE_MAX_ADDRESSES`). */
export const MAX_TABLE_ADDRESSES = 256;
/** What a table costs in a message: its address and two counts. */
const TABLE_OVERHEAD_BYTES = 32 + 1 + 1;
/** What a loaded account saves: its address becomes an index. */
const SAVED_BYTES = 32 - 1;

/** Where the parts of one table stand in a packed list. */
export interface LookupTableView {
  readonly addressAt: number;
  readonly addressesAt: number;
  readonly count: number;
}

/**
 * Reads a packed list (`encodeLookupTables` has the layout).
 *
 * @throws WIRE_LOOKUP_TABLES_INVALID when a record is cut off or a table is longer than 256
 */
export function readLookupTables(packed: Uint8Array): LookupTableView[] {
  const tables: LookupTableView[] = [];
  let at = 0;
  while (at < packed.length) {
    const low = packed[at + 32];
    const high = packed[at + 33];
    if (low === undefined || high === undefined) throw lookupTablesInvalid(at);
    const count = low | (high << 8);
    const end = at + 34 + 32 * count;
    if (count > MAX_TABLE_ADDRESSES || end > packed.length) throw lookupTablesInvalid(at);
    tables.push({ addressAt: at, addressesAt: at + 34, count });
    at = end;
  }
  return tables;
}

/**
 * Returns the positions of the tables that make the message smaller, the one that saves most first; equal savings keep
 * the order given. Dropping any of them, or adding any other, would not make the message smaller.
 *
 * @throws WIRE_PAYER_INVALID, WIRE_INSTRUCTIONS_INVALID, WIRE_LOOKUP_TABLES_INVALID, WIRE_ACCOUNT_KEYS_EXCEEDED
 */
export function chooseLookupTables(payer: Uint8Array, packed: Uint8Array, packedTables: Uint8Array): Uint32Array {
  if (payer.length !== 32) throw payerInvalid();
  const instructions = readInstructions(packed);
  const tables = readLookupTables(packedTables);
  const keys = new AccountKeys({ payer, packed, instructions });
  const words = viewOf(packedTables);
  const loadable = tables.map((table) => loadablePositions(keys, words, table));

  const covers = new Uint32Array(256);
  const chosen: number[] = [];
  for (let best = mostSaving(loadable, covers); best !== undefined; best = mostSaving(loadable, covers)) {
    addCover(covers, loadable[best], 1);
    chosen.push(best);
  }
  return Uint32Array.from(withoutSuperfluous(chosen, loadable, covers));
}

/** Returns the positions of the accounts that the table could load, each once. */
function loadablePositions(keys: AccountKeys, words: DataView, table: LookupTableView): ReadonlySet<number> {
  const positions = new Set<number>();
  for (let index = 0; index < table.count; index += 1) {
    const position = keys.find(words, table.addressesAt + 32 * index);
    if (position >= 0 && keys.isLoadable(position)) positions.add(position);
  }
  return positions;
}

/** Returns the table whose accounts, not yet covered, save most; none when no table pays for itself. */
function mostSaving(loadable: readonly ReadonlySet<number>[], covers: Uint32Array): number | undefined {
  let best: number | undefined;
  let most = 0;
  for (const [table, positions] of loadable.entries()) {
    const fresh = countCovered(positions, covers, 0);
    if (fresh > most && pays(fresh)) {
      most = fresh;
      best = table;
    }
  }
  return best;
}

/** Drops each table that later choices have made superfluous. */
function withoutSuperfluous(
  chosen: readonly number[],
  loadable: readonly ReadonlySet<number>[],
  covers: Uint32Array,
): number[] {
  return chosen.filter((table) => {
    const positions = loadable[table] ?? new Set<number>();
    const isNeeded = pays(countCovered(positions, covers, 1));
    if (!isNeeded) addCover(covers, positions, -1);
    return isNeeded;
  });
}

function pays(accounts: number): boolean {
  return accounts * SAVED_BYTES > TABLE_OVERHEAD_BYTES;
}

function addCover(covers: Uint32Array, positions: Iterable<number> | undefined, change: 1 | -1): void {
  for (const position of positions ?? []) covers[position] = (covers[position] ?? 0) + change;
}

/** Returns how many of the positions are covered by exactly this many chosen tables. */
function countCovered(positions: Iterable<number>, covers: Uint32Array, times: number): number {
  let count = 0;
  for (const position of positions) if (covers[position] === times) count += 1;
  return count;
}
