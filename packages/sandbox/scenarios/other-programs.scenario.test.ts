import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decodeAddress } from '@tandem/engine';
import { PoolView } from '../src/market/pool-view.js';
import { VaultWriter } from '../src/market/vault-writer.js';
import { findRealAmmV4Dump } from '../src/programs/real-dump.js';
import { isPricedByVaults } from '../src/seed/sandbox-venues.js';
import type { ProgramOption } from '../src/index.js';
import { EngineRun } from './engine-run.js';
import { findProgramDumps, loadable } from './program-dumps.js';

const AMM_V4 = '675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8';
const WRAPPED_SOL = decodeAddress('So11111111111111111111111111111111111111112');
const dump = findRealAmmV4Dump();
const dumps = findProgramDumps();

let run: EngineRun | undefined;
let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'tandem-programs-'));
});
afterEach(async () => {
  await run?.dispose();
  rmSync(scratch, { recursive: true });
});

/** Opens gaps by hand, with nobody else trading, and requires that each trade gave what was quoted, to the unit. */
async function tradeOn(programs: readonly ProgramOption[], count: number): Promise<EngineRun> {
  const opened = await EngineRun.open({ sandbox: { programs } });
  run = opened;
  await opened.engine.start();
  const gaps = new GapOpener(opened);
  try {
    for (let trade = 1; trade <= count; trade += 1) {
      await gaps.open(trade);
      await opened.until(`${trade} trades`, () => opened.executed.length >= trade);
      await opened.quiet(300);
    }
  } finally {
    gaps.close();
  }
  const summary = await opened.stop();
  expect(summary.unresolved).toBe(0);
  expect(opened.of('missed')).toEqual([]);
  for (const trade of opened.executed) expect(trade.actualProfit).toBe(trade.expectedProfit);
  return opened;
}

/** Opens price gaps by putting SOL into one pool after the other. */
class GapOpener {
  readonly #view: PoolView;
  readonly #writer: VaultWriter;
  readonly #run: EngineRun;

  constructor(engineRun: EngineRun) {
    this.#run = engineRun;
    this.#view = new PoolView(engineRun.core, engineRun.sandbox.cluster);
    this.#writer = new VaultWriter(engineRun.sandbox.cluster);
  }

  async open(turn: number): Promise<void> {
    const indices = await this.#view.add(this.#run.sandbox.pools.map((pool) => decodeAddress(pool.address)));
    const isSol = (mint: Uint8Array) => mint.every((byte, at) => byte === WRAPPED_SOL[at]);
    const pools = this.#view
      .describe(indices)
      .filter((pool) => isPricedByVaults(pool.venue) && (isSol(pool.mintA) || isSol(pool.mintB)));
    const pool = pools[turn % pools.length];
    if (pool === undefined) throw new Error('no pool with SOL');
    const [deltaA, deltaB] = isSol(pool.mintA) ? [pool.reserveA / 25n, 0n] : [0n, pool.reserveB / 25n];
    expect(await this.#writer.shift(pool, deltaA, deltaB)).toBe(true);
  }

  close(): void {
    this.#view.close();
  }
}

describe('programs', () => {
  test('of ours give the amounts that were quoted', async () => {
    await tradeOn([], 4);
  });

  test.skipIf(dump === undefined)(
    'dumped from mainnet give the amounts that were quoted: AMM v4 (needs cargo to download its dump)',
    async () => {
      const opened = await tradeOn([{ address: AMM_V4, file: dump ?? '' }], 4);
      const venues = opened.of('opportunity').flatMap((event) => event.route.map((leg) => leg.venue));
      expect(venues).toContain('raydium_amm_v4');
    },
  );

  test.skipIf(dumps.length === 0)(
    'dumped by the user give the amounts that were quoted (TANDEM_PROGRAM_DUMPS)',
    async () => {
      const opened = await tradeOn(
        dumps.map((one) => loadable(one, scratch)),
        4,
      );
      const failed = opened.of('self_test').filter(({ outcome }) => outcome === 'failed');
      expect(failed).toEqual([]);
    },
  );
});
