import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCore } from '@tandem/core-native';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClusterAccount } from '../../src/cluster/cluster.js';
import { venuePrograms } from '../../src/programs/venue-programs.js';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox.js';
import { addressBytes, addressText, associatedTokenAddress } from '../../src/seed/addresses.js';
import { planGenesis, type Genesis } from '../../src/seed/genesis.js';
import { tokenAmount } from '../../src/seed/token-accounts.js';
import { realClock } from '../cluster/real-clock.js';
import { SHARED_ACCOUNTS } from '../seed/reference-layouts.js';

/** Genesis pools by their place in `seed/genesis-pools.ts`. */
const AAA_USD_AMM_V4 = 13;
const SOL_CCC_CPMM = 10;

let root: string;
let foreign: Genesis;
const running: Sandbox[] = [];
const faults: unknown[] = [];

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'tandem-dumped-'));
  foreign = await planGenesis(9_999);
});
afterEach(async () => {
  for (const sandbox of running.splice(0)) await sandbox.stop();
  rmSync(root, { recursive: true });
  expect(faults.splice(0)).toEqual([]);
});

async function start(accountDirs: readonly string[], overrides: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({
    chain: 'litesvm',
    seed: 71,
    rivals: 0,
    programs: [],
    accountDirs,
    core: loadCore().core,
    clock: realClock,
    onFault: (error) => faults.push(error),
    ...overrides,
  });
  running.push(sandbox);
  return sandbox;
}

/** Writes an account as the Solana CLI does. */
function writeDump(folder: string, account: ClusterAccount): void {
  mkdirSync(join(root, folder), { recursive: true });
  const text = JSON.stringify({
    pubkey: addressText(account.address),
    account: {
      lamports: Number(account.lamports),
      data: [Buffer.from(account.data).toString('base64'), 'base64'],
      owner: addressText(account.owner),
      executable: account.executable,
      rentEpoch: 0,
      space: account.data.length,
    },
  });
  writeFileSync(join(root, folder, `${addressText(account.address)}.json`), text);
}

/** Dumps one pool of a foreign chain with everything it names: vaults, configs, mints. */
function dumpForeignPool(
  index: number,
  folder: string,
  leaveOut: (account: ClusterAccount) => boolean = () => false,
): Uint8Array {
  const pool = foreign.pools[index]!;
  const mints = [...foreign.tokens.values()].map(({ facts }) => addressText(facts.mint));
  const configs = pool.swapAddresses.map(addressText);
  const named = foreign.accounts.filter(
    ({ address }) => mints.includes(addressText(address)) || configs.includes(addressText(address)),
  );
  for (const account of named) if (!leaveOut(account)) writeDump(folder, account);
  return pool.address;
}

describe('a sandbox on account dumps', () => {
  it('trades two loaded pools against each other without a sibling of ours', async () => {
    const pools = [dumpForeignPool(0, 'a'), dumpForeignPool(1, 'b')].map(addressText);
    const sandbox = await start([root], { gapsPerSecond: 200, rivals: 1 });
    expect(sandbox.pools).toHaveLength(foreign.pools.length + 2);
    expect(sandbox.pools.map((pool) => pool.address)).toEqual(expect.arrayContaining(pools));
    expect(sandbox.lookupTables).toHaveLength(2);
    await expectMoved(sandbox, pools);
  });

  it('seeds a sibling of the other venue at the same price for a pool that stands alone, and moves both', async () => {
    const loaded = dumpForeignPool(AAA_USD_AMM_V4, 'alone');
    const sandbox = await start([root], { gapsPerSecond: 200 });
    expect(sandbox.pools).toHaveLength(foreign.pools.length + 2);
    const [own, sibling] = sandbox.pools.slice(foreign.pools.length);
    expect(own).toEqual({ address: addressText(loaded), venue: 'raydium_amm_v4' });
    expect(sibling?.venue).toBe('raydium_cpmm');
    await expectMoved(sandbox, [own!.address, sibling!.address]);
  });

  it('seeds a sibling that takes Token-2022 mints where the loaded pool has one', async () => {
    dumpForeignPool(SOL_CCC_CPMM, 'token-2022');
    const sandbox = await start([root]);
    expect(sandbox.pools.slice(foreign.pools.length).map((pool) => pool.venue)).toEqual([
      'raydium_cpmm',
      'raydium_cpmm',
    ]);
  });

  it('gives the wallet funds for the mints of loaded pools, and a base mint that reaches them', async () => {
    dumpForeignPool(AAA_USD_AMM_V4, 'alone');
    const sandbox = await start([root]);
    const wallet = addressBytes(sandbox.wallet.address);
    const mints = ['AAA', 'USD'].map((symbol) => foreign.tokens.get(symbol as 'AAA' | 'USD')!.facts);
    for (const { mint, tokenProgram } of mints) {
      const account = await sandbox.cluster.getAccount(
        await associatedTokenAddress({ owner: wallet, mint, tokenProgram }),
      );
      expect(account && tokenAmount(account)).toBeGreaterThan(0n);
    }
    const extra = sandbox.baseMints.slice(2).map(({ mint }) => mint);
    expect(extra).toHaveLength(1);
    expect(mints.map(({ mint }) => addressText(mint))).toContain(extra[0]);
  });

  it('names the account that a loaded pool needs and the folder does not hold', async () => {
    const pool = foreign.pools[0]!;
    const vault = pool.swapAddresses[2]!;
    dumpForeignPool(0, 'gap', ({ address }) => addressText(address) === addressText(vault));
    await expect(start([root])).rejects.toMatchObject({
      code: 'SANDBOX_ACCOUNT_MISSING',
      message: expect.stringContaining(addressText(vault)) as string,
      action: expect.stringContaining(addressText(vault)) as string,
    });
  });

  it('names a mint that the folder does not hold', async () => {
    const mint = foreign.tokens.get('USD')!.facts.mint;
    dumpForeignPool(1, 'gap', ({ address }) => addressText(address) === addressText(mint));
    await expect(start([root])).rejects.toMatchObject({
      code: 'SANDBOX_ACCOUNT_MISSING',
      message: expect.stringContaining(addressText(mint)) as string,
    });
  });

  it('refuses a pool account that is cut off, with its file', async () => {
    const pool = foreign.pools[0]!.accounts[0]!;
    writeDump('cut', { ...pool, data: pool.data.slice(0, 400) });
    await expect(start([root])).rejects.toMatchObject({
      code: 'SANDBOX_POOL_INVALID',
      message: expect.stringContaining(join(root, 'cut')) as string,
    });
  });

  it('loads a program dump in place of ours', async () => {
    const [cpmm] = venuePrograms();
    const file = join(root, 'program.so');
    writeFileSync(file, readFileSync(cpmm!.soPath));
    const sandbox = await start([], { programs: [{ address: cpmm!.programId, file }], gapsPerSecond: 200 });
    sandbox.startMarket();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await sandbox.pauseMarket();
    expect(sandbox.counters.walkTrades).toBeGreaterThan(5);
    expect(sandbox.counters.walkFailures).toBe(0);
  });
});

describe('a sandbox that cannot start', () => {
  it('refuses an ELF that no runtime loads, with a code', async () => {
    const elf = new Uint8Array(4_096);
    elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
    elf[18] = 247;
    const file = join(root, 'garbage.so');
    writeFileSync(file, elf);
    await expect(
      start([], { programs: [{ address: addressText(foreign.wallet.address), file }] }),
    ).rejects.toMatchObject({
      code: expect.stringMatching(/^SANDBOX_PROGRAM_.*INVALID$/) as string,
    });
  });
});

describe.skipIf(!existsSync(SHARED_ACCOUNTS))(
  'captured accounts (../shared/accounts; skipped where they are absent)',
  () => {
    it.each(['cpmm', 'amm_v4'])('of %s load, and the pools that take swaps are moved', async (venue) => {
      const folder = join(SHARED_ACCOUNTS, venue);
      const sandbox = await start([folder], { gapsPerSecond: 400 });
      const loaded = readdirSync(folder).length;
      const added = sandbox.pools.slice(foreign.pools.length);
      expect(added.length).toBeGreaterThan(loaded);
      sandbox.startMarket();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      await sandbox.pauseMarket();
      expect(sandbox.counters.walkTrades).toBeGreaterThan(50);
      expect(sandbox.counters.walkFailures).toBe(0);
    });

    it('of both venues trade SOL/USDC against each other', async () => {
      const folders = [
        'cpmm/7JuwJuNU88gurFnyWeiyGKbFmExMWcmRZntn9imEzdny',
        'amm_v4/58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2',
      ];
      const sandbox = await start(
        folders.map((folder) => join(SHARED_ACCOUNTS, folder)),
        { gapsPerSecond: 200 },
      );
      expect(sandbox.pools).toHaveLength(foreign.pools.length + 2);
      await expectMoved(
        sandbox,
        sandbox.pools.slice(foreign.pools.length).map((pool) => pool.address),
      );
    });
  },
);

/** Runs the market until every one of the pools has changed. */
async function expectMoved(sandbox: Sandbox, pools: readonly string[]): Promise<void> {
  const read = async (): Promise<string[]> => Promise.all(pools.map((pool) => vaultsText(sandbox, pool)));
  const before = await read();
  sandbox.startMarket();
  for (let wait = 0; wait < 100; wait += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const now = await read();
    if (now.every((text, index) => text !== before[index])) break;
  }
  await sandbox.pauseMarket();
  const after = await read();
  for (const [index, text] of after.entries()) expect(text, pools[index]).not.toBe(before[index]);
  expect(sandbox.counters.walkFailures).toBe(0);
}

async function vaultsText(sandbox: Sandbox, pool: string): Promise<string> {
  const account = await sandbox.cluster.getAccount(addressBytes(pool));
  const offsets = account?.data.length === 637 ? [72, 104] : [336, 368];
  const vaults = await Promise.all(
    offsets.map(async (offset) =>
      sandbox.cluster.getAccount(Uint8Array.from(account!.data.subarray(offset, offset + 32))),
    ),
  );
  return vaults.map((vault) => vault && tokenAmount(vault)).join('/');
}
