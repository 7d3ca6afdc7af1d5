import { EngineError } from '@tandem/engine/ports';
import type { Cluster } from '../cluster/cluster.js';
import { addressBytes, addressText } from '../seed/addresses.js';

/** Accounts as they were read together, null where there is none. */
interface AccountReading {
  readonly slot: bigint;
  readonly accounts: readonly (ReadAccount | null)[];
}

interface ReadAccount {
  readonly address: Uint8Array;
  readonly owner: Uint8Array;
  readonly data: Uint8Array;
}

/** Reads many accounts of a cluster at once. */
export interface AccountSource {
  read(addresses: readonly Uint8Array[]): Promise<AccountReading>;
}

/** Returns the cheapest way to read a cluster: directly where it lives in this process, by whole pages where each read is a request. */
export function createAccountSource(cluster: Cluster): AccountSource {
  return cluster.kind === 'litesvm' ? new DirectAccountSource(cluster) : new RpcAccountSource(cluster.rpcUrl);
}

class DirectAccountSource implements AccountSource {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  async read(addresses: readonly Uint8Array[]): Promise<AccountReading> {
    const slot = await this.#cluster.currentSlot();
    const accounts = await Promise.all(addresses.map(async (address) => this.#cluster.getAccount(address)));
    return {
      slot,
      accounts: accounts.map((account) => (account === null || account.data.length === 0 ? null : account)),
    };
  }
}

/** What `getMultipleAccounts` takes at once. */
const PAGE = 100;
const TIMEOUT_MS = 10_000;

class RpcAccountSource implements AccountSource {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async read(addresses: readonly Uint8Array[]): Promise<AccountReading> {
    const pages: AccountReading[] = [];
    for (let at = 0; at < addresses.length; at += PAGE) pages.push(await this.#page(addresses.slice(at, at + PAGE)));
    // The oldest page dates the whole: nothing is taken for newer than it is.
    const slot = pages
      .map((page) => page.slot)
      .reduce((oldest, next) => (next < oldest ? next : oldest), pages[0]?.slot ?? 0n);
    return { slot, accounts: pages.flatMap((page) => page.accounts) };
  }

  async #page(addresses: readonly Uint8Array[]): Promise<AccountReading> {
    const params = [addresses.map(addressText), { encoding: 'base64', commitment: 'processed' }];
    const response = await fetch(this.#url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'getMultipleAccounts', params }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const { result } = (await response.json()) as MultipleAccountsAnswer;
    if (result?.value.length !== addresses.length) {
      throw new EngineError(
        'SANDBOX_RESPONSE_INVALID',
        `the cluster answered getMultipleAccounts with HTTP ${response.status} and no accounts`,
        {
          context: { status: response.status, accounts: addresses.length },
          action: 'Start the sandbox again; report it when it happens twice.',
        },
      );
    }
    const accounts = addresses.map((address, position) => toAccount(address, result.value[position] ?? null));
    return { slot: BigInt(result.context.slot), accounts };
  }
}

interface MultipleAccountsAnswer {
  readonly result?: { readonly context: { readonly slot: number }; readonly value: readonly (RpcAccount | null)[] };
}

interface RpcAccount {
  readonly data: readonly [text: string, encoding: string];
  readonly owner: string;
}

function toAccount(address: Uint8Array, account: RpcAccount | null): ReadAccount | null {
  if (account === null || account.data[0] === '') return null;
  return { address, owner: addressBytes(account.owner), data: Uint8Array.from(Buffer.from(account.data[0], 'base64')) };
}
