import type { Clock } from '@tandem/engine/ports';
import { describe, expect, it } from 'vitest';
import { BackgroundLoop } from '../../src/market/background-loop.js';

/** Time passes only by sleeping; every sleep also yields to the event loop. */
class SleepingClock implements Clock {
  micros = 0;
  readonly sleeps: number[] = [];

  nowMs(): number {
    return this.micros / 1_000;
  }

  nowMicros(): number {
    return this.micros;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    this.sleeps.push(ms);
    this.micros += ms * 1_000;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe('BackgroundLoop', () => {
  it('keeps its rate although steps take time', async () => {
    const clock = new SleepingClock();
    let steps = 0;
    const loop = new BackgroundLoop({
      clock,
      nextDelayMs: () => 100,
      step: async () => {
        steps += 1;
        clock.micros += 30_000;
      },
      onFault: (error) => {
        throw error;
      },
    });
    loop.start();
    await until(() => steps === 20);
    await loop.pause();
    expect(clock.sleeps.slice(0, 4)).toEqual([100, 70, 70, 70]);
  });

  it('goes on after a fault and tells it', async () => {
    const faults: unknown[] = [];
    let steps = 0;
    const loop = new BackgroundLoop({
      clock: new SleepingClock(),
      nextDelayMs: () => 1,
      step: async () => {
        steps += 1;
        if (steps === 2) throw new Error('second step');
      },
      onFault: (error) => faults.push(error),
    });
    loop.start();
    await until(() => steps === 4);
    await loop.pause();
    expect(faults).toEqual([new Error('second step')]);
  });

  it('waits for the step under way when it is paused, does nothing while paused, and can start again', async () => {
    let release = (): void => undefined;
    const log: string[] = [];
    const loop = new BackgroundLoop({
      clock: new SleepingClock(),
      nextDelayMs: () => 1,
      step: async () => {
        log.push('begin');
        await new Promise<void>((resolve) => (release = resolve));
        log.push('end');
      },
      onFault: () => undefined,
    });
    loop.start();
    loop.start();
    await until(() => log.length === 1);
    const paused = loop.pause().then(() => log.push('paused'));
    await new Promise((resolve) => setImmediate(resolve));
    release();
    await paused;
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(log).toEqual(['begin', 'end', 'paused']);
    loop.start();
    await until(() => log.length === 4);
    release();
    await loop.pause();
    expect(log.slice(3)).toEqual(['begin', 'end']);
  });
});
