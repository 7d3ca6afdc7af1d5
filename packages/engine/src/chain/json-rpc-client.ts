import type { Clock } from '../ports/clock.js';
import type { Random } from '../ports/random.js';
import { Backoff } from './backoff.js';
import { HttpConnection, type HttpAnswer } from './http-connection.js';
import { parseLosslessJson } from './lossless-json.js';
import { redactUrl } from './redact-url.js';
import { RpcFailure } from './rpc-failure.js';
import { SecretWords } from './secret-words.js';
import { requestWithin, statusFailure } from './timed-request.js';

export interface JsonRpcClientOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Deadline of one call, retries included, milliseconds. */
  readonly timeoutMs: number;
  /** Attempts of a read; 6 by default. */
  readonly maxAttempts?: number;
  /** Headers of every request, as access tokens are; none by default. */
  readonly headers?: Readonly<Record<string, string>>;
}

interface CallBounds {
  /** The client's own by default. */
  readonly timeoutMs?: number;
  /** Ends the call before its deadline. */
  readonly signal?: AbortSignal;
}

const DEFAULT_MAX_ATTEMPTS = 6;
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 2_000;
/** Agave answers "rate limited" with this code where the HTTP status is 200. */
const RATE_LIMIT_RPC_CODE = -32_429;

/** JSON-RPC over HTTP with exact integers, deadlines and coded failures. Why not a ready client: docs/decisions/0002-rpc-client.md. */
export class JsonRpcClient {
  readonly #options: JsonRpcClientOptions;
  readonly #connection: HttpConnection;
  readonly #secrets: SecretWords;
  /** The URL as it may be shown. */
  readonly shownUrl: string;
  #nextId = 1;

  constructor(options: JsonRpcClientOptions) {
    this.#options = options;
    this.#connection = new HttpConnection(options.url, options.headers);
    this.#secrets = new SecretWords(options.url, options.headers);
    this.shownUrl = redactUrl(options.url);
  }

  /** Asks again on transient failures until the deadline or the signal. For reads only. Throws `RpcFailure`. */
  async read(method: string, params: readonly unknown[], signal?: AbortSignal): Promise<unknown> {
    const { clock, random, timeoutMs, maxAttempts = DEFAULT_MAX_ATTEMPTS } = this.#options;
    const backoff = new Backoff({ random, firstMs: FIRST_RETRY_MS, capMs: LONGEST_RETRY_MS });
    const deadlineMicros = clock.nowMicros() + timeoutMs * 1_000;
    for (let attempt = 1; ; attempt += 1) {
      const leftMs = Math.max(1, Math.ceil((deadlineMicros - clock.nowMicros()) / 1_000));
      try {
        return await this.once(method, params, { timeoutMs: leftMs, ...(signal === undefined ? {} : { signal }) });
      } catch (error) {
        if (!(error instanceof RpcFailure) || !error.isTransient() || attempt >= maxAttempts) throw error;
        const waitMs = Math.max(error.details.retryAfterMs ?? 0, backoff.nextMs());
        // The failure says more than a timeout would, so it is what the caller gets when there is no time for another attempt.
        if (clock.nowMicros() + waitMs * 1_000 >= deadlineMicros) throw error;
        // Given up while it waited: the failure it waited over is what there is to say.
        await clock.sleep(waitMs, signal).catch(() => Promise.reject(error));
      }
    }
  }

  /** Asks exactly once. Throws `RpcFailure`. */
  async once(method: string, params: readonly unknown[], bounds: CallBounds = {}): Promise<unknown> {
    const id = this.#nextId;
    this.#nextId += 1;
    try {
      const answer = await this.#post(method, JSON.stringify({ jsonrpc: '2.0', id, method, params }), bounds);
      return readResult(answer, { id, method, shownUrl: this.shownUrl });
    } catch (error) {
      throw error instanceof RpcFailure ? this.#secrets.hideIn(error) : error;
    }
  }

  /** Closes the connections. */
  close(): void {
    this.#connection.close();
  }

  #post(method: string, body: string, bounds: CallBounds): Promise<HttpAnswer> {
    const { clock } = this.#options;
    const { timeoutMs = this.#options.timeoutMs, signal } = bounds;
    const label = { shownUrl: this.shownUrl, method };
    const deadline = { clock, timeoutMs, ...(signal === undefined ? {} : { signal }) };
    return requestWithin((either) => this.#connection.post(body, either), label, deadline);
  }
}

interface AnswerContext {
  readonly id: number;
  readonly method: string;
  readonly shownUrl: string;
}

function readResult(answer: HttpAnswer, context: AnswerContext): unknown {
  const { method, shownUrl } = context;
  const envelope = parseEnvelope(answer, context);
  if (envelope === null) throw statusFailure(answer, context);
  if (Object.hasOwn(envelope, 'error') && envelope['error'] !== null)
    throw rpcFailure(envelope['error'], answer, context);
  if (!Object.hasOwn(envelope, 'result') || envelope['id'] !== context.id) {
    throw new RpcFailure({
      kind: 'wrong-shape',
      method,
      message: `${shownUrl} gave no JSON-RPC answer to ${method}`,
      httpStatus: answer.status,
    });
  }
  return envelope['result'];
}

/** Returns the JSON-RPC object of the answer; `null` when it is none and the HTTP status explains why. */
function parseEnvelope(answer: HttpAnswer, { method, shownUrl }: AnswerContext): Record<string, unknown> | null {
  try {
    const parsed = parseLosslessJson(answer.body);
    const isEnvelope = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
    const record = isEnvelope ? (parsed as Record<string, unknown>) : {};
    return answer.status === 200 || typeof record['error'] === 'object' ? record : null;
  } catch (cause) {
    if (answer.status !== 200) return null;
    throw new RpcFailure({
      kind: 'not-json',
      method,
      message: `${shownUrl} gave something that is not JSON to ${method}`,
      httpStatus: 200,
      cause,
    });
  }
}

function rpcFailure(error: unknown, answer: HttpAnswer, context: AnswerContext): RpcFailure {
  const { method, shownUrl } = context;
  const { code, message, data } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  if (typeof code !== 'number' || typeof message !== 'string') {
    if (answer.status !== 200) return statusFailure(answer, context);
    return new RpcFailure({
      kind: 'wrong-shape',
      method,
      message: `${shownUrl} gave an error without code and message to ${method}`,
    });
  }
  const limited = answer.status === 429 || code === RATE_LIMIT_RPC_CODE;
  return new RpcFailure({
    kind: limited ? 'rate-limited' : 'rpc-error',
    method,
    message: `${shownUrl} refused ${method}: ${message} (${code})`,
    httpStatus: answer.status,
    rpcCode: code,
    rpcData: data,
    ...(answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs }),
  });
}
