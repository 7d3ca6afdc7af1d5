import { afterEach, describe, expect, test } from 'vitest';
import { EngineRun } from './engine-run.js';

let run: EngineRun | undefined;
afterEach(async () => run?.dispose());

describe('the books of a run', () => {
  test('agree with the chain to the unit, set-up, failures and tips included', async () => {
    run = await EngineRun.open({ sandbox: { rivals: 2 } });
    await run.trade(60, 90_000);
    await run.until('a comparison', () => (run?.of('reconciled').length ?? 0) > 0, 30_000);
    await run.stop();
    expect(run.of('balances')[0]).toMatchObject({ cause: 'start' });
    expect(run.of('settled').length).toBeGreaterThan(0);
    for (const { outcome, differences } of run.of('reconciled')) expect([outcome, differences]).toEqual(['exact', {}]);
    expect(run.of('state')).toEqual([]);
  });
});
