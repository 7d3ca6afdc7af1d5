import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CoreError } from '../../../ts/core-error.js';
import { sameBytes } from '../../../ts/fallback/pools/account-reader.js';
import { decodePool } from '../../../ts/fallback/pools/any-pool.js';
import type { AccountView, Pool } from '../../../ts/fallback/pools/pool.js';

const FIXTURES = join(import.meta.dirname, '../../../../../fixtures');

interface Manifest {
  readonly accounts: readonly { readonly file: string; readonly address: string; readonly owner: string }[];
}

export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

/** Reads the accounts of a fixture, the pool's own first. */
export function readFixture(venue: string, name: string): AccountView[] {
  const folder = join(FIXTURES, venue, name);
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
  return manifest.accounts.map(({ file, address, owner }) => ({
    address: bytesOf(address),
    owner: bytesOf(owner),
    data: Uint8Array.from(readFileSync(join(folder, file))),
  }));
}

/**
 * Decodes the first account as a pool and applies those of the others that it watches, and what they bring into reach. Those that the
 * fixture lacks do not exist; a pool that cannot do without one refuses that, and its quotes.
 */
export function openPool(accounts: readonly AccountView[]): Pool {
  const [own] = accounts;
  if (own === undefined) throw new Error('a fixture has a pool account');
  const pool = decodePool(own);
  const applied: Uint8Array[] = [];
  // What is applied may bring other accounts into reach.
  for (;;) {
    const next = pool.watched().find((watched) => !applied.some((known) => sameBytes(known, watched)));
    if (next === undefined) return pool;
    applied.push(next);
    const account = accounts.find((candidate) => sameBytes(candidate.address, next));
    if (account === undefined) applyAbsent(pool, next);
    else pool.apply(account);
  }
}

function applyAbsent(pool: Pool, address: Uint8Array): void {
  try {
    pool.apply({ address, owner: new Uint8Array(32), data: new Uint8Array() });
  } catch (thrown) {
    if (!(thrown instanceof CoreError) || !thrown.code.startsWith('POOL_ACCOUNT_')) throw thrown;
  }
}
