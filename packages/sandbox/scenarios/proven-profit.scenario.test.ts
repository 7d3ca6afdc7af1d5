import { afterEach, describe, expect, test } from 'vitest';
import { EngineRun } from './engine-run.js';
import { WalletHistory } from './wallet-history.js';

let run: EngineRun | undefined;
afterEach(async () => run?.dispose());

describe('a run in the sandbox', () => {
  test('trades, and every profit it reports is the balance change on the chain, to the unit', async () => {
    run = await EngineRun.open();
    const history = new WalletHistory(run.sandbox);
    const before = await history.sol();
    await run.trade(25);
    const summary = await run.stop();

    let sum = 0n;
    for (const trade of run.executed) {
      const change = await history.change(trade.signature);
      expect(change).toMatchObject({ error: null, sol: BigInt(trade.actualProfit) });
      expect(trade.result).toBe(`EXECUTED_${trade.poolA}_${trade.poolB}_PROFIT_${trade.actualProfit}`);
      sum += BigInt(trade.actualProfit);
    }
    for (const miss of run.of('missed')) sum -= BigInt(miss.costLamports);
    const reported = new Set([...run.executed, ...run.of('missed')].map((event) => event.signature));
    for (const signature of await history.signatures()) {
      if (!reported.has(signature)) sum += (await history.change(signature))?.sol ?? 0n;
    }
    expect((await history.sol()) - before).toBe(sum);
    expect(summary).toMatchObject({ executed: run.executed.length, unresolved: 0 });
    expect(summary.successRate).toBeGreaterThan(0.85);
    expect(run.faults).toEqual([]);
  });

  test('simulates the same path and signs nothing', async () => {
    run = await EngineRun.open({ config: { execution_mode: 'SIMULATION' } });
    const history = new WalletHistory(run.sandbox);
    await run.engine.start();
    run.sandbox.startMarket();
    await run.until('5 simulated trades', () => (run?.of('simulated').length ?? 0) >= 5);
    const summary = await run.stop();
    expect(run.of('simulated')[0]?.result).toMatch(/^ENTERPRISE_SIM_[1-9A-HJ-NP-Za-km-z]+_[1-9A-HJ-NP-Za-km-z]+$/);
    expect(await history.signatures()).toEqual([]);
    expect(run.of('submitted')).toEqual([]);
    expect(summary).toMatchObject({ submitted: 0, executed: 0, unresolved: 0 });
  });

  test('stops at its trade limit, however many gaps are open', async () => {
    run = await EngineRun.open({ tradeLimit: 3 });
    await run.trade(3);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await run.stop();
    expect(run.executed.length).toBe(3);
    expect(run.of('submitted').length - run.of('missed').length).toBe(3);
  });

  test('gets its verdicts among three rivals too', async () => {
    run = await EngineRun.open({ sandbox: { rivals: 3 } });
    await run.trade(10, 60_000);
    const summary = await run.stop();
    expect(summary.unresolved).toBe(0);
    expect(summary.executed + summary.missed).toBe(summary.submitted);
    expect(run.sandbox.counters.rivalTrades).toBeGreaterThan(0);
  });
});
