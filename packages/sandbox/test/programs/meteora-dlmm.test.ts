import { describe, expect, it } from 'vitest';
import { machineWithOurs } from './captured-runs.js';
import { balanceOf, SHARED } from './captured-swaps.js';
import { dlmmPost, dlmmVerdict, hasDlmmCaptures, runDlmmCaptures, type DlmmRun } from './dlmm-captures.js';

const MISSING = hasDlmmCaptures() ? '' : ` (skipped: no captured swaps in ${SHARED})`;

let known: readonly DlmmRun[] | undefined;

/** Lazily, so that a machine without captures reports the tests as skipped instead of failing to load them. */
function runs(): readonly DlmmRun[] {
  return (known ??= runDlmmCaptures(machineWithOurs()));
}

function succeeded(): readonly DlmmRun[] {
  return runs().filter(({ outcome }) => outcome.failure === undefined);
}

/** Returns a line for each run where ours and the captured answer differ. */
function differences(of: readonly DlmmRun[], both: (run: DlmmRun) => readonly [unknown, unknown]): string[] {
  return of.flatMap((run) => {
    const [ours, real] = both(run).map((value) => JSON.stringify(value));
    const { pool, ix, inputSide, amountSpecified, seq, step } = run.capture;
    const name = `${pool} ${ix} ${inputSide} ${amountSpecified} ${seq ?? ''} ${step ?? ''}`;
    return ours === real ? [] : [`${name}: ours ${ours}, real ${real}`];
  });
}

describe('our DLMM program', () => {
  it.skipIf(!hasDlmmCaptures())(`answers all captured swaps as the real one did, codes included${MISSING}`, () => {
    expect(runs()).toHaveLength(647);
    expect(succeeded()).toHaveLength(497);
    expect(runs().filter(({ capture }) => capture.seq !== undefined)).toHaveLength(24);
    const verdicts = differences(runs(), (run) => {
      const { expected, error } = run.capture;
      return [dlmmVerdict(run), expected ?? { code: error!.code }];
    });
    expect(verdicts).toEqual([]);
  });

  it.skipIf(!hasDlmmCaptures())(`leaves the pair that the real one left${MISSING}`, () => {
    expect(differences(succeeded(), (run) => [dlmmPost(run), run.capture.post])).toEqual([]);
  });

  it.skipIf(!hasDlmmCaptures())(`leaves the reserves that the real one left${MISSING}`, () => {
    const stated = succeeded().filter(({ capture }) => capture.vaults !== undefined);
    expect(stated).toHaveLength(444);
    const balances = differences(stated, ({ capture, outcome, reserves }) => {
      return [reserves.map((reserve) => String(balanceOf(outcome.after.get(reserve)!))), capture.vaults];
    });
    expect(balances).toEqual([]);
  });

  it.skipIf(!hasDlmmCaptures())(`costs no more compute units than the real one${MISSING}`, () => {
    const dearer = runs().filter(({ capture, outcome }) => outcome.computeUnits > capture.computeUnits);
    expect(dearer).toEqual([]);
  });
});
