import { afterEach, expect, it } from 'vitest';
import type { SigningGate } from '../../src/ports/index.js';
import { MemoryJournal } from '../../src/testing/index.js';
import { missed, stamped, state } from '../risk/outcome-events.js';
import { GAP, type PaperEngine, type PaperEngineOptions, paperEngine, pass, start } from './paper-engine.js';

const START_MS = Date.parse('2026-01-01T00:00:00.000Z');
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
const sent = (paper: PaperEngine) => new Set(paper.chain.sender.sends.map((send) => send.signature)).size;
const states = (paper: PaperEngine) =>
  paper.journal.ofType('state').map(({ from, to, trigger, source }) => `${from}→${to} ${trigger} (${source})`);

/** A gate that tells what it is told. */
function recordingGate(story: string[]): SigningGate {
  return {
    renew: () => void (story.at(-1) === 'renew' || story.push('renew')),
    reduce: () => void story.push('reduce'),
    halt: () => void story.push('halt'),
  };
}

it('refuses to start where an earlier run was halted, before it asks the network anything', async () => {
  const journal = new MemoryJournal([stamped(1, START_MS, state('HALTED', 'RISK_LOSS_EXCEEDED: 1'))]);
  const paper = create({ journal });
  await expect(paper.engine.start()).rejects.toMatchObject({ code: 'RISK_STATE_INVALID', severity: 'fatal' });
  expect(paper.chain.reader.calls).toEqual([]);
});

it('refuses to start where the losses of 24 hours have reached their bound, and latches that', async () => {
  const journal = new MemoryJournal([
    stamped(1, START_MS - 60_000, missed('a', 300_000_000n)),
    stamped(2, START_MS - 30_000, state('ACTIVE', 'operator: go on')),
  ]);
  const paper = create({ journal });
  await expect(paper.engine.start()).rejects.toMatchObject({
    code: 'RISK_STATE_INVALID',
    message: expect.stringContaining('RISK_DAY_LOSS_EXCEEDED'),
  });
  expect(journal.newestOf('state')).toMatchObject({ to: 'HALTED', source: 'breaker' });
});

it('starts again after an operator has resumed', async () => {
  const paper = create({
    journal: new MemoryJournal([
      stamped(1, START_MS, state('HALTED', 'RISK_MISSES_EXCEEDED: 50')),
      stamped(2, START_MS, state('ACTIVE', 'operator: seen to')),
    ]),
  });
  await start(paper);
  expect(paper.engine.riskStatus()).toMatchObject({ state: 'ACTIVE', trigger: null });
});

it.each([
  ['halt', 'ACTIVE→HALTED operator (cli)'],
  ['reduce', 'ACTIVE→REDUCING operator (cli)'],
] as const)('takes a %s that comes before the start', async (method, change) => {
  const paper = create();
  paper.engine[method]('operator', 'cli');
  await expect(paper.engine.start()).rejects.toMatchObject({ code: 'RISK_STATE_INVALID' });
  expect(states(paper)).toEqual([change]);
  expect(sent(paper)).toBe(0);
});

it('takes a halt while it drains, and none once it has stopped', async () => {
  const paper = create();
  await start(paper);
  paper.market.move(1, GAP);
  await pass(paper);
  void paper.engine.drain();
  paper.engine.halt('operator', 'signal');
  expect(states(paper)).toEqual(['ACTIVE→HALTED operator (signal)']);
  paper.chain.land(paper.chain.sender.sends[0]!.signature, { profit: 11_000_000n });
  const stopped = paper.engine.stop();
  await pass(paper, 1_000);
  await stopped;
  paper.engine.halt('late', 'http');
  expect(states(paper)).toHaveLength(1);
});

it('sends nothing while it reduces, waits for what is in flight, and then halts with the first trigger', async () => {
  const paper = create();
  await start(paper);
  paper.market.move(1, GAP);
  await pass(paper);
  paper.engine.reduce('slow nodes', 'operator');
  paper.market.move(2, [1_000_000_000_000n, 190_000_000_000n]);
  await pass(paper, 2_000);
  expect([sent(paper), paper.engine.riskStatus()?.state]).toEqual([1, 'REDUCING']);
  paper.chain.land(paper.chain.sender.sends[0]!.signature, { profit: 11_000_000n });
  await pass(paper, 2_000);
  expect(paper.journal.ofType('executed')).toHaveLength(1);
  expect(states(paper)).toEqual(['ACTIVE→REDUCING slow nodes (operator)', 'REDUCING→HALTED slow nodes (operator)']);
});

it('closes the gate before anything else is told, and renews it only while it trades', async () => {
  const story: string[] = [];
  const paper = create({ gate: recordingGate(story) });
  paper.engine.on((event) => {
    if (event.type === 'state') story.push(`journal: ${event.to}`);
  });
  await start(paper);
  await pass(paper, 1_000);
  paper.engine.reduce('a', 'cli');
  paper.engine.halt('b', 'cli');
  await pass(paper, 5_000);
  expect(story).toEqual(['renew', 'reduce', 'journal: REDUCING', 'halt', 'journal: HALTED']);
});

it('halts with a critical alert when the gate cannot be told, and journals the halt all the same', async () => {
  const gate = {
    renew: () => undefined,
    reduce: () => undefined,
    halt: () => {
      throw new Error('gone');
    },
  };
  const paper = create({ gate });
  await start(paper);
  paper.engine.halt('operator', 'cli');
  expect(states(paper)).toEqual(['ACTIVE→HALTED operator (cli)']);
  expect(paper.journal.ofType('alert')).toContainEqual(
    expect.objectContaining({ severity: 'critical', rule: 'RISK_LISTENER_INVALID' }),
  );
});

it('reduces, and so halts, when the feed has not been current for a minute; a short stall ends by itself', async () => {
  const paper = create();
  await start(paper);
  paper.market.live = false;
  await pass(paper, 30_000);
  paper.market.live = true;
  await pass(paper, 1_000);
  paper.market.live = false;
  await pass(paper, 59_000);
  expect(states(paper)).toEqual([]);
  await pass(paper, 2_000);
  expect(states(paper)).toEqual([
    expect.stringContaining('ACTIVE→REDUCING RISK_FEED_TIMEOUT'),
    expect.stringContaining('REDUCING→HALTED RISK_FEED_TIMEOUT'),
  ]);
});

it('halts when a trade loses more than the session may, and keeps what it lost for the next run', async () => {
  const config = { risk: { max_session_loss_lamports: 5_000 } };
  const paper = create({ config });
  await start(paper);
  paper.market.move(1, GAP);
  await pass(paper);
  paper.chain.land(paper.chain.sender.sends[0]!.signature, { error: { InstructionError: [3, { Custom: 6005 }] } });
  await pass(paper, 500);
  expect(states(paper)).toEqual(['ACTIVE→HALTED RISK_LOSS_EXCEEDED: the session lost 5000 lamports (breaker)']);
  const resumed = stamped(paper.journal.lastSeq() + 1, START_MS + 1_000, state('ACTIVE', 'operator'));
  const next = create({ config, journal: new MemoryJournal([...paper.journal.events, resumed]) });
  await start(next);
  expect(next.engine.riskStatus()).toMatchObject({ state: 'ACTIVE', day: { lostLamports: '5000' } });
});

it('says what it knows as a plain object', async () => {
  const paper = create();
  expect(paper.engine.riskStatus()).toBeUndefined();
  await start(paper);
  paper.market.move(1, GAP);
  await pass(paper);
  const status = paper.engine.riskStatus();
  expect(JSON.parse(JSON.stringify(status))).toEqual(status);
  expect(status).toMatchObject({ state: 'ACTIVE', inFlight: 1, lease: { isOpen: true, lapses: 0 }, coolDowns: [] });
  expect(BigInt(status!.exposure.inFlightLamports)).toBeGreaterThan(0n);
  expect(status!.breakers.map(({ name }) => name)).toEqual([
    'consecutive_misses',
    'failure_rate',
    'profit_shortfall',
    'session_loss',
    'day_loss',
    'drawdown',
    'rpc_disagreement',
    'feed_staleness',
    'storage_error',
    'clock_jump',
    'loop_stall',
    'balance_drift',
    'foreign_spend',
  ]);
  expect(status!.breakers.filter(({ tripped }) => tripped)).toEqual([]);
});
