import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadCore } from '@tandem/core-native';
import { startSandbox } from '@tandem/sandbox';
import { afterAll, describe, expect, test } from 'vitest';
import { systemClock } from '../src/system-clock.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tandem-command-line-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): { child: ChildProcess; ended: Promise<Ended>; said: () => string } {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
  return { child, ended, said: () => stdout };
}

const tandem = async (args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Ended> =>
  start(args, environment).ended;

function file(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const eventsOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { type: string; seq: number; [key: string]: unknown });

async function waitFor(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** A user's mistake gives one coded line and what to do, and never a stack. */
function expectMistake({ stderr }: Ended, code: string): void {
  expect(stderr).toContain(`error ${code}: `);
  expect(stderr).toContain('  → ');
  expect(stderr).not.toMatch(/^\s+at /m);
}

test.each([[['--', 'run', '--help']], [['run', '--', '--help']], [['run', '--help']]])(
  'takes the dashes that a package manager hands on, wherever they stand: %j',
  async (args) => {
    const { code, stdout } = await tandem(args);
    expect(stdout).toContain('--trades');
    expect(code).toBe(0);
  },
);

describe('the command line', () => {
  test('executes trades and writes nothing but events on standard output', async () => {
    const { code, stdout } = await tandem(['--trades', '3', '--json']);
    const events = eventsOf(stdout);
    expect(code).toBe(0);
    expect(events[0]).toMatchObject({ type: 'started', network: 'sandbox', chain: 'litesvm', mode: 'real' });
    expect(events.filter((event) => event.type === 'executed').length).toBe(3);
    expect(events.at(-1)).toMatchObject({ type: 'summary', executed: 3, unresolved: 0 });
    expect(events.every((event, index) => index === 0 || event.seq > (events[index - 1]?.seq ?? 0))).toBe(true);
  });

  test('writes plain lines without control codes into a pipe', async () => {
    const { code, stdout } = await tandem(['run', '--trades', '1']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/STARTED {3}sandbox\/litesvm real/);
    expect(stdout).toMatch(/EXECUTED {2}.+ SOL/);
    expect(stdout).not.toContain('\u001b');
  });

  test('drains on the first interrupt: summary, nothing unresolved, exit code 0', async () => {
    const { child, ended, said } = start(['--json']);
    await waitFor(() => said().includes('"executed"'));
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(eventsOf(stdout).at(-1)).toMatchObject({ type: 'summary', unresolved: 0 });
  });

  test('ends with exit code 3 when its own limits halt it, everything resolved', async () => {
    const config = file('one-miss.json', JSON.stringify({ risk: { max_consecutive_misses: 1 } }));
    // Rivals take gaps that were seen already, so a miss comes soon.
    const { code, stdout } = await tandem(['--json', '--config', config, '--rivals', '8', '--for', '50s']);
    const events = eventsOf(stdout);
    expect(events.find((event) => event.type === 'state')).toMatchObject({
      to: 'HALTED',
      trigger: expect.stringContaining('RISK_MISSES_EXCEEDED'),
    });
    expect(code).toBe(3);
    expect(events.at(-1)).toMatchObject({ type: 'summary', unresolved: 0 });
  });

  test('drains when the reader of its output goes away, without a stack', async () => {
    const { child, ended, said } = start(['--json']);
    await waitFor(() => said().includes('"executed"'));
    child.stdout?.destroy();
    const { code, stderr } = await ended;
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(code).toBe(0);
  });

  test('runs on with a --for that is longer than one timer can be', async () => {
    const { child, ended, said } = start(['--json', '--for', '1000h']);
    await waitFor(() => said().includes('"executed"'));
    child.kill('SIGINT');
    const { stderr } = await ended;
    expect(stderr).not.toContain('TimeoutOverflowWarning');
  });

  test('ends by itself after --for', async () => {
    const { code, stdout } = await tandem(['--for', '1s', '--json']);
    expect(code).toBe(0);
    expect(eventsOf(stdout).at(-1)).toMatchObject({ type: 'summary' });
  });

  test('signs nothing in simulation mode', async () => {
    const { stdout } = await tandem(['--mode', 'simulation', '--trades', '2', '--json']);
    const types = new Set(eventsOf(stdout).map((event) => event.type));
    expect(types.has('simulated')).toBe(true);
    expect(types.has('submitted')).toBe(false);
  });

  test('answers --help and --version with exit code 0', async () => {
    expect(await tandem(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('--rivals') });
    expect(await tandem(['run', '--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('--linger') });
    expect(await tandem(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });
});

describe('a mistake on the command line', () => {
  test.each([
    [['--nonsense']],
    [['--trades', 'many']],
    [['--trades', '0']],
    [['--network', 'moon']],
    [['--for', '1 day']],
    [['--program', 'nothing']],
    [['nonsense']],
  ])('%j ends with exit code 2 and says why', async (args) => {
    const ended = await tandem(args);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('error: ');
    expect(ended.stderr).not.toMatch(/^\s+at /m);
  });

  test('an option of the sandbox elsewhere is refused', async () => {
    const ended = await tandem(['--network', 'devnet', '--rivals', '2']);
    expect(ended.code).toBe(2);
    expectMistake(ended, 'CLI_OPTION_UNSUPPORTED');
  });

  test('a program file that is missing or no program is refused', async () => {
    const missing = await tandem([
      '--program',
      `675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8=${join(folder, 'none.so')}`,
    ]);
    expect(missing.code).toBe(2);
    expect(missing.stderr).toMatch(/error SANDBOX_PROGRAM_\w+: /);
    const text = await tandem([
      '--program',
      `675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8=${file('text.so', 'not a program')}`,
    ]);
    expect(text.code).toBe(2);
    expect(text.stderr).toMatch(/error SANDBOX_PROGRAM_\w+: /);
  });
});

describe('a mistake in the configuration', () => {
  test.each([
    ['syntax', '{ "execution_mode": ', 'CONFIG_SYNTAX_INVALID', ''],
    ['an unknown key', '{ "slipage_tolerance": 1 }', 'CONFIG_KEY_NOT_FOUND', 'slippage_tolerance'],
    ['a value out of range', '{ "slippage_tolerance": 3 }', 'CONFIG_VALUE_INVALID', 'slippage_tolerance'],
    ['an unknown venue', '{ "venues": { "enabled": ["uniswap"] } }', 'CONFIG_VENUE_UNSUPPORTED', 'raydium_cpmm'],
    ['a secret', '{ "wallet": { "private_key": "abc" } }', 'CONFIG_SECRET_INVALID', 'key_file'],
  ])('%s: one coded line, what to do, exit code 2', async (name, text, code, named) => {
    const ended = await tandem(['--config', file(`${name}.json`, text), '--trades', '1']);
    expect(ended.code).toBe(2);
    expectMistake(ended, code);
    expect(ended.stderr).toContain(named);
  });

  test('a missing file and an unknown override are named', async () => {
    expectMistake(await tandem(['--config', join(folder, 'none.json')]), 'CLI_CONFIG_NOT_FOUND');
    const override = await tandem(['--trades', '1'], { TANDEM__RISK__MAX_IN_FLIGT: '2' });
    expect(override.code).toBe(2);
    expect(override.stderr.toLowerCase()).toContain('max_in_flight');
  });
});

describe('outside the sandbox', () => {
  const keyFile = () => file('id.json', JSON.stringify(Array.from({ length: 64 }, (_, index) => index)));

  test('a wallet is needed', async () => {
    const ended = await tandem(['--network', 'devnet']);
    expect(ended.code).toBe(2);
    expectMistake(ended, 'CLI_KEY_FILE_MISSING');
  });

  test('real trading must be said in the configuration too', async () => {
    const config = file('simulation.json', JSON.stringify({ wallet: { key_file: keyFile() } }));
    const ended = await tandem(['--network', 'mainnet', '--mode', 'real', '--config', config], {
      TANDEM_CORE: 'typescript',
    });
    expect(ended.code).toBe(2);
    expectMistake(ended, 'CLI_MODE_MISMATCH');
  });

  test('a key file that holds no key is refused without showing it', async () => {
    const config = file(
      'bad-key.json',
      JSON.stringify({ wallet: { key_file: keyFile() }, network: { rpc_url: 'http://127.0.0.1:1' } }),
    );
    const ended = await tandem(['--network', 'devnet', '--config', config]);
    expect(ended.code).toBe(2);
    expectMistake(ended, 'CHAIN_KEY_FILE_INVALID');
    expect(ended.stderr).not.toContain('17,18,19');
  });

  /** A key file of a wallet that no chain has heard of. */
  function emptyWallet(): string {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const seed = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-32);
    const address = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
    return file('good.json', JSON.stringify([...seed, ...address]));
  }

  test.each(['real', 'simulation'])('an unfunded wallet is refused before it signs anything (%s)', async (mode) => {
    const sandbox = await startSandbox({
      chain: 'litesvm',
      seed: 1,
      rivals: 0,
      programs: [],
      accountDirs: [],
      core: loadCore().core,
      clock: systemClock,
      onFault: () => undefined,
    });
    try {
      const config = file(
        `unfunded-${mode}.json`,
        JSON.stringify({
          execution_mode: 'REAL',
          wallet: { key_file: emptyWallet() },
          network: { rpc_url: sandbox.rpcUrl, ws_url: sandbox.wsUrl },
        }),
      );
      const args = [
        '--network',
        'devnet',
        '--mode',
        mode,
        '--config',
        config,
        '--json',
        '--data-dir',
        join(folder, mode),
      ];
      const ended = await tandem(args, { TANDEM_CORE: 'typescript' });
      expect(ended.code).toBe(2);
      expectMistake(ended, 'WALLET_FUNDS_MISSING');
      expect(eventsOf(ended.stdout)).toMatchObject([{ type: 'summary', submitted: 0, unresolved: 0 }]);
    } finally {
      await sandbox.stop();
    }
  });

  test('a dead RPC URL is named, with exit code 4', async () => {
    const key = emptyWallet();
    const config = file(
      'dead.json',
      JSON.stringify({
        wallet: { key_file: key },
        network: { rpc_url: 'http://127.0.0.1:1', request_timeout_ms: 500 },
      }),
    );
    const ended = await tandem(['--network', 'devnet', '--config', config]);
    expect(ended.code).toBe(4);
    expectMistake(ended, 'CHAIN_UNREACHABLE');
    expect(ended.stderr).toContain('127.0.0.1:1');
  });
});
