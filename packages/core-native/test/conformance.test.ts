import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InstructionSet, type Quote, SwapMode, type SwapOrder } from '../ts/core-api.js';
import { sameBytes } from '../ts/fallback/pools/account-reader.js';
import { decodePool } from '../ts/fallback/pools/any-pool.js';
import type { AccountView, Pool } from '../ts/fallback/pools/pool.js';
import {
  type CapturedSwap,
  addressFromBase58,
  orderOf,
  readAccounts,
  readCaptured,
  rowsOf,
  sharedFolder,
  withoutOpenTime,
} from './captured-swaps.js';

/** Returns the pool with its accounts applied; those that the folder lacks do not exist. */
function loadPool(accounts: readonly AccountView[], address: Uint8Array): Pool {
  const find = (wanted: Uint8Array): AccountView | undefined =>
    accounts.find((account) => sameBytes(account.address, wanted));
  const own = find(address);
  if (own === undefined) throw new Error('the folder lacks the pool account');
  const pool = decodePool(own);
  const applied = [address];
  // What is applied may bring other accounts into reach.
  for (;;) {
    const next = pool.watched().find((watched) => !applied.some((known) => sameBytes(known, watched)));
    if (next === undefined) return pool;
    applied.push(next);
    const account = find(next);
    if (account === undefined)
      refusalOf(() => pool.apply({ address: next, owner: new Uint8Array(32), data: new Uint8Array() }));
    else pool.apply(account);
  }
}

function refusalOf(step: () => unknown): string | undefined {
  try {
    step();
    return undefined;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === undefined) throw error;
    return code;
  }
}

function quoted(step: () => Quote): Quote | string {
  let quote: Quote | undefined;
  const code = refusalOf(() => (quote = step()));
  return quote ?? code ?? 'nothing';
}

const isPlain = ({ sqrtPriceLimit, instructions }: SwapOrder): boolean =>
  sqrtPriceLimit === 0n && instructions === InstructionSet.Current;

/** Returns the reserves that the program left, where the vector tells of all they follow from. */
function reservesLeft({ inputSide, vaultIn, vaultOut, fees, vaults, post }: CapturedSwap): string | undefined {
  if (vaultIn !== undefined && vaultOut !== undefined && fees !== undefined) {
    const after = inputSide === 'A' ? [vaultIn[1], vaultOut[1]] : [vaultOut[1], vaultIn[1]];
    const owed = (side: 0 | 1): bigint =>
      BigInt(fees.protocol[side]) + BigInt(fees.fund[side]) + BigInt(fees.creator[side]);
    return String([BigInt(after[0] ?? 0) - owed(0), BigInt(after[1] ?? 0) - owed(1)]);
  }
  if (vaults === undefined) return undefined;
  if (post?.virtualQuoteReserves !== undefined)
    return String([BigInt(vaults[0]), BigInt(vaults[1]) + BigInt(post.virtualQuoteReserves)]);
  if (post?.pnlCoin === undefined || post.pnlPc === undefined) return undefined;
  return String([BigInt(vaults[0]) - BigInt(post.pnlCoin), BigInt(vaults[1]) - BigInt(post.pnlPc)]);
}

/** Swaps on the pool, which keeps the new state, and says how the answer, or that of the plain quote, differs from the program's. */
function mismatch(pool: Pool, swap: CapturedSwap): string | undefined {
  const order = orderOf(swap, pool.venue);
  const before = quoted(() => pool.quote(order.direction, order.mode, order.amount, order.clock));
  const got = quoted(() => pool.swap(order));
  const show = (value: Quote | string): string =>
    typeof value === 'string' ? 'refused' : `${value.amountIn} ${value.amountOut}`;
  const expected = swap.expected ? `${swap.expected.spent} ${swap.expected.received}` : 'refused';
  // The newest CLMM was run below its instruction, which refuses a swap that gives nothing.
  const isZero = swap.ix === undefined && swap.expected?.received === '0' && got === 'QUOTE_OUTPUT_INVALID';
  const isWhole = typeof got !== 'string' && (order.mode !== SwapMode.ExactIn || got.amountIn === order.amount);
  const agrees = !isPlain(order) || (!isWhole && typeof before === 'string') || show(before) === show(got);
  const left = typeof got === 'string' ? undefined : reservesLeft(swap);
  const moved = left === undefined || left === String(pool.reserves());
  if ((show(got) === expected || isZero) && agrees && moved) return undefined;
  return `${swap.pool} ${swap.ix} ${swap.direction} ${swap.amountSpecified}: ${expected}, got ${show(got)}, quoted ${show(before)}`;
}

const FILES = ['cpmm', 'amm_v4', 'clmm', 'clmm_next', 'whirlpool', 'dlmm', 'damm_v2', 'pumpswap'];

describe.skipIf(sharedFolder === undefined)('captured swaps (../shared/vectors, or TANDEM_SHARED)', () => {
  it.each(FILES)('quotes every swap of %s to the unit and refuses what the program refused', (venue) => {
    const shared = sharedFolder ?? '';
    const file = readCaptured(shared, venue);
    const mismatches: string[] = [];
    for (const [key, facts] of Object.entries(file.pools)) {
      const captured = readAccounts(join(shared, 'accounts', venue, key));
      const accounts = venue === 'clmm_next' ? captured.map(withoutOpenTime) : captured;
      const fresh = loadPool(accounts, addressFromBase58(facts.poolPubkey));
      for (const row of rowsOf(file.vectors.filter((candidate) => candidate.pool === key))) {
        const pool = fresh.clone();
        mismatches.push(...row.flatMap((swap) => mismatch(pool, swap) ?? []));
      }
    }
    expect(mismatches).toEqual([]);
    expect(file.vectors.length).toBeGreaterThan(300);
  });
});
