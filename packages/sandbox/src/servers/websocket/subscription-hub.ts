import { ABSENT_ACCOUNT, type AccountState } from '../../cluster/account-state.js';
import { addressText, type AddressKey } from '../../cluster/address-key.js';
import type { Block, Commitment } from '../../cluster/block-ledger.js';
import type { ChainListener, ChangeOrigin } from '../../cluster/chain-events.js';
import type { EmbeddedChain } from '../../cluster/embedded-chain.js';
import type { LandedDetails, LandedRecord } from '../../cluster/transaction-history.js';
import { type AccountFormat, accountJson } from '../account-json.js';
import type { AccountFilter } from '../account-filter.js';
import { MintDecimals } from '../../cluster/token-balances.js';
import { type Watcher, Watchers } from './watchers.js';

/** What a program subscription wants of the accounts. */
export interface ProgramDetail {
  readonly format: AccountFormat;
  readonly filter: AccountFilter;
}

/** What a signature subscription wants beyond the result. */
export interface SignatureDetail {
  readonly received: 'tell' | 'ignore';
}

/** Whose logs: every transaction's, or those that mention an address. */
export const ALL_LOGS = 'all';

type Settled = Exclude<Commitment, 'processed'>;

/**
 * Routes what happens on the chain to subscriptions. Processed ones are told at once, for each transaction; the others
 * when the block reaches their commitment, once for each block and account.
 */
export class SubscriptionHub implements ChainListener {
  readonly accounts = new Watchers<AddressKey, AccountFormat>();
  readonly programs = new Watchers<AddressKey, ProgramDetail>();
  readonly signatures = new Watchers<string, SignatureDetail>();
  readonly logs = new Watchers<AddressKey | typeof ALL_LOGS, undefined>();
  readonly slots = new Watchers<'slot', undefined>();
  readonly roots = new Watchers<'root', undefined>();
  readonly #chain: EmbeddedChain;
  readonly #decimals: MintDecimals;
  readonly #settledSlot: Record<Settled, bigint>;

  constructor(chain: EmbeddedChain) {
    this.#chain = chain;
    this.#decimals = new MintDecimals((key) => chain.account(key, 'processed'));
    this.#settledSlot = { confirmed: chain.ledger.at('confirmed').slot, finalized: chain.ledger.at('finalized').slot };
  }

  onAccount(key: AddressKey, state: AccountState | null, slot: bigint, origin: ChangeOrigin): void {
    this.#decimals.forget(key);
    this.#tellAccount(key, state ?? ABSENT_ACCOUNT, slot, 'processed');
    if (origin !== 'outside') return;
    for (const commitment of ['confirmed', 'finalized'] as const) {
      this.#tellAccount(key, state ?? ABSENT_ACCOUNT, this.#chain.ledger.at(commitment).slot, commitment);
    }
  }

  onReceived(signature: string, slot: bigint): void {
    if (this.signatures.isEmpty) return;
    for (const commitment of ['processed', 'confirmed', 'finalized'] as const) {
      for (const watcher of this.signatures.of(signature, commitment)) {
        if (watcher.detail.received === 'tell') watcher.notify({ context: { slot }, value: 'receivedSignature' });
      }
    }
  }

  onTransaction(record: LandedRecord, details: LandedDetails): void {
    this.#tellTransaction(record, 'processed', () => details);
  }

  onSlot(block: Block): void {
    const root = this.#chain.ledger.at('finalized').slot;
    const rootBefore = this.#settledSlot.finalized;
    for (const watcher of this.slots.of('slot', 'processed'))
      watcher.notify({ parent: block.parentSlot, root, slot: block.slot });
    this.#settle('confirmed');
    this.#settle('finalized');
    if (root === rootBefore) return;
    for (const watcher of this.roots.of('root', 'processed')) watcher.notify(root);
  }

  /** Tells a signature subscription at once when its transaction has already come far enough. */
  tellIfKnown(signature: string, watcher: Watcher<SignatureDetail>): void {
    const record = this.#chain.history.find(signature);
    if (record === undefined || record.slot > this.#chain.ledger.at(watcher.commitment).slot) return;
    watcher.notify(signatureResult(record));
  }

  /** Tells the subscriptions of a commitment about the blocks that have just reached it. */
  #settle(commitment: Settled): void {
    const newest = this.#chain.ledger.at(commitment).slot;
    for (const block of this.#chain.ledger.blocksAfter(this.#settledSlot[commitment], newest)) {
      if (!this.accounts.isEmpty || !this.programs.isEmpty) {
        for (const [key, state] of this.#chain.changesIn(block.slot))
          this.#tellAccount(key, state, block.slot, commitment);
      }
      if (!this.signatures.isEmpty || !this.logs.isEmpty) {
        for (const record of this.#chain.recordsIn(block))
          this.#tellTransaction(record, commitment, () => this.#chain.history.details(record));
      }
    }
    this.#settledSlot[commitment] = newest;
  }

  #tellAccount(key: AddressKey, state: AccountState, slot: bigint, commitment: Commitment): void {
    const decimalsOf = (mint: AddressKey): number | undefined => this.#decimals.find(mint);
    for (const watcher of this.accounts.of(key, commitment)) {
      watcher.notify({ context: { slot }, value: accountJson(state, watcher.detail, decimalsOf) });
    }
    for (const watcher of this.programs.of(state.owner, commitment)) {
      if (!watcher.detail.filter(state)) continue;
      const value = { account: accountJson(state, watcher.detail.format, decimalsOf), pubkey: addressText(key) };
      watcher.notify({ context: { slot }, value });
    }
  }

  #tellTransaction(record: LandedRecord, commitment: Commitment, detailsOf: () => LandedDetails): void {
    for (const watcher of this.signatures.of(record.signature, commitment)) watcher.notify(signatureResult(record));
    if (this.logs.isEmpty) return;
    const watchers = [
      ...this.logs.of(ALL_LOGS, commitment),
      ...record.accounts.flatMap((account) => this.logs.of(account.key, commitment)),
    ];
    if (watchers.length === 0) return;
    const { slot, signature, error } = record;
    const result = { context: { slot }, value: { err: error, logs: detailsOf().logs, signature } };
    for (const watcher of watchers) watcher.notify(result);
  }
}

function signatureResult(record: LandedRecord): unknown {
  return { context: { slot: record.slot }, value: { err: record.error } };
}
