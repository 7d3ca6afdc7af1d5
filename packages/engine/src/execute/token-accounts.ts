import { createHash } from 'node:crypto';
import { address, isOffCurveAddress } from '@solana/kit';
import { encodeBase58 } from '../chain/base58.js';
import { ASSOCIATED_TOKEN_PROGRAM_BYTES } from './system-programs.js';
import type { TokenAccountPlace } from './wallet-instructions.js';

const MARKER = Buffer.from('ProgramDerivedAddress');
const MAX_BUMP = 255;

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
    const account = deriveAddress([this.wallet, tokenProgram, mint], ASSOCIATED_TOKEN_PROGRAM_BYTES);
    const place = { account, mint, tokenProgram };
    this.#byMint.set(key, place);
    return place;
  }

  /** Returns the account of a mint, or `undefined` when it has not been derived. */
  find(mint: string): TokenAccountPlace | undefined {
    return this.#byMint.get(mint);
  }
}

/** The first bump from 255 down whose hash is no point of the curve, as the runtime has it (solana-sdk `Pubkey::find_program_address`). */
function deriveAddress(seeds: readonly Uint8Array[], program: Uint8Array): Uint8Array {
  for (let bump = MAX_BUMP; bump >= 0; bump -= 1) {
    const hash = createHash('sha256');
    for (const seed of seeds) hash.update(seed);
    const derived = new Uint8Array(hash.update(Uint8Array.of(bump)).update(program).update(MARKER).digest());
    if (isOffCurveAddress(address(encodeBase58(derived)))) return derived;
  }
  throw new RangeError('no bump gives an address off the curve');
}
