import { encodeBase58 } from '../../chain/base58.js';
import type { AccountSnapshot } from '../../ports/chain-reader.js';
import type { BalanceTracker } from '../../validate/balance-tracker.js';
import { type Refusal, refuse } from '../../validate/refusal.js';
import { SYSTEM_PROGRAM_BYTES } from '../system-programs.js';
import type { TokenAccountPlace } from '../wallet-instructions.js';

/** Offsets in a token account: SPL Token `state.rs` `Account`; Token-2022 begins alike. */
const OWNER_OFFSET = 32;
const AMOUNT_OFFSET = 64;
const DELEGATE_OFFSET = 72;
const STATE_OFFSET = 108;
const CLOSE_AUTHORITY_OFFSET = 129;
const TOKEN_ACCOUNT_BYTES = 165;
const INITIALIZED = 1;

/** What of the wallet a swap may touch. */
export interface TouchedAccounts {
  readonly wallet: Uint8Array;
  /** The wallet's token accounts that the swap writes, by mint. */
  readonly places: ReadonlyMap<string, TokenAccountPlace>;
  readonly balances: Pick<BalanceTracker, 'spendable' | 'spendableLamports'>;
  /** Native SOL that the transaction may cost; `undefined` where a set-up spends more of it. */
  readonly maxCostLamports: bigint | undefined;
}

/** Returns the addresses whose state after a simulation `findWalletHarm` wants, in its order. */
export function guardedAddresses({ wallet, places }: TouchedAccounts): Uint8Array[] {
  return [wallet, ...[...places.values()].map(({ account }) => account)];
}

/**
 * Returns what a simulation would do to the wallet that no swap does: give it or an account of it away, let somebody else spend, or
 * take of what the wallet held before. The chain's minimum speaks of what comes in, so what goes out is seen only here.
 */
export function findWalletHarm(
  after: readonly (AccountSnapshot | null)[],
  touched: TouchedAccounts,
): Refusal | undefined {
  const [wallet] = after;
  if (wallet === null || wallet === undefined || !same(wallet.owner, SYSTEM_PROGRAM_BYTES) || wallet.data.length > 0)
    return harm(encodeBase58(touched.wallet), 'the wallet is given to a program');
  const { maxCostLamports, balances } = touched;
  if (maxCostLamports !== undefined && wallet.lamports + maxCostLamports < balances.spendableLamports())
    return harm(encodeBase58(touched.wallet), 'more SOL is spent than the fees');
  let position = 1;
  for (const [mint, place] of touched.places) {
    const what = harmOf(after[position] ?? null, place, touched, mint);
    if (what !== undefined) return harm(encodeBase58(place.account), what);
    position += 1;
  }
  return undefined;
}

function harmOf(
  account: AccountSnapshot | null,
  place: TokenAccountPlace,
  { wallet, balances }: TouchedAccounts,
  mint: string,
): string | undefined {
  if (account === null || account.data.length < TOKEN_ACCOUNT_BYTES) return 'the account is closed';
  const view = new DataView(account.data.buffer, account.data.byteOffset, account.data.byteLength);
  const holder = account.data.subarray(OWNER_OFFSET, OWNER_OFFSET + 32);
  if (!same(account.owner, place.tokenProgram) || !same(account.data.subarray(0, 32), place.mint))
    return 'the account is another one';
  if (!same(holder, wallet)) return 'the account is given away';
  if (view.getUint32(DELEGATE_OFFSET, true) !== 0) return 'somebody else may spend from the account';
  if (view.getUint32(CLOSE_AUTHORITY_OFFSET, true) !== 0) return 'somebody else may close the account';
  if (view.getUint8(STATE_OFFSET) !== INITIALIZED) return 'the account is frozen';
  if (view.getBigUint64(AMOUNT_OFFSET, true) < balances.spendable(mint)) return 'what the account held before is spent';
  return undefined;
}

function harm(account: string, what: string): Refusal {
  return refuse('plan', 'PLAN_WALLET_MISMATCH', { account, what });
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
