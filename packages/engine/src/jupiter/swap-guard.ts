import { encodeBase58 } from '../chain/base58.js';
import { createEngineError } from '../errors/create-engine-error.js';
import { SYSTEM_PROGRAM_BYTES, TOKEN_2022_PROGRAM, TOKEN_PROGRAM } from '../execute/system-programs.js';
import type { AccountSnapshot } from '../ports/chain-reader.js';
import type { SwapAccount, SwapWallet } from './swap-wallet.js';

/** SPL Token `state.rs` `Account`; Token-2022 begins alike. */
const OWNER_OFFSET = 32;
const AMOUNT_OFFSET = 64;
const DELEGATE_OFFSET = 72;
const CLOSE_AUTHORITY_OFFSET = 129;
const TOKEN_ACCOUNT_BYTES = 165;
const TOKEN_PROGRAMS: ReadonlySet<string> = new Set([TOKEN_PROGRAM, TOKEN_2022_PROGRAM]);
/** Native SOL that venues may keep beyond what is known: an account of theirs for the wallet, such as PumpSwap's. */
const MAX_VENUE_LAMPORTS = 5_000_000n;

/** What a swap may take from the wallet. */
export interface SwapBounds {
  readonly inputMint: string;
  readonly amountIn: bigint;
  /** Native SOL that is wrapped first. */
  readonly wrap: bigint;
  /** Base and priority fee of what was simulated. */
  readonly feeLamports: bigint;
}

/** Returns the addresses whose state after a simulation `requireUnharmed` wants, in its order. */
export function swapGuardAddresses(wallet: SwapWallet): Uint8Array[] {
  return [wallet.address, ...wallet.accounts.map(({ account }) => account)];
}

/** Refuses accounts that a swap would write, where one is a token account of the wallet. @throws JUPITER_INSTRUCTION_INVALID */
export function requireStrangers(accounts: readonly (AccountSnapshot | null)[], wallet: Uint8Array): void {
  for (const account of accounts) {
    if (account === null || !TOKEN_PROGRAMS.has(encodeBase58(account.owner))) continue;
    if (account.data.length < TOKEN_ACCOUNT_BYTES || !same(holderOf(account.data), wallet)) continue;
    throw harm(account.address, 'the swap has no business with it');
  }
}

/**
 * Compares the wallet after a simulation with what it was: what the chain checks is what comes in, so whatever else would go out, or be
 * given away, is seen only here. Returns the rent of accounts that stay. @throws JUPITER_INSTRUCTION_INVALID
 */
export function requireUnharmed(
  after: readonly (AccountSnapshot | null)[],
  wallet: SwapWallet,
  bounds: SwapBounds,
): bigint {
  let rentLamports = 0n;
  for (const [index, before] of wallet.accounts.entries()) {
    const account = after[index + 1] ?? null;
    if (!before.exists) rentLamports += account?.lamports ?? 0n;
    requireOurs(account, before, wallet.address);
    const isInput = encodeBase58(before.mint) === bounds.inputMint;
    const least = isInput ? before.amount + bounds.wrap - bounds.amountIn : before.amount;
    if (account !== null && amountOf(account.data) < least)
      throw harm(before.account, 'more is spent than was asked for');
  }
  const [self] = after;
  if (self === null || self === undefined || !same(self.owner, SYSTEM_PROGRAM_BYTES) || self.data.length > 0)
    throw harm(wallet.address, 'the wallet is given to a program');
  const cost = wallet.lamports - self.lamports;
  if (cost > bounds.wrap + bounds.feeLamports + rentLamports + MAX_VENUE_LAMPORTS)
    throw harm(wallet.address, `the swap takes ${cost} lamports`);
  return rentLamports;
}

/** An account that was there keeps everything but its amount; a new one is ours alone. */
function requireOurs(account: AccountSnapshot | null, before: SwapAccount, wallet: Uint8Array): void {
  if (account === null) {
    // Created and closed on the way, or not needed at all.
    if (before.exists) throw harm(before.account, 'it is closed');
    return;
  }
  const { data, owner } = account;
  if (
    data.length < TOKEN_ACCOUNT_BYTES ||
    !same(owner, before.tokenProgram) ||
    !same(data.subarray(0, 32), before.mint)
  )
    throw harm(before.account, 'it becomes another account');
  if (!same(holderOf(data), wallet)) throw harm(before.account, 'it is given away');
  const known = before.exists ? before.data : new Uint8Array(TOKEN_ACCOUNT_BYTES);
  if (changes(known, data, DELEGATE_OFFSET, 36)) throw harm(before.account, 'somebody else may spend from it');
  if (changes(known, data, CLOSE_AUTHORITY_OFFSET, 36)) throw harm(before.account, 'somebody else may close it');
}

function changes(before: Uint8Array, after: Uint8Array, offset: number, length: number): boolean {
  return !same(before.subarray(offset, offset + length), after.subarray(offset, offset + length));
}

function holderOf(data: Uint8Array): Uint8Array {
  return data.subarray(OWNER_OFFSET, OWNER_OFFSET + 32);
}

function amountOf(data: Uint8Array): bigint {
  return new DataView(data.buffer, data.byteOffset, data.byteLength).getBigUint64(AMOUNT_OFFSET, true);
}

function harm(account: Uint8Array, what: string): Error {
  const address = encodeBase58(account);
  return createEngineError('JUPITER_INSTRUCTION_INVALID', `the swap would harm ${address}: ${what}`, {
    context: { account: address, what },
  });
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
