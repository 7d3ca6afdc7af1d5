import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CoreError } from '../../../ts/core-error.js';
import { decodePool } from '../../../ts/fallback/pools/any-pool.js';
import type { AccountView, Pool } from '../../../ts/fallback/pools/pool.js';
import { openPool, readFixture } from './fixture-pools.js';

const CLOCK = { slot: 1n, epoch: 900n, unixTimestamp: 1_790_000_000n };
const AMOUNT = 1_000_000n;

function codeOf(call: () => unknown): string | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (error instanceof CoreError) return error.code;
    throw error;
  }
}

function fixture(venue = 'raydium_cpmm', name = 'plain'): AccountView[] {
  return readFixture(venue, name);
}

function changed(account: AccountView, change: Partial<AccountView> | ((data: Uint8Array) => void)): AccountView {
  if (typeof change !== 'function') return { ...account, ...change };
  const data = account.data.slice();
  change(data);
  return { ...account, data };
}

/** The accounts in the order of a CPMM manifest. */
function named(
  accounts: readonly AccountView[],
): Record<'pool' | 'config' | 'vaultA' | 'vaultB' | 'mintA', AccountView> {
  const [pool, config, vaultA, vaultB, mintA] = accounts;
  if (!pool || !config || !vaultA || !vaultB || !mintA) throw new Error('the fixture is incomplete');
  return { pool, config, vaultA, vaultB, mintA };
}

function applyCode(pool: Pool, account: AccountView): string | undefined {
  return codeOf(() => pool.apply(account));
}

describe('a pool account', () => {
  it.each([
    ['of another program', { owner: new Uint8Array(32) }, 'POOL_ACCOUNT_OWNER_MISMATCH'],
    ['cut off', { data: new Uint8Array(7) }, 'POOL_ACCOUNT_TOO_SHORT'],
    ['of another kind', { data: new Uint8Array(637) }, 'POOL_ACCOUNT_DISCRIMINATOR_MISMATCH'],
  ])('is refused when it is %s', (_, change, code) => {
    expect(codeOf(() => decodePool(changed(named(fixture()).pool, change)))).toBe(code);
  });

  it('is refused when it names the same mint twice or no token program', () => {
    const { pool } = named(fixture());
    const sameMint = changed(pool, (data) => data.copyWithin(200, 168, 200));
    const noProgram = changed(pool, (data) => data.fill(1, 232, 264));
    expect(codeOf(() => decodePool(sameMint))).toBe('POOL_ACCOUNT_FIELD_INVALID');
    expect(codeOf(() => decodePool(noProgram))).toBe('POOL_ACCOUNT_FIELD_INVALID');
  });

  it('is refused when an update names other vaults, and the state before stays', () => {
    const accounts = fixture();
    const pool = openPool(accounts);
    const before = pool.tryQuote(0, 0, AMOUNT, CLOCK);
    const other = changed(named(accounts).pool, (data) => data.fill(9, 72, 104));
    expect(applyCode(pool, other)).toBe('POOL_ACCOUNT_RELATION_MISMATCH');
    expect(pool.tryQuote(0, 0, AMOUNT, CLOCK)).toBe(before);
    expect(before).toBeGreaterThan(0n);
  });
});

describe('a vault', () => {
  const accounts = fixture();
  const { vaultA } = named(accounts);
  it.each([
    ['owned by no token program', { owner: new Uint8Array(32) }, 'POOL_ACCOUNT_OWNER_MISMATCH'],
    ['cut off', { data: vaultA.data.slice(0, 164) }, 'POOL_ACCOUNT_TOO_SHORT'],
    ['longer than a classic token account', { data: new Uint8Array(166) }, 'POOL_ACCOUNT_DISCRIMINATOR_MISMATCH'],
    ['of another mint', (data: Uint8Array) => data.fill(9, 0, 32), 'POOL_ACCOUNT_RELATION_MISMATCH'],
    ['of another authority', (data: Uint8Array) => data.fill(9, 32, 64), 'POOL_ACCOUNT_RELATION_MISMATCH'],
    ['not initialized', (data: Uint8Array) => data.fill(0, 108, 109), 'POOL_ACCOUNT_FIELD_INVALID'],
    ['at an address the pool does not name', { address: new Uint8Array(32) }, 'POOL_ACCOUNT_RELATION_MISMATCH'],
  ] as const)('is refused when it is %s', (_, change, code) => {
    expect(applyCode(openPool(accounts), changed(vaultA, change as Partial<AccountView>))).toBe(code);
  });

  it('stops the swaps while it is frozen', () => {
    const pool = openPool(accounts);
    pool.apply(changed(vaultA, (data) => data.fill(2, 108, 109)));
    expect(codeOf(() => pool.quote(0, 0, AMOUNT, CLOCK))).toBe('QUOTE_STATUS_INVALID');
  });
});

describe('a Token-2022 mint', () => {
  const accounts = fixture('raydium_cpmm', 'transfer-fee-on-token-0');
  const { mintA } = named(accounts);

  it('is waited for before the pool is quoted', () => {
    const pool = openPool(accounts.filter((account) => account !== mintA));
    expect(codeOf(() => pool.quote(0, 0, AMOUNT, CLOCK))).toBe('QUOTE_ACCOUNT_MISSING');
    expect(pool.reserves()).toBeUndefined();
    expect(pool.disabled(CLOCK)).toBeUndefined();
    pool.apply(mintA);
    expect(pool.quote(0, 0, AMOUNT, CLOCK).amountOut).toBeGreaterThan(0n);
  });

  it.each([6, 9, 12, 14, 26, 28, 999])('keeps the pool from being traded with extension %i', (kind) => {
    const pool = openPool(accounts);
    pool.apply(changed(mintA, (data) => new DataView(data.buffer).setUint16(166, kind, true)));
    expect(codeOf(() => pool.quote(0, 0, AMOUNT, CLOCK))).toBe('QUOTE_FEATURE_UNSUPPORTED');
    expect(pool.disabled(CLOCK)).toBe(8);
  });

  it.each([
    ['an extension past its end', 168, 109, 'POOL_ACCOUNT_TOO_SHORT'],
    ['a transfer fee of another length', 168, 107, 'POOL_ACCOUNT_FIELD_INVALID'],
    ['a transfer fee above the whole', 170 + 90 + 16, 10_001, 'POOL_ACCOUNT_FIELD_INVALID'],
  ])('is refused with %s', (_, offset, value, code) => {
    const spoilt = changed(mintA, (data) => new DataView(data.buffer).setUint16(offset, value, true));
    expect(applyCode(openPool(accounts), spoilt)).toBe(code);
  });
});

describe('any account', () => {
  it.each([
    ['raydium_cpmm', 'transfer-fees-on-both'],
    ['raydium_amm_v4', 'pnl-not-taken'],
  ])('of %s gives a value or a coded error however its bytes are bent', (venue, name) => {
    const accounts = fixture(venue, name);
    const edits = fc.array(fc.tuple(fc.nat(800), fc.nat(255)), { maxLength: 6 });
    const bend = fc.tuple(fc.nat(accounts.length - 1), edits, fc.option(fc.nat(800)));
    fc.assert(
      fc.property(bend, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), ([which, changes, length], amount) => {
        const bent = accounts.map((account, i) => {
          if (i !== which) return account;
          const data = account.data.slice(0, length ?? account.data.length);
          for (const [offset, value] of changes) if (offset < data.length) data[offset] = value;
          return { ...account, data };
        });
        codeOf(() => {
          const pool = openPool(bent);
          for (const kind of [0, 1, 2, 3]) {
            const result = pool.tryQuote((kind & 1) as 0 | 1, (kind >> 1) as 0 | 1, amount, CLOCK);
            expect(result).toBeGreaterThanOrEqual(-8n);
            expect(result).toBeLessThan(2n ** 64n);
          }
        });
      }),
      { numRuns: 1_000 },
    );
  });
});
