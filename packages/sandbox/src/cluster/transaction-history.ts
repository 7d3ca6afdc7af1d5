import { deserialize, serialize } from 'node:v8';

import { addressText, type AddressKey } from './address-key.js';
import type { DecodedTransaction } from './transaction-decoder.js';
import type { TransactionErrorJson } from './transaction-error.js';
import type { TokenBalanceRecord } from './token-balances.js';
import type { ExecutionReport } from './virtual-machine.js';

/** A transaction that landed: what it is found by, and whether it succeeded. */
export interface LandedRecord {
  /** Counts landed transactions; later is greater. */
  readonly sequence: number;
  readonly signature: string;
  readonly slot: bigint;
  /** Position in its block. */
  readonly index: number;
  readonly version: DecodedTransaction['version'];
  readonly error: TransactionErrorJson | null;
  /** All accounts in message order: static, loaded writable, loaded readonly. */
  readonly accounts: readonly AddressEntry[];
  /** Per account, the sequence of the transaction before this one that mentions it, or -1. */
  readonly previous: readonly number[];
}

/** Everything else that can be asked about a landed transaction; kept packed, because most is never asked for. */
export interface LandedDetails {
  readonly bytes: Uint8Array;
  readonly feeLamports: bigint;
  readonly staticKeyCount: number;
  readonly loadedWritableCount: number;
  readonly isWritable: readonly boolean[];
  readonly preLamports: readonly bigint[];
  readonly postLamports: readonly bigint[];
  readonly preTokens: readonly TokenBalanceRecord[];
  readonly postTokens: readonly TokenBalanceRecord[];
  readonly logs: readonly string[];
  readonly innerInstructions: ExecutionReport['innerInstructions'];
  readonly computeUnits: bigint;
  readonly returnData: ExecutionReport['returnData'];
}

/** An address that some kept transaction mentions; shared by all of them. */
export interface AddressEntry {
  readonly key: AddressKey;
  readonly text: string;
  /** Sequence of the newest transaction that mentions it. */
  latest: number;
  references: number;
}

/** How much history is kept; whichever bound is met first drops the oldest transactions. */
export interface HistoryLimits {
  readonly transactions: number;
  readonly bytes: number;
}

/** The landed transactions in order, bounded; finds them by signature, by address and by block at constant cost. */
export class TransactionHistory {
  readonly #limits: HistoryLimits;
  readonly #records = new Map<number, LandedRecord>();
  readonly #packed = new Map<number, Uint8Array>();
  readonly #sequenceOf = new Map<string, number>();
  readonly #entries = new Map<AddressKey, AddressEntry>();
  #next = 0;
  #oldest = 0;
  #bytes = 0;

  constructor(limits: HistoryLimits) {
    this.#limits = limits;
  }

  /** The sequence that the next transaction will get: how many have landed so far. */
  get nextSequence(): number {
    return this.#next;
  }

  /** Estimated bytes of what is kept. */
  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#records.size;
  }

  append(
    landed: Omit<LandedRecord, 'sequence' | 'accounts' | 'previous'>,
    keys: readonly AddressKey[],
    details: LandedDetails,
  ): LandedRecord {
    const sequence = this.#next;
    this.#next += 1;
    const accounts = keys.map((key) => this.#entry(key));
    const previous = accounts.map((entry) => entry.latest);
    for (const entry of accounts) {
      entry.latest = sequence;
      entry.references += 1;
    }
    const record: LandedRecord = { ...landed, sequence, accounts, previous };
    // The serializer's own buffer is larger than what it holds.
    const packed = Uint8Array.from(serialize(details));
    this.#records.set(sequence, record);
    this.#packed.set(sequence, packed);
    this.#sequenceOf.set(record.signature, sequence);
    this.#bytes += weigh(record, packed);
    while (this.#records.size > this.#limits.transactions || this.#bytes > this.#limits.bytes) this.#dropOldest();
    return record;
  }

  /** Returns the details of a record that is still kept. */
  details(record: LandedRecord): LandedDetails {
    const packed = this.#packed.get(record.sequence);
    if (packed === undefined) throw new RangeError(`transaction ${record.sequence} is no longer kept`);
    return deserialize(packed) as LandedDetails;
  }

  find(signature: string): LandedRecord | undefined {
    const sequence = this.#sequenceOf.get(signature);
    return sequence === undefined ? undefined : this.#records.get(sequence);
  }

  at(sequence: number): LandedRecord | undefined {
    return this.#records.get(sequence);
  }

  /** Visits the transactions that mention an address, newest first, until the visitor returns false. */
  visitMentions(key: AddressKey, visit: (record: LandedRecord) => boolean): void {
    const entry = this.#entries.get(key);
    let sequence = entry?.latest ?? -1;
    while (sequence >= this.#oldest) {
      const record = this.#records.get(sequence);
      if (record === undefined || !visit(record)) return;
      sequence = record.previous[record.accounts.findIndex((account) => account === entry)] ?? -1;
    }
  }

  #entry(key: AddressKey): AddressEntry {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { key, text: addressText(key), latest: -1, references: 0 };
      this.#entries.set(key, entry);
    }
    return entry;
  }

  #dropOldest(): void {
    const sequence = this.#oldest;
    this.#oldest += 1;
    const [record, packed] = [this.#records.get(sequence), this.#packed.get(sequence)];
    if (record === undefined || packed === undefined) return;
    this.#records.delete(sequence);
    this.#packed.delete(sequence);
    this.#sequenceOf.delete(record.signature);
    this.#bytes -= weigh(record, packed);
    for (const entry of record.accounts) {
      entry.references -= 1;
      if (entry.references === 0) this.#entries.delete(entry.key);
    }
  }
}

/** Returns what a record costs: its packed details, and what is measured to lie around them. */
function weigh(record: LandedRecord, packed: Uint8Array): number {
  return 900 + packed.length + record.accounts.length * 16;
}
