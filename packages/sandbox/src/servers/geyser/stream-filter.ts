import type {
  SubscribeRequest,
  SubscribeRequestFilterAccounts,
  SubscribeRequestFilterTransactions,
  SubscribeRequestFilterSlots,
} from '@triton-one/yellowstone-grpc';

import { parseAddress, type AddressKey } from '../../cluster/address-key.js';
import type { Commitment } from '../../cluster/block-ledger.js';
import { accountConditions } from './account-conditions.js';
import { FilterRefusal } from './filter-refusal.js';
import {
  type AccountWrite,
  type GeyserNotice,
  SLOT_STATUS,
  type SlotNotice,
  type TransactionNotice,
} from './slot-content.js';

/** How much one stream may ask for, as operators configure it (yellowstone-grpc-geyser, src/plugin/filter/limits.rs). */
export interface GeyserLimits {
  /** Filters of one kind. */
  readonly filters: number;
  /** Addresses in one account filter. */
  readonly addresses: number;
}

type Wanted<Notice> = (notice: Notice) => boolean;

/** The protocol's CommitmentLevel numbers. */
const LEVELS: readonly Commitment[] = ['processed', 'confirmed', 'finalized'];

/** One request of a stream, ready to be asked of each notice which of its filters want it. */
export class StreamFilter {
  readonly commitment: Commitment;
  /** Parts of the accounts' data that are sent; empty sends all. */
  readonly slices: readonly { readonly offset: number; readonly length: number }[];
  /** Filters by address alone: one look-up instead of a walk over the filters. */
  readonly #byAddress = new Map<AddressKey, string[]>();
  readonly #accounts: (readonly [name: string, wants: Wanted<AccountWrite>])[] = [];
  readonly #transactions: readonly (readonly [name: string, wants: Wanted<TransactionNotice>])[];
  readonly #slots: readonly (readonly [name: string, wants: Wanted<SlotNotice>])[];
  readonly #blocks: readonly string[];

  /** @throws FilterRefusal */
  constructor(request: SubscribeRequest, limits: GeyserLimits) {
    const commitment = LEVELS[request.commitment ?? 0];
    if (commitment === undefined)
      throw new FilterRefusal(`failed to create CommitmentLevel from ${String(request.commitment)}`);
    this.commitment = commitment;
    this.slices = request.accountsDataSlice.map((slice) => ({
      offset: Number(slice.offset),
      length: Number(slice.length),
    }));
    // What this server does not tell of is refused as a server with a limit of nought does.
    for (const filters of [request.transactions, request.blocks, request.entry]) checkCount(filters, 0);
    const { accounts, slots, transactionsStatus, blocksMeta } = request;
    for (const filters of [accounts, slots, transactionsStatus, blocksMeta]) checkCount(filters, limits.filters);
    for (const [name, filter] of Object.entries(accounts)) this.#addAccounts(name, filter, limits);
    this.#transactions = Object.entries(transactionsStatus).map(([name, filter]) => [name, transactionTest(filter)]);
    this.#slots = Object.entries(slots).map(([name, filter]) => [name, slotTest(filter, commitment)]);
    this.#blocks = Object.keys(blocksMeta);
  }

  /** Returns the names of the filters that want a notice. */
  namesFor(notice: GeyserNotice): readonly string[] {
    switch (notice.kind) {
      case 'account': {
        const named = this.#byAddress.get(notice.key) ?? [];
        return this.#accounts.length === 0 ? named : [...named, ...namesOf(this.#accounts, notice)];
      }
      case 'transaction':
        return namesOf(this.#transactions, notice);
      case 'slot':
        return namesOf(this.#slots, notice);
      case 'block':
        return this.#blocks;
    }
  }

  #addAccounts(name: string, filter: SubscribeRequestFilterAccounts, limits: GeyserLimits): void {
    if (filter.cuckooAccountsFilter !== undefined) throw new FilterRefusal('compressed filters are not served');
    if (filter.account.length > limits.addresses)
      throw new FilterRefusal(`Max amount of Pubkeys reached, only ${limits.addresses} allowed`);
    const accounts = filter.account.map(keyOf);
    const owners = new Set(filter.owner.map(keyOf));
    const { nonemptyTxnSignature } = filter;
    if (accounts.length > 0 && owners.size === 0 && filter.filters.length === 0 && nonemptyTxnSignature === undefined) {
      for (const key of accounts) this.#byAddress.set(key, [...(this.#byAddress.get(key) ?? []), name]);
      return;
    }
    const listed = new Set(accounts);
    const holds = accountConditions(filter.filters);
    this.#accounts.push([
      name,
      ({ key, state, signature }) =>
        (listed.size === 0 || listed.has(key)) &&
        (owners.size === 0 || owners.has(state.owner)) &&
        (nonemptyTxnSignature === undefined || nonemptyTxnSignature === (signature !== undefined)) &&
        holds(state),
    ]);
  }
}

function checkCount(filters: Readonly<Record<string, unknown>>, max: number): void {
  if (Object.keys(filters).length > max)
    throw new FilterRefusal(`Max amount of filters/data_slices reached, only ${max} allowed`);
}

function namesOf<Notice>(
  filters: readonly (readonly [name: string, wants: Wanted<Notice>])[],
  notice: Notice,
): string[] {
  return filters.filter(([, wants]) => wants(notice)).map(([name]) => name);
}

/** There are no votes on this chain. */
function transactionTest(filter: SubscribeRequestFilterTransactions): Wanted<TransactionNotice> {
  const { vote, failed, signature } = filter;
  const [include, exclude, required] = [filter.accountInclude, filter.accountExclude, filter.accountRequired].map(
    (list) => list.map(keyOf),
  );
  return (notice) =>
    vote !== true &&
    (failed === undefined || failed === (notice.error !== null)) &&
    (signature === undefined || signature === notice.signature) &&
    (include === undefined || include.length === 0 || include.some((key) => notice.accounts.has(key))) &&
    exclude?.some((key) => notice.accounts.has(key)) !== true &&
    required?.every((key) => notice.accounts.has(key)) !== false;
}

function slotTest(filter: SubscribeRequestFilterSlots, commitment: Commitment): Wanted<SlotNotice> {
  const { filterByCommitment = false, interslotUpdates = false } = filter;
  return ({ status }) =>
    status >= SLOT_STATUS.firstShredReceived
      ? interslotUpdates
      : !filterByCommitment || status === SLOT_STATUS[commitment];
}

function keyOf(text: string): AddressKey {
  return parseAddress(text) ?? refuseAddress();
}

function refuseAddress(): never {
  throw new FilterRefusal('Invalid Base58 string');
}
