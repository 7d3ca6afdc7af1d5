import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCore, VENUE_PROGRAMS, VENUE_STEMS } from '@tandem/core-native';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ProgramOption } from '../src/index.js';
import { findRealDump } from '../src/programs/real-dump.js';
import { addressText } from '../src/seed/addresses.js';
import { PUMP_FEES_PROGRAM } from '../src/seed/pumpswap.js';
import { SHARED_ACCOUNTS } from '../test/seed/reference-layouts.js';
import { EngineRun } from './engine-run.js';
import { findProgramDumps, loadable } from './program-dumps.js';

const DUMPS = findProgramDumps();
/** A captured pool of each venue whose price stands in its state: mainnet's where there is one. */
const CAPTURED = {
  raydium_clmm: 'clmm/mainnet_2QUHBKhsfYoEi2Vx',
  orca_whirlpool: 'whirlpool/HJPjoWUrhoZzkNfRpHuieeFk9WcZWjwy6PBjZ81ngndJ',
  meteora_dlmm: 'dlmm/6StaAqeVjKUPTgMLmcLmdpmUjoYHRcZ6uViLdWNdUghM',
  meteora_damm_v2: 'damm_v2',
  pumpswap: 'pumpswap/pump_low_tier',
} as const;
type CapturedVenue = keyof typeof CAPTURED;

let run: EngineRun | undefined;
let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'tandem-loaded-'));
});
afterEach(async () => {
  await run?.dispose();
  run = undefined;
  rmSync(scratch, { recursive: true });
});

/** The real programs a venue needs, or nothing where one of them is not here. */
function programsOf(venue: CapturedVenue): ProgramOption[] | undefined {
  const address = addressText(VENUE_PROGRAMS[VENUE_STEMS.indexOf(venue)] ?? new Uint8Array(32));
  if (venue === 'pumpswap') {
    const [amm, fees] = [findRealDump('pump_amm'), findRealDump('pump_fees')];
    if (amm === undefined || fees === undefined) return undefined;
    return [
      { address, file: amm },
      { address: addressText(PUMP_FEES_PROGRAM), file: fees },
    ];
  }
  const dump = DUMPS.find((one) => one.address === address);
  return dump && [dump];
}

/** One pool's accounts: the folder itself, or its first pool. */
function accountsOf(venue: CapturedVenue): string {
  const folder = join(SHARED_ACCOUNTS, CAPTURED[venue]);
  const [first] = existsSync(folder) ? readdirSync(folder).toSorted() : [];
  return first === undefined || first.endsWith('.json') ? folder : join(folder, first);
}

describe.each(Object.keys(CAPTURED) as CapturedVenue[])('a loaded pool of %s', (venue) => {
  const programs = programsOf(venue);
  const isHere = programs !== undefined && existsSync(accountsOf(venue));

  test.skipIf(!isHere).each(['native', 'typescript'] as const)(
    'passes the self-test on the real program and is traded, on the %s core (needs ../shared/accounts and TANDEM_PROGRAM_DUMPS)',
    async (backend) => {
      const accountDirs = [accountsOf(venue)];
      const { core } = loadCore({ backend });
      const opened = await EngineRun.open({
        core,
        sandbox: { programs: (programs ?? []).map((one) => loadable(one, scratch)), accountDirs },
      });
      run = opened;
      const uses = () =>
        opened.executed.filter(({ poolA, poolB }) =>
          opened.sandbox.pools.some((pool) => pool.venue === venue && [poolA, poolB].includes(pool.address)),
        );
      await opened.engine.start();
      opened.sandbox.startMarket();
      await opened.until(`2 trades through ${venue}`, () => uses().length >= 2, 15_000);
      const summary = await opened.stop();
      expect(opened.of('self_test').find((event) => event.venue === venue)).toMatchObject({ outcome: 'passed' });
      expect(opened.sandbox.counters.walkFailures).toBe(0);
      expect(summary.unresolved).toBe(0);
    },
  );
});
