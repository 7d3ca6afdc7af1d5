import type { AccountState } from './account-state.js';
import type { AddressKey } from './address-key.js';
import type { Block } from './block-ledger.js';
import type { LandedDetails, LandedRecord } from './transaction-history.js';

/** Whether an account was changed by a transaction, or written from outside and thereby at once at every commitment. */
export type ChangeOrigin = 'transaction' | 'outside';

/** What the chain tells while it happens. Listeners run inside the chain and must not throw. */
export interface ChainListener {
  onAccount?(key: AddressKey, state: AccountState | null, slot: bigint, origin: ChangeOrigin): void;
  onTransaction?(record: LandedRecord, details: LandedDetails): void;
  /** A new block was opened; the commitments have moved by then. */
  onSlot?(block: Block): void;
  /** A transaction arrived, whatever becomes of it. */
  onReceived?(signature: string, slot: bigint): void;
}
