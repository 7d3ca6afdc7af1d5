import { type Instruction, transferLamportsInstruction } from '@tandem/core-native';
import { decodeAddress } from '../chain/base58.js';
import type { Random } from '../ports/random.js';

/** A tip inside the transaction: paid if and only if the trade lands. */
export interface Tip {
  /** Base58. */
  readonly account: string;
  readonly lamports: bigint;
  readonly instruction: Instruction;
}

/** Chooses the tip account by chance, so that submissions of many traders do not contend for one account's write lock. */
export class TipPolicy {
  readonly #accounts: readonly { readonly text: string; readonly bytes: Uint8Array }[];
  readonly #random: Random;

  constructor(accounts: readonly string[], random: Random) {
    this.#accounts = accounts.map((text) => ({ text, bytes: decodeAddress(text) }));
    this.#random = random;
  }

  /** Returns the tip, or `undefined` when there is nothing to tip or nowhere to tip to. */
  choose(payer: Uint8Array, lamports: bigint): Tip | undefined {
    if (lamports === 0n || this.#accounts.length === 0) return undefined;
    const account = this.#accounts[this.#random.nextInt(this.#accounts.length)];
    if (account === undefined) return undefined;
    return {
      account: account.text,
      lamports,
      instruction: transferLamportsInstruction({ from: payer, to: account.bytes, lamports }),
    };
  }
}
