import type { SubscribeRequest } from '@triton-one/yellowstone-grpc';
import type { EngineError } from '../errors/engine-error.js';
import type { Commitment } from '../ports/chain-reader.js';
import { addressLimitOf } from './grpc-failure.js';
import { marketRequest } from './grpc-request.js';

/** Servers allow from ten to a hundred thousand addresses a filter; one that allows fewer says so, and the filters are split. */
const FIRST_ADDRESSES_PER_FILTER = 1_000;

/** The accounts a feed is to watch, which of them stand on the present stream, and which a server has refused. */
export class GrpcAccounts {
  readonly #commitment: Commitment;
  readonly #wanted = new Set<string>();
  /** Taken by the present stream. */
  #standing = new Set<string>();
  /** Ever taken by a server: what is refused together with these is not their fault. */
  readonly #proven = new Set<string>();
  readonly #refused = new Map<string, EngineError>();
  #addressesPerFilter = FIRST_ADDRESSES_PER_FILTER;

  constructor(commitment: Commitment) {
    this.#commitment = commitment;
  }

  get size(): number {
    return this.#wanted.size;
  }

  want(keys: readonly string[]): void {
    for (const key of keys) {
      this.#wanted.add(key);
      this.#refused.delete(key);
    }
  }

  drop(keys: readonly string[]): void {
    for (const key of keys)
      for (const list of [this.#wanted, this.#standing, this.#proven, this.#refused]) list.delete(key);
  }

  /** Whether the present stream watches all of these that are still wanted. */
  stand(keys: readonly string[]): boolean {
    return keys.every((key) => this.#standing.has(key) || !this.#wanted.has(key));
  }

  /** Returns why one of these is not watched: the server refused it, by itself or with others. */
  refusalOf(keys: readonly string[]): EngineError | undefined {
    for (const key of keys) {
      const refusal = this.#refused.get(key);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  /** Returns the request for everything wanted, and what to call once a server has taken it. */
  request(): { readonly request: SubscribeRequest; readonly taken: () => void } {
    const addresses = [...this.#wanted];
    const request = marketRequest({
      addresses,
      addressesPerFilter: this.#addressesPerFilter,
      commitment: this.#commitment,
    });
    const taken = () => {
      for (const key of addresses) {
        if (!this.#wanted.has(key)) continue;
        this.#standing.add(key);
        this.#proven.add(key);
      }
    };
    return { request, taken };
  }

  /** Takes note of a new stream, on which nothing stands yet. */
  restart(): void {
    this.#standing = new Set();
  }

  /** Takes note that a server refused the last request: its filters become smaller, or what it had never taken is given up. */
  refuse(refusal: EngineError): void {
    const limit = addressLimitOf(refusal);
    if (limit !== undefined && limit < this.#addressesPerFilter) {
      this.#addressesPerFilter = limit;
      return;
    }
    for (const key of this.#wanted) {
      if (this.#proven.has(key)) continue;
      this.#wanted.delete(key);
      this.#refused.set(key, refusal);
    }
  }
}
