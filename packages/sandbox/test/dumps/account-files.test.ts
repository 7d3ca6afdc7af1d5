import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadAccountDirs } from '../../src/dumps/account-files.js';
import { addressText, TOKEN_PROGRAM } from '../../src/seed/addresses.js';
import { seededBytes } from '../../src/seed/seeded-keys.js';

const POOL = addressText(seededBytes(1, 'pool'));
const OTHER = addressText(seededBytes(1, 'other'));

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tandem-dumps-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function dump(pubkey: string, overrides: Record<string, unknown> = {}): Record<string, unknown> {
  const account = {
    lamports: 5,
    data: ['AQID', 'base64'],
    owner: addressText(TOKEN_PROGRAM),
    executable: false,
    rentEpoch: 0,
    ...overrides,
  };
  return { pubkey, account };
}

function write(path: string, content: unknown): string {
  const file = join(root, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

function failure(run: () => unknown): { code: string; message: string; action: string } {
  try {
    run();
  } catch (error) {
    return error as { code: string; message: string; action: string };
  }
  throw new Error('it did not fail');
}

describe('loadAccountDirs', () => {
  it('loads account files of every depth and leaves other files alone', () => {
    write('a.json', dump(POOL));
    write('deep/er/b.json', dump(OTHER, { data: ['', 'base64'] }));
    write('notes.txt', 'not an account');
    const loaded = loadAccountDirs([root]);
    expect(loaded.map(({ account }) => addressText(account.address)).sort()).toEqual([POOL, OTHER].sort());
    const pool = loaded.find(({ account }) => addressText(account.address) === POOL)?.account;
    expect(pool).toMatchObject({ lamports: 5n, executable: false, data: Uint8Array.of(1, 2, 3) });
    expect(pool && addressText(pool.owner)).toBe(addressText(TOKEN_PROGRAM));
  });

  it('loads several folders, and a folder that is linked into itself once', () => {
    write('one/a.json', dump(POOL));
    write('two/b.json', dump(OTHER));
    symlinkSync(join(root, 'one'), join(root, 'one', 'again'));
    expect(loadAccountDirs([join(root, 'one'), join(root, 'two')])).toHaveLength(2);
  });

  it('keeps lamports above 2^53 exact', () => {
    write('a.json', JSON.stringify(dump(POOL)).replace('"lamports":5', '"lamports":18446744073709551615'));
    expect(loadAccountDirs([root])[0]?.account.lamports).toBe(18_446_744_073_709_551_615n);
  });

  it('takes the same account twice, and the larger lamports where they alone differ', () => {
    write('a/x.json', dump(POOL));
    write('b/y.json', dump(POOL, { lamports: 9 }));
    write('c/z.json', dump(POOL));
    const loaded = loadAccountDirs([root]);
    expect(loaded).toHaveLength(1);
    expect(loaded[0]?.account.lamports).toBe(9n);
  });

  it.each([
    ['data', { data: ['AQIE', 'base64'] }],
    ['owner', { owner: OTHER }],
  ])('refuses one address with different %s and names both files', (_, change) => {
    const first = write('a/x.json', dump(POOL));
    const second = write('b/y.json', dump(POOL, change));
    const error = failure(() => loadAccountDirs([join(root, 'a'), join(root, 'b')]));
    expect(error.code).toBe('SANDBOX_ACCOUNT_MISMATCH');
    expect(error.message).toContain(first);
    expect(error.message).toContain(second);
  });

  const malformed: readonly (readonly [string, unknown])[] = [
    ['text that is not JSON', '{'],
    ['a list', []],
    ['JSON of another shape', { name: 'not an account' }],
    ['an account without an address', { account: dump(POOL)['account'] }],
    ['an address that is too short', dump('abc')],
    ['an owner that is no base58', dump(POOL, { owner: '0OIl' })],
    ['data that is no base64', dump(POOL, { data: ['A!==', 'base64'] })],
    ['data in another encoding', dump(POOL, { data: ['AQID', 'base64+zstd'] })],
    ['data that is text alone', dump(POOL, { data: 'AQID' })],
    ['lamports that are text', dump(POOL, { lamports: '5' })],
    ['lamports that are negative', dump(POOL, { lamports: -5 })],
    ['lamports with a fraction', dump(POOL, { lamports: 1.5 })],
    ['lamports past 64 bits', JSON.stringify(dump(POOL)).replace('"lamports":5', '"lamports":18446744073709551616')],
    ['executable that is no boolean', dump(POOL, { executable: 'no' })],
    ['a space that is not the length of the data', dump(POOL, { space: 4 })],
  ];
  it.each(malformed)('refuses %s with the path of the file', (_, content) => {
    const file = write('bad.json', content);
    const error = failure(() => loadAccountDirs([root]));
    expect(error.code).toBe('SANDBOX_ACCOUNT_FILE_INVALID');
    expect(error.message).toContain(file);
    expect(error.action).not.toBe('');
  });

  it('refuses a program account and says how programs are loaded', () => {
    write('program.json', dump(POOL, { executable: true }));
    const error = failure(() => loadAccountDirs([root]));
    expect(error.code).toBe('SANDBOX_ACCOUNT_UNSUPPORTED');
    expect(error.action).toContain('--program');
  });

  it('refuses a folder that does not exist, a file in its place, and a folder without dumps', () => {
    expect(failure(() => loadAccountDirs([join(root, 'none')])).code).toBe('SANDBOX_ACCOUNT_DIR_NOT_FOUND');
    const file = write('file.json', dump(POOL));
    expect(failure(() => loadAccountDirs([file])).code).toBe('SANDBOX_ACCOUNT_DIR_NOT_FOUND');
    mkdirSync(join(root, 'empty'));
    expect(failure(() => loadAccountDirs([join(root, 'empty')])).code).toBe('SANDBOX_ACCOUNT_FILE_MISSING');
  });
});
