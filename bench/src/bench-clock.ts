import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '@tandem/engine';

/** The real time, as the engine and the sandbox take it. */
export const benchClock: Clock = {
  nowMs: () => Date.now(),
  nowMicros: () => Number(process.hrtime.bigint() / 1_000n),
  sleep: (ms, signal) => wait(ms, undefined, signal === undefined ? {} : { signal }),
};
