import type { ChainClock } from '@tandem/core-native';
import { decodeAddress, encodeBase58 } from '../../src/chain/base58.js';
import { CLOCK_SYSVAR_ADDRESS } from '../../src/chain/clock-sysvar.js';
import { createEngineError } from '../../src/errors/create-engine-error.js';
import type { AccountFeed, AccountUpdate, FeedEvent } from '../../src/ports/account-feed.js';
import type { AccountFilter, AccountReading, AccountSnapshot, ChainReader } from '../../src/ports/chain-reader.js';
import { VENUE_CATALOG } from '../../src/market/venue-catalog.js';
import { ARRAY_KIND, poolData } from './ledger-core.js';

const CPMM = decodeAddress(VENUE_CATALOG[0]?.programId ?? '');

export function addressOf(kind: number, index: number): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? kind : at === 1 ? index : 3));
}

/** The two arrays in reach of a pool whose price stands in array `first`. */
export function arraysFrom(pool: number, first: number): Uint8Array[] {
  return [first, first + 1].map((array) => addressOf(ARRAY_KIND, pool * 16 + array));
}

/** A chain of accounts with a feed that may lag, repeat itself and break, and a reader that takes its time. */
export class ChainModel {
  readonly accounts = new Map<string, AccountSnapshot>();
  readonly watched = new Set<string>();
  readonly filters: (readonly AccountFilter[])[] = [];
  slot = 100n;
  reads = 0;
  clockReads = 0;
  isReaderDead = false;
  isFeedDead = false;
  /** The node takes no more subscriptions. */
  isFull = false;
  isStopped = false;
  /** Base58 of an address that the node gives no subscription of, nor of any that are asked for with it. */
  unwatchable: string | null = null;
  /** Runs while a read is on its way, after the node has answered it. */
  duringRead: () => void = () => undefined;
  #listener: (event: FeedEvent) => void = () => undefined;
  #onTheWay: FeedEvent[] = [];
  #isConnected = false;

  write(address: Uint8Array, data: Uint8Array, owner = CPMM): void {
    this.accounts.set(encodeBase58(address), { address, owner, lamports: 1n, slot: this.slot, data });
    this.#notify(this.updateOf(address));
  }

  #notify(update: AccountUpdate): void {
    if (this.watched.has(encodeBase58(update.address)) && this.#isConnected) this.#onTheWay.push(update);
  }

  /** What a node tells of an account that is gone. */
  #absent(address: Uint8Array): AccountUpdate {
    const nothing = { owner: new Uint8Array(32), lamports: 0n, data: new Uint8Array(0) };
    return { kind: 'account', address, slot: this.slot, receivedAtMicros: 0, ...nothing };
  }

  remove(address: Uint8Array): void {
    this.accounts.delete(encodeBase58(address));
    this.#notify(this.#absent(address));
  }

  /** Moves a pool's price: arrays `first` and the next one are in reach now, whether they exist or not. */
  movePrice(index: number, first: number): void {
    this.write(addressOf(1, index), poolData([addressOf(2, index), addressOf(3, index), ...arraysFrom(index, first)]));
  }

  /** A pool with two vaults. */
  addPool(index: number): Uint8Array {
    const vaults = [addressOf(2, index), addressOf(3, index)];
    for (const vault of vaults) this.write(vault, Uint8Array.of(0));
    const address = addressOf(1, index);
    this.write(address, poolData(vaults));
    return address;
  }

  updateOf(address: Uint8Array): AccountUpdate {
    const account = this.accounts.get(encodeBase58(address));
    if (account === undefined) throw new Error('no such account');
    return { kind: 'account', ...account, receivedAtMicros: 0 };
  }

  /** Lets updates arrive, the oldest first. */
  deliver(count = Number.POSITIVE_INFINITY): void {
    for (const event of this.#onTheWay.splice(0, count))
      this.emit(event.kind === 'account' ? { ...event, receivedAtMicros: 42 } : event);
  }

  emit(event: FeedEvent): void {
    if (!this.isStopped) this.#listener(event);
  }

  lose(): void {
    this.#isConnected = false;
    this.#onTheWay = [];
    this.emit({ kind: 'status', status: 'lost', detail: 'the wire was cut' });
  }

  resume(): void {
    this.#isConnected = true;
    this.emit({ kind: 'status', status: 'resumed', detail: 'back' });
  }

  nextSlot(): void {
    this.slot += 1n;
    if (this.#isConnected) this.#onTheWay.push({ kind: 'slot', slot: this.slot, parent: this.slot - 1n, root: 0n });
  }

  readonly feed: AccountFeed = {
    start: async (listener) => {
      if (this.isFeedDead) throw createEngineError('CHAIN_UNREACHABLE', 'no feed');
      this.#listener = listener;
      this.#isConnected = true;
    },
    watch: async (addresses) => {
      if (this.isFull) throw createEngineError('CHAIN_SUBSCRIPTION_INVALID', 'too many subscriptions');
      if (addresses.some((address) => encodeBase58(address) === this.unwatchable))
        throw createEngineError('CHAIN_SUBSCRIPTION_INVALID', 'this one is not given');
      for (const address of addresses) this.watched.add(encodeBase58(address));
    },
    unwatch: (addresses) => {
      for (const address of addresses) this.watched.delete(encodeBase58(address));
    },
    watchSignature: async () => false,
    stop: async () => {
      this.isStopped = true;
    },
  };

  readonly reader = {
    getAccounts: async (addresses: readonly Uint8Array[]) =>
      (await this.#readAccounts(addresses)).map(({ account }) => account),
    readAccounts: async (addresses: readonly Uint8Array[]) => await this.#readAccounts(addresses),
    getProgramAccounts: async (program: Uint8Array, _commitment: string, filters: readonly AccountFilter[] = []) => {
      this.filters.push(filters);
      const owned = [...this.accounts.values()].filter(
        (account) => encodeBase58(account.owner) === encodeBase58(program) && account.address[0] === 1,
      );
      return owned.reverse();
    },
    getChainClock: async (): Promise<ChainClock> => {
      this.clockReads += 1;
      return { slot: this.slot, epoch: 5n, unixTimestamp: 1_000n + this.slot };
    },
  } as unknown as ChainReader;

  async #readAccounts(addresses: readonly Uint8Array[]): Promise<AccountReading[]> {
    await new Promise(setImmediate);
    if (this.isReaderDead) throw createEngineError('CHAIN_UNREACHABLE', 'dead');
    this.reads += 1;
    const slot = this.slot;
    const found = addresses.map((address): AccountReading => {
      const account = this.accounts.get(encodeBase58(address));
      return { address, slot, account: account === undefined ? null : { ...account, slot } };
    });
    this.duringRead();
    await new Promise(setImmediate);
    return found;
  }

  clockUpdate(unixTimestamp: bigint): AccountUpdate {
    const data = Buffer.alloc(40);
    data.writeBigUInt64LE(this.slot, 0);
    data.writeBigUInt64LE(6n, 16);
    data.writeBigInt64LE(unixTimestamp, 32);
    return {
      kind: 'account',
      address: CLOCK_SYSVAR_ADDRESS,
      owner: CPMM,
      lamports: 1n,
      slot: this.slot,
      data,
      receivedAtMicros: 0,
    };
  }
}
