import type { AccountState } from '../../cluster/account-state.js';
import type { AddressKey } from '../../cluster/address-key.js';
import type { Block } from '../../cluster/block-ledger.js';
import type { TransactionErrorJson } from '../../cluster/transaction-error.js';

/** One write of an account. */
export interface AccountWrite {
  readonly kind: 'account';
  readonly key: AddressKey;
  readonly state: AccountState;
  readonly slot: bigint;
  readonly writeVersion: bigint;
  /** Base58 signature of the transaction that wrote it; absent for a write without one. */
  readonly signature: string | undefined;
}

/** One landed transaction, without its contents. */
export interface TransactionNotice {
  readonly kind: 'transaction';
  readonly slot: bigint;
  readonly signature: string;
  /** Position in its block. */
  readonly index: number;
  readonly error: TransactionErrorJson | null;
  readonly accounts: ReadonlySet<AddressKey>;
}

/** A closed block without its transactions. */
export interface BlockNotice {
  readonly kind: 'block';
  readonly block: Block;
  readonly transactions: number;
}

/** The protocol's SlotStatus numbers (geyser.proto). */
export const SLOT_STATUS = {
  processed: 0,
  confirmed: 1,
  finalized: 2,
  firstShredReceived: 3,
  completed: 4,
  createdBank: 5,
} as const;

export interface SlotNotice {
  readonly kind: 'slot';
  readonly slot: bigint;
  readonly parent: bigint;
  readonly status: (typeof SLOT_STATUS)[keyof typeof SLOT_STATUS];
}

/** What the chain has to say, before any filter. */
export type GeyserNotice = AccountWrite | TransactionNotice | BlockNotice | SlotNotice;

/** Everything a slot brought; of each account the write with the highest version, as confirmed subscribers and replays get it. */
export class SlotContent {
  readonly parent: bigint;
  readonly #writes = new Map<AddressKey, AccountWrite>();
  readonly #transactions: TransactionNotice[] = [];
  #block: BlockNotice | undefined;

  constructor(parent: bigint) {
    this.parent = parent;
  }

  get transactions(): number {
    return this.#transactions.length;
  }

  add(notice: AccountWrite | TransactionNotice | BlockNotice): void {
    if (notice.kind === 'account') this.#writes.set(notice.key, notice);
    else if (notice.kind === 'transaction') this.#transactions.push(notice);
    else this.#block = notice;
  }

  /** Accounts first, then transactions, then the block. */
  *notices(): Generator<GeyserNotice> {
    yield* this.#writes.values();
    yield* this.#transactions;
    if (this.#block !== undefined) yield this.#block;
  }
}
