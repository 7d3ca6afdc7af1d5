import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { ChildRun } from './child-run.js';

const folder = mkdtempSync(join(tmpdir(), 'tandem-roads-'));
afterAll(() => rmSync(folder, { recursive: true }));

let run: ChildRun | undefined;
afterEach(async () => {
  run?.kill();
  await run?.ended;
});

function tandem(...args: readonly string[]): ChildRun {
  run = new ChildRun([...args, '--json'], { TANDEM_HOME: folder });
  return run;
}

describe('--route, --sender and --feed', () => {
  test.each([
    ['--route', 'direct'],
    ['--route', 'jupiter'],
    ['--route', 'mixed'],
    ['--sender', 'rpc'],
    ['--sender', 'fanout'],
    ['--sender', 'jito'],
    ['--feed', 'websocket'],
    ['--feed', 'grpc'],
  ])('%s %s trades in the sandbox and leaves nothing open', async (option, value) => {
    const child = tandem(option, value, '--trades', '1', '--for', '30s');
    expect(await child.ended, child.stderr).toBe(0);
    const [executed] = child.events('executed');
    expect(executed).toBeDefined();
    // The event names the first road: a region of the block engine, or the first node, which a fan-out has too.
    const firstRoad = value === 'jito' ? /^jito-\d+$/ : /^rpc$/;
    expect(child.events('submitted')[0]?.sender).toMatch(firstRoad);
    expect(child.events('summary')[0]).toMatchObject({ unresolved: 0 });
  });

  test.each([['--route'], ['--sender'], ['--feed']])('%s takes no other value', async (option) => {
    const child = tandem(option, 'pigeon', '--trades', '1');
    expect(await child.ended).toBe(2);
    expect(child.stderr).toContain('pigeon');
  });

  test.each([
    ['--sender', 'jito'],
    ['--feed', 'grpc'],
  ])('refuses %s %s on a chain that has no such server', async (option, value) => {
    const child = tandem('--chain', 'surfnet', option, value, '--trades', '1');
    expect(await child.ended).toBe(2);
    expect(child.stderr).toContain('error CLI_OPTION_UNSUPPORTED: ');
    expect(child.stderr).toContain(`${option} ${value}`);
  });

  test('refuses --feed grpc where no gRPC server is named', async () => {
    const child = tandem('--network', 'devnet', '--feed', 'grpc', '--trades', '1');
    expect(await child.ended).toBe(2);
    expect(child.stderr).toMatch(/error CONFIG_\w+: /);
    expect(child.stderr).toContain('grpc_url');
  });
});
