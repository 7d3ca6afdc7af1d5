import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { venuePrograms } from '../../src/programs/venue-programs.js';
import { balanceOf, SHARED } from './captured-swaps.js';
import { WHIRLPOOL } from './whirlpool-calls.js';
import {
  amountsOf,
  hasWhirlpoolCaptures,
  nameOfRun,
  runWhirlpoolCaptures,
  stateOf,
  type WhirlpoolRun,
} from './whirlpool-captures.js';

const MISSING = hasWhirlpoolCaptures() ? '' : ` (skipped: no captured Whirlpool swaps in ${SHARED})`;

/** Returns a line for each run where ours and the captured answer differ. */
function differences(
  runs: readonly WhirlpoolRun[],
  of: (run: WhirlpoolRun) => readonly [unknown, unknown],
): readonly string[] {
  return runs.flatMap((run) => {
    const [ours, real] = of(run).map((value) => JSON.stringify(value));
    return ours === real ? [] : [`${nameOfRun(run)}: ours ${ours}, real ${real}`];
  });
}

describe('our Whirlpool program', () => {
  let runs: readonly WhirlpoolRun[] = [];
  let filled: readonly WhirlpoolRun[] = [];

  beforeAll(async () => {
    if (!hasWhirlpoolCaptures()) return;
    const { soPath } = venuePrograms().find(({ programId }) => programId === WHIRLPOOL)!;
    runs = await runWhirlpoolCaptures(readFileSync(soPath));
    filled = runs.filter(({ swap }) => swap.expected !== undefined);
  }, 120_000);

  it.skipIf(!hasWhirlpoolCaptures())(`answers all captured swaps as the real one did, codes included${MISSING}`, () => {
    expect(runs).toHaveLength(563);
    expect(filled).toHaveLength(478);
    const wrong = differences(runs, (run) => {
      const { expected, error } = run.swap;
      return [amountsOf(run), expected ?? { code: error?.code }];
    });
    expect(wrong).toEqual([]);
  });

  it.skipIf(!hasWhirlpoolCaptures())(`leaves the pool, oracle and vaults that the real one left${MISSING}`, () => {
    const wrong = differences(filled, (run) => {
      const { swap, vaults, outcome } = run;
      const balances = vaults.map((vault) => String(balanceOf(outcome.after.get(vault)!)));
      return [
        [stateOf(run), balances],
        [swap.post, swap.vaults],
      ];
    });
    expect(wrong).toEqual([]);
    // Seven chains of eight swaps: each step stands on what the steps before it left.
    expect(runs.filter(({ swap }) => swap.seq !== undefined)).toHaveLength(56);
    expect(filled.filter(({ swap }) => swap.post?.oracle !== undefined).length).toBeGreaterThan(200);
  });

  it.skipIf(!hasWhirlpoolCaptures())(`costs no more compute units than the real one${MISSING}`, () => {
    const dearer = runs.filter(({ swap, outcome }) => outcome.computeUnits > swap.computeUnits);
    const cost = ({ swap, outcome }: WhirlpoolRun): string => `${outcome.computeUnits} of ${swap.computeUnits}`;
    expect(dearer.map((run) => `${nameOfRun(run)}: ${cost(run)}`)).toEqual([]);
  });
});
