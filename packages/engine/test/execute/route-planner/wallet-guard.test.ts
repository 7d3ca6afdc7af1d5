import { describe, expect, it } from 'vitest';
import { findWalletHarm, guardedAddresses } from '../../../src/execute/route-planner/wallet-guard.js';
import { SYSTEM_PROGRAM_BYTES, TOKEN_PROGRAM_BYTES } from '../../../src/execute/system-programs.js';
import type { AccountSnapshot } from '../../../src/ports/index.js';
import { BalanceTracker } from '../../../src/validate/balance-tracker.js';
import { tokenAccountData } from '../../engine/paper-pools.js';
import { goodSwap, stranger } from '../../jupiter/router-answers.js';
import { SOL, USD } from '../../strategy/sample-opportunity.js';

const { expected, sol, usd } = goodSwap('route');
const { wallet } = expected;

function guarded() {
  const balances = new BalanceTracker();
  balances.setToken(SOL, 1_000n, 1n);
  balances.setToken(USD, 50n, 1n);
  const places = new Map([
    [SOL, sol],
    [USD, usd],
  ]);
  balances.setLamports(900n, 1n);
  return { wallet, places, balances, maxCostLamports: 100n };
}

function after(solAmount = 1_000n, usdAmount = 50n, lamports = 800n): AccountSnapshot[] {
  const at = (address: Uint8Array, owner: Uint8Array, data: Uint8Array) => ({
    address,
    owner,
    lamports,
    slot: 2n,
    data,
  });
  return [
    at(wallet, SYSTEM_PROGRAM_BYTES, new Uint8Array(0)),
    at(sol.account, TOKEN_PROGRAM_BYTES, tokenAccountData(sol.mint, wallet, solAmount)),
    at(usd.account, TOKEN_PROGRAM_BYTES, tokenAccountData(usd.mint, wallet, usdAmount)),
  ];
}

/** Changes bytes of one account. */
function changed(position: number, offset: number, bytes: ArrayLike<number>): AccountSnapshot[] {
  return after().map((account, index) => {
    if (index !== position) return account;
    const data = account.data.slice();
    data.set(bytes, offset);
    return { ...account, data };
  });
}

describe('findWalletHarm', () => {
  it('asks for the wallet and each account it touches', () => {
    expect(guardedAddresses(guarded())).toEqual([wallet, sol.account, usd.account]);
  });

  it('finds none where nothing but the fees is less than before', () => {
    expect(findWalletHarm(after(), guarded())).toBeUndefined();
    expect(findWalletHarm(after(2_000n, 51n), guarded())).toBeUndefined();
  });

  const replaced = (position: number, change: Partial<AccountSnapshot>) =>
    after().map((account, index) => (index === position ? { ...account, ...change } : account));
  it.each([
    ['a wallet that is given to a program', replaced(0, { owner: stranger(1) })],
    ['a wallet that holds data', replaced(0, { data: Uint8Array.of(1) })],
    ['a wallet that is not told of', []],
    ['an account that is closed', after().slice(0, 2)],
    ['an account that is cut off', replaced(1, { data: new Uint8Array(164) })],
    ['an account of another program', replaced(1, { owner: stranger(1) })],
    ['an account of another mint', changed(1, 0, stranger(1))],
    ['an account that is given away', changed(1, 32, stranger(1))],
    ['a delegate', changed(2, 72, [1])],
    ['a close authority', changed(2, 129, [1])],
    ['a frozen account', changed(2, 108, [2])],
    ['spending of what was only to be passed', after(1_000n, 49n)],
    ['more base mint paid than comes back', after(999n, 50n)],
    ['more SOL spent than the fees', after(1_000n, 50n, 799n)],
  ])('finds %s', (_, accounts) => {
    expect(findWalletHarm(accounts, guarded())).toMatchObject({ stage: 'plan', reason: 'PLAN_WALLET_MISMATCH' });
  });

  it('leaves the SOL that a set-up spends aside', () => {
    expect(findWalletHarm(after(1_000n, 50n, 0n), { ...guarded(), maxCostLamports: undefined })).toBeUndefined();
  });
});
