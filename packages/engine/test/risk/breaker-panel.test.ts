import { beforeEach, describe, expect, it } from 'vitest';
import type { AlertEvent, EngineEventBody } from '../../src/journal/event.js';
import { soleWitness } from '../../src/chain/endpoints/sole-witness.js';
import { BreakerPanel } from '../../src/risk/breaker-panel.js';
import type { Breaker } from '../../src/risk/breakers/breaker.js';
import { ConsecutiveMisses } from '../../src/risk/breakers/consecutive-misses.js';
import { DayLoss } from '../../src/risk/breakers/day-loss.js';
import { FailureRate } from '../../src/risk/breakers/failure-rate.js';
import { RpcDisagreement } from '../../src/risk/breakers/rpc-disagreement.js';
import { DayLedger } from '../../src/risk/day-ledger.js';
import { SteadyTime } from '../../src/risk/steady-time.js';
import type { TradeOutcome } from '../../src/risk/trade-outcome.js';
import { ManualClock, ScriptedReader } from '../../src/testing/index.js';
import { executed, intent, missed, settled, stamped } from './outcome-events.js';
import { recordedSwitch } from './risk-parts.js';

let clock: ManualClock;
let parts: ReturnType<typeof recordedSwitch>;
let alerts: Omit<AlertEvent, 'type'>[];
let seen: TradeOutcome[];
let ledger: DayLedger;
let watchers: Breaker[];
let panel: BreakerPanel;
beforeEach(() => {
  clock = new ManualClock();
  parts = recordedSwitch(clock);
  alerts = [];
  seen = [];
  ledger = new DayLedger();
  watchers = [];
  panel = new BreakerPanel({
    killSwitch: parts.killSwitch,
    alerts: { raise: (alert) => void alerts.push(alert) },
    clock,
    time: new SteadyTime(clock),
    ledger,
    counters: [new ConsecutiveMisses(3), new FailureRate({ windowSends: 2, maxRateBps: 5_000 })],
    sums: [new DayLoss(ledger, 20_000n)],
    watchers,
    nodes: new RpcDisagreement(soleWitness(new ScriptedReader()), 1_000),
    onOutcome: (outcome) => seen.push(outcome),
  });
});

let seq = 0;
function observe(...bodies: EngineEventBody[]): void {
  for (const body of bodies) panel.observe(stamped((seq += 1), clock.nowMs(), body));
}
const lost = () => ledger.lostLamports(clock.nowMs());

describe('BreakerPanel', () => {
  it('judges a send the moment its end is recorded, and tells the trip once', () => {
    observe(missed('a', 5_000n), missed('b', 0n));
    expect(parts.changes).toEqual([
      'ACTIVE→REDUCING RISK_FAILURE_RATE_EXCEEDED: 2 of the last 2 sends missed (breaker)',
    ]);
    observe(missed('c', 15_000n));
    expect(parts.changes[1]).toBe('REDUCING→HALTED RISK_MISSES_EXCEEDED: 3 misses in a row (breaker)');
    expect(alerts.map(({ severity, rule }) => [severity, rule])).toEqual([
      ['critical', 'RISK_FAILURE_RATE_EXCEEDED'],
      ['critical', 'RISK_MISSES_EXCEEDED'],
      ['critical', 'RISK_DAY_LOSS_EXCEEDED'],
    ]);
    const tripped = panel.status().filter((breaker) => breaker.tripped);
    expect(tripped.map(({ name }) => name)).toEqual(['consecutive_misses', 'failure_rate', 'day_loss']);
  });

  it('halts when a breaker cannot be evaluated, and when an event cannot be read', () => {
    const broken: Breaker = {
      name: 'broken',
      leadsTo: 'REDUCING',
      check: () => {
        throw new Error('no number');
      },
      reading: () => ({ value: '', limit: '' }),
    };
    observe({ ...executed('a', 1n), netProfitLamports: 'much' } as EngineEventBody);
    expect(parts.changes[0]).toMatch(/^ACTIVE→HALTED RISK_BREAKER_PANIC: outcomes could not be evaluated/);
    parts = recordedSwitch(clock);
    const { killSwitch } = parts;
    const others = {
      clock,
      time: new SteadyTime(clock),
      ledger,
      counters: [],
      sums: [],
      alerts: { raise: () => undefined },
    };
    const nodes = new RpcDisagreement(soleWitness(new ScriptedReader()), 1_000);
    new BreakerPanel({ ...others, killSwitch, watchers: [broken], nodes, onOutcome: () => undefined }).checkAll();
    expect(parts.changes).toEqual([
      'ACTIVE→HALTED RISK_BREAKER_PANIC: broken could not be evaluated: no number (breaker)',
    ]);
  });

  it.each([
    ['drift', 'RISK_BALANCE_MISMATCH'],
    ['foreignSpend', 'RISK_FOREIGN_SPEND_INVALID'],
  ] as const)('halts on %s', (method, code) => {
    panel[method]('3 lamports');
    expect(parts.changes).toEqual([`ACTIVE→HALTED ${code}: 3 lamports (breaker)`]);
  });

  it('forgets a dispute when its send has a verdict, of a trade or of anything else', async () => {
    panel.dispute('s-a');
    panel.dispute('s-b');
    panel.checkAll();
    observe(executed('a', 1n), settled('b', 'setup', 'landed'));
    await clock.advance(1_000);
    panel.checkAll();
    expect(parts.changes).toEqual([]);
    panel.dispute('s-c');
    panel.checkAll();
    await clock.advance(1_000);
    panel.checkAll();
    expect(parts.killSwitch.state).toBe('REDUCING');
  });
});

describe('what counts', () => {
  it('is the net result of trades, and of every other send what its failure cost', () => {
    observe(intent('a'), executed('a', -1_000n), intent('x', 'setup'), settled('x', 'setup', 'failed', '200'));
    observe(intent('y', 'swap'), missed('y', 30n), settled('z', 'unwind', 'landed', '4'));
    expect(lost()).toBe(1_234n);
    expect(seen.map(({ id, scope }) => [id, scope])).toEqual([
      ['a', 'trade'],
      ['x', 'money'],
      ['y', 'money'],
      ['z', 'money'],
    ]);
  });

  it('is neither rent of own accounts nor an exchange that a person asked for, of older journals too', () => {
    observe(settled('x', 'setup', 'landed', '130000000'));
    observe(intent('y', 'swap'), executed('y', -1_000_000_000n), executed('swap-old', -1_000_000_000n));
    expect([lost(), seen, parts.changes]).toEqual([0n, [], []]);
  });

  it('gives what a trade left and what an unwinding sold', () => {
    observe(executed('a', 1n, { inventory: { USD: '7' } }), settled('b', 'unwind', 'landed', '5000', { USD: '-7' }));
    expect(seen.map(({ inventory }) => inventory)).toEqual([{ USD: 7n }, { USD: -7n }]);
  });
});
