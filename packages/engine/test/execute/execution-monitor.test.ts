import { beforeEach, describe, expect, it } from 'vitest';
import { soleWitness } from '../../src/chain/endpoints/sole-witness.js';
import { ExecutionMonitor } from '../../src/execute/execution-monitor.js';
import type { TrackedTransaction, Verdict } from '../../src/execute/transaction-tracker.js';
import type { LandedTransaction, SignatureStatus } from '../../src/ports/index.js';
import { ManualClock, RecordingSender, ScriptedFeed, ScriptedReader } from '../../src/testing/index.js';

const LAST_VALID = 150n;
const landedAt = (slot: bigint, error: unknown = null): LandedTransaction => ({
  signature: 'sig',
  slot,
  error,
  accountKeys: [],
  signers: [],
  feeLamports: 5_000n,
  computeUnitsConsumed: null,
  preLamports: [],
  postLamports: [],
  preTokenBalances: [],
  postTokenBalances: [],
  logs: [],
});
const confirmed: SignatureStatus = { slot: 9n, error: null, confirmationStatus: 'confirmed' };

/** A chain that a test moves: what it knows of the signature, and its finalized height. */
class SmallChain {
  status: SignatureStatus | null = null;
  inHistory: SignatureStatus | null = null;
  transaction: LandedTransaction | null = null;
  height = 10n;
  readonly reader = new ScriptedReader({
    getSignatureStatuses: async (signatures, history) =>
      signatures.map(() => (history ? (this.inHistory ?? this.status) : this.status)),
    getTransaction: async () => this.transaction,
    getBlockHeight: async () => this.height,
    getFirstAvailableBlock: async () => 0n,
  });
}

let clock: ManualClock;
let chain: SmallChain;
let feed: ScriptedFeed;
let sender: RecordingSender;
let readFaults: unknown[];
let sendFaults: string[];
let overdue: string[];
let monitor: ExecutionMonitor;
beforeEach(() => {
  clock = new ManualClock();
  chain = new SmallChain();
  feed = new ScriptedFeed();
  sender = new RecordingSender();
  [readFaults, sendFaults, overdue] = [[], [], []];
  monitor = new ExecutionMonitor({
    clock,
    witnesses: soleWitness(chain.reader),
    feed,
    senders: [sender],
    settings: {
      pollMs: 250,
      rebroadcastMs: 500,
      heightProbeAfterMs: 2_000,
      overdueAfterMs: 30_000,
      commitment: 'confirmed',
    },
    onSendFault: (name) => sendFaults.push(name),
    onReadFault: (error) => readFaults.push(error),
    onDispute: () => undefined,
    onShortHistory: () => undefined,
    onOverdue: ({ signature }) => overdue.push(signature),
  });
});

function track(): { verdict: () => Verdict | undefined } {
  const tracked: TrackedTransaction = {
    id: 'a',
    signature: 'sig',
    transaction: Uint8Array.of(1, 2, 3),
    lastValidBlockHeight: LAST_VALID,
    sentAtMicros: clock.nowMicros(),
  };
  let settled: Verdict | undefined;
  void monitor.track(tracked).verdict.then((verdict) => (settled = verdict));
  return { verdict: () => settled };
}

describe('ExecutionMonitor', () => {
  it('listens for the signature before the first byte leaves', () => {
    let listenedAtSend: readonly string[] = [];
    sender.onSend = () => (listenedAtSend = feed.listenedSignatures);
    track();
    expect(listenedAtSend).toEqual(['sig']);
  });

  it('sends the same bytes again until the verdict, and not after it', async () => {
    const tracked = track();
    await clock.advance(1_600);
    expect(sender.sends.map(({ transaction }) => [...transaction])).toEqual(Array.from({ length: 4 }, () => [1, 2, 3]));
    [chain.status, chain.transaction] = [confirmed, landedAt(9n)];
    await clock.advance(250);
    expect(tracked.verdict()?.kind).toBe('landed');
    await clock.advance(5_000);
    expect(sender.sends.length).toBeLessThanOrEqual(5);
    expect(clock.sleeping).toBe(0);
  });

  it('looks at once when the notification arrives, without waiting for the poll', async () => {
    const tracked = track();
    await clock.advance(10);
    chain.transaction = landedAt(9n);
    feed.notify('sig');
    await clock.advance(0);
    expect(tracked.verdict()).toMatchObject({ kind: 'landed', landed: { slot: 9n } });
  });

  it('does not believe a notification that the chain does not confirm', async () => {
    const tracked = track();
    await clock.advance(10);
    feed.notify('sig');
    await clock.advance(1_000);
    expect(tracked.verdict()).toBeUndefined();
    chain.height = LAST_VALID + 1n;
    await clock.advance(3_000);
    expect(tracked.verdict()?.kind).toBe('expired');
  });

  it('finds the verdict by polling when the notification is lost', async () => {
    const tracked = track();
    [chain.status, chain.transaction] = [confirmed, landedAt(9n, 'AccountInUse')];
    await clock.advance(250);
    expect(tracked.verdict()?.kind).toBe('failed');
  });

  it('waits while the transaction is only processed, and while a confirmed one cannot be read yet', async () => {
    const tracked = track();
    chain.status = { ...confirmed, confirmationStatus: 'processed' };
    await clock.advance(1_000);
    expect(chain.reader.count('getTransaction')).toBe(0);
    chain.status = confirmed;
    await clock.advance(1_000);
    expect(tracked.verdict()).toBeUndefined();
    chain.transaction = landedAt(9n);
    await clock.advance(250);
    expect(tracked.verdict()?.kind).toBe('landed');
  });

  it('takes no send error for a verdict', async () => {
    for (let time = 0; time < 3; time += 1) sender.failNext(new Error('timeout'));
    const tracked = track();
    await clock.advance(1_500);
    expect(sendFaults).toHaveLength(3);
    expect(tracked.verdict()).toBeUndefined();
    [chain.status, chain.transaction] = [confirmed, landedAt(9n)];
    await clock.advance(250);
    expect(tracked.verdict()?.kind).toBe('landed');
  });

  it('does not call a transaction expired in the last block in which it can land', async () => {
    const tracked = track();
    chain.height = LAST_VALID;
    await clock.advance(60_000);
    expect(tracked.verdict()).toBeUndefined();
    chain.height = LAST_VALID + 1n;
    await clock.advance(1_000);
    expect(tracked.verdict()).toEqual({ kind: 'expired', blockHeight: LAST_VALID + 1n });
  });

  it('searches the history before it calls a transaction expired', async () => {
    const tracked = track();
    chain.height = LAST_VALID + 1n;
    [chain.inHistory, chain.transaction] = [{ ...confirmed, confirmationStatus: 'finalized' }, landedAt(9n)];
    await clock.advance(5_000);
    expect(tracked.verdict()?.kind).toBe('landed');
  });

  it('does not trust a single search that does not know the signature', async () => {
    const tracked = track();
    chain.height = LAST_VALID + 1n;
    let searches = 0;
    chain.reader.answer({
      getSignatureStatuses: async (signatures, history) => {
        if (history) searches += 1;
        return signatures.map(() => (history && searches >= 2 ? confirmed : null));
      },
    });
    chain.transaction = landedAt(9n);
    await clock.advance(5_000);
    expect(tracked.verdict()?.kind).toBe('landed');
  });

  it('keeps resolving through reads that fail, and says that they failed', async () => {
    const tracked = track();
    chain.reader.answer({
      getBlockHeight: async () => {
        throw new Error('node down');
      },
    });
    chain.height = LAST_VALID + 1n;
    await clock.advance(10_000);
    expect(tracked.verdict()).toBeUndefined();
    expect(readFaults.length).toBeGreaterThan(10);
    chain.reader.answer({ getBlockHeight: async () => chain.height });
    await clock.advance(1_000);
    expect(tracked.verdict()?.kind).toBe('expired');
  });

  it('takes a status answer that is too short for no answer', async () => {
    const tracked = track();
    chain.height = LAST_VALID + 1n;
    chain.reader.answer({ getSignatureStatuses: async () => [] });
    await clock.advance(10_000);
    expect(tracked.verdict()).toBeUndefined();
    expect(readFaults.length).toBeGreaterThan(0);
  });

  it('says once that a verdict is overdue, and goes on', async () => {
    const tracked = track();
    await clock.advance(40_000);
    expect(overdue).toEqual(['sig']);
    [chain.status, chain.transaction] = [confirmed, landedAt(9n)];
    await clock.advance(250);
    expect(tracked.verdict()?.kind).toBe('landed');
  });

  it('is idle only when nothing is in flight', async () => {
    track();
    let idle = false;
    void monitor.idle().then(() => (idle = true));
    await clock.advance(1_000);
    expect([idle, monitor.inFlight]).toEqual([false, 1]);
    [chain.status, chain.transaction] = [confirmed, landedAt(9n)];
    await clock.advance(250);
    expect([idle, monitor.inFlight]).toEqual([true, 0]);
  });

  it('starts no second send on a road that has not answered', async () => {
    const pending = new RecordingSender('slow');
    pending.send = (transaction, signature) => {
      pending.sends.push({ transaction, signature });
      return new Promise(() => undefined);
    };
    monitor = new ExecutionMonitor({
      clock,
      witnesses: soleWitness(chain.reader),
      feed,
      senders: [pending, sender],
      settings: {
        pollMs: 250,
        rebroadcastMs: 500,
        heightProbeAfterMs: 2_000,
        overdueAfterMs: 30_000,
        commitment: 'confirmed',
      },
      onSendFault: () => undefined,
      onReadFault: () => undefined,
      onDispute: () => undefined,
      onShortHistory: () => undefined,
      onOverdue: () => undefined,
    });
    track();
    await clock.advance(5_000);
    expect(pending.sends).toHaveLength(1);
    expect(sender.sends.length).toBeGreaterThan(5);
  });
});
