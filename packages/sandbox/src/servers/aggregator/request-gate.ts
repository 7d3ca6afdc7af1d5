import type { Clock } from '@tandem/engine/ports';

/** Whether a request may pass, and what its answer says of the budget. */
export interface GateVerdict {
  readonly refusal: { readonly status: number; readonly message: string } | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

export interface RequestGateOptions {
  readonly clock: Clock;
  /** Requests of a sliding minute; without a number there is no limit, and nothing is said of one. */
  readonly requestsPerMinute: number | undefined;
  /** Keys that are good; without a list every key is. A request without a key passes either way. */
  readonly apiKeys: readonly string[] | undefined;
}

const WINDOW_MS = 60_000;

/** The gateway before the router: keys, and a budget over a sliding minute that all paths and keys share. */
export class RequestGate {
  readonly #options: RequestGateOptions;
  #passedAtMs: readonly number[] = [];

  constructor(options: RequestGateOptions) {
    this.#options = options;
  }

  /** Lets a request pass, or says why not. A refused one costs nothing. */
  judge(apiKey: string | undefined): GateVerdict {
    const { clock, requestsPerMinute, apiKeys } = this.#options;
    if (apiKey !== undefined && apiKeys !== undefined && !apiKeys.includes(apiKey))
      return { refusal: { status: 401, message: 'Unauthorized' }, headers: {} };
    if (requestsPerMinute === undefined) return { refusal: undefined, headers: {} };
    const nowMs = clock.nowMs();
    const recent = this.#passedAtMs.filter((atMs) => atMs > nowMs - WINDOW_MS);
    const isOver = recent.length >= requestsPerMinute;
    this.#passedAtMs = isOver ? recent : [...recent, nowMs];
    const refusal = isOver ? { status: 429, message: '[API Gateway] Too many requests' } : undefined;
    return { refusal, headers: this.#budgetHeaders(requestsPerMinute, nowMs) };
  }

  #budgetHeaders(limit: number, nowMs: number): Record<string, string> {
    const current = this.#passedAtMs.length;
    const oldestMs = this.#passedAtMs[0] ?? nowMs;
    return {
      'x-ratelimit-current': String(current),
      'x-ratelimit-remaining': String(limit - current),
      // Unix seconds; rounded up: waiting until then is enough.
      'x-ratelimit-reset': String(Math.ceil((oldestMs + WINDOW_MS) / 1_000)),
    };
  }
}
