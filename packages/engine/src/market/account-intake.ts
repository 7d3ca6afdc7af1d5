import type { AccountRecord } from '@tandem/core-native';
import { isChainError } from '../chain/is-chain-error.js';
import type { EngineError } from '../errors/engine-error.js';
import type { AccountFeed, AccountUpdate } from '../ports/account-feed.js';
import type { AccountReading, ChainReader, Commitment } from '../ports/chain-reader.js';
import { absentAccount } from './market-store.js';
import type { WatchChange } from './pool-accounts.js';
import { addressKey } from '../chain/address-bytes.js';

export interface AccountIntakeOptions {
  readonly reader: Pick<ChainReader, 'readAccounts'>;
  readonly feed: Pick<AccountFeed, 'watch' | 'unwatch'>;
  readonly commitment: Commitment;
}

/** Subscriptions asked for at once where each is asked for by itself. */
const SINGLES_AT_ONCE = 32;

/**
 * The accounts that are wanted and have not been read yet. Each is subscribed first and read then, so that no change falls between;
 * reads and updates are put in order by slot. It holds one entry an account that some pool depends on, and no more.
 */
export class AccountIntake {
  readonly #options: AccountIntakeOptions;
  readonly #unread = new Map<string, Uint8Array>();
  readonly #unsubscribed = new Map<string, Uint8Array>();
  /** The newest update of each unread account that came since it was subscribed. */
  readonly #arrivals = new Map<string, AccountUpdate>();

  constructor(options: AccountIntakeOptions) {
    this.#options = options;
  }

  /** Whether every wanted account has been read. */
  get isComplete(): boolean {
    return this.#unread.size === 0;
  }

  /** The first account that is still unread, for those who tell of it. */
  get next(): Uint8Array | undefined {
    return this.#unread.values().next().value;
  }

  /** Wants what pools depend on now, and lets go of what none depends on any more. */
  follow({ added, dropped }: WatchChange): void {
    for (const address of added) {
      const key = addressKey(address);
      this.#unread.set(key, address);
      this.#unsubscribed.set(key, address);
    }
    for (const address of dropped) {
      const key = addressKey(address);
      for (const list of [this.#unread, this.#unsubscribed, this.#arrivals]) list.delete(key);
    }
    if (dropped.length > 0) this.#options.feed.unwatch(dropped);
  }

  /** Wants all of these read anew: updates may have been missed. */
  readAgain(addresses: readonly Uint8Array[]): void {
    for (const address of addresses) this.#unread.set(addressKey(address), address);
  }

  /** Takes note of an update: it may contradict a read that is on its way. */
  observe(update: AccountUpdate): void {
    const key = addressKey(update.address);
    if (!this.#unread.has(key)) return;
    const before = this.#arrivals.get(key);
    if (before === undefined || update.slot >= before.slot) this.#arrivals.set(key, update);
  }

  /**
   * Subscribes what is not subscribed yet, and these. A node that refuses one address gets the others one by one: what one of them
   * costs must not keep the rest from being read. Returns the first refusal, if any. @throws what is not the node's or the feed's doing
   */
  async subscribe(others: readonly Uint8Array[] = []): Promise<EngineError | undefined> {
    const wanted = [...this.#unsubscribed.values(), ...others];
    if (wanted.length === 0) return undefined;
    const refusal = await this.#watch(wanted);
    if (refusal === undefined || wanted.length === 1 || refusal.code !== 'CHAIN_SUBSCRIPTION_INVALID') return refusal;
    let first: EngineError | undefined;
    for (let at = 0; at < wanted.length; at += SINGLES_AT_ONCE) {
      const singles = wanted.slice(at, at + SINGLES_AT_ONCE);
      const refusals = await Promise.all(singles.map(async (address) => await this.#watch([address])));
      first ??= refusals.find((one) => one !== undefined);
    }
    return first;
  }

  /**
   * Reads everything that is subscribed and unread, from a node that has come as far as the feed: what one that lags tells may be
   * older than changes that nobody will tell of again.
   * @throws CHAIN_*
   */
  async read(feedSlot = 0n): Promise<readonly AccountReading[]> {
    const wanted = [...this.#unread].filter(([key]) => !this.#unsubscribed.has(key)).map(([, address]) => address);
    if (wanted.length === 0) return [];
    // A slot is told of while it is being made; the one before it is complete.
    const minContextSlot = feedSlot > 0n ? feedSlot - 1n : 0n;
    return await this.#options.reader.readAccounts(wanted, this.#options.commitment, { minContextSlot });
  }

  /**
   * Returns what the readings say of the accounts that are still wanted. Where a reading and an update tell of one account in one
   * slot with different bytes nobody knows which came later: that account is left out and read again. What is returned counts as
   * read once it has been applied (`settle`).
   */
  select(readings: readonly AccountReading[]): AccountRecord[] {
    const selected: AccountRecord[] = [];
    for (const { address, slot, account } of readings) {
      const key = addressKey(address);
      if (!this.#unread.has(key) || this.#unsubscribed.has(key)) continue;
      const record = account ?? absentAccount(address, slot);
      const arrival = this.#arrivals.get(key);
      this.#arrivals.delete(key);
      if (arrival !== undefined && contradicts(arrival, record)) continue;
      selected.push(record);
    }
    return selected;
  }

  /** Takes note that records have been applied. */
  settle(records: readonly AccountRecord[]): void {
    for (const { address } of records) this.#unread.delete(addressKey(address));
  }

  /** Returns the refusal of the node or the feed. */
  async #watch(addresses: readonly Uint8Array[]): Promise<EngineError | undefined> {
    try {
      await this.#options.feed.watch(addresses);
    } catch (error) {
      if (!isChainError(error)) throw error;
      return error;
    }
    for (const address of addresses) {
      const key = addressKey(address);
      // Dropped meanwhile, and perhaps wanted again since: only this very request has been met.
      if (this.#unsubscribed.get(key) === address) this.#unsubscribed.delete(key);
    }
    return undefined;
  }
}

function contradicts(update: AccountRecord, read: AccountRecord): boolean {
  return read.slot === update.slot && Buffer.compare(read.data, update.data) !== 0;
}
