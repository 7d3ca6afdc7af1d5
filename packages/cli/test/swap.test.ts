import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadCore } from '@tandem/core-native';
import { type Sandbox, startSandbox } from '@tandem/sandbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../src/system-clock.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const SOL = 'So11111111111111111111111111111111111111112';
const folder = mkdtempSync(join(tmpdir(), 'tandem-swap-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function swap(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, 'swap', ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return await new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}

const linesOf = ({ stdout }: Ended) =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, string>);

const ORDER = ['--from', 'SOL', '--to', 'USD', '--amount', '100000000'];

describe('tandem swap in the sandbox', () => {
  test('shows what it will do, does it, and writes nothing but JSON lines', async () => {
    const ended = await swap([...ORDER, '--yes', '--json']);
    expect(ended.code).toBe(0);
    const [preview, swapped, ...rest] = linesOf(ended);
    expect(rest).toEqual([]);
    expect(preview).toMatchObject({
      type: 'swap_preview',
      seq: 1,
      network: 'sandbox',
      inputMint: SOL,
      inputAmount: '100000000',
    });
    expect(swapped).toMatchObject({
      type: 'swapped',
      seq: 2,
      inputAmount: '100000000',
      priceImpact: preview?.['priceImpact'],
    });
    expect(BigInt(swapped!['outputAmount']!)).toBeGreaterThanOrEqual(BigInt(preview!['minimumOut']!));
    expect(swapped!['signature']).toMatch(/^[1-9A-HJ-NP-Za-km-z]{80,90}$/);
  });

  test('writes a few plain lines for a person', async () => {
    const { code, stdout } = await swap([...ORDER, '--yes', '--slippage-bps', '0']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/at least +\d+ \(slippage 0 bps\)/);
    expect(stdout).toMatch(/SWAPPED 100000000 of .+ for \d+ of /);
  });

  test('never swaps unasked where nobody can be asked', async () => {
    const ended = await swap(ORDER);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain('error CLI_CONFIRMATION_MISSING: ');
  });

  test('never pays more SOL than the largest execution amount', async () => {
    const ended = await swap(['--from', 'SOL', '--to', 'USD', '--amount', '1000000001', '--yes']);
    expect(ended).toMatchObject({ code: 3, stdout: '' });
    expect(ended.stderr).toContain('error RISK_POSITION_EXCEEDED: ');
  });

  test('never swaps below a minimum of its caller, whatever the router quotes', async () => {
    const ended = await swap([...ORDER, '--yes', '--minimum-out', '1000000000000']);
    expect(ended).toMatchObject({ code: 3, stdout: '' });
    expect(ended.stderr).toContain('error JUPITER_MINIMUM_EXCEEDED: ');
  });

  test.each([
    [['--from', 'SOL', '--to', 'SOL', '--amount', '1'], 'JUPITER_REQUEST_INVALID'],
    [['--from', 'SOL', '--to', 'nonsense', '--amount', '1'], 'JUPITER_REQUEST_INVALID'],
  ])('%j is a mistake: one coded line, exit code 2', async (args, code) => {
    const ended = await swap([...args, '--yes']);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(`error ${code}: `);
    expect(ended.stderr).not.toMatch(/^\s+at /m);
  });

  test.each([
    [['--from', 'SOL', '--to', 'USD']],
    [['--from', 'SOL', '--to', 'USD', '--amount', '0']],
    [['--from', 'SOL', '--to', 'USD', '--amount', '1.5']],
    [['--from', 'SOL', '--to', 'USD', '--amount', '18446744073709551616']],
    [[...ORDER, '--slippage-bps', '201']],
    [[...ORDER, '--minimum-out', '0']],
    [[...ORDER, '--network', 'moon']],
  ])('%j ends with exit code 2 and says why', async (args) => {
    const ended = await swap([...args, '--yes']);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('error: ');
  });

  test('has help', async () => {
    expect(await swap(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('--slippage-bps') });
  });
});

describe('tandem swap elsewhere', () => {
  let sandbox: Sandbox;
  let usd: string;
  beforeAll(async () => {
    const { core } = loadCore();
    const clock = systemClock;
    const onFault = () => undefined;
    sandbox = await startSandbox({
      chain: 'litesvm',
      seed: 3,
      rivals: 0,
      programs: [],
      accountDirs: [],
      core,
      clock,
      onFault,
      services: { aggregator: true },
    });
    usd = sandbox.baseMints.find(({ mint }) => mint !== SOL)!.mint;
  });
  afterAll(async () => {
    await sandbox.stop();
  });

  function config(name: string, change: Readonly<Record<string, unknown>> = {}): string {
    const keyFile = join(folder, 'id.json');
    writeFileSync(keyFile, JSON.stringify([...sandbox.wallet.secretKey]));
    chmodSync(keyFile, 0o600);
    const path = join(folder, name);
    const settings = {
      execution_mode: 'REAL',
      wallet: { key_file: keyFile },
      network: { rpc_url: sandbox.rpcUrl, ws_url: sandbox.wsUrl },
      jupiter: { url: sandbox.services.aggregator?.url, key_env: 'SWAP_TEST_KEY', timeout_ms: 2_000 },
      ...change,
    };
    writeFileSync(path, JSON.stringify(settings));
    return path;
  }

  const elsewhere = async (path: string, key = 'right-key') =>
    swap(
      [
        '--network',
        'devnet',
        '--from',
        'SOL',
        '--to',
        usd,
        '--amount',
        '1000000',
        '--yes',
        '--json',
        '--config',
        path,
        '--data-dir',
        join(folder, 'data'),
      ],
      { TANDEM_CORE: 'typescript', SWAP_TEST_KEY: key },
    );

  test('swaps with a wallet, a node and a key of its own', async () => {
    const ended = await elsewhere(config('real.json'));
    expect(ended.stderr).toBe('');
    expect(ended.code).toBe(0);
    expect(linesOf(ended).map(({ type }) => type)).toEqual(['swap_preview', 'swapped']);
  });

  test('ends with the preview where the configuration does not say REAL', async () => {
    const ended = await elsewhere(config('simulation.json', { execution_mode: 'SIMULATION' }));
    expect(ended.code).toBe(2);
    expect(linesOf(ended).map(({ type }) => type)).toEqual(['swap_preview']);
    expect(ended.stderr).toContain('error CLI_MODE_MISMATCH: ');
  });

  test('names a wrong key without showing it, and a missing one', async () => {
    const keys: unknown[] = [];
    const gateway = createServer((request, response) => {
      keys.push(request.headers['x-api-key']);
      response.writeHead(401).end('{"code":401,"message":"Unauthorized"}');
    });
    await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
    const { port } = gateway.address() as AddressInfo;
    const path = config('key.json', { jupiter: { url: `http://127.0.0.1:${port}`, key_env: 'SWAP_TEST_KEY' } });
    const wrong = await elsewhere(path, 'wrong-key');
    gateway.close();
    expect(keys).toEqual(['wrong-key']);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('error JUPITER_KEY_INVALID: ') });
    expect(wrong.stderr).not.toContain('wrong-key');
    const missing = await elsewhere(path, '');
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('error CLI_TOKEN_MISSING: ') });
  });

  test('ends with exit code 4 where Jupiter cannot be reached', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const ended = await elsewhere(
      config('dead.json', { jupiter: { url: `http://127.0.0.1:${port}`, timeout_ms: 500 } }),
    );
    expect(ended).toMatchObject({ code: 4, stdout: '' });
    expect(ended.stderr).toContain('error JUPITER_UNREACHABLE: ');
  });

  test('needs a wallet', async () => {
    const ended = await elsewhere(config('no-wallet.json', { wallet: {} }));
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('error CLI_KEY_FILE_MISSING: ') });
  });
});
