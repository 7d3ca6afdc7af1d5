/** An address lookup table as it can be used now. */
export interface LookupTable {
  readonly address: Uint8Array;
  /** The table's addresses, 32 bytes each, in order. */
  readonly addresses: readonly Uint8Array[];
}

/** Gives the lookup tables a message may use, without waiting. */
export interface LookupTableSource {
  tables(): readonly LookupTable[];
}

/** No lookup tables: every account stands in the message. */
export class NoLookupTables implements LookupTableSource {
  tables(): readonly LookupTable[] {
    return [];
  }
}
