import { encodeBase58 } from '../chain/base58.js';
import { programAddress } from './program-address.js';
import { ASSOCIATED_TOKEN_PROGRAM_BYTES } from './system-programs.js';
import type { TokenAccountPlace } from './wallet-instructions.js';

/** The wallet's associated token accounts: derived once, off the hot path, then found by mint. */
export class TokenAccounts {
  readonly wallet: Uint8Array;
  readonly #byMint = new Map<string, TokenAccountPlace>();

  constructor(wallet: Uint8Array) {
    this.wallet = wallet;
  }

  /** Every account derived so far, by mint. */
  get all(): ReadonlyMap<string, TokenAccountPlace> {
    return this.#byMint;
  }

  /** Derives the account of a mint: the address of wallet, token program and mint under the associated-token program. */
  derive(mint: Uint8Array, tokenProgram: Uint8Array): TokenAccountPlace {
    const key = encodeBase58(mint);
    const known = this.#byMint.get(key);
    if (known !== undefined) return known;
    const account = programAddress([this.wallet, tokenProgram, mint], ASSOCIATED_TOKEN_PROGRAM_BYTES);
    const place = { account, mint, tokenProgram };
    this.#byMint.set(key, place);
    return place;
  }

  /** Returns the account of a mint, or `undefined` when it has not been derived. */
  find(mint: string): TokenAccountPlace | undefined {
    return this.#byMint.get(mint);
  }
}
