import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sameBytes } from '../ts/fallback/pools/account-reader.js';
import { decodePool } from '../ts/fallback/pools/any-pool.js';
import type { AccountView, Pool } from '../ts/fallback/pools/pool.js';
import {
  type CapturedSwap,
  addressFromBase58,
  clockOf,
  directionOf,
  modeOf,
  readAccounts,
  readCaptured,
  sharedFolder,
} from './captured-swaps.js';

function loadPool(accounts: readonly AccountView[], address: Uint8Array): Pool {
  const find = (wanted: Uint8Array): AccountView | undefined =>
    accounts.find((account) => sameBytes(account.address, wanted));
  const own = find(address);
  if (own === undefined) throw new Error('the folder lacks the pool account');
  const pool = decodePool(own);
  for (const watched of pool.watched()) {
    const account = find(watched);
    if (account !== undefined) pool.apply(account);
  }
  return pool;
}

function outcome(pool: Pool, swap: CapturedSwap): string {
  try {
    const quote = pool.quote(directionOf(swap), modeOf(swap), BigInt(swap.amountSpecified), clockOf(swap));
    return `${quote.amountIn} ${quote.amountOut}`;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code?.startsWith('QUOTE_') !== true) throw error;
    return 'refused';
  }
}

describe.skipIf(sharedFolder === undefined)('captured swaps (../shared/vectors, or TANDEM_SHARED)', () => {
  it.each(['cpmm', 'amm_v4'])('quotes every swap of %s to the unit and refuses what the program refused', (venue) => {
    const shared = sharedFolder ?? '';
    const file = readCaptured(shared, venue);
    const mismatches: string[] = [];
    for (const [key, facts] of Object.entries(file.pools)) {
      const pool = loadPool(readAccounts(join(shared, 'accounts', venue, key)), addressFromBase58(facts.poolPubkey));
      for (const swap of file.vectors.filter((candidate) => candidate.pool === key)) {
        const expected = swap.expected ? `${swap.expected.spent} ${swap.expected.received}` : 'refused';
        const got = outcome(pool, swap);
        if (got !== expected) mismatches.push(`${key} ${swap.ix} ${swap.amountSpecified}: ${expected}, got ${got}`);
      }
    }
    expect(mismatches).toEqual([]);
    expect(file.vectors.length).toBeGreaterThan(300);
  });
});
