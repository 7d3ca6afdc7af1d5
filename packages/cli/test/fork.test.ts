import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSurfnetAvailable } from '@tandem/sandbox';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { ChildRun } from './child-run.js';

const folder = mkdtempSync(join(tmpdir(), 'tandem-fork-'));
const config = join(folder, 'real.json');
writeFileSync(config, JSON.stringify({ execution_mode: 'REAL' }), { mode: 0o600 });
afterAll(() => rmSync(folder, { recursive: true }));

const children: ChildRun[] = [];
afterEach(async () => {
  for (const child of children) child.kill();
  await Promise.all(children.splice(0).map(async (child) => child.ended));
});

function start(args: readonly string[], environment: Readonly<Record<string, string>> = {}): ChildRun {
  const child = new ChildRun(args, environment);
  children.push(child);
  return child;
}

const fork = (environment: Readonly<Record<string, string>>) =>
  start(['--network', 'fork', '--config', config, '--mode', 'real', '--for', '40s', '--json'], {
    TANDEM_HOME: mkdtempSync(join(folder, 'home-')),
    ...environment,
  });

async function ask(url: unknown, method: string, params: readonly unknown[]): Promise<unknown> {
  const response = await fetch(String(url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  return ((await response.json()) as { readonly result: unknown }).result;
}

const SOL = 'So11111111111111111111111111111111111111112';
interface TokenBalance {
  readonly mint: string;
  readonly owner: string;
  readonly uiTokenAmount: { readonly amount: string };
}
interface Landed {
  readonly meta: {
    readonly err: unknown;
    readonly preBalances: readonly number[];
    readonly postBalances: readonly number[];
    readonly preTokenBalances: readonly TokenBalance[];
    readonly postTokenBalances: readonly TokenBalance[];
  };
}

/** Lamports a transaction brought its payer, plain and wrapped, as the chain keeps them. */
function earned({ meta }: Landed, wallet: unknown): bigint {
  const wrapped = (balances: readonly TokenBalance[]) =>
    balances
      .filter(({ mint, owner }) => mint === SOL && owner === wallet)
      .reduce((sum, { uiTokenAmount }) => sum + BigInt(uiTokenAmount.amount), 0n);
  const plain = BigInt(meta.postBalances[0] ?? 0) - BigInt(meta.preBalances[0] ?? 0);
  return plain + wrapped(meta.postTokenBalances) - wrapped(meta.preTokenBalances);
}

/** Enough of them that the moment a fork copies has gaps: nobody closes those of a simulation, and the fork opens none. */
const REMOTE_OPPORTUNITIES = 200;

describe.skipIf(!isSurfnetAvailable())('--network fork (needs a Surfnet for this platform)', () => {
  test('trades on a copy of the remote chain, with profits that the copy keeps and the remote knows nothing of', async () => {
    const remote = start(['--network', 'sandbox', '--mode', 'simulation', '--for', '60s', '--json']);
    const remoteUrl = (await remote.untilEvents('started'))[0]?.rpcUrl;
    await remote.untilEvents('opportunity', REMOTE_OPPORTUNITIES);

    // No --trades: the copy ends with the run, and is asked while it lives.
    const run = fork({ TANDEM__NETWORK__REMOTE_RPC_URL: String(remoteUrl) });
    const executed = await run.untilEvents('executed', 2);
    const [started] = run.events('started');
    expect(started).toMatchObject({ network: 'fork', chain: 'surfnet', mode: 'real' });
    for (const { signature, actualProfit } of executed) {
      const options = { encoding: 'json', commitment: 'confirmed', maxSupportedTransactionVersion: 1 };
      const landed = (await ask(started?.rpcUrl, 'getTransaction', [signature, options])) as Landed;
      expect(landed.meta.err).toBeNull();
      expect(earned(landed, started?.wallet)).toBe(BigInt(String(actualProfit)));
    }
    const signatures = run.events('submitted').map(({ signature }) => signature);
    expect(signatures.length).toBeGreaterThanOrEqual(2);
    const { value } = (await ask(remoteUrl, 'getSignatureStatuses', [
      signatures,
      { searchTransactionHistory: true },
    ])) as { readonly value: readonly unknown[] };
    expect(value).toEqual(signatures.map(() => null));

    run.interrupt();
    expect(await run.ended).toBe(0);
    expect(run.events('summary')[0]).toMatchObject({ unresolved: 0 });
  });
});

describe('--network fork that cannot start', () => {
  test('asks for the node to copy when none is configured', async () => {
    const run = fork({});
    expect(await run.ended).toBe(2);
    expect(run.stderr).toContain('error CLI_REMOTE_URL_MISSING: ');
  });

  test('tells that the node is away, and shows nothing of its URL but the host', async () => {
    const run = fork({ TANDEM__NETWORK__REMOTE_RPC_URL: 'http://127.0.0.1:9/token-in-a-path' });
    expect(await run.ended).toBe(4);
    expect(run.stderr).toContain('error SANDBOX_REMOTE_UNREACHABLE: ');
    expect(run.stderr).toContain('127.0.0.1:9');
    expect(run.stderr).not.toContain('token-in-a-path');
  });
});
