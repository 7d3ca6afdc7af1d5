import { createEngineError } from '../../errors/create-engine-error.js';
import type { Clock } from '../../ports/clock.js';

/** What a question may cost, and who may call it off. */
export interface Deadline {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Named in the error. */
  readonly name: string;
  readonly signal?: AbortSignal;
}

/**
 * Returns what the question gives within its time. After that, or when the caller's signal ends it, the question's own signal is
 * aborted, and whatever it still gives goes nowhere.
 * @throws CHAIN_TIMEOUT, and what the question throws
 */
export async function withinDeadline<T>(deadline: Deadline, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const question = new AbortController();
  const answered = new AbortController();
  try {
    return await Promise.race([ask(question.signal), untilLate(deadline, question, answered.signal)]);
  } finally {
    answered.abort();
  }
}

/** Rejects when the time is up or the caller has given up; stays open once the answer is there. */
function untilLate(
  { clock, timeoutMs, name, signal }: Deadline,
  question: AbortController,
  answered: AbortSignal,
): Promise<never> {
  return new Promise((_, reject) => {
    const timer = new AbortController();
    const stop = () => timer.abort();
    answered.addEventListener('abort', stop, { once: true });
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted === true) stop();
    const end = (what: string) => {
      question.abort();
      reject(createEngineError('CHAIN_TIMEOUT', `${name} ${what}`, { context: { endpoint: name } }));
    };
    void clock
      .sleep(timeoutMs, timer.signal)
      .then(
        () => end(`gave no answer in ${timeoutMs} ms`),
        () => (answered.aborted ? undefined : end('was not waited for any longer')),
      )
      .finally(() => signal?.removeEventListener('abort', stop));
  });
}
