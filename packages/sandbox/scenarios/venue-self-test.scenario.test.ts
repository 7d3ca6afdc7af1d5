import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCore, Venue } from '@tandem/core-native';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ProgramOption } from '../src/index.js';
import { venuePrograms } from '../src/programs/venue-programs.js';
import { addressText } from '../src/seed/addresses.js';
import { planGenesis } from '../src/seed/genesis.js';
import { seedPool } from '../src/seed/genesis-pools.js';
import { unitsWorth } from '../src/seed/genesis-tokens.js';
import type { PoolSide } from '../src/seed/seeded-pool.js';
import { EngineRun } from './engine-run.js';

/** SBF `mov64 rX, imm`. */
const MOVE_IMMEDIATE = 0xb7;
const RATE_DENOMINATOR = 1_000_000;
const SPOILED_VENUES = ['raydium_cpmm', 'raydium_amm_v4'] as const;
const BACKENDS = ['native', 'typescript'] as const;
/** Why the native core takes no part; empty when it does. */
const nativeAbsence = findNativeAbsence();

function findNativeAbsence(): string {
  try {
    loadCore({ backend: 'native' });
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : 'unknown cause';
  }
}

let folder: string;
let run: EngineRun | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tandem-self-test-'));
});
afterEach(async () => {
  await run?.dispose();
  run = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const programOf = (venue: (typeof SPOILED_VENUES)[number]) => {
  const found = venuePrograms().find((program) => program.venue === venue);
  if (found === undefined) throw new Error(`no program of ${venue}`);
  return found;
};

/** Our CPMM program with another denominator of its fee rates: outputs are off by a few units in a billion, and nothing else changes. */
function almostCpmm(): ProgramOption {
  const { programId, soPath } = programOf('raydium_cpmm');
  const elf = readFileSync(soPath);
  let patched = 0;
  for (let at = 0; at + 8 <= elf.length; at += 8) {
    if (elf[at] !== MOVE_IMMEDIATE || elf.readUInt32LE(at + 4) !== RATE_DENOMINATOR) continue;
    elf.writeUInt32LE(RATE_DENOMINATOR + 1, at + 4);
    patched += 1;
  }
  expect(patched).toBeGreaterThan(0);
  const file = join(folder, 'almost.so');
  writeFileSync(file, elf);
  return { address: programId, file };
}

/** Another program at the venue's id: it knows neither the instruction nor the accounts. */
function foreignAmmV4(): ProgramOption {
  return { address: programOf('raydium_amm_v4').programId, file: programOf('raydium_cpmm').soPath };
}

/** Dumps of two AMM v4 pools of one pair: something to trade where no other venue is left. */
async function twinAmmV4Pools(): Promise<string> {
  const { tokens, accounts } = await planGenesis(9_999);
  const sides = (['AAA', 'SOL'] as const).map((symbol) => {
    const token = tokens.get(symbol);
    if (token === undefined) throw new Error(`no token ${symbol}`);
    return { mint: token.facts, reserve: unitsWorth(token, 1_000_000_000_000n) };
  }) as [PoolSide, PoolSide];
  const mint = accounts.find(({ address }) => addressText(address) === addressText(sides[0].mint.mint));
  const pools = await Promise.all(
    [1, 2].map(async (label) => seedPool({ seed: 9_999, label: `twin/${label}`, venue: Venue.RaydiumAmmV4, sides })),
  );
  for (const { address, owner, lamports, data, executable } of [...pools.flatMap((pool) => pool.accounts), mint!]) {
    const encoded = { lamports: Number(lamports), data: [Buffer.from(data).toString('base64'), 'base64'], executable };
    const account = { ...encoded, owner: addressText(owner), rentEpoch: 0, space: data.length };
    const file = join(folder, `${addressText(address)}.json`);
    writeFileSync(file, JSON.stringify({ pubkey: addressText(address), account }));
  }
  return folder;
}

const outcomes = (opened: EngineRun) => {
  const tested = opened.of('self_test').filter(({ pools }) => pools > 0);
  return Object.fromEntries(tested.map(({ venue, outcome }) => [venue, outcome]));
};

const seededVenues = (opened: EngineRun) => [...new Set(opened.sandbox.pools.map((pool) => pool.venue))];

/** Trades, and requires that no trade and no opportunity went through the venue. */
async function tradesWithout(opened: EngineRun, venue: string): Promise<void> {
  await opened.trade(3, 40_000);
  const summary = await opened.stop();
  const used = opened.of('opportunity').flatMap((event) => event.route.map((leg) => leg.venue));
  expect(used.length).toBeGreaterThan(0);
  expect(used).not.toContain(venue);
  expect(summary.unresolved).toBe(0);
  expect(opened.of('started')[0]?.venues).not.toContain(venue);
  const alerts = opened.of('alert').filter(({ rule }) => rule === 'venue_self_test');
  expect(alerts).toHaveLength(1);
  expect(alerts[0]).toMatchObject({ severity: 'critical', message: expect.stringContaining(`${venue} is disabled`) });
}

describe.each(BACKENDS)('the self-test at the start (%s core)', (backend) => {
  // Where the addon is missing its half is skipped, by name.
  const testIt = test.skipIf(backend === 'native' && nativeAbsence !== '');
  const open = async (
    programs: readonly ProgramOption[],
    config: Record<string, unknown> = {},
    accountDirs: readonly string[] = [],
  ) => {
    const { core } = loadCore({ backend });
    run = await EngineRun.open({ core, sandbox: { programs, accountDirs }, config });
    return run;
  };

  testIt('passes every venue whose program gives what the core quotes, and states those it cannot test', async () => {
    const opened = await open([]);
    await opened.engine.start();
    expect(outcomes(opened)).toEqual(Object.fromEntries(seededVenues(opened).map((venue) => [venue, 'passed'])));
    const others = opened.of('self_test').filter(({ pools }) => pools === 0);
    for (const other of others) expect(other).toMatchObject({ outcome: 'untested', pool: null });
    expect(opened.of('alert').filter(({ rule }) => rule === 'venue_self_test')).toEqual([]);
  });

  testIt('disables a venue whose program gives a few units more, and the rest trades on', async () => {
    const opened = await open([almostCpmm()], {}, [await twinAmmV4Pools()]);
    await tradesWithout(opened, 'raydium_cpmm');
    expect(outcomes(opened)).toMatchObject({ raydium_cpmm: 'failed', raydium_amm_v4: 'passed' });
    expect(opened.of('self_test').find(({ venue }) => venue === 'raydium_cpmm')?.reason).toMatch(
      /^the quote is \d+ for \d+, the simulated swap gave \d+ for \d+$/,
    );
  });

  testIt('disables a venue whose program no longer knows the instruction, and says what it answered', async () => {
    const opened = await open([foreignAmmV4()]);
    await tradesWithout(opened, 'raydium_amm_v4');
    expect(outcomes(opened)).toMatchObject({ raydium_cpmm: 'passed', raydium_amm_v4: 'failed' });
    expect(opened.of('self_test').find(({ venue }) => venue === 'raydium_amm_v4')?.reason).toContain('raydium_amm_v4');
  });

  testIt('ends the run with a code when no venue is left, unless it is switched off', async () => {
    const programs = [almostCpmm(), foreignAmmV4()];
    const only = { enabled: [...SPOILED_VENUES] };
    const opened = await open(programs, { venues: only });
    await expect(opened.engine.start()).rejects.toMatchObject({
      code: 'MARKET_SELF_TEST_MISMATCH',
      severity: 'fatal',
      message: expect.stringContaining('raydium_cpmm: the quote is'),
    });
    await opened.dispose();
    const careless = await open(programs, { venues: { ...only, self_test: false } });
    await careless.engine.start();
    expect(careless.of('self_test')).toEqual([]);
  });

  testIt('tests a wallet without token accounts by simulating their creation', async () => {
    const opened = await open([], { execution_mode: 'SIMULATION' });
    await opened.engine.start();
    expect(outcomes(opened)).toEqual(Object.fromEntries(seededVenues(opened).map((venue) => [venue, 'passed'])));
  });
});
