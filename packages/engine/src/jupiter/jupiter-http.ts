import { Backoff } from '../chain/backoff.js';
import { redactUrl } from '../chain/redact-url.js';
import { describeCause } from '../chain/timed-request.js';
import { createEngineError } from '../errors/create-engine-error.js';
import { EngineError } from '../errors/engine-error.js';
import type { Clock } from '../ports/clock.js';
import type { Random } from '../ports/random.js';
import { answerError, type JupiterAnswer, responseError } from './jupiter-error.js';
import { organisationWindow, type RateReport, type RateWindow } from './rate-window.js';

export interface JupiterHttpOptions {
  /** Host, and a path before `/swap` where a gateway has one. */
  readonly url: string;
  /** Absent: the tier without a key. */
  readonly apiKey?: string;
  readonly requestsPerMinute: number;
  /** Deadline of one call: waiting for the budget and every retry included. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
}

const MAX_ATTEMPTS = 4;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 1_000;
/** The largest answers, build's with its tables, are well below 100 kB. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
const RETRIED: ReadonlySet<string> = new Set(['JUPITER_UNREACHABLE', 'JUPITER_RATE_LIMIT_EXCEEDED']);
/** What an HTTP header can carry; anything else would end in an error that shows the key. */
const HEADER_TEXT = /^[\x21-\x7e]{1,512}$/;

/** The road of both API versions to the host: one budget, one deadline, one way to say what went wrong. */
export class JupiterHttp {
  readonly #options: JupiterHttpOptions;
  readonly #window: RateWindow;
  readonly #closed = new AbortController();
  readonly #shownUrl: string;
  /** Without a slash at the end. */
  readonly baseUrl: string;

  /** @throws JUPITER_KEY_INVALID for a key that no header can carry */
  constructor(options: JupiterHttpOptions) {
    const { url, apiKey, clock, requestsPerMinute } = options;
    if (apiKey !== undefined && !HEADER_TEXT.test(apiKey))
      throw createEngineError('JUPITER_KEY_INVALID', 'the API key has characters that no HTTP header can carry');
    this.#options = options;
    this.baseUrl = url.replace(/\/+$/, '');
    this.#shownUrl = redactUrl(url);
    const organisation = `${new URL(url).origin} ${apiKey ?? ''}`;
    this.#window = organisationWindow({ clock, organisation, perMinute: requestsPerMinute });
  }

  /** Returns a successful answer, asking again on transient failures until the deadline. Only for requests that change nothing. @throws JUPITER_* */
  async request(url: string, init: RequestInit): Promise<JupiterAnswer> {
    const { clock, random, timeoutMs } = this.#options;
    // A path of the base may be a token, so it is not part of the name.
    const endpoint = url.slice(this.baseUrl.length).split('?', 1)[0] ?? '';
    const backoff = new Backoff({ random, firstMs: FIRST_RETRY_MS, capMs: LONGEST_RETRY_MS });
    const deadlineMicros = clock.nowMicros() + timeoutMs * 1_000;
    for (let attempt = 1; ; attempt += 1) {
      await this.#waitForBudget(endpoint, deadlineMicros);
      try {
        return await this.#once({ url, init, endpoint, deadlineMicros });
      } catch (error) {
        if (!(error instanceof EngineError) || !RETRIED.has(error.code) || attempt >= MAX_ATTEMPTS) throw error;
        const waitMs = Math.max(backoff.nextMs(), Number(error.context['retryAfterMs'] ?? 0));
        // The failure says more than a timeout would, so it is what the caller gets when there is no time for another attempt.
        if (this.#closed.signal.aborted || clock.nowMicros() + waitMs * 1_000 >= deadlineMicros) throw error;
        await this.#sleep(waitMs, endpoint);
      }
    }
  }

  /** Ends what is under way; later requests fail. */
  close(): void {
    this.#closed.abort();
  }

  async #waitForBudget(endpoint: string, deadlineMicros: number): Promise<void> {
    const { clock } = this.#options;
    for (let waitMs = this.#window.take(); waitMs > 0; waitMs = this.#window.take()) {
      if (clock.nowMicros() + waitMs * 1_000 >= deadlineMicros) {
        const message = `the request budget of ${this.#shownUrl} is spent for ${waitMs} ms: ${endpoint} was not asked`;
        const context = { endpoint, retryAfterMs: waitMs };
        throw createEngineError('JUPITER_RATE_LIMIT_EXCEEDED', message, { context });
      }
      await this.#sleep(waitMs, endpoint);
    }
  }

  async #sleep(ms: number, endpoint: string): Promise<void> {
    try {
      await this.#options.clock.sleep(ms, this.#closed.signal);
    } catch {
      throw this.#failure('unreachable', endpoint, { why: 'the client was closed' });
    }
  }

  async #once(call: {
    readonly url: string;
    readonly init: RequestInit;
    readonly endpoint: string;
    readonly deadlineMicros: number;
  }): Promise<JupiterAnswer> {
    const { url, init, endpoint, deadlineMicros } = call;
    const request = new AbortController();
    const timer = new AbortController();
    const leftMs = Math.max(1, Math.ceil((deadlineMicros - this.#options.clock.nowMicros()) / 1_000));
    const deadline = this.#abortAfter(leftMs, timer.signal, request);
    let report: RateReport | undefined;
    try {
      const signal = AbortSignal.any([request.signal, this.#closed.signal]);
      // A redirect would carry the key to another host.
      const response = await fetch(url, { ...init, headers: this.#headers(init), signal, redirect: 'manual' });
      report = rateReport(response.headers);
      const known = { ...facts(response, this.#options.clock), endpoint };
      const answer = { ...known, body: await readBody(response, known) };
      const error = answerError({ ...answer, body: this.#withoutKey(answer.body) });
      if (error !== null) throw error;
      return answer;
    } catch (cause) {
      if (cause instanceof EngineError) throw cause;
      if (request.signal.aborted) throw this.#failure('timeout', endpoint, { cause });
      throw this.#failure('unreachable', endpoint, { cause, why: causeText(cause) });
    } finally {
      this.#window.settle(report);
      timer.abort();
      await deadline;
    }
  }

  /** What a gateway says of a key it does not know ends in our errors. */
  #withoutKey(body: string): string {
    const { apiKey } = this.#options;
    return apiKey === undefined ? body : body.replaceAll(apiKey, '[key]');
  }

  #headers(init: RequestInit): Headers {
    const headers = new Headers(init.headers);
    headers.set('accept', 'application/json');
    if (this.#options.apiKey !== undefined) headers.set('x-api-key', this.#options.apiKey);
    return headers;
  }

  #failure(
    kind: 'timeout' | 'unreachable',
    endpoint: string,
    detail: { readonly cause?: unknown; readonly why?: string },
  ): EngineError {
    const { cause, why } = detail;
    const what =
      kind === 'timeout'
        ? `gave no answer in ${this.#options.timeoutMs} ms`
        : `cannot be reached (${why ?? 'no cause'})`;
    const code = kind === 'timeout' ? 'JUPITER_TIMEOUT' : 'JUPITER_UNREACHABLE';
    return createEngineError(code, `${this.#shownUrl} ${what}: ${endpoint}`, { context: { endpoint }, cause });
  }

  async #abortAfter(timeoutMs: number, signal: AbortSignal, request: AbortController): Promise<void> {
    try {
      await this.#options.clock.sleep(timeoutMs, signal);
    } catch {
      // The answer was there first.
      return;
    }
    request.abort();
  }
}

function facts(response: Response, clock: Clock): Pick<JupiterAnswer, 'status' | 'requestId' | 'retryAfterMs'> {
  const { status, headers } = response;
  const requestId = headers.get('x-api-gateway-request-id')?.slice(0, 100);
  if (status !== 429) return { status, requestId, retryAfterMs: undefined };
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  if (Number.isFinite(seconds) && seconds >= 0) return { status, requestId, retryAfterMs: Math.ceil(seconds * 1_000) };
  const report = rateReport(headers);
  const retryAfterMs = report === undefined ? undefined : Math.max(0, report.resetSeconds * 1_000 - clock.nowMs());
  return { status, requestId, retryAfterMs };
}

/** The headers come with 200 and 429 only, and not on every plan. */
function rateReport(headers: Headers): RateReport | undefined {
  const remaining = Number(headers.get('x-ratelimit-remaining') ?? Number.NaN);
  const resetSeconds = Number(headers.get('x-ratelimit-reset') ?? Number.NaN);
  return Number.isFinite(remaining) && Number.isFinite(resetSeconds) ? { remaining, resetSeconds } : undefined;
}

async function readBody(response: Response, known: Pick<JupiterAnswer, 'endpoint' | 'requestId'>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw responseError(known, `is larger than ${MAX_ANSWER_BYTES} bytes`);
  }
  return Buffer.concat(chunks, bytes).toString('utf8');
}

/** `fetch` says "fetch failed" and hides the reason one level down. */
function causeText(error: unknown): string {
  const { cause } = (error ?? {}) as { cause?: unknown };
  return describeCause(cause ?? error);
}
