import { ABSENT_ACCOUNT, type AccountState } from '../../cluster/account-state.js';
import type { AddressKey } from '../../cluster/address-key.js';
import type { Block, Commitment } from '../../cluster/block-ledger.js';
import type { ChainListener, ChangeOrigin } from '../../cluster/chain-events.js';
import type { EmbeddedChain } from '../../cluster/embedded-chain.js';
import type { LandedRecord } from '../../cluster/transaction-history.js';
import { type GeyserNotice, SLOT_STATUS, SlotContent, type SlotNotice } from './slot-content.js';

/** One stream, as the hub sees it. */
export interface GeyserListener {
  /** Level at which it hears of accounts, transactions and blocks; of slots it hears at once. */
  readonly commitment: Commitment;
  take(notice: GeyserNotice): void;
}

/** Slots whose contents stay for `from_slot`; the plugin's own recommendation is 150 and more. */
const REPLAY_SLOTS = 150;

/**
 * Puts what happens on the chain into the order of the plugin (yellowstone-grpc-geyser, src/grpc.rs): processed streams hear at once;
 * confirmed and finalized ones get a whole slot when it reaches their level, then its status. The status `processed` of a slot comes
 * after everything that happened in it.
 */
export class GeyserHub implements ChainListener {
  readonly #chain: EmbeddedChain;
  readonly #listeners = new Set<GeyserListener>();
  readonly #contents = new Map<bigint, SlotContent>();
  readonly #settledSlot: Record<'confirmed' | 'finalized', bigint>;
  /** Slots before this one are not, or not wholly, in the contents. */
  #firstSlot: bigint;
  #writeVersion = 0n;
  /** The transaction that is being executed. */
  #signature: string | undefined;

  constructor(chain: EmbeddedChain) {
    this.#chain = chain;
    const { head } = chain.ledger;
    this.#firstSlot = chain.ledger.nextSlot;
    this.#contents.set(head.slot, new SlotContent(head.parentSlot));
    this.#settledSlot = { confirmed: chain.ledger.at('confirmed').slot, finalized: chain.ledger.at('finalized').slot };
  }

  /** The oldest slot that `from_slot` can name. */
  get firstAvailable(): bigint {
    return this.#firstSlot;
  }

  /** Adds a listener and returns the function that removes it. */
  listen(listener: GeyserListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Everything of a level from a slot on, slot by slot; for processed that includes the slot being filled. */
  *replay(fromSlot: bigint, commitment: Commitment): Generator<GeyserNotice> {
    const { head } = this.#chain.ledger;
    const newest = this.#chain.ledger.at(commitment).slot;
    for (const [slot, content] of this.#contents) {
      if (slot < fromSlot || slot > newest) continue;
      yield* content.notices();
      if (slot !== head.slot) yield { kind: 'slot', slot, parent: content.parent, status: SLOT_STATUS[commitment] };
    }
  }

  onReceived(signature: string): void {
    this.#signature = signature;
  }

  onAccount(key: AddressKey, state: AccountState | null, slot: bigint, origin: ChangeOrigin): void {
    this.#writeVersion += 1n;
    const signature = origin === 'transaction' ? this.#signature : undefined;
    this.#happen({
      kind: 'account',
      key,
      state: state ?? ABSENT_ACCOUNT,
      slot,
      writeVersion: this.#writeVersion,
      signature,
    });
  }

  onTransaction({ signature, slot, index, error, accounts }: LandedRecord): void {
    this.#signature = undefined;
    const keys = new Set(accounts.map(({ key }) => key));
    this.#happen({ kind: 'transaction', signature, slot, index, error, accounts: keys });
  }

  onSlot(block: Block): void {
    this.#signature = undefined;
    this.#close(block.parentSlot);
    for (const level of ['confirmed', 'finalized'] as const) this.#settle(level);
    this.#contents.set(block.slot, new SlotContent(block.parentSlot));
    this.#forget();
    for (const status of [SLOT_STATUS.firstShredReceived, SLOT_STATUS.createdBank])
      this.#tellSlot({ kind: 'slot', slot: block.slot, parent: block.parentSlot, status });
  }

  /** A notice of the slot being filled, or of the one just closed. */
  #happen(notice: Exclude<GeyserNotice, SlotNotice>): void {
    const slot = notice.kind === 'block' ? notice.block.slot : notice.slot;
    this.#contents.get(slot)?.add(notice);
    this.#tell(notice, 'processed');
  }

  #close(slot: bigint): void {
    const block = this.#chain.ledger.findBlock(slot);
    const content = this.#contents.get(slot);
    if (block === undefined || content === undefined) return;
    this.#tellSlot({ kind: 'slot', slot, parent: block.parentSlot, status: SLOT_STATUS.completed });
    this.#happen({ kind: 'block', block, transactions: content.transactions });
    this.#tellSlot({ kind: 'slot', slot, parent: block.parentSlot, status: SLOT_STATUS.processed });
  }

  #settle(level: 'confirmed' | 'finalized'): void {
    const newest = this.#chain.ledger.at(level).slot;
    for (const { slot, parentSlot } of this.#chain.ledger.blocksAfter(this.#settledSlot[level], newest)) {
      for (const notice of this.#contents.get(slot)?.notices() ?? []) this.#tell(notice, level);
      this.#tellSlot({ kind: 'slot', slot, parent: parentSlot, status: SLOT_STATUS[level] });
    }
    this.#settledSlot[level] = newest;
  }

  #forget(): void {
    for (const slot of this.#contents.keys()) {
      if (this.#contents.size <= REPLAY_SLOTS || slot >= this.#settledSlot.finalized) return;
      this.#contents.delete(slot);
      this.#firstSlot = this.#contents.keys().next().value ?? slot;
    }
  }

  #tell(notice: GeyserNotice, level: Commitment): void {
    for (const listener of this.#listeners) if (listener.commitment === level) listener.take(notice);
  }

  #tellSlot(notice: SlotNotice): void {
    for (const listener of this.#listeners) listener.take(notice);
  }
}
