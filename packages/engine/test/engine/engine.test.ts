import { encodeInstructions } from '@tandem/core-native';
import { afterEach, describe, expect, it } from 'vitest';
import { createEngineError } from '../../src/errors/create-engine-error.js';
import type { EngineEvent } from '../../src/journal/event.js';
import { MemoryJournal } from '../../src/testing/index.js';
import { SOL, USD } from '../strategy/sample-opportunity.js';
import {
  GAP,
  type PaperEngine,
  type PaperEngineOptions,
  paperEngine,
  pass,
  start,
  testSigner,
} from './paper-engine.js';

let running: PaperEngine[] = [];
afterEach(async () => {
  for (const paper of running) {
    for (const { signature } of paper.chain.sender.sends) paper.chain.land(signature);
    const stopped = paper.engine.stop();
    await pass(paper, 60_000);
    await stopped.catch(() => undefined);
  }
  running = [];
});

function create(options: PaperEngineOptions = {}): PaperEngine {
  const paper = paperEngine(options);
  running.push(paper);
  return paper;
}
const types = (events: readonly EngineEvent[]) => events.map((event) => event.type);
const reasons = (paper: PaperEngine) => paper.journal.ofType('refused').map((event) => event.reason);

/** Starts, opens the gap, and returns the signature that was sent. */
async function trade(paper: PaperEngine): Promise<string> {
  await start(paper);
  paper.market.move(1, GAP);
  await pass(paper);
  const signature = paper.chain.sender.sends[0]?.signature;
  if (signature === undefined) throw new Error(`nothing was sent: ${reasons(paper).join(', ')}`);
  return signature;
}

describe('RealExecutionEngine', () => {
  it('turns a gap into an executed trade whose profit is what the wallet gained', async () => {
    const paper = create();
    const signature = await trade(paper);
    paper.chain.slot = 102n;
    paper.chain.land(signature, { profit: 11_000_000n, priorityFee: 1n });
    await pass(paper, 500);
    const [executed] = paper.journal.ofType('executed');
    const story = paper.events.filter((event) => 'id' in event && event.id === executed!.id);
    expect(types(story)).toEqual(['opportunity', 'intent', 'submitted', 'executed']);
    const { poolA, poolB } = executed!;
    expect(executed).toMatchObject({
      signature,
      slot: '102',
      baseMint: SOL,
      actualProfit: '10994999',
      netProfitLamports: '10994999',
      fees: { base: '5000', priority: '1', tip: '0', rent: '0' },
      result: `EXECUTED_${poolA}_${poolB}_PROFIT_10994999`,
    });
    expect(poolA).not.toBe(poolB);
  });

  it('reads balances after a trade only from a node that has reached its slot', async () => {
    const paper = create();
    const signature = await trade(paper);
    const asked: (bigint | undefined)[] = [];
    paper.chain.slot = 110n;
    paper.chain.land(signature, { profit: 11_000_000n });
    await pass(paper, 500);
    paper.chain.reader.answer({
      getAccounts: async (_, __, options) => {
        asked.push(options?.minContextSlot);
        throw createEngineError('CHAIN_NODE_LAG_EXCEEDED', 'behind');
      },
    });
    await pass(paper, 6_000);
    expect(asked).toEqual([110n]);
  });

  it('finds a gap that is there before it starts, and trades it on the state of the moment the scan ends', async () => {
    const paper = create();
    paper.market.move(1, GAP);
    await start(paper);
    await pass(paper, 10);
    expect(paper.journal.ofType('submitted')).toHaveLength(1);
    expect(paper.journal.ofType('opportunity')[0]?.slot).toBe('101');
  });

  it('has the intent in the journal before the first byte leaves', async () => {
    const paper = create();
    let journaled: string[] = [];
    paper.chain.sender.onSend = () => (journaled = types(paper.journal.events));
    await trade(paper);
    expect(journaled).toEqual(['balances', 'started', 'opportunity', 'intent']);
  });

  it('sends nothing and halts when the intent cannot be written', async () => {
    const paper = create();
    await start(paper);
    paper.journal.failure = new Error('disk full');
    paper.market.move(1, GAP);
    await pass(paper, 1_000);
    expect(paper.chain.sender.sends).toEqual([]);
    expect(paper.events.find((event) => event.type === 'state')).toMatchObject({
      to: 'HALTED',
      trigger: 'JOURNAL_WRITE_INVALID: disk full',
    });
    paper.journal.failure = undefined;
    paper.market.move(2, GAP);
    await pass(paper, 1_000);
    expect(paper.chain.sender.sends).toEqual([]);
    expect(paper.engine.summary()).toMatchObject({ submitted: 0, unresolved: 0 });
  });

  it('never sends the same gap twice: not in flight, and not before the update of its own trade', async () => {
    const paper = create();
    const signature = await trade(paper);
    paper.market.move(0, [1_000_000_000_000n, 200_000_000_000n - 1n]);
    await pass(paper);
    expect(reasons(paper)).toContain('RISK_POOL_IN_FLIGHT_EXCEEDED');
    paper.chain.slot = paper.market.slot + 5n;
    paper.chain.land(signature, { profit: 11_000_000n });
    await pass(paper, 500);
    const sentBefore = new Set(paper.chain.sender.sends.map((send) => send.signature));
    paper.market.slot += 6n;
    paper.market.tell(Uint32Array.of(0, 1));
    await pass(paper, 500);
    expect(reasons(paper)).toContain('RISK_POOL_UPDATE_MISSING');
    expect(new Set(paper.chain.sender.sends.map((send) => send.signature))).toEqual(sentBefore);
  });

  it('finds a gap again that was refused while its pools were in flight, although nothing touches them any more', async () => {
    const paper = create();
    const signature = await trade(paper);
    paper.chain.slot = paper.market.slot + 1n;
    paper.chain.land(signature, { profit: 11_000_000n });
    await pass(paper, 100);
    paper.market.move(1, GAP, paper.market.slot + 2n);
    paper.market.move(0, [1_000_000_000_000n, 200_000_000_000n], paper.market.slot);
    await pass(paper, 0);
    expect(new Set(paper.chain.sender.sends.map((send) => send.signature)).size).toBe(1);
    await pass(paper, 500);
    expect(new Set(paper.chain.sender.sends.map((send) => send.signature)).size).toBe(2);
  });

  it('reports a landed failure as missed, with the decoded reason and what it cost', async () => {
    const paper = create();
    const signature = await trade(paper);
    paper.chain.slot = 105n;
    const logs = ['Program CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C failed: custom program error: 0x1775'];
    paper.chain.land(signature, { error: { InstructionError: [3, { Custom: 6005 }] }, logs, priorityFee: 250n });
    await pass(paper, 500);
    expect(paper.journal.ofType('missed')).toMatchObject([
      { signature, verdict: 'failed', reason: 'raydium_cpmm ExceededSlippage (6005) in leg 2', costLamports: '5250' },
    ]);
    expect(paper.engine.summary()).toMatchObject({
      submitted: 1,
      executed: 0,
      missed: 1,
      netProfit: { [SOL]: '-5250' },
    });
  });

  it('reports an expired transaction only after its own last valid block height', async () => {
    const paper = create();
    await trade(paper);
    paper.chain.height += 150n;
    await pass(paper, 20_000);
    expect(paper.journal.ofType('missed')).toEqual([]);
    paper.chain.height += 1n;
    await pass(paper, 2_000);
    expect(paper.journal.ofType('missed')).toMatchObject([{ verdict: 'expired', costLamports: '0' }]);
  });

  it('warns of a fill that earned less than 0.8 of what was expected', async () => {
    const paper = create();
    const signature = await trade(paper);
    paper.chain.land(signature, { profit: 20_000n });
    await pass(paper, 500);
    expect(paper.journal.ofType('alert').map((event) => event.rule)).toContain('PROFIT_SHORTFALL');
  });

  it('drains: sends nothing new, waits for every verdict, and leaves nothing unresolved', async () => {
    const paper = create();
    const signature = await trade(paper);
    let drained = false;
    const draining = paper.engine.drain().then(() => (drained = true));
    paper.market.move(2, [1_000_000_000_000n, 190_000_000_000n]);
    await pass(paper, 5_000);
    expect(drained).toBe(false);
    expect(new Set(paper.chain.sender.sends.map((send) => send.signature)).size).toBe(1);
    paper.chain.land(signature, { profit: 11_000_000n });
    await pass(paper, 500);
    await draining;
    const summary = await stop(paper);
    expect(summary).toMatchObject({ submitted: 1, executed: 1, missed: 0, unresolved: 0, successRate: 1 });
    expect(paper.events.at(-1)?.type).toBe('summary');
    expect([paper.market.stopped, paper.journal.closed]).toEqual([true, true]);
    expect(await paper.engine.stop()).toBe(summary);
  });

  it('halts with an alert when the core breaks in the background of the market', async () => {
    const paper = create();
    await start(paper);
    paper.market.breakDown(Object.assign(new Error('the core panicked'), { code: 'CORE_PANIC' }));
    paper.market.move(1, GAP);
    await pass(paper);
    expect(paper.chain.sender.sends).toEqual([]);
    expect(paper.journal.ofType('alert')).toContainEqual(
      expect.objectContaining({ severity: 'critical', rule: 'CORE_PANIC', message: 'the core panicked' }),
    );
  });

  it('sends nothing after a halt and keeps resolving what is in flight', async () => {
    const paper = create();
    const signature = await trade(paper);
    paper.engine.halt('operator');
    paper.market.move(2, [1_000_000_000_000n, 190_000_000_000n]);
    paper.chain.land(signature, { profit: 11_000_000n });
    await pass(paper, 500);
    expect(paper.journal.ofType('state')).toMatchObject([{ from: 'ACTIVE', to: 'HALTED', trigger: 'operator' }]);
    expect(paper.journal.ofType('executed')).toHaveLength(1);
    expect(new Set(paper.chain.sender.sends.map((send) => send.signature)).size).toBe(1);
  });

  it('brings what an earlier run left open to its verdict before it trades, and does not count it as its own', async () => {
    const before = create();
    const signature = await trade(before);
    const after = create({ journal: new MemoryJournal(before.journal.events) });
    const starting = after.engine.start();
    await pass(after, 1_000);
    after.market.move(1, GAP);
    await pass(after, 1_000);
    expect(new Set(after.chain.sender.sends.map((send) => send.signature))).toEqual(new Set([signature]));
    expect(types(after.events)).not.toContain('started');
    after.chain.land(signature, { profit: 11_000_000n });
    after.chain.height += 1n;
    await pass(after, 250);
    await starting;
    expect(after.journal.ofType('executed')).toMatchObject([{ signature, actualProfit: '10995000' }]);
    expect(after.engine.summary().executed).toBe(0);
    await pass(after, 250);
    expect(new Set(after.chain.sender.sends.map((send) => send.signature)).size).toBe(2);
    const ids = after.journal.ofType('intent').map((event) => event.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('makes no transaction again that an earlier run has signed: the same bytes would be booked twice', async () => {
    const before = create();
    const signature = await trade(before);
    before.engine.halt('one trade is enough');
    before.chain.land(signature, { profit: 11_000_000n });
    await pass(before, 500);
    const resumed: EngineEvent = {
      type: 'state',
      from: 'HALTED',
      to: 'ACTIVE',
      trigger: 'operator: go on',
      source: 'operator',
      at: '2026-01-01T00:00:01.000Z',
      seq: (before.journal.events.at(-1)?.seq ?? 0) + 1,
    };
    const after = create({ journal: new MemoryJournal([...before.journal.events, resumed]) });
    await start(after);
    after.market.move(1, GAP);
    await pass(after, 500);
    expect(after.chain.sender.sends.map((send) => send.signature)).not.toContain(signature);
    expect(reasons(after)).toContain('PLAN_TRANSACTION_INVALID');
  });

  it('refuses to start with an unfunded wallet, saying which and what it needs', async () => {
    const paper = create({
      prepare: (chain) => {
        chain.lamports = 0n;
        chain.tokens.clear();
      },
    });
    await expect(paper.engine.start()).rejects.toMatchObject({
      code: 'WALLET_FUNDS_MISSING',
      action: expect.stringContaining('Send at least'),
    });
    expect(paper.chain.sender.sends).toEqual([]);
  });

  it('creates missing token accounts and wraps SOL before it trades', async () => {
    const paper = create({ prepare: (chain) => chain.tokens.clear() });
    const starting = paper.engine.start();
    await pass(paper, 300);
    expect(paper.chain.sender.sends.length).toBeGreaterThan(0);
    paper.chain.tokens.set(SOL, 0n).set('EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v', 0n);
    paper.chain.land(paper.chain.sender.sends[0]!.signature);
    await pass(paper, 500);
    paper.chain.tokens.set(SOL, 1_000_000_000n);
    paper.chain.land(paper.chain.sender.sends.at(-1)!.signature);
    await pass(paper, 500);
    await starting;
    expect(new Set(paper.chain.sender.sends.map((send) => send.signature)).size).toBe(2);
    expect(types(paper.events)).toContain('started');
  });

  it.each([
    ['it is told to stop', (paper: PaperEngine) => void paper.engine.stop()],
    ['it is halted', (paper: PaperEngine) => paper.engine.halt('operator')],
  ])('signs nothing more for the wallet when %s while the wallet is prepared', async (_, interrupt) => {
    const paper = create({ prepare: (chain) => chain.tokens.clear() });
    const starting = paper.engine.start();
    await pass(paper, 300);
    interrupt(paper);
    paper.chain.tokens.set(SOL, 0n).set(USD, 0n);
    paper.chain.land(paper.chain.sender.sends[0]!.signature);
    await pass(paper, 1_000);
    expect(new Set(paper.chain.sender.sends.map((send) => send.signature)).size).toBe(1);
    await starting;
    expect(paper.journal.ofType('intent')).toMatchObject([{ purpose: 'setup' }]);
  });

  it('refuses a route that does not fit a packet before it is signed, with a stable reason, and goes on', async () => {
    const accounts = Array.from({ length: 40 }, (_, index) => ({
      address: new Uint8Array(32).fill(index + 1),
      isSigner: false,
      isWritable: true,
    }));
    const wide = encodeInstructions([{ program: new Uint8Array(32).fill(99), accounts, data: new Uint8Array(8) }]);
    let signed = 0;
    const signer = testSigner();
    const paper = create({
      signer: {
        address: signer.address,
        signTransaction: (message) => {
          signed += 1;
          return signer.signTransaction(message);
        },
      },
      wrapCore: (core) => ({
        ...core,
        swapInstructions: (...request) => new Uint8Array(Buffer.concat([core.swapInstructions(...request), wide])),
      }),
    });
    await start(paper);
    paper.market.move(1, GAP);
    await pass(paper, 500);
    expect(paper.journal.ofType('refused')).toContainEqual(
      expect.objectContaining({ stage: 'plan', reason: 'WIRE_TRANSACTION_TOO_LARGE' }),
    );
    expect([signed, paper.chain.sender.sends.length, paper.journal.ofType('intent').length]).toEqual([0, 0, 0]);
    expect(paper.journal.ofType('state')).toEqual([]);
    expect(paper.engine.summary()).toMatchObject({ submitted: 0, unresolved: 0 });
  });

  it('stops trading through a token account that was closed behind its back, instead of paying for failures', async () => {
    const paper = create();
    await start(paper);
    paper.chain.tokens.delete(USD);
    paper.chain.slot += 10n;
    await pass(paper, 6_000);
    paper.market.move(1, GAP);
    await pass(paper);
    expect(reasons(paper)).toContain('VALIDATE_TOKEN_ACCOUNT_MISSING');
    expect(paper.chain.sender.sends).toEqual([]);
  });

  it('says which accounts the market refused, at the start and later, one alert a code', async () => {
    const paper = create();
    const refuse = (address: string, code: string) =>
      paper.market.refusals.push({ address, code, message: 'too short' });
    refuse('PoolA', 'POOL_ACCOUNT_TOO_SHORT');
    refuse('PoolB', 'POOL_ACCOUNT_TOO_SHORT');
    await start(paper);
    const alerts = () => paper.journal.ofType('alert').map(({ severity, rule, message }) => [severity, rule, message]);
    const first = ['warning', 'POOL_ACCOUNT_TOO_SHORT', 'PoolA was refused: too short (and 1 more)'];
    expect(alerts()).toEqual([first]);
    await pass(paper, 1_000);
    refuse('PoolC', 'MARKET_VENUE_MISMATCH');
    await pass(paper, 1_000);
    expect(alerts()).toEqual([first, ['warning', 'MARKET_VENUE_MISMATCH', 'PoolC was refused: too short']]);
  });

  it('goes on telling the other listeners when one of them throws, and says so', async () => {
    const paper = create();
    const told: string[] = [];
    paper.engine.on(() => {
      throw new Error('the terminal is gone');
    });
    paper.engine.on((event) => told.push(event.type));
    await trade(paper);
    expect(told).toContain('submitted');
    expect(paper.events.filter((event) => event.type === 'alert')).toMatchObject([
      { rule: 'LISTENER_INVALID', message: expect.stringContaining('the terminal is gone') },
    ]);
  });

  it('gives the same decisions for the same inputs, byte for byte', async () => {
    const runs: EngineEvent[][] = [];
    for (let run = 0; run < 2; run += 1) {
      const paper = create();
      const signature = await trade(paper);
      paper.chain.land(signature, { profit: 11_000_000n });
      await pass(paper, 500);
      runs.push([...paper.events]);
    }
    expect(JSON.stringify(runs[0])).toBe(JSON.stringify(runs[1]));
  });

  it('counts every opportunity and refusal, also those whose opportunity event was sampled away', async () => {
    const paper = create();
    await trade(paper);
    for (let update = 0; update < 300; update += 1) {
      paper.market.tell(Uint32Array.of(1));
      await Promise.resolve();
      await Promise.resolve();
    }
    await pass(paper);
    const summary = paper.engine.summary();
    const refused = Object.values(summary.refused).reduce((sum, count) => sum + count, 0);
    expect(summary.opportunities).toBe(refused + summary.submitted);
    expect(paper.journal.ofType('refused')).toHaveLength(refused);
    expect(paper.journal.ofType('opportunity').length).toBeLessThan(summary.opportunities);
  });

  it('can be stopped before it was started, while it starts, and twice at once', async () => {
    const never = create();
    expect(await never.engine.stop()).toMatchObject({ submitted: 0, unresolved: 0 });
    expect(never.journal.closed).toBe(true);
    const starting = create();
    const started = starting.engine.start();
    const stops = [starting.engine.stop(), starting.engine.stop()];
    await pass(starting, 1_000);
    await started;
    expect(await stops[0]).toBe(await stops[1]);
    expect(starting.journal.ofType('summary')).toHaveLength(1);
  });

  it('cannot be started twice', async () => {
    const paper = create();
    await start(paper);
    await expect(paper.engine.start()).rejects.toMatchObject({ code: 'ENGINE_STATE_INVALID' });
  });
});

async function stop(paper: PaperEngine) {
  const stopping = paper.engine.stop();
  await pass(paper, 1_000);
  return stopping;
}
