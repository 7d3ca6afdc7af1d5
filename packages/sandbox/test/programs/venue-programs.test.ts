import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { venuePrograms } from '../../src/programs/venue-programs.js';
import { machineWithOurs, nameOf, runCaptures, verdictOf, type CapturedRun } from './captured-runs.js';
import { balanceOf, hasCaptures, SHARED } from './captured-swaps.js';
import { u64At } from './venue-calls.js';

const MISSING = hasCaptures() ? '' : ` (skipped: no captured swaps in ${SHARED})`;

/** Lazily, so that a machine without captures reports the tests as skipped instead of failing to load them. */
function once(venue: 'cpmm' | 'amm_v4'): () => readonly CapturedRun[] {
  let runs: readonly CapturedRun[] | undefined;
  return () => (runs ??= runCaptures(venue));
}

/** Returns a line for each run where ours and the captured answer differ. */
function differences(runs: readonly CapturedRun[], of: (run: CapturedRun) => readonly [unknown, unknown]): string[] {
  return runs.flatMap((run) => {
    const [ours, real] = of(run).map((value) => JSON.stringify(value));
    return ours === real ? [] : [`${nameOf(run)}: ours ${ours}, real ${real}`];
  });
}

function amountsAndCodes(run: CapturedRun): readonly [unknown, unknown] {
  const { expected, error } = run.swap;
  const real = expected === undefined ? { code: error?.code ?? null } : { ...expected };
  return [verdictOf(run), real];
}

function succeeded(runs: readonly CapturedRun[]): readonly CapturedRun[] {
  return runs.filter((run) => run.outcome.failure === undefined);
}

describe('our CPMM program', () => {
  const runs = once('cpmm');

  it.skipIf(!hasCaptures())(`answers all captured swaps as the real one did, codes included${MISSING}`, () => {
    expect(runs()).toHaveLength(385);
    expect(succeeded(runs())).toHaveLength(225);
    expect(differences(runs(), amountsAndCodes)).toEqual([]);
  });

  it.skipIf(!hasCaptures())(`leaves the vaults and owed fees that the real one left${MISSING}`, () => {
    const state = differences(succeeded(runs()), ({ swap, outcome, pool, vaults }) => {
      const poolAfter = outcome.after.get(pool.address)!;
      const pair = (offset: number): string[] => [0, 8].map((shift) => String(u64At(poolAfter, offset + shift)));
      // The fee counters of PoolState: protocol 341, fund 357, creator 397.
      const ours = [
        ...vaults.map((vault) => String(balanceOf(outcome.after.get(vault)!))),
        pair(341),
        pair(357),
        pair(397),
      ];
      const { protocol, fund, creator } = swap.fees!;
      return [ours, [swap.vaultIn![1], swap.vaultOut![1], protocol, fund, creator]];
    });
    expect(state).toEqual([]);
  });

  it.skipIf(!hasCaptures())(`costs no more compute units than the real one${MISSING}`, () => {
    const dearer = succeeded(runs()).filter(({ swap, outcome }) => outcome.computeUnits > swap.computeUnits);
    expect(dearer.map(nameOf)).toEqual([]);
    expect(Math.max(...runs().map(({ outcome }) => outcome.computeUnits))).toBeLessThanOrEqual(23_000);
  });
});

describe('our AMM v4 program', () => {
  const runs = once('amm_v4');

  it.skipIf(!hasCaptures())(`answers all captured swaps as the real one did, codes included${MISSING}`, () => {
    expect(runs()).toHaveLength(429);
    expect(succeeded(runs())).toHaveLength(180);
    expect(differences(runs(), amountsAndCodes)).toEqual([]);
  });

  it.skipIf(!hasCaptures())(`leaves the vaults, status and pnl that the real one left${MISSING}`, () => {
    const state = differences(succeeded(runs()), ({ swap, outcome, pool, vaults }) => {
      const poolAfter = outcome.after.get(pool.address)!;
      const [coin, pc] = swap.inputSide === 'A' ? vaults : [vaults[1], vaults[0]];
      const balances = [coin, pc].map((vault) => String(balanceOf(outcome.after.get(vault)!)));
      // AmmInfo: status 0, need_take_pnl_coin 192, need_take_pnl_pc 200.
      const ours = [balances, ...[0, 192, 200].map((offset) => String(u64At(poolAfter, offset)))];
      return [ours, [swap.vaults, swap.post!.status, swap.post!.pnlCoin, swap.post!.pnlPc]];
    });
    expect(state).toEqual([]);
  });

  it.skipIf(!hasCaptures())(`costs no more compute units than the real one${MISSING}`, () => {
    const dearer = succeeded(runs()).filter(({ swap, outcome }) => outcome.computeUnits > swap.computeUnits);
    expect(dearer.map(nameOf)).toEqual([]);
    expect(Math.max(...runs().map(({ outcome }) => outcome.computeUnits))).toBeLessThanOrEqual(16_500);
  });
});

describe('the committed programs', () => {
  it.each(venuePrograms())('$venue has the sha256 that stands beside it', ({ venue, soPath }) => {
    const digest = createHash('sha256').update(readFileSync(soPath)).digest('hex');
    expect(readFileSync(`${soPath}.sha256`, 'utf8')).toBe(`${digest}  ${venue}.so\n`);
  });

  it.each(venuePrograms())('$venue holds no path of the machine that built it', ({ soPath }) => {
    expect(readFileSync(soPath).toString('latin1')).not.toMatch(/\/(home|root|work|tmp|usr)\/|\.rs/);
  });

  it.each(venuePrograms())('$venue loads, and refuses an instruction it does not know', ({ venue, programId }) => {
    const { failure } = machineWithOurs().execute({ programId, accounts: [], data: new Uint8Array(24).fill(99) });
    // Anchor's "fallback not found"; AMM v4, which is older, raises the runtime's own error.
    expect(failure?.code).toBe(venue === 'raydium_amm_v4' ? undefined : 101);
    expect(failure?.text).toContain(venue === 'raydium_amm_v4' ? 'InvalidInstructionData' : 'Custom(101)');
  });
});
