import { afterEach, expect, it } from 'vitest';
import { GAP, type PaperEngine, paperEngine, pass, start } from './paper-engine.js';

let paper: PaperEngine | undefined;
afterEach(async () => {
  const stopped = paper?.engine.stop();
  if (paper !== undefined) await pass(paper, 60_000);
  await stopped;
});

it('opens no more than the start amount until profits are proven, then more, and less again after a loss', async () => {
  const config = { risk: { start_execution_amount_sol: 0.01, scale_up_after_profits: 1 } };
  paper = paperEngine({ config });
  const { chain, market, journal } = paper;
  await start(paper);
  const amounts: bigint[] = [];
  for (const profit of [400_000n, -1_000n, 400_000n]) {
    market.move(1, GAP);
    await pass(paper, 100);
    amounts.push(BigInt(journal.ofType('intent').at(-1)!.amountIn));
    chain.slot = market.slot + 1n;
    chain.land(chain.sender.sends.at(-1)!.signature, { profit });
    await pass(paper, 1_000);
    // Updates of both pools after the trade: the gap is closed, and may open again.
    for (const pool of [0, 1]) market.move(pool, [1_000_000_000_000n, 200_000_000_000n], chain.slot + 1n);
    await pass(paper, 1_000);
  }
  expect(amounts).toEqual([10_000_000n, 20_000_000n, 10_000_000n]);
  const alerts = journal.ofType('alert').filter(({ rule }) => rule.startsWith('RISK_SIZE'));
  expect(alerts.slice(0, 2)).toMatchObject([
    { rule: 'RISK_SIZE_RAISED', message: 'the largest trade went from 10000000 to 20000000 lamports' },
    { rule: 'RISK_SIZE_LOWERED', message: 'the largest trade went from 20000000 to 10000000 lamports' },
  ]);
});
