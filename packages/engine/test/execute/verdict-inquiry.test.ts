import { beforeEach, describe, expect, it } from 'vitest';
import { TransactionTracker, type Verdict } from '../../src/execute/transaction-tracker.js';
import { VerdictInquiry } from '../../src/execute/verdict-inquiry.js';
import type { LandedTransaction, SignatureStatus, Witness } from '../../src/ports/index.js';
import { ScriptedReader } from '../../src/testing/index.js';

const LAST_VALID = 150n;
const finalized: SignatureStatus = { slot: 9n, error: null, confirmationStatus: 'finalized' };
const landed = (feeLamports = 5_000n): LandedTransaction => ({
  signature: 'sig',
  slot: 9n,
  error: null,
  accountKeys: [],
  signers: [],
  feeLamports,
  computeUnitsConsumed: null,
  preLamports: [],
  postLamports: [],
  preTokenBalances: [],
  postTokenBalances: [],
  logs: [],
});

/** A witness whose words a test sets. */
class Speaker {
  readonly reader: ScriptedReader;
  readonly witness: Witness;
  status: SignatureStatus | null = null;
  transaction: LandedTransaction | null = null;
  height = LAST_VALID + 1n;
  historyFrom = 0n;
  isDead = false;

  constructor(name: string) {
    this.reader = new ScriptedReader({
      getBlockHeight: async () => this.#say(this.height),
      getSignatureStatuses: async (signatures) => this.#say(signatures.map(() => this.status)),
      getTransaction: async () => this.#say(this.transaction),
      getFirstAvailableBlock: async () => this.#say(this.historyFrom),
    });
    this.witness = { name, isHealthy: true, reader: this.reader };
  }

  #say<T>(word: T): T {
    if (this.isDead) throw new Error('dead');
    return word;
  }
}

let speakers: [Speaker, Speaker, Speaker];
let present: number;
let outvoted: string[];
let disputes: string[];
let forgotten: string[];
let faults: number;
let inquiry: VerdictInquiry;
let tracker: TransactionTracker;
let verdict: Verdict | undefined;

function follow(sentAtMicros: number): void {
  const tracked = { id: 'a', signature: 'sig', transaction: Uint8Array.of(1), lastValidBlockHeight: LAST_VALID };
  tracker = new TransactionTracker({ ...tracked, sentAtMicros });
  verdict = undefined;
  void tracker.verdict.then((one) => (verdict = one));
}

beforeEach(() => {
  speakers = [new Speaker('a'), new Speaker('b'), new Speaker('c')];
  present = 3;
  [outvoted, disputes, forgotten, faults] = [[], [], [], 0];
  inquiry = new VerdictInquiry({
    witnesses: {
      quorum: 2,
      list: () => speakers.slice(0, present).map(({ witness }) => witness),
      outvote: (name, reason) => outvoted.push(`${name}: ${reason}`),
    },
    commitment: 'confirmed',
    onReadFault: () => (faults += 1),
    onDispute: (_, detail) => disputes.push(detail),
    onShortHistory: (_, detail) => forgotten.push(detail),
  });
  follow(0);
});

describe('VerdictInquiry', () => {
  it('asks no third node where two tell the same', async () => {
    speakers[0].transaction = landed();
    speakers[1].transaction = landed();
    await inquiry.loadTransaction(tracker);
    expect(verdict).toEqual({ kind: 'landed', landed: landed() });
    expect(speakers[2].reader.calls).toEqual([]);
  });

  it('asks the third where two contradict each other, and sets the outvoted one aside', async () => {
    [speakers[0].transaction, speakers[1].transaction, speakers[2].transaction] = [landed(1n), landed(), landed()];
    await inquiry.loadTransaction(tracker);
    expect(verdict).toEqual({ kind: 'landed', landed: landed() });
    expect(outvoted).toEqual(['a: a quorum tells sig otherwise']);
  });

  it('stays open where two nodes contradict each other and there is no third, and tells it once', async () => {
    present = 2;
    [speakers[0].transaction, speakers[1].transaction] = [landed(1n), landed()];
    for (let look = 0; look < 3; look += 1) await inquiry.loadTransaction(tracker);
    expect([verdict, outvoted, disputes]).toEqual([undefined, [], ['a, b tell different transactions']]);
  });

  it('stays open on the word of one node alone', async () => {
    speakers[0].transaction = landed();
    await inquiry.loadTransaction(tracker);
    expect([verdict, disputes]).toEqual([undefined, []]);
  });

  it('lets the nodes take turns with statuses, so that one that hides a landing does not hide it long', async () => {
    for (const honest of speakers.slice(1)) honest.status = finalized;
    await inquiry.lookForStatuses([tracker]);
    expect(tracker.takeSighting()).toBe(false);
    await inquiry.lookForStatuses([tracker]);
    expect(tracker.takeSighting()).toBe(true);
  });

  it('calls a transaction expired after two searches of a quorum, though one node is dead', async () => {
    speakers[2].isDead = true;
    await inquiry.lookForExpiry([tracker]);
    expect(verdict).toBeUndefined();
    await inquiry.lookForExpiry([tracker]);
    expect(verdict).toEqual({ kind: 'expired', blockHeight: LAST_VALID + 1n });
    expect(faults).toBe(2);
  });

  it('does not believe one inflated height', async () => {
    speakers[0].height = 1_000_000n;
    for (const honest of speakers.slice(1)) honest.height = LAST_VALID;
    for (let look = 0; look < 9; look += 1) await inquiry.lookForExpiry([tracker]);
    expect(verdict).toBeUndefined();
  });

  it('believes a quorum that denies it over one that calls it finalized, and sets that one aside', async () => {
    speakers[0].status = finalized;
    for (let look = 0; look < 2; look += 1) await inquiry.lookForExpiry([tracker]);
    expect(verdict?.kind).toBe('expired');
    expect(outvoted).toEqual(['a: it called sig finalized, which no quorum has']);
  });

  it('tells where one of two knows it and the other denies it, and stays open', async () => {
    present = 2;
    speakers[0].status = finalized;
    for (let look = 0; look < 5; look += 1) await inquiry.lookForExpiry([tracker]);
    expect(verdict).toBeUndefined();
    expect(disputes).toEqual(['a know it, b deny it, and neither side has a quorum']);
  });

  it.each([
    [0, ['a: it denied sig, which a quorum has, after its last valid block height']],
    // An earlier run's send may have been pruned.
    [Number.NEGATIVE_INFINITY, []],
  ])('sets a node aside that denies what a quorum has, if it was sent in this run (%d)', async (sentAt, aside) => {
    follow(sentAt);
    for (const honest of speakers.slice(1)) [honest.status, honest.transaction] = [finalized, landed()];
    await inquiry.lookForExpiry([tracker]);
    await inquiry.loadTransaction(tracker);
    expect(verdict?.kind).toBe('landed');
    expect(outvoted).toEqual(aside);
  });
});
