import { describe, expect, it } from 'vitest';
import { type AbsenceReport, agreeOnAbsence } from '../../src/execute/absence-agreement.js';
import { agreeOnTransaction } from '../../src/execute/transaction-agreement.js';
import type { LandedTransaction, SignatureStatus } from '../../src/ports/index.js';
import { ScriptedReader } from '../../src/testing/index.js';

const balance = (accountIndex: number, amount: bigint) => ({ accountIndex, mint: 'm', owner: 'w', amount });
const landed = (changes: Partial<LandedTransaction> = {}): LandedTransaction => ({
  signature: 'sig',
  slot: 9n,
  error: null,
  accountKeys: ['w'],
  signers: ['w'],
  feeLamports: 5_000n,
  computeUnitsConsumed: null,
  preLamports: [10n],
  postLamports: [9n],
  preTokenBalances: [balance(1, 1n), balance(2, 2n)],
  postTokenBalances: [balance(1, 3n)],
  logs: [],
  ...changes,
});
const told = (...testimonies: LandedTransaction[]) =>
  testimonies.map((one, index) => ({ witness: `node-${index}`, landed: one }));

describe('agreeOnTransaction', () => {
  it('needs a quorum', () => {
    expect(agreeOnTransaction(told(landed()), 2)).toEqual({ landed: undefined, outvoted: [], isDisputed: false });
    expect(agreeOnTransaction(told(landed(), landed()), 2).landed).toEqual(landed());
    expect(agreeOnTransaction([], 1).landed).toBeUndefined();
  });

  it.each([
    ['the error', { error: 'AccountInUse' }],
    ['the fee', { feeLamports: 5_001n }],
    ['an account', { accountKeys: ['x'] }],
    ['a balance before', { preLamports: [11n] }],
    ['a balance after', { postLamports: [10n] }],
    ['a token balance', { postTokenBalances: [balance(1, 4n)] }],
  ])('outvotes who tells %s otherwise', (_, lie) => {
    expect(agreeOnTransaction(told(landed(lie), landed(), landed()), 2)).toEqual({
      landed: landed(),
      outvoted: ['node-0'],
      isDisputed: false,
    });
    expect(agreeOnTransaction(told(landed(lie), landed()), 2)).toEqual({
      landed: undefined,
      outvoted: [],
      isDisputed: true,
    });
  });

  it('counts another slot for nothing, but calls nobody a liar for it: a node on a fork tells such', () => {
    const agreement = agreeOnTransaction(told(landed({ slot: 8n }), landed(), landed()), 2);
    expect(agreement).toEqual({ landed: landed(), outvoted: [], isDisputed: false });
    expect(agreeOnTransaction(told(landed({ slot: 8n }), landed()), 2).landed).toBeUndefined();
  });

  it('does not mind cut logs, missing compute units and the order of token balances', () => {
    const other = landed({
      logs: ['cut'],
      computeUnitsConsumed: 7n,
      preTokenBalances: [balance(2, 2n), balance(1, 1n)],
    });
    expect(agreeOnTransaction(told(landed(), other), 2).landed).toEqual(landed());
  });
});

const PROOF = { lastValidBlockHeight: 150n, fromSlot: 7n, quorum: 2 };
const finalized: SignatureStatus = { slot: 9n, error: null, confirmationStatus: 'finalized' };
const report = (
  name: string,
  finalizedHeight: bigint,
  status: SignatureStatus | null = null,
  isHealthy = true,
  historyFrom = 7n,
): AbsenceReport => ({
  witness: { name, isHealthy, reader: new ScriptedReader() },
  finalizedHeight,
  status,
  historyFrom,
});

describe('agreeOnAbsence', () => {
  it('needs a quorum whose finalized height has passed the last valid one, and tells the lowest of them', () => {
    const one = report('a', 151n);
    expect(agreeOnAbsence([one], PROOF).absentAtHeight).toBeUndefined();
    expect(agreeOnAbsence([one, report('b', 170n)], PROOF).absentAtHeight).toBe(151n);
    expect(agreeOnAbsence([one, report('b', 150n, null, false)], PROOF).absentAtHeight).toBeUndefined();
  });

  it('waits for a healthy node that has not come so far, and for no other', () => {
    const past = [report('a', 151n), report('b', 151n)];
    expect(agreeOnAbsence([...past, report('c', 150n)], PROOF).absentAtHeight).toBeUndefined();
    expect(agreeOnAbsence([...past, report('c', 150n, null, false)], PROOF).absentAtHeight).toBe(151n);
  });

  it('names who denies and who knows; who calls it finalized against a quorum has sworn falsely', () => {
    const reports = [report('a', 151n), report('b', 151n), report('c', 151n, finalized)];
    expect(agreeOnAbsence(reports, PROOF)).toEqual({
      absentAtHeight: 151n,
      deniers: ['a', 'b'],
      forgetful: [],
      believers: ['c'],
      sworn: ['c'],
    });
    const split = agreeOnAbsence(reports.slice(1), PROOF);
    expect(split).toMatchObject({ absentAtHeight: undefined, deniers: ['b'], believers: ['c'] });
  });

  it('takes no denial from a node whose history begins after the transaction could first land', () => {
    const short = report('b', 151n, null, true, 8n);
    const agreement = agreeOnAbsence([report('a', 151n), short], PROOF);
    expect(agreement).toMatchObject({ absentAtHeight: undefined, deniers: ['a'], forgetful: ['b'] });
    expect(agreeOnAbsence([report('a', 151n), short, report('c', 151n)], PROOF).absentAtHeight).toBe(151n);
  });
});
