import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { soleWitness } from '../../src/chain/endpoints/sole-witness.js';
import type { EngineEvent, EngineEventBody } from '../../src/journal/event.js';
import type { EventStore } from '../../src/journal/event-store.js';
import { SqliteJournal } from '../../src/journal/sqlite-journal.js';
import { BreakerPanel } from '../../src/risk/breaker-panel.js';
import { ConsecutiveMisses } from '../../src/risk/breakers/consecutive-misses.js';
import { DayLoss } from '../../src/risk/breakers/day-loss.js';
import { Drawdown } from '../../src/risk/breakers/drawdown.js';
import { FailureRate } from '../../src/risk/breakers/failure-rate.js';
import { ProfitShortfall } from '../../src/risk/breakers/profit-shortfall.js';
import { RpcDisagreement } from '../../src/risk/breakers/rpc-disagreement.js';
import { DayLedger } from '../../src/risk/day-ledger.js';
import { expectActive } from '../../src/risk/latched-state.js';
import { restoreLimits } from '../../src/risk/restore-limits.js';
import { SteadyTime } from '../../src/risk/steady-time.js';
import { TipLimit } from '../../src/risk/tip-limit.js';
import { ManualClock, MemoryJournal, ScriptedReader } from '../../src/testing/index.js';
import { executed, intent, missed, settled, stamped, state } from './outcome-events.js';
import { HOUR_MS, recordedSwitch } from './risk-parts.js';

const START_MS = new ManualClock().nowMs();
const JOURNAL_MODULE = new URL('../../dist/journal/sqlite-journal.js', import.meta.url).href;

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tandem-limits-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Everything that counts outcomes, as of some time. */
function limits(nowMs: number) {
  const clock = new ManualClock(nowMs);
  const { killSwitch, changes } = recordedSwitch(clock);
  const time = new SteadyTime(clock);
  const ledger = new DayLedger();
  const tips = new TipLimit({ maxTipLamports: 50n, tipBudgetLamports: 100n, requiredLamports: 0n }, time);
  const breakers = new BreakerPanel({
    killSwitch,
    alerts: { raise: () => undefined },
    clock,
    time,
    ledger,
    counters: [
      new ConsecutiveMisses(50),
      new FailureRate({ windowSends: 20, maxRateBps: 9_000 }),
      new ProfitShortfall({ ratioBps: 8_000, windowTrades: 20, maxShortfalls: 15 }),
    ],
    sums: [new DayLoss(ledger, 30_000n), new Drawdown(ledger, 1_000_000n)],
    watchers: [],
    nodes: new RpcDisagreement(soleWitness(new ScriptedReader()), 1_000),
    onOutcome: (outcome) => {
      if (outcome.kind === 'executed') tips.recordPaid(outcome);
    },
  });
  const used = () => [tips.paidLamports(), ...breakers.status().map(({ name, value }) => `${name}: ${value}`)];
  return { breakers, changes, used, restore: (store: EventStore) => restoreLimits({ store, breakers, nowMs }) };
}

/** An hour of trading, an event a minute. */
function hour(bodies: readonly EngineEventBody[]): EngineEvent[] {
  return bodies.map((body, index) => stamped(index + 1, START_MS + index * 60_000, body));
}
const STORY = hour([
  intent('a'),
  executed('a', 9_000n, { actual: 9_000n, expected: 20_000n, tip: 40n }),
  intent('b'),
  missed('b', 5_000n),
  intent('s', 'setup'),
  settled('s', 'setup', 'failed', '5000'),
  intent('c'),
  missed('c', 0n),
  intent('d'),
  missed('d', 7_000n),
]);

/** Lets another process write the events and dies without a farewell. */
async function writeAndDie(path: string, events: readonly EngineEvent[]): Promise<void> {
  const program = `
    import { SqliteJournal } from ${JSON.stringify(JOURNAL_MODULE)};
    const journal = new SqliteJournal(${JSON.stringify(path)});
    for (const event of ${JSON.stringify(events)}) journal.append(event);
    console.log('written');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

describe('limits after kill -9', () => {
  it('stand where they were', async () => {
    const run = limits(START_MS);
    for (const event of STORY) run.breakers.observe(event);
    const before = run.used();
    expect(before).toContain('day_loss: 17000 lamports');
    const path = join(folder, 'journal.sqlite');
    await writeAndDie(path, STORY);
    const journal = new SqliteJournal(path);
    const next = limits(START_MS + HOUR_MS);
    next.restore(journal);
    journal.close();
    expect(next.used()).toEqual(before);
  });

  it('trip at the start where a crash came between the last loss and its halt', async () => {
    const path = join(folder, 'journal.sqlite');
    await writeAndDie(path, hour([missed('a', 30_000n)]));
    const journal = new SqliteJournal(path);
    const next = limits(START_MS + HOUR_MS);
    next.restore(journal);
    next.breakers.checkLimits();
    journal.close();
    expect(next.changes).toEqual([expect.stringContaining('ACTIVE→HALTED RISK_DAY_LOSS_EXCEEDED')]);
  });

  it('finds the newest state of an earlier process, and refuses to go on', async () => {
    const path = join(folder, 'journal.sqlite');
    await writeAndDie(path, hour([state('ACTIVE', 'operator'), state('HALTED', 'RISK_LOSS_EXCEEDED: 1'), intent('a')]));
    const journal = new SqliteJournal(path);
    expect(() => expectActive(journal)).toThrow(
      expect.objectContaining({
        code: 'RISK_STATE_INVALID',
        severity: 'fatal',
        message: 'trading is HALTED since 2026-01-01T00:01:00.000Z, by operator: RISK_LOSS_EXCEEDED: 1',
        action: expect.stringContaining('tandem resume'),
      }),
    );
    journal.append(stamped(4, START_MS, state('ACTIVE', 'operator: read the log')));
    expectActive(journal);
    journal.close();
  });
});

describe('restoreLimits', () => {
  it('takes a day and no more, by the minute', () => {
    const store = new MemoryJournal(STORY);
    const late = limits(START_MS + 24 * HOUR_MS + 4 * 60_000);
    late.restore(store);
    expect(late.used()).toEqual(expect.arrayContaining([0n, 'day_loss: 12000 lamports']));
    const later = limits(START_MS + 25 * HOUR_MS);
    later.restore(store);
    expect(later.used()).toEqual(limits(START_MS).used());
  });

  it('begins rows and windows anew after a resume, and takes nothing back of losses, drawdown and tips', () => {
    const resumed = stamped(11, START_MS + HOUR_MS / 2, state('ACTIVE', 'operator'));
    const after = limits(START_MS + HOUR_MS);
    after.restore(new MemoryJournal([...STORY, resumed, stamped(12, START_MS + HOUR_MS / 2, missed('e', 1n))]));
    expect(after.used()).toEqual([
      40n,
      'consecutive_misses: 1 misses in a row',
      'failure_rate: 1 of 1 sends',
      'profit_shortfall: 0 of 0 trades',
      'day_loss: 17001 lamports',
      'drawdown: 17001 lamports',
      'rpc_disagreement: 0 ms',
      'balance_drift: none found',
      'foreign_spend: none found',
    ]);
  });

  it('counts what is dated after now from now on: a clock that was set back renews nothing', () => {
    const early = limits(START_MS - 5 * HOUR_MS);
    early.restore(new MemoryJournal(STORY));
    expect(early.used()).toContain('day_loss: 17000 lamports');
  });
});
