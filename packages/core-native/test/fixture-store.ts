import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type AccountRecord, encodeAccountBatch } from '../ts/account-batch.js';
import type { OrderOutcome, PoolDescription, Quote, StoreId, SwapOrder } from '../ts/core-api.js';
import type { StoreApi } from '../ts/fallback/search/store-api.js';
import { decodeInstructions } from '../ts/packed-instructions.js';
import { readFixture } from './fallback/pools/fixture-pools.js';
import { codeOf } from './store-backends.js';

const FIXTURES = join(import.meta.dirname, '../../../fixtures');
const SYSTEM_PROGRAM = new Uint8Array(32);

/** A pool of the fixtures, its own account first. */
export interface FixturePool {
  readonly name: string;
  readonly accounts: readonly AccountRecord[];
}

/** Reads every pool of a venue's fixtures. */
export function readFixturePools(venue: string): FixturePool[] {
  return readdirSync(join(FIXTURES, venue)).map((name) => ({
    name,
    accounts: readFixture(venue, name).map((account) => ({ ...account, slot: 1n })),
  }));
}

/** One pool of the fixtures in a store of its own, with what it watches applied; what the fixture lacks does not exist. */
export class FixtureStore {
  readonly store: StoreId;
  readonly #api: StoreApi;
  readonly #accounts: readonly AccountRecord[];
  readonly #applied = new Set<string>();

  constructor(api: StoreApi, accounts: readonly AccountRecord[]) {
    this.#api = api;
    this.#accounts = accounts;
    this.store = api.createStore();
    api.addPools(this.store, encodeAccountBatch(accounts.slice(0, 1)));
    this.settle();
  }

  /** Applies what the pool watches and was not applied yet, until it watches nothing new. */
  settle(): void {
    for (;;) {
      const next = this.watched().filter((address) => !this.#applied.has(address));
      if (next.length === 0) return;
      for (const address of next) this.#applied.add(address);
      this.#api.applyAccounts(this.store, encodeAccountBatch(next.map((address) => this.#find(address))));
    }
  }

  /** Returns the addresses the pool watches, in hexadecimal. */
  watched(): string[] {
    const packed = Buffer.from(this.#api.watchedAccounts(this.store, Uint32Array.of(0)));
    return Array.from({ length: packed.length / 32 }, (_, at) => packed.toString('hex', 32 * at, 32 * at + 32));
  }

  describe(): PoolDescription | undefined {
    return this.#api.describePools(this.store, Uint32Array.of(0))[0];
  }

  /** Returns the quote, or the code it is refused with. */
  quote({ direction, mode, amount, clock }: SwapOrder): unknown {
    let quote: Quote | undefined;
    const code = codeOf(() => (quote = this.#api.quote(this.store, 0, direction, mode, amount, clock)));
    return quote ?? code;
  }

  sequence(orders: readonly SwapOrder[]): unknown {
    let outcomes: readonly OrderOutcome[] | undefined;
    const code = codeOf(() => (outcomes = this.#api.quoteSequence(this.store, 0, orders)));
    return outcomes ?? code;
  }

  /** Quotes the orders in one batch, by the clock of the first. */
  batch(orders: readonly SwapOrder[]): unknown {
    const [first] = orders;
    if (first === undefined) return undefined;
    const [out, codes] = [new BigUint64Array(orders.length), new Uint8Array(orders.length)];
    const batch = {
      pools: new Uint32Array(orders.length),
      directions: Uint8Array.from(orders, ({ direction }) => direction),
      modes: Uint8Array.from(orders, ({ mode }) => mode),
      amounts: BigUint64Array.from(orders, ({ amount }) => amount),
    };
    return { given: this.#api.quoteBatch(this.store, batch, first.clock, out, codes), out, codes };
  }

  /** Returns the swap instruction of an order. */
  instruction({ direction, mode, amount }: SwapOrder): unknown {
    const [owner, sourceAccount, destinationAccount] = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte));
    if (owner === undefined || sourceAccount === undefined || destinationAccount === undefined) return undefined;
    const leg = { pool: 0, direction, mode, amount, limit: 7n, sourceAccount, destinationAccount };
    return decodeInstructions(this.#api.swapInstructions(this.store, owner, [leg]));
  }

  #find(address: string): AccountRecord {
    const bytes = Uint8Array.from(Buffer.from(address, 'hex'));
    const found = this.#accounts.find((account) => Buffer.from(account.address).toString('hex') === address);
    return found ?? { address: bytes, owner: SYSTEM_PROGRAM, slot: 1n, data: new Uint8Array() };
  }
}
