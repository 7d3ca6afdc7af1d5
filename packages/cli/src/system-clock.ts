import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '@tandem/engine/ports';

/** The machine's clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  nowMicros: () => Number(process.hrtime.bigint() / 1000n),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  },
};
