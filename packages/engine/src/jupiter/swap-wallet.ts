import type { Instruction } from '@tandem/core-native';
import { decodeAddress, encodeBase58 } from '../chain/base58.js';
import { createEngineError } from '../errors/create-engine-error.js';
import { TOKEN_2022_PROGRAM, TOKEN_PROGRAM, WRAPPED_SOL_MINT } from '../execute/system-programs.js';
import { TokenAccounts } from '../execute/token-accounts.js';
import { createTokenAccount, type TokenAccountPlace, wrapLamports } from '../execute/wallet-instructions.js';
import type { AccountSnapshot, ChainReader } from '../ports/chain-reader.js';
import { closeAccount } from './account-gate.js';

/** SPL Token `state.rs` `Account`: mint 32, owner 32, amount u64. */
const AMOUNT_OFFSET = 64;
const U64_BYTES = 8;
const NOTHING = new Uint8Array(0);
const TOKEN_PROGRAMS: ReadonlySet<string> = new Set([TOKEN_PROGRAM, TOKEN_2022_PROGRAM]);

/** A token account of the wallet, there or not. */
export interface SwapAccount extends TokenAccountPlace {
  readonly exists: boolean;
  readonly amount: bigint;
  /** Its bytes as they were read; empty where it does not exist. */
  readonly data: Uint8Array;
}

/** The wallet as a swap finds it: its SOL, and its accounts of every mint on the way. */
export class SwapWallet {
  readonly address: Uint8Array;
  readonly lamports: bigint;
  readonly #accounts: ReadonlyMap<string, SwapAccount>;

  private constructor(address: Uint8Array, lamports: bigint, accounts: ReadonlyMap<string, SwapAccount>) {
    this.address = address;
    this.lamports = lamports;
    this.#accounts = accounts;
  }

  /** Reads the wallet and its accounts of these mints. @throws JUPITER_MINT_NOT_FOUND, CHAIN_* */
  static async load(
    reader: Pick<ChainReader, 'getAccounts'>,
    address: Uint8Array,
    mints: readonly string[],
  ): Promise<SwapWallet> {
    const owners = await reader.getAccounts(mints.map(decodeAddress), 'confirmed');
    const accounts = new TokenAccounts(address);
    const places = mints.map((mint, index) =>
      accounts.derive(decodeAddress(mint), tokenProgramOf(mint, owners[index])),
    );
    const [wallet, ...found] = await reader.getAccounts(
      [address, ...places.map(({ account }) => account)],
      'confirmed',
    );
    const entries = places.map((place, index) => {
      const data = found[index]?.data;
      const amount = data === undefined || data.length < AMOUNT_OFFSET + U64_BYTES ? 0n : amountOf(data);
      return [
        encodeBase58(place.mint),
        { ...place, exists: data !== undefined && data.length > 0, amount, data: data ?? NOTHING },
      ] as const;
    });
    return new SwapWallet(address, wallet?.lamports ?? 0n, new Map(entries));
  }

  /** Returns the account of a mint that was loaded. @throws JUPITER_MINT_NOT_FOUND */
  account(mint: string): SwapAccount {
    const account = this.#accounts.get(mint);
    if (account === undefined)
      throw createEngineError('JUPITER_MINT_NOT_FOUND', `the wallet's account of ${mint} has not been looked up`);
    return account;
  }

  /** Every account that was loaded. */
  get accounts(): readonly SwapAccount[] {
    return [...this.#accounts.values()];
  }

  /** Returns how much native SOL must be wrapped to pay so much of a mint; 0 where its account holds enough. @throws WALLET_FUNDS_MISSING */
  lacking(mint: string, amountIn: bigint): bigint {
    const { amount } = this.account(mint);
    if (amount >= amountIn) return 0n;
    if (mint === WRAPPED_SOL_MINT) return amountIn - amount;
    throw createEngineError('WALLET_FUNDS_MISSING', `the wallet has ${amount} of ${mint} and needs ${amountIn}`, {
      context: { mint, amount: amount.toString(), needed: amountIn.toString() },
      action: 'Swap less, or send the token to the wallet.',
    });
  }

  /** Returns what must happen before a swap that uses these accounts: creations, and wrapping of what is lacking. */
  before(used: readonly SwapAccount[], wrap: bigint): Instruction[] {
    const create = used.filter(({ exists }) => !exists).map((place) => createTokenAccount(this.address, place));
    if (wrap === 0n) return create;
    return [...create, ...wrapLamports(this.address, this.account(WRAPPED_SOL_MINT).account, wrap)];
  }

  /** Returns what must happen after it: a wrapped-SOL account that was made for the swap is turned back into SOL. */
  after(used: readonly SwapAccount[]): Instruction[] {
    const made = used.filter(({ exists, mint }) => !exists && encodeBase58(mint) === WRAPPED_SOL_MINT);
    return made.map(({ account }) => closeAccount(account, this.address));
  }
}

function tokenProgramOf(mint: string, account: AccountSnapshot | null | undefined): Uint8Array {
  if (account !== null && account !== undefined && TOKEN_PROGRAMS.has(encodeBase58(account.owner)))
    return account.owner;
  throw createEngineError('JUPITER_MINT_NOT_FOUND', `${mint} is no mint of this cluster`, { context: { mint } });
}

function amountOf(data: Uint8Array): bigint {
  return new DataView(data.buffer, data.byteOffset, data.byteLength).getBigUint64(AMOUNT_OFFSET, true);
}
