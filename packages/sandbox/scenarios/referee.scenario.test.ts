import { createRequire } from 'node:module';
import { afterEach, describe, expect, test } from 'vitest';
import { EngineRun } from './engine-run.js';
import { WalletHistory } from './wallet-history.js';

const surfnetPackage = `@solana/surfpool-${process.platform}-${process.arch}${process.platform === 'linux' ? '-gnu' : ''}`;
const hasSurfnet = (() => {
  try {
    createRequire(import.meta.url).resolve(surfnetPackage);
    return true;
  } catch {
    return false;
  }
})();

let run: EngineRun | undefined;
afterEach(async () => run?.dispose());

describe('an independent runtime', () => {
  test.skipIf(!hasSurfnet)("Surfnet executes the same engine's trades with the profits it reports", async () => {
    run = await EngineRun.open({ sandbox: { chain: 'surfnet' } });
    await run.trade(5, 60_000);
    const summary = await run.stop();
    const history = new WalletHistory(run.sandbox);
    for (const trade of run.executed)
      expect(await history.change(trade.signature)).toMatchObject({ error: null, sol: BigInt(trade.actualProfit) });
    expect(summary.unresolved).toBe(0);
  });
});
