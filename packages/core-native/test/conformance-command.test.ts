import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../..');
const FIXTURE = join(ROOT, 'fixtures/raydium_cpmm/plain');
const POOL = 'plain';

interface Manifest {
  readonly accounts: readonly { readonly file: string; readonly address: string; readonly owner: string }[];
}

interface VenueVector {
  readonly input: { readonly pool: string; readonly direction: string; readonly mode: string; readonly amount: string };
  readonly expected: { readonly amountIn?: string; readonly amountOut?: string; readonly refused?: number };
}

function base58(hex: string): string {
  const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
  let text = '';
  for (let value = BigInt(`0x${hex}`); value > 0n; value /= 58n) text = (alphabet[Number(value % 58n)] ?? '') + text;
  return text;
}

/** Writes the fixture's accounts and vectors the way CONTRACT.md lays captured ones out. */
function writeCaptured(folder: string): void {
  const manifest = JSON.parse(readFileSync(join(FIXTURE, 'manifest.json'), 'utf8')) as Manifest;
  const accounts = join(folder, 'accounts/cpmm', POOL);
  mkdirSync(accounts, { recursive: true });
  for (const { file, address, owner } of manifest.accounts) {
    const data = readFileSync(join(FIXTURE, file)).toString('base64');
    const dump = { pubkey: base58(address), account: { lamports: 1, data: [data, 'base64'], owner: base58(owner) } };
    writeFileSync(join(accounts, `${file}.json`), JSON.stringify(dump));
  }
  const source = readFileSync(join(ROOT, 'packages/core-native/vectors/venues/raydium_cpmm.json'), 'utf8');
  const vectors = (JSON.parse(source) as VenueVector[]).filter((vector) => vector.input.pool === POOL);
  mkdirSync(join(folder, 'vectors'));
  write(folder, 'cpmm', {
    venue: 'cpmm',
    pools: { [POOL]: { poolPubkey: base58(manifest.accounts[0]?.address ?? '') } },
    vectors: vectors.map(({ input, expected }) => ({
      pool: POOL,
      ix: input.mode === 'exactIn' ? 'swap_base_input' : 'swap_base_output',
      direction: input.direction === 'aToB' ? '0to1' : '1to0',
      swapMode: input.mode,
      amountSpecified: input.amount,
      slot: 400_000_000,
      epoch: 925,
      unixTimestamp: 1_790_000_000,
      ...(expected.refused === undefined
        ? { expected: { spent: expected.amountIn, received: expected.amountOut } }
        : { error: { code: expected.refused } }),
    })),
  });
}

function write(folder: string, name: string, content: unknown): string {
  const path = join(folder, 'vectors', `${name}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

interface CapturedFile {
  venue: string;
  pools: Record<string, unknown>;
  vectors: {
    pool: string;
    seq?: number;
    step?: number;
    error?: unknown;
    expected?: { spent: string; received: string };
  }[];
}

describe.skipIf(!existsSync(join(ROOT, 'packages/core-native/dist/index.js')))(
  'pnpm conformance (needs a build)',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'tandem-conformance-'));
    const good = join(folder, 'vectors/cpmm.json');
    const readGood = (): CapturedFile => JSON.parse(readFileSync(good, 'utf8')) as CapturedFile;

    beforeAll(() => writeCaptured(folder));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    function run(...args: readonly string[]): { status: number | null; lines: string[]; stderr: string } {
      const script = join(ROOT, 'scripts/conformance.mjs');
      const result = spawnSync(process.execPath, [script, ...args], {
        encoding: 'utf8',
        cwd: folder,
        env: { PATH: process.env['PATH'], TANDEM_CORE: 'typescript' },
      });
      return { status: result.status, lines: result.stdout.trimEnd().split('\n'), stderr: result.stderr };
    }

    it('passes every vector and says how many', () => {
      const { status, lines } = run(good);
      expect(lines).toEqual([`${readGood().vectors.length} passed, 0 failed`]);
      expect(status).toBe(0);
    });

    it('finds the accounts under --accounts, whatever stands around the option', () => {
      const moved = join(folder, 'elsewhere');
      cpSync(join(folder, 'accounts'), moved, { recursive: true });
      expect(run('--', '--accounts', moved, good, '--backend', 'typescript').status).toBe(0);
    });

    it('prints one line a mismatch and exits with 1', () => {
      const file = readGood();
      const wrong = file.vectors.findIndex((vector) => vector.expected !== undefined);
      const vector = file.vectors[wrong];
      if (vector?.expected === undefined) throw new Error('the vectors have no success');
      const { spent, received } = vector.expected;
      vector.expected = { spent, received: String(BigInt(received) + 1n) };
      const { status, lines } = run(write(folder, 'wrong', file));
      expect(lines[0]).toContain(`expected ${spent}->${BigInt(received) + 1n} got ${spent}->${received}`);
      expect(lines[0]).toMatch(/^cpmm plain swap_base_(input|output) (0to1|1to0) \d+ expected /);
      expect(lines.at(-1)).toBe(`${file.vectors.length - 1} passed, 1 failed`);
      expect(status).toBe(1);
    });

    it('fails a swap that the program refused and the quote does not', () => {
      const file = readGood();
      const target = file.vectors.find((vector) => vector.expected !== undefined);
      if (target === undefined) throw new Error('the vectors have no success');
      delete target.expected;
      target.error = { code: 6000 };
      const { status, lines } = run(write(folder, 'refused', file));
      expect(lines[0]).toContain('expected refused got ');
      expect(status).toBe(1);
    });

    it('fails the vectors of a pool whose folder is missing, and drops none', () => {
      const file = readGood();
      for (const vector of file.vectors) vector.pool = 'nowhere';
      const { status, lines } = run(write(folder, 'nowhere', file));
      expect(lines.at(-1)).toBe(`0 passed, ${file.vectors.length} failed`);
      expect(lines[0]).toContain('CONFORMANCE_ACCOUNTS_NOT_FOUND');
      expect(status).toBe(1);
    });

    it('starts each step of a sequence from the state that the step before left', () => {
      const file = readGood();
      const clock = { slot: 400_000_000, epoch: 925, unixTimestamp: 1_790_000_000 };
      const swap = {
        pool: POOL,
        ix: 'swap_base_input',
        inputSide: 'A',
        direction: '0to1',
        amountIn: '1000000000',
        ...clock,
      };
      const [vault0, vault1, net] = [9_876_543_210_123n, 123_456_789_012n, 997_500_000n];
      const out = (vault1 * net) / (vault0 + net);
      // Of the fee of 2,500,000 the protocol takes 12 % and the fund 4 %; the rest stays in the pool.
      const reserve0 = vault0 + 1_000_000_000n - 400_000n;
      const next = ((vault1 - out) * net) / (reserve0 + net);
      const steps = [
        { ...swap, seq: 1, step: 1, userReceived: String(next) },
        { ...swap, seq: 1, step: 0, userReceived: String(out) },
      ];
      const { lines } = run(write(folder, 'sequence-recorded', { ...file, vectors: steps }));
      expect(lines).toEqual(['2 passed, 0 failed']);
      expect(next).not.toBe(out);
    });

    it('fails a step that cannot be read and those after it, which have no state to start from', () => {
      const file = readGood();
      const [first, second, third] = file.vectors.filter((vector) => vector.expected !== undefined);
      file.vectors = [first, { ...second, amountSpecified: 'much' }, third].map(
        (vector, step) => ({ ...vector, seq: 1, step }) as typeof vector & Record<string, unknown>,
      ) as typeof file.vectors;
      const { status, lines } = run(write(folder, 'sequence', file));
      expect(lines.filter((line) => line.includes('CONFORMANCE_VECTOR_INVALID'))).toHaveLength(2);
      expect(lines.at(-1)).toBe('1 passed, 2 failed');
      expect(status).toBe(1);
    });

    it.each([
      ['no file', [], 'CONFORMANCE_USAGE_INVALID'],
      ['an unknown option', ['--fast', 'x.json'], 'CONFORMANCE_USAGE_INVALID'],
      ['an unknown backend', ['--backend', 'rust', 'x.json'], 'CONFORMANCE_USAGE_INVALID'],
      ['a file that is not there', ['absent.json'], 'CONFORMANCE_FILE_NOT_FOUND'],
      ['a missing accounts folder', ['vectors/cpmm.json', '--accounts', 'nowhere'], 'CONFORMANCE_ACCOUNTS_NOT_FOUND'],
    ])('refuses %s with a code, the usage and exit code 2', (_, args, code) => {
      const { status, stderr } = run(...args);
      expect(stderr).toMatch(new RegExp(`^${code}: .+\nusage: pnpm conformance`));
      expect(status).toBe(2);
    });

    it.each([
      ['no JSON', 'these are no vectors', 'CONFORMANCE_FILE_INVALID'],
      ['an unknown venue', { venue: 'serum', pools: {}, vectors: [] }, 'CONFORMANCE_VENUE_UNSUPPORTED'],
      ['no vectors', { venue: 'cpmm', pools: {} }, 'CONFORMANCE_FILE_INVALID'],
      ['an empty list of vectors', { venue: 'cpmm', pools: {}, vectors: [] }, 'CONFORMANCE_FILE_INVALID'],
    ])('refuses a file of %s', (name, content, code) => {
      const { status, stderr } = run(write(folder, name.replaceAll(' ', '-'), content));
      expect(stderr).toContain(`${code}: `);
      expect(status).toBe(2);
    });
  },
);
