import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AlertEvent } from '../../src/journal/event.js';
import type { Clock } from '../../src/ports/clock.js';
import { LeaseKeeper, type LeaseKeeperOptions } from '../../src/risk/lease-keeper.js';
import { ManualClock } from '../../src/testing/index.js';
import { recordedSwitch } from './risk-parts.js';

let clock: ManualClock;
let parts: ReturnType<typeof recordedSwitch>;
let alerts: Omit<AlertEvent, 'type'>[];
let renewals: number[];
let stopping: AbortController;
beforeEach(() => {
  clock = new ManualClock();
  parts = recordedSwitch(clock);
  alerts = [];
  renewals = [];
  stopping = new AbortController();
});
afterEach(() => stopping.abort());

function keeper(changes: Partial<LeaseKeeperOptions> = {}): LeaseKeeper {
  return new LeaseKeeper({
    clock,
    settings: { leaseMs: 1_000, maxLapseMs: 5_000 },
    killSwitch: parts.killSwitch,
    alerts: { raise: (alert) => void alerts.push(alert) },
    gate: {
      renew: (nowMicros) => void renewals.push(Number(nowMicros) / 1_000),
      reduce: () => undefined,
      halt: () => undefined,
    },
    checkBreakers: () => undefined,
    hasWorkLeft: () => false,
    ...changes,
  });
}

/** A clock whose sleeps of one length never end, as those of a loop that hangs. */
function hangingFor(ms: number): Clock {
  const sleep: Clock['sleep'] = async (given, signal) => {
    if (given === ms) await new Promise(() => undefined);
    await clock.sleep(given, signal);
  };
  return { nowMs: () => clock.nowMs(), nowMicros: () => clock.nowMicros(), sleep };
}

describe('LeaseKeeper', () => {
  it('is closed before its first look, and looks before the run returns', () => {
    const lease = keeper();
    expect(lease.check()).toMatchObject({ reason: 'RISK_LEASE_EXPIRED' });
    void lease.run(stopping.signal);
    expect([lease.check().kind, renewals]).toEqual(['passed', [0]]);
  });

  it('evaluates the breakers before each renewal, four times a lease', async () => {
    const story: string[] = [];
    const gate = { renew: () => void story.push('renew'), reduce: () => undefined, halt: () => undefined };
    const lease = keeper({ gate, checkBreakers: () => void story.push('check') });
    void lease.run(stopping.signal);
    await clock.advance(250);
    expect(story).toEqual(['check', 'renew', 'check', 'renew']);
  });

  it('renews nothing once a breaker has halted', async () => {
    const lease = keeper({ checkBreakers: () => parts.killSwitch.trip('loss', 'breaker') });
    void lease.run(stopping.signal);
    await clock.advance(2_000);
    expect(renewals).toEqual([]);
    expect(lease.check().kind).toBe('refusal');
  });

  it('halts when the evaluation throws, and when the gate cannot be renewed', () => {
    const thrower = () => {
      throw new Error('broken');
    };
    void keeper({ checkBreakers: thrower }).run(stopping.signal);
    expect(parts.changes).toEqual(['ACTIVE→HALTED RISK_BREAKER_PANIC: the risk loop failed: broken (lease)']);
    parts = recordedSwitch(clock);
    void keeper({ gate: { renew: thrower, reduce: () => undefined, halt: () => undefined } }).run(stopping.signal);
    expect(parts.killSwitch.state).toBe('HALTED');
  });

  it('closes by itself when the loop hangs, tells it once, and halts when that lasts', async () => {
    const lease = keeper({ clock: hangingFor(250) });
    void lease.run(stopping.signal);
    void lease.watch(stopping.signal);
    await clock.advance(999);
    expect(lease.check().kind).toBe('passed');
    await clock.advance(1);
    expect(lease.check()).toMatchObject({ kind: 'refusal', details: { lapsedMs: 0 } });
    await clock.advance(5_000);
    expect(alerts).toMatchObject([{ severity: 'critical', rule: 'LEASE_EXPIRED' }]);
    expect(parts.killSwitch.state).toBe('ACTIVE');
    await clock.advance(1_000);
    expect(parts.changes).toEqual([expect.stringMatching(/^ACTIVE→HALTED LEASE_EXPIRED: .* \(lease\)$/)]);
    expect(alerts).toHaveLength(1);
  });

  it('opens again after a short stall of the whole process, and tells each of them', async () => {
    const lease = keeper();
    void lease.run(stopping.signal);
    for (let stall = 0; stall < 2; stall += 1) {
      clock.spend(3_000_000);
      await clock.advance(250);
      expect(lease.check().kind).toBe('passed');
    }
    expect([alerts.length, lease.status().lapses, parts.killSwitch.state]).toEqual([2, 2, 'ACTIVE']);
  });

  it('halts after a stall that was too long, before it renews', async () => {
    void keeper().run(stopping.signal);
    clock.spend(6_001_000);
    await clock.advance(250);
    expect([parts.killSwitch.state, renewals]).toEqual(['HALTED', [0]]);
  });

  it('keeps a reducing engine open while something is left, then halts with the first trigger', async () => {
    let left = true;
    const lease = keeper({ hasWorkLeft: () => left });
    void lease.run(stopping.signal);
    parts.killSwitch.reduce('RISK_FEED_TIMEOUT: 60 s', 'breaker');
    await clock.advance(1_000);
    expect([parts.killSwitch.state, lease.check().kind]).toEqual(['REDUCING', 'passed']);
    left = false;
    await clock.advance(250);
    expect(parts.changes.at(-1)).toBe('REDUCING→HALTED RISK_FEED_TIMEOUT: 60 s (breaker)');
  });
});
