import { address, getAddressEncoder, getProgramDerivedAddress } from '@solana/kit';
import { encodeBase58 } from '../chain/base58.js';
import { ASSOCIATED_TOKEN_PROGRAM } from './system-programs.js';
import type { TokenAccountPlace } from './wallet-instructions.js';

/** The wallet's associated token accounts: derived once, off the hot path, then found by mint without waiting. */
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

  /** Derives the account of a mint (PDA of wallet, token program and mint under the associated-token program). */
  async derive(mint: Uint8Array, tokenProgram: Uint8Array): Promise<TokenAccountPlace> {
    const key = encodeBase58(mint);
    const known = this.#byMint.get(key);
    if (known !== undefined) return known;
    const [derived] = await getProgramDerivedAddress({
      programAddress: address(ASSOCIATED_TOKEN_PROGRAM),
      seeds: [this.wallet, tokenProgram, mint],
    });
    const place = { account: new Uint8Array(getAddressEncoder().encode(derived)), mint, tokenProgram };
    this.#byMint.set(key, place);
    return place;
  }

  /** Returns the account of a mint, or `undefined` when it has not been derived. */
  find(mint: string): TokenAccountPlace | undefined {
    return this.#byMint.get(mint);
  }
}
