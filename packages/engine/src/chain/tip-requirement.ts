import type { TransactionFacts } from '../ports/transaction-sender.js';
import { addressKey } from './address-bytes.js';
import { decodeAddress } from './base58.js';

/** What a road demands of the tip in a transaction. */
export interface TipDemand {
  /** Base58; without any, the road demands no tip. */
  readonly tipAccounts: readonly string[];
  readonly minTipLamports: bigint;
}

/** Says whether a transaction pays a road's tip. */
export class TipRequirement {
  readonly #accounts: ReadonlySet<string>;
  readonly #minTipLamports: bigint;

  constructor({ tipAccounts, minTipLamports }: TipDemand) {
    this.#accounts = new Set(tipAccounts.map((address) => addressKey(decodeAddress(address))));
    this.#minTipLamports = minTipLamports;
  }

  /** Returns the lamports a transaction pays to the road's accounts. */
  tipIn({ transfers }: TransactionFacts): bigint {
    let lamports = 0n;
    for (const transfer of transfers) if (this.#accounts.has(addressKey(transfer.to))) lamports += transfer.lamports;
    return lamports;
  }

  /** Returns why the tip is not enough, `undefined` when it is. */
  refuses(facts: TransactionFacts): 'SENDER_TIP_MISSING' | 'SENDER_TIP_TOO_SHORT' | undefined {
    if (this.#accounts.size === 0 || this.#minTipLamports === 0n) return undefined;
    const tip = this.tipIn(facts);
    if (tip === 0n) return 'SENDER_TIP_MISSING';
    return tip < this.#minTipLamports ? 'SENDER_TIP_TOO_SHORT' : undefined;
  }
}
