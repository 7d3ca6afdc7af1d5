import { beforeEach, describe, expect, it } from 'vitest';
import { organisationWindow, RateWindow } from '../../src/jupiter/rate-window.js';
import { ManualClock } from '../../src/testing/index.js';

let clock: ManualClock;
let window: RateWindow;
beforeEach(() => {
  clock = new ManualClock();
  window = new RateWindow({ clock, perMinute: 3 });
});

const seconds = (from: number) => clock.nowMs() / 1_000 + from;

describe('RateWindow', () => {
  it('gives so many requests in any sixty seconds', () => {
    expect([window.take(), window.take()]).toEqual([0, 0]);
    clock.spend(20_000_000);
    expect([window.take(), window.take()]).toEqual([0, 40_000]);
    clock.spend(39_999_000);
    expect(window.take()).toBe(1);
    clock.spend(1_000);
    expect([window.take(), window.take(), window.take()]).toEqual([0, 0, 20_000]);
  });

  it('believes a server that has less left', () => {
    window.take();
    window.settle({ remaining: 1, resetSeconds: seconds(5) });
    expect([window.take(), window.take()]).toEqual([0, 5_000]);
  });

  it('goes on after the reset, by its own count', () => {
    window.take();
    window.settle({ remaining: -2, resetSeconds: seconds(5) });
    clock.spend(5_000_000);
    expect([window.take(), window.take(), window.take()]).toEqual([0, 0, 55_000]);
  });

  it('does not count twice on what is on its way', () => {
    window.take();
    window.take();
    window.settle({ remaining: 1, resetSeconds: seconds(5) });
    expect(window.take()).toBe(5_000);
  });

  it('does not believe a reset in another year', () => {
    window.take();
    window.settle({ remaining: 0, resetSeconds: seconds(1e9) });
    expect(window.take()).toBe(60_000);
  });

  it('is its own count where the server says nothing', () => {
    window.take();
    window.settle(undefined);
    expect([window.take(), window.take(), window.take()]).toEqual([0, 0, 60_000]);
  });

  it('is the same for one organisation, and another for another or another clock', () => {
    const of = (organisation: string, time: ManualClock = clock) =>
      organisationWindow({ clock: time, organisation, perMinute: 1 });
    expect(of('a')).toBe(of('a'));
    expect(of('a')).not.toBe(of('b'));
    expect(of('a')).not.toBe(of('a', new ManualClock()));
  });
});
