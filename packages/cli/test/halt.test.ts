import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ChildRun } from './child-run.js';

let folder: string;
let engine: ChildRun | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tandem-halt-'));
});
afterEach(() => {
  engine?.kill();
  rmSync(folder, { recursive: true, force: true });
});

const place = () => ['--data-dir', folder, '--json'];

async function startTrading(): Promise<ChildRun> {
  engine = new ChildRun(['run', ...place()]);
  await engine.untilEvents('executed');
  return engine;
}

/** Runs a command to its end. */
async function tandem(...args: string[]): Promise<{ code: number | null; run: ChildRun }> {
  const run = new ChildRun([...args, ...place()]);
  return { code: await run.ended, run };
}

/** Nothing is submitted after the halt, everything has a verdict, and the process says that safety ended it. */
async function expectHalted(source: string): Promise<void> {
  expect(await engine!.ended).toBe(3);
  const [state] = engine!.events('state');
  expect(state).toMatchObject({ to: 'HALTED', source });
  const after = engine!.events('submitted').filter(({ seq }) => Number(seq) > Number(state!['seq']));
  expect(after).toEqual([]);
  expect(engine!.events('summary')).toMatchObject([{ unresolved: 0 }]);
}

describe('the emergency stop of a run', { timeout: 120_000 }, () => {
  test('by tandem halt; the next run is refused until somebody resumes', async () => {
    await startTrading();
    expect(statSync(join(folder, 'control.sock')).mode & 0o777).toBe(0o600);
    const status = await tandem('status');
    expect(status.run.events('status')).toMatchObject([{ engine: 'running', running: { state: 'ACTIVE' } }]);
    expect((await tandem('resume', '--yes')).code).toBe(3);
    const halted = await tandem('halt', '--reason', 'prices look wrong');
    expect(halted.code).toBe(0);
    expect(halted.run.events('halt')).toMatchObject([{ state: 'HALTED', trigger: expect.stringContaining('prices') }]);
    expect(await engine!.ended).toBe(3);
    const refused = await tandem('run', '--trades', '1');
    expect(refused.code).toBe(3);
    expect(refused.run.stderr).toContain('RISK_STATE_INVALID');
    expect((await tandem('swap', '--from', 'SOL', '--to', 'USD', '--amount', '1', '--yes')).code).toBe(3);
    expect((await tandem('resume')).code).toBe(2);
    expect((await tandem('resume', '--yes')).code).toBe(0);
    expect(existsSync(join(folder, 'HALT'))).toBe(false);
    expect((await tandem('run', '--trades', '1')).code).toBe(0);
  });

  test('by a file in the data directory', async () => {
    await startTrading();
    writeFileSync(join(folder, 'HALT'), 'from a script');
    await expectHalted('file');
  });

  test('by a signal', async () => {
    await startTrading();
    engine!.signal('SIGUSR2');
    await expectHalted('signal');
  });

  test('by HTTP, with the token of the data directory', async () => {
    await startTrading();
    const url = /metrics at (\S+)\/metrics/.exec(engine!.stderr)?.[1];
    const token = readFileSync(join(folder, 'control-token'), 'utf8').trim();
    expect(statSync(join(folder, 'control-token')).mode & 0o777).toBe(0o600);
    expect(await post(`${url}/halt`, 'wrong')).toBe(401);
    expect(await post(`${url}/halt`, token)).toBe(200);
    await expectHalted('http');
  });

  test('holds where no engine runs: the file keeps the next from starting', async () => {
    const halted = await tandem('halt', '--reason', 'before the weekend');
    expect([halted.code, halted.run.events('halt')]).toMatchObject([0, [{ engine: 'none' }]]);
    expect(readFileSync(join(folder, 'HALT'), 'utf8')).toBe('before the weekend\n');
    expect((await tandem('run', '--trades', '1')).code).toBe(3);
  });

  test('is wrong usage where there is no such data directory', async () => {
    const missing = new ChildRun(['halt', '--data-dir', join(folder, 'nowhere')]);
    expect(await missing.ended).toBe(2);
    expect(missing.stderr).toContain('CLI_DATA_DIR_INVALID');
  });
});

async function post(url: string, token: string): Promise<number> {
  return await new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const asked = request(url, { method: 'POST', headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on('error', reject);
    asked.end('{"reason":"test"}');
  });
}
