import { beforeEach, describe, expect, it } from 'vitest';
import type { Submission } from '../../src/execute/executor.js';
import { attributeMiss, type MissEvidence, MissAttribution } from '../../src/execute/miss-attribution.js';
import type { Verdict } from '../../src/execute/transaction-tracker.js';
import type { LandedTransaction, RoadHint, TransactionSender } from '../../src/ports/index.js';
import { ManualClock, RecordingSender } from '../../src/testing/index.js';
import { sampleOpportunity } from '../strategy/sample-opportunity.js';

const SEEN = { seenSlot: 100n, sentSlot: 102n } as const;

describe('attributeMiss', () => {
  const failed = { verdict: 'failed', legFailed: true, hint: null, ...SEEN } as const;
  const expired = { verdict: 'expired', legFailed: false, hint: null, ...SEEN } as const;
  it.each<[string, MissEvidence, string]>([
    ['a leg failed, and a pool moved after the send', { ...failed, movedSlot: 103n }, 'outbid'],
    ['a leg failed, and a pool had moved before the send', { ...failed, movedSlot: 102n }, 'stale'],
    ['a leg failed, and no pool had moved', { ...failed, movedSlot: 100n }, 'reverted'],
    ['something beside the legs failed', { ...failed, legFailed: false, movedSlot: 103n }, 'reverted'],
    ['it expired, and a pool moved after the send', { ...expired, movedSlot: 103n }, 'outbid'],
    ['it expired, and a pool had moved before the send', { ...expired, movedSlot: 101n }, 'stale'],
    ['it expired, and nobody took the gap', { ...expired, movedSlot: 100n }, 'dropped'],
    ['the block engine failed it', { ...expired, movedSlot: 100n, hint: 'failed' }, 'reverted'],
    ['the block engine failed it because another one won', { ...expired, movedSlot: 104n, hint: 'failed' }, 'outbid'],
    ['the block engine claims that it landed', { ...expired, movedSlot: 100n, hint: 'landed' }, 'dropped'],
  ])('%s', (_name, evidence, cause) => {
    expect(attributeMiss(evidence)).toBe(cause);
  });
});

describe('MissAttribution', () => {
  let clock: ManualClock;
  let slot: bigint;
  let moved: Map<number, bigint>;
  let hints: (RoadHint | null | Error | 'never')[];
  let faults: unknown[];
  beforeEach(() => {
    clock = new ManualClock();
    slot = 102n;
    moved = new Map([
      [3, 90n],
      [7, 95n],
    ]);
    [hints, faults] = [[], []];
  });

  const opportunity = sampleOpportunity();
  const submission = {
    signature: 'sig',
    plan: { approved: { opportunity }, firstLegInstruction: 2 },
  } as Partial<Submission> as Submission;
  const expired: Verdict = { kind: 'expired', blockHeight: 1n };
  const failedAt = (instruction: number): Verdict => ({
    kind: 'failed',
    landed: {
      error: { InstructionError: [instruction, { Custom: 1 }] },
    } as Partial<LandedTransaction> as LandedTransaction,
  });

  function begin() {
    const senders: TransactionSender[] = [new RecordingSender('silent')];
    for (const [index, hint] of hints.entries()) {
      senders.push(
        Object.assign(new RecordingSender(`road ${index}`), {
          findHint: async () => {
            if (hint instanceof Error) throw hint;
            return hint === 'never' ? new Promise<null>(() => undefined) : hint;
          },
        }),
      );
    }
    const market = { currentSlot: () => slot, reservesSlot: (pool: number) => moved.get(pool) ?? 0n };
    const attribution = new MissAttribution({
      clock,
      senders,
      market,
      pollMs: 50,
      onHintFault: (error) => faults.push(error),
    });
    return attribution.begin(submission);
  }

  it('has no cause for what landed', async () => {
    const landed = { error: null } as Partial<LandedTransaction> as LandedTransaction;
    expect(await begin().end({ kind: 'landed', landed })).toBeUndefined();
    expect(clock.sleeping).toBe(0);
  });

  it('knows a failure in a leg from one beside it', async () => {
    moved.set(7, 103n);
    expect(await begin().end(failedAt(2))).toBe('outbid');
    expect(await begin().end(failedAt(3))).toBe('outbid');
    expect(await begin().end(failedAt(1))).toBe('reverted');
    expect(await begin().end(failedAt(4))).toBe('reverted');
  });

  it('looks at the pools when the contest is over, not when the transaction has expired at last', async () => {
    const contest = begin();
    slot = 110n;
    await clock.advance(50);
    moved.set(3, 150n);
    slot = 252n;
    expect(await contest.end(expired)).toBe('dropped');
    const other = begin();
    moved.set(3, 255n);
    slot = 260n;
    await clock.advance(50);
    expect(await other.end(expired)).toBe('outbid');
  });

  it('asks the roads in turn until one says something, and tells of those that fail', async () => {
    hints = [null, new Error('no'), 'invalid', 'failed', 'landed'];
    expect(await begin().end(expired)).toBe('reverted');
    expect(faults).toHaveLength(1);
  });

  it('waits for a hint for a second at most', async () => {
    hints = ['never'];
    let cause: string | undefined;
    void begin()
      .end(expired)
      .then((result) => (cause = result));
    await clock.advance(999);
    expect(cause).toBeUndefined();
    await clock.advance(1);
    expect(cause).toBe('dropped');
    expect(clock.sleeping).toBe(0);
  });
});
