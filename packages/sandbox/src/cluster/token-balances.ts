import type { AccountState } from './account-state.js';
import { addressKey, TOKEN_2022_PROGRAM, TOKEN_PROGRAM, type AddressKey } from './address-key.js';

/** The balance of a token account inside a transaction. */
export interface TokenBalanceRecord {
  readonly accountIndex: number;
  readonly mint: AddressKey;
  readonly owner: AddressKey;
  readonly program: AddressKey;
  readonly amount: bigint;
  readonly decimals: number;
}

// Offsets: spl-token interface, `state.rs`: Account {mint 0, owner 32, amount 64, state 108}, 165 bytes; Mint {decimals 44,
// is_initialized 45}, 82 bytes. Token-2022 keeps the prefix and writes the account type at 165.
const ACCOUNT_LENGTH = 165;
const MINT_LENGTH = 82;
const TYPE_OFFSET = 165;
const TYPE_MINT = 1;
const TYPE_ACCOUNT = 2;

/** Whether an address is one of the two token programs. */
export function isTokenProgram(key: AddressKey): boolean {
  return key === TOKEN_PROGRAM || key === TOKEN_2022_PROGRAM;
}

/** Whether the account is an initialized token account. */
export function isTokenAccount(state: AccountState): boolean {
  const { data, owner } = state;
  if (!isTokenProgram(owner) || data.length < ACCOUNT_LENGTH || data[108] === 0) return false;
  return data.length === ACCOUNT_LENGTH || (owner === TOKEN_2022_PROGRAM && data[TYPE_OFFSET] === TYPE_ACCOUNT);
}

/** Whether the account is an initialized mint. */
export function isMint(state: AccountState): boolean {
  const { data, owner } = state;
  if (!isTokenProgram(owner) || data.length < MINT_LENGTH || data[45] !== 1) return false;
  return data.length === MINT_LENGTH || (owner === TOKEN_2022_PROGRAM && data[TYPE_OFFSET] === TYPE_MINT);
}

/** Returns the mint of a token account. */
export function tokenMint(state: AccountState): AddressKey {
  return addressKey(state.data, 0);
}

/** Returns the raw amount of a token account. */
export function tokenAmount(state: AccountState): bigint {
  return Buffer.from(state.data.buffer, state.data.byteOffset, state.data.length).readBigUInt64LE(64);
}

/** Returns an amount as a decimal string without trailing zeros, as agave's `uiAmountString`. */
export function uiAmountText(amount: bigint, decimals: number): string {
  if (decimals === 0) return amount.toString();
  const digits = amount.toString().padStart(decimals + 1, '0');
  const fraction = digits.slice(-decimals).replace(/0+$/, '');
  const whole = digits.slice(0, -decimals);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** Finds mints' decimals; every transaction asks for the same few. */
export class MintDecimals {
  readonly #known = new Map<AddressKey, number>();
  readonly #read: (key: AddressKey) => AccountState | null;

  constructor(read: (key: AddressKey) => AccountState | null) {
    this.#read = read;
  }

  /** Returns a mint's decimals, or undefined when there is no such mint. */
  find(mint: AddressKey): number | undefined {
    const known = this.#known.get(mint);
    if (known !== undefined) return known;
    const state = this.#read(mint);
    if (state === null || !isMint(state)) return undefined;
    const decimals = state.data[44] ?? 0;
    // The bound is there for a hostile sandbox user only; a few hundred mints are normal.
    if (this.#known.size >= 10_000) this.#known.clear();
    this.#known.set(mint, decimals);
    return decimals;
  }

  /** Forgets an account that was overwritten. */
  forget(key: AddressKey): void {
    this.#known.delete(key);
  }
}

/** Returns the token balance an account holds, or undefined when it is no token account. */
export function tokenBalance(
  state: AccountState,
  accountIndex: number,
  decimals: MintDecimals,
): TokenBalanceRecord | undefined {
  if (!isTokenAccount(state)) return undefined;
  const mint = tokenMint(state);
  const found = decimals.find(mint);
  if (found === undefined) return undefined;
  return {
    accountIndex,
    mint,
    owner: addressKey(state.data, 32),
    program: state.owner,
    amount: tokenAmount(state),
    decimals: found,
  };
}
