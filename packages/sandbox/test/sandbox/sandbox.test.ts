import { Connection, PublicKey } from '@solana/web3.js';
import { loadCore } from '@tandem/core-native';
import { afterEach, describe, expect, it } from 'vitest';
import { isSurfnetAvailable } from '../../src/cluster/surfnet-binding.js';
import { addressBytes } from '../../src/seed/addresses.js';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox.js';
import { realClock } from '../cluster/real-clock.js';

const running: Sandbox[] = [];
const faults: unknown[] = [];
afterEach(async () => {
  for (const sandbox of running.splice(0)) await sandbox.stop();
  expect(faults.splice(0)).toEqual([]);
});

async function start(overrides: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({
    chain: 'litesvm',
    seed: 61,
    rivals: 0,
    programs: [],
    accountDirs: [],
    core: loadCore().core,
    clock: realClock,
    onFault: (error) => faults.push(error),
    ...overrides,
  });
  running.push(sandbox);
  return sandbox;
}

const pause = async (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('startSandbox', () => {
  it('gives a chain that web3.js reads: wallet, pools and lookup table', async () => {
    const sandbox = await start();
    const connection = new Connection(sandbox.rpcUrl, 'confirmed');
    await pause(300);
    expect(await connection.getBalance(new PublicKey(sandbox.wallet.address))).toBe(1_000_000_000_000);
    expect(sandbox.pools).toHaveLength(16);
    for (const { address, venue } of sandbox.pools) {
      const account = await connection.getAccountInfo(new PublicKey(address));
      expect(account?.data.length).toBe(venue === 'raydium_cpmm' ? 637 : 752);
    }
    const table = await connection.getAddressLookupTable(new PublicKey(sandbox.lookupTables[0] ?? ''));
    expect(table.value?.state.addresses.map(String)).toContain(sandbox.pools[0]?.address);
    for (const tip of sandbox.tipAccounts) expect(await connection.getBalance(new PublicKey(tip))).toBeGreaterThan(0);
    expect(sandbox.baseMints).toHaveLength(2);
    expect(addressBytes(sandbox.wallet.address)).toEqual(sandbox.wallet.secretKey.subarray(32));
  });

  it('trades once the market is started, stops when it is paused, and goes on when started again', async () => {
    const sandbox = await start({ gapsPerSecond: 50, rivals: 2, slotMs: 40 });
    await pause(100);
    expect(sandbox.counters.walkTrades).toBe(0);
    sandbox.startMarket();
    await pause(1_500);
    await sandbox.pauseMarket();
    const { walkTrades, walkFailures, rivalTrades } = sandbox.counters;
    expect(walkTrades).toBeGreaterThan(20);
    expect(walkFailures).toBe(0);
    expect(rivalTrades).toBeGreaterThan(0);
    await pause(150);
    expect(sandbox.counters).toMatchObject({ walkTrades, rivalTrades });
    sandbox.startMarket();
    await pause(500);
    expect(sandbox.counters.walkTrades).toBeGreaterThan(walkTrades);
  });

  it.skipIf(!isSurfnetAvailable())(
    'runs on Surfnet (skipped where this platform has none), where vaults are written and rivals still send transactions',
    async () => {
      const sandbox = await start({ chain: 'surfnet', rivals: 1 });
      sandbox.startMarket();
      await pause(4_000);
      await sandbox.pauseMarket();
      expect(sandbox.cluster.kind).toBe('surfnet');
      expect(sandbox.counters.walkTrades).toBeGreaterThan(7);
      expect(sandbox.counters.walkFailures).toBe(0);
      expect(sandbox.counters.rivalTrades).toBeGreaterThan(0);
    },
  );

  it('can be stopped twice', async () => {
    const sandbox = await start();
    await sandbox.stop();
    await sandbox.stop();
    await expect(fetch(sandbox.rpcUrl, { method: 'POST', body: '{}' })).rejects.toThrow();
  });

  it.each([
    ['seed', { seed: 1.5 }],
    ['rivals', { rivals: -1 }],
    ['rivals', { rivals: 101 }],
    ['gapsPerSecond', { gapsPerSecond: 0 }],
    ['gapsPerSecond', { gapsPerSecond: Number.NaN }],
    ['slotMs', { slotMs: 0 }],
  ])('refuses an option out of range: %s', async (option, overrides) => {
    await expect(start(overrides)).rejects.toMatchObject({
      code: 'SANDBOX_OPTION_OUT_OF_RANGE',
      message: expect.stringContaining(option) as string,
    });
  });
});
