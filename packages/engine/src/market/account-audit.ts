import type { AccountRecord } from '@tandem/core-native';
import { isChainError } from '../chain/is-chain-error.js';
import type { ChainReader, Commitment } from '../ports/chain-reader.js';
import type { Clock } from '../ports/clock.js';
import { absentAccount } from './market-store.js';

export interface AccountAuditOptions {
  readonly reader: Pick<ChainReader, 'readAccounts'>;
  readonly clock: Clock;
  readonly commitment: Commitment;
  /** The accounts the market depends on. */
  readonly accounts: () => readonly Uint8Array[];
  /** Slot of the newest write of an account that the feed has told. */
  readonly toldSlot: (address: Uint8Array) => bigint;
  /** Whether a reading is of use: while the feed is lost everything is read anyway. */
  readonly isWanted: () => boolean;
  /** Takes accounts as they are, none of them older than what the feed told, and the slot the node answered from. */
  readonly onRead: (records: readonly AccountRecord[], slot: bigint) => void;
}

const AUDIT_MS = 1_000;
/** One request of a node takes so many (`getMultipleAccounts`). */
const SAMPLE = 100;
/** Whatever raises doubts, everything is read at most so often. */
const FULL_AUDIT_MS = 5_000;

/**
 * Reads accounts that should be known: messages get lost without a trace, and then nothing but a reading can tell. Each second a sample
 * is read in turn; after a gap or a fork, everything. A reading of the slot of the feed's last word proves nothing, because nobody knows
 * which of the two is later, so only newer ones count.
 */
export class AccountAudit {
  readonly #options: AccountAuditOptions;
  #next = 0;
  #isDoubted = false;
  #fullAtMicros = Number.NEGATIVE_INFINITY;
  #sleeping: AbortController | undefined;

  constructor(options: AccountAuditOptions) {
    this.#options = options;
  }

  /** Has everything read, soon. */
  doubt(): void {
    this.#isDoubted = true;
    this.#sleeping?.abort();
  }

  /** Audits until the signal. @throws what is not the node's doing */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (!(this.#isDoubted && this.#mayReadAll())) await this.#sleep(signal);
      if (signal.aborted || !this.#options.isWanted()) continue;
      const isFull = this.#isDoubted && this.#mayReadAll();
      try {
        await this.#read(isFull ? this.#all() : this.#sample(), signal);
      } catch (error) {
        if (!isChainError(error)) throw error;
        // The node did not answer: the doubt stays, and a later round asks again.
        this.#isDoubted ||= isFull;
      }
    }
  }

  async #sleep(signal: AbortSignal): Promise<void> {
    this.#sleeping = new AbortController();
    await this.#options.clock.sleep(AUDIT_MS, AbortSignal.any([signal, this.#sleeping.signal])).catch(() => undefined);
    this.#sleeping = undefined;
  }

  #mayReadAll(): boolean {
    return this.#options.clock.nowMicros() - this.#fullAtMicros >= FULL_AUDIT_MS * 1_000;
  }

  #all(): readonly Uint8Array[] {
    this.#isDoubted = false;
    this.#fullAtMicros = this.#options.clock.nowMicros();
    return this.#options.accounts();
  }

  #sample(): readonly Uint8Array[] {
    const all = this.#options.accounts();
    if (this.#next >= all.length) this.#next = 0;
    const sample = all.slice(this.#next, this.#next + SAMPLE);
    this.#next += SAMPLE;
    return sample;
  }

  async #read(addresses: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
    if (addresses.length === 0) return;
    const { reader, commitment, toldSlot, isWanted, onRead } = this.#options;
    const readings = await reader.readAccounts(addresses, commitment);
    if (signal.aborted || !isWanted()) return;
    const newer = readings.filter(({ address, slot }) => slot > toldSlot(address));
    const newest = readings.reduce((slot, reading) => (reading.slot > slot ? reading.slot : slot), 0n);
    onRead(
      newer.map(({ address, slot, account }) => account ?? absentAccount(address, slot)),
      newest,
    );
  }
}
