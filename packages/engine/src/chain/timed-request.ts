import type { Clock } from '../ports/clock.js';
import type { HttpAnswer } from './http-connection.js';
import { RpcFailure } from './rpc-failure.js';

/** What is asked, for the words of a failure. */
export interface RequestLabel {
  /** The URL as it may be shown. */
  readonly shownUrl: string;
  readonly method: string;
}

/** How long a request may take. */
export interface RequestDeadline {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Ends the request before its deadline. */
  readonly signal?: AbortSignal;
}

/** Why a deadline's timer ends; made once, because an abort without a reason makes an exception with its stack each time. */
const ANSWERED = new Error('the answer came before the deadline');

/** Characters of a refusal in plain words that a failure repeats. */
const MAX_WORDS = 200;

/** Makes a request that ends at its deadline. Throws `RpcFailure` of kind `timeout` or `unreachable`. */
export async function requestWithin(
  ask: (signal: AbortSignal) => Promise<HttpAnswer>,
  label: RequestLabel,
  deadline: RequestDeadline,
): Promise<HttpAnswer> {
  const { shownUrl, method } = label;
  const { clock, timeoutMs, signal } = deadline;
  const request = new AbortController();
  const timer = new AbortController();
  const expiry = clock.sleep(timeoutMs, timer.signal).then(
    () => request.abort(),
    // The answer was there first.
    () => undefined,
  );
  try {
    return await ask(signal === undefined ? request.signal : AbortSignal.any([request.signal, signal]));
  } catch (cause) {
    const isOver = request.signal.aborted || signal?.aborted === true;
    const message = `${shownUrl} ${whatHappened(deadline, request.signal.aborted, cause)}: ${method}`;
    throw new RpcFailure({ kind: isOver ? 'timeout' : 'unreachable', method, message, cause });
  } finally {
    timer.abort(ANSWERED);
    await expiry;
  }
}

/** Returns the failure that an HTTP status other than 200 means; plain words of the answer are repeated, HTML pages are not. */
export function statusFailure(answer: HttpAnswer, { shownUrl, method }: RequestLabel): RpcFailure {
  const { status, retryAfterMs } = answer;
  const words = answer.body.trim();
  const said = words === '' || words.startsWith('<') ? '' : `: ${words.slice(0, MAX_WORDS)}`;
  return new RpcFailure({
    kind: kindOfStatus(status),
    method,
    message: `${shownUrl} answered HTTP ${status} to ${method}${said}`,
    httpStatus: status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function kindOfStatus(status: number) {
  if (status === 429) return 'rate-limited';
  if (status === 401 || status === 403) return 'forbidden';
  if (status === 413) return 'too-large';
  return status >= 500 ? 'server-error' : 'wrong-shape';
}

function whatHappened({ timeoutMs, signal }: RequestDeadline, isLate: boolean, cause: unknown): string {
  if (signal?.aborted === true) return 'was not waited for any longer';
  return isLate ? `gave no answer in ${timeoutMs} ms` : `cannot be reached (${describeCause(cause)})`;
}

/** Returns what a failed connection says of itself: its code, or its message. */
export function describeCause(cause: unknown): string {
  const { code, message } = (cause ?? {}) as { code?: unknown; message?: unknown };
  return typeof code === 'string' ? code : typeof message === 'string' ? message : 'unknown cause';
}
