import type { Clock } from '@tandem/engine/ports';

/** The machine's clock, for tests that run against the servers. */
export const realClock: Clock = {
  nowMs: () => Date.now(),
  nowMicros: () => Math.floor(performance.now() * 1_000),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const abort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', abort, { once: true });
    }),
};
