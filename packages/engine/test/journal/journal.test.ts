import { describe, expect, it } from 'vitest';
import { AlertThrottle } from '../../src/journal/alert-throttle.js';
import type { EngineEvent } from '../../src/journal/event.js';
import { Journal } from '../../src/journal/journal.js';
import { ManualClock, MemoryJournal } from '../../src/testing/index.js';

const info = { type: 'alert', severity: 'info', rule: 'A', message: 'm' } as const;

function setUp(store = new MemoryJournal()) {
  const failures: unknown[] = [];
  const clock = new ManualClock();
  const journal = new Journal({ store, clock, onFailure: (error) => failures.push(error) });
  return { store, clock, journal, failures };
}

describe('Journal', () => {
  it('stamps time and sequence and writes before it tells the listeners', () => {
    const { store, journal } = setUp();
    const written: number[] = [];
    journal.on((event) => written.push(store.events.length, event.seq));
    journal.record(info);
    expect(store.events).toEqual([{ ...info, at: '2026-01-01T00:00:00.000Z', seq: 1 }]);
    expect(written).toEqual([1, 1]);
  });

  it('goes on counting where the run before ended', () => {
    const { journal } = setUp(new MemoryJournal([{ ...info, at: 'x', seq: 41 }]));
    journal.record(info);
    expect(journal.seq).toBe(42);
  });

  it('reports a failed write once, writes nothing after it, and still tells the listeners', () => {
    const { store, journal, failures } = setUp();
    const told: EngineEvent[] = [];
    journal.on((event) => told.push(event));
    store.failure = new Error('disk full');
    journal.record(info);
    store.failure = undefined;
    journal.record(info);
    expect(failures).toHaveLength(1);
    expect(store.events).toEqual([]);
    expect(told.map((event) => event.seq)).toEqual([1, 2]);
    expect(journal.healthy).toBe(false);
  });

  it('throws where something depends on the write, also after an earlier failure', () => {
    const { store, journal } = setUp();
    store.failure = new Error('disk full');
    journal.record(info);
    store.failure = undefined;
    expect(() => journal.recordOrThrow(info)).toThrow('disk full');
  });

  it('removes a listener that throws, says so, and goes on telling the others', () => {
    const { store, journal } = setUp();
    const told: string[] = [];
    journal.on(() => {
      throw new Error('broken');
    });
    journal.on((event) => told.push(event.type === 'alert' ? event.rule : event.type));
    journal.record(info);
    journal.record(info);
    expect(store.events.map((event) => (event.type === 'alert' ? event.rule : event.type))).toEqual([
      'A',
      'LISTENER_INVALID',
      'A',
    ]);
    expect(told.filter((rule) => rule === 'A')).toHaveLength(2);
  });
});

describe('AlertThrottle', () => {
  it('lets each rule speak once in its interval and counts what it held back', async () => {
    const { store, clock, journal } = setUp();
    const alerts = new AlertThrottle(journal, clock, 1_000);
    for (let time = 0; time < 3; time += 1) alerts.raise({ severity: 'warning', rule: 'R', message: 'again' });
    alerts.raise({ severity: 'warning', rule: 'OTHER', message: 'once' });
    await clock.advance(1_000);
    alerts.raise({ severity: 'warning', rule: 'R', message: 'again' });
    expect(store.ofType('alert').map((event) => event.message)).toEqual([
      'again',
      'once',
      'again (and 2 more since the last alert)',
    ]);
  });
});
