import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '@tandem/engine/ports';

/** A timer that is set longer fires at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** The machine's clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  nowMicros: () => Number(process.hrtime.bigint() / 1000n),
  sleep: async (ms, signal) => {
    for (let leftMs = ms; ; leftMs -= LONGEST_TIMER_MS) {
      await delay(Math.min(leftMs, LONGEST_TIMER_MS), undefined, signal === undefined ? {} : { signal });
      if (leftMs <= LONGEST_TIMER_MS) return;
    }
  },
};
