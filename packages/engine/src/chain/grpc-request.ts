import type { SubscribeRequest } from '@triton-one/yellowstone-grpc';
import type { Commitment } from '../ports/chain-reader.js';

/** The protocol's CommitmentLevel numbers (geyser.proto). */
const LEVELS = { processed: 0, confirmed: 1, finalized: 2 } as const satisfies Record<Commitment, number>;

/** What every request must have, with nothing in it. */
function emptyRequest(commitment: Commitment): SubscribeRequest {
  return {
    accounts: {},
    slots: {},
    transactions: {},
    transactionsStatus: {},
    blocks: {},
    blocksMeta: {},
    entry: {},
    accountsDataSlice: [],
    // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the enum itself lies in the package, which is loaded late
    commitment: LEVELS[commitment],
  };
}

export interface MarketRequest {
  /** Base58 addresses of the accounts to watch. */
  readonly addresses: readonly string[];
  /** Most addresses that one filter names. */
  readonly addressesPerFilter: number;
  readonly commitment: Commitment;
}

/**
 * Returns the request of the market's stream: accounts by address, and the life of every slot. Without an address there is no account
 * filter at all: an empty one would mean every account of the chain.
 */
export function marketRequest({ addresses, addressesPerFilter, commitment }: MarketRequest): SubscribeRequest {
  const request = emptyRequest(commitment);
  for (let at = 0; at < addresses.length; at += addressesPerFilter) {
    const account = addresses.slice(at, at + addressesPerFilter);
    request.accounts[`accounts-${at / addressesPerFilter}`] = { account, owner: [], filters: [] };
  }
  request.slots['slots'] = { interslotUpdates: true };
  return request;
}

/** Returns the request of the signatures' stream. */
export function signatureRequest(signatures: Iterable<string>, commitment: Commitment): SubscribeRequest {
  const request = emptyRequest(commitment);
  let index = 0;
  for (const signature of signatures) {
    request.transactionsStatus[`signature-${index}`] = {
      signature,
      accountInclude: [],
      accountExclude: [],
      accountRequired: [],
    };
    index += 1;
  }
  return request;
}

/** Returns a request that is nothing but a ping: it is answered in its turn and leaves the filters as they are. */
export function pingRequest(id: number): SubscribeRequest {
  return { ...emptyRequest('processed'), commitment: undefined, ping: { id } };
}
