import type { TransactionFacts, TransactionSender } from '../ports/transaction-sender.js';
import { TipRequirement } from './tip-requirement.js';

/**
 * A plain road for what has no business in an auction, such as the set-up of the wallet. A transaction that tips is left out: a plain
 * node would let it land although it fails, and its fee would be lost.
 */
export class UntippedRoad implements TransactionSender {
  readonly name: string;
  readonly #road: TransactionSender;
  readonly #tip: TipRequirement;

  /** `tipAccounts` in base58. */
  constructor(road: TransactionSender, tipAccounts: readonly string[]) {
    this.name = road.name;
    this.#road = road;
    this.#tip = new TipRequirement({ tipAccounts, minTipLamports: 0n });
  }

  refusesBefore(facts: TransactionFacts): string | undefined {
    return this.#tip.tipIn(facts) > 0n ? 'SENDER_PROTECTION_MISSING' : this.#road.refusesBefore?.(facts);
  }

  send(transaction: Uint8Array, signature: string): Promise<void> {
    return this.#road.send(transaction, signature);
  }
}
