import type { LookupTable } from '@tandem/core-native';

/** Gives the lookup tables a message may use, without waiting; `LookupTableCache` does. */
export interface LookupTableSource {
  /** Returns the tables a transaction in this slot may use. */
  usable(slot: bigint): readonly LookupTable[];
}

/** No lookup tables: every account stands in the message. */
export class NoLookupTables implements LookupTableSource {
  usable(): readonly LookupTable[] {
    return [];
  }
}
