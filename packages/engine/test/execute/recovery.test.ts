import { expect, it } from 'vitest';
import { encodeBase58 } from '../../src/chain/base58.js';
import type { ExecutionMonitor } from '../../src/execute/execution-monitor.js';
import { FailureHandler } from '../../src/execute/failure-handler.js';
import { ProfitValidator } from '../../src/execute/profit-validator.js';
import { recoverIntents } from '../../src/execute/recovery.js';
import type { Verdict } from '../../src/execute/transaction-tracker.js';
import { Journal } from '../../src/journal/journal.js';
import { ManualClock, MemoryJournal } from '../../src/testing/index.js';
import { SOL, sampleOpportunity } from '../strategy/sample-opportunity.js';

const EARLIER_WALLET = encodeBase58(new Uint8Array(32).fill(3));

it('measures what an earlier run left open for the wallet that signed it, also when the run now has another one', async () => {
  const store = new MemoryJournal();
  const intent = {
    seq: 1,
    at: '2026-01-01T00:00:00.000Z',
    type: 'intent',
    id: 'a-1',
    signature: 'sig',
    lastValidBlockHeight: '9',
    transaction: '',
    amountIn: '1',
    baseMint: SOL,
    expectedProfit: '1',
    poolA: 'A',
    poolB: 'B',
  } as const;
  const verdict: Verdict = {
    kind: 'landed',
    landed: {
      signature: 'sig',
      slot: 9n,
      error: null,
      feeLamports: 5_000n,
      computeUnitsConsumed: 1n,
      logs: [],
      accountKeys: [EARLIER_WALLET, 'WsolAccount'],
      signers: [EARLIER_WALLET],
      preLamports: [1_000_000n, 1n],
      postLamports: [995_000n, 1n],
      preTokenBalances: [{ accountIndex: 1, mint: SOL, owner: EARLIER_WALLET, amount: 100_000n }],
      postTokenBalances: [{ accountIndex: 1, mint: SOL, owner: EARLIER_WALLET, amount: 120_000n }],
    },
  };
  const track = () => ({ verdict: Promise.resolve(verdict), acceptedAtMicros: () => undefined });
  await recoverIntents([intent], {
    monitor: { track } as unknown as ExecutionMonitor,
    journal: new Journal({ store, clock: new ManualClock(), onFailure: (error) => expect.fail(String(error)) }),
    profitsOf: (wallet) => new ProfitValidator(wallet, []),
    failures: new FailureHandler(),
    baseMints: [sampleOpportunity().base],
  });
  expect(store.ofType('executed')).toMatchObject([
    { actualProfit: '15000', netProfitLamports: '15000', fees: { base: '5000', priority: '0' } },
  ]);
});
