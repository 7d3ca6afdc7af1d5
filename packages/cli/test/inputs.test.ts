import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { configOverrides, readConfigText } from '../src/config-file.js';
import { journalFile, openDataDir } from '../src/data-dir.js';
import { exitCodeOf } from '../src/exit-codes.js';
import { readWalletFile } from '../src/wallet-file.js';

const folder = mkdtempSync(join(tmpdir(), 'tandem-cli-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('data directory', () => {
  test('is temporary in the sandbox and removed when released', () => {
    const dir = openDataDir({ option: undefined, environment: {}, sandbox: true });
    expect(existsSync(dir.path)).toBe(true);
    dir.release();
    expect(existsSync(dir.path)).toBe(false);
  });

  test('is the option before TANDEM_HOME, and never removed', () => {
    const option = join(folder, 'a', 'b');
    const dir = openDataDir({ option, environment: { TANDEM_HOME: join(folder, 'c') }, sandbox: true });
    dir.release();
    expect(dir.path).toBe(option);
    expect(existsSync(option)).toBe(true);
    expect(existsSync(join(folder, 'c'))).toBe(false);
  });

  test('keeps a journal for each network: no chain is asked what became of a send to another one', () => {
    const networks = ['sandbox', 'fork', 'devnet', 'mainnet'];
    expect(new Set(networks.map((network) => journalFile('/data', network))).size).toBe(networks.length);
  });

  test('names the directory that cannot be used', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(() => openDataDir({ option: join(file, 'x'), environment: {}, sandbox: true })).toThrow(
      expect.objectContaining({ code: 'CLI_DATA_DIR_INVALID', message: expect.stringContaining('file') }),
    );
  });
});

describe('key file', () => {
  test('is refused when others can read it, and taken at 0600', () => {
    const path = join(folder, 'id.json');
    writeFileSync(path, '[1,2,3]');
    chmodSync(path, 0o644);
    expect(() => readWalletFile(path)).toThrow(
      expect.objectContaining({ code: 'CLI_KEY_FILE_MODE_INVALID', action: `chmod 0600 ${path}` }),
    );
    chmodSync(path, 0o600);
    expect(new TextDecoder().decode(readWalletFile(path))).toBe('[1,2,3]');
  });

  test('is named when it is missing', () => {
    expect(() => readWalletFile(join(folder, 'none.json'))).toThrow(
      expect.objectContaining({ code: 'CLI_KEY_FILE_NOT_FOUND' }),
    );
  });
});

describe('key file that cannot be read', () => {
  test("is a user's mistake, also when it is a folder", () => {
    chmodSync(folder, 0o700);
    expect(() => readWalletFile(folder)).toThrow(
      expect.objectContaining({ code: 'CLI_KEY_FILE_NOT_FOUND', action: expect.any(String) }),
    );
  });
});

describe('configuration file', () => {
  test('is empty when none is named and named when it is missing', () => {
    expect(readConfigText(undefined)).toBe('{}');
    expect(() => readConfigText(join(folder, 'none.json'))).toThrow(
      expect.objectContaining({ code: 'CLI_CONFIG_NOT_FOUND' }),
    );
  });

  test('takes only TANDEM__ variables as overrides', () => {
    expect(
      configOverrides({ TANDEM__RISK__MAX_IN_FLIGHT: '3', TANDEM_HOME: '/x', PATH: '/y', TANDEM__A: undefined }),
    ).toEqual({
      TANDEM__RISK__MAX_IN_FLIGHT: '3',
    });
  });
});

describe('exit codes', () => {
  test.each([
    ['CONFIG_KEY_NOT_FOUND', 2],
    ['CLI_DURATION_INVALID', 2],
    ['CHAIN_UNREACHABLE', 4],
    ['RISK_HALTED', 3],
    ['CHAIN_KEY_FILE_INVALID', 2],
    ['CHAIN_ADDRESS_INVALID', 2],
    ['CORE_NATIVE_MISSING', 2],
    ['CORE_PANIC', 1],
    ['JOURNAL_WRITE_INVALID', 1],
  ])('%s ends the process with %d', (code, exit) => {
    expect(exitCodeOf(code)).toBe(exit);
  });
});
