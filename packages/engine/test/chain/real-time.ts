import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../src/ports/clock.js';
import type { Random } from '../../src/ports/random.js';

/** The machine's own time: these tests talk to real sockets. */
export const realClock: Clock = {
  nowMs: () => Date.now(),
  nowMicros: () => Math.floor(performance.now() * 1_000),
  sleep: (ms, signal) => wait(ms, undefined, signal === undefined ? {} : { signal }),
};

/** Always the shortest wait, so that tests do not dawdle. */
export const shortestWaits: Random = { nextInt: () => 0 };

/** Waits until a condition holds; fails after five seconds. */
export async function until(condition: () => boolean, what = 'the condition'): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`${what} did not come to hold`);
    await wait(2);
  }
}
