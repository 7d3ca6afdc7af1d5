import type { SendersConfig } from '../config/senders-config.js';
import { parseDecimalUp } from '../config/decimal.js';
import { createEngineError } from '../errors/create-engine-error.js';
import type { EngineError } from '../errors/engine-error.js';
import type { Clock } from '../ports/clock.js';
import type { TipFloor } from '../ports/tip-floor.js';
import { HttpConnection } from './http-connection.js';
import { redactUrl } from './redact-url.js';
import { RpcFailure } from './rpc-failure.js';
import { SecretWords } from './secret-words.js';
import { requestWithin, statusFailure } from './timed-request.js';

const LAMPORT_DECIMALS = 9;
const POLL_MS = 1_500;
/** The floor moves with every congestion; an older one says nothing about the next auction. */
const MAX_AGE_MS = 15_000;

export interface TipFloorFeedOptions {
  readonly url: string;
  /** Percentile of landed tips. */
  readonly percentile: SendersConfig['tipFloorPercentile'];
  readonly clock: Clock;
  /** Deadline of one poll. */
  readonly timeoutMs: number;
}

/** Polls the tip floor of a block engine: a list of one object whose tips are decimal SOL (jito-docs, "Get Tip Information"). */
export class TipFloorFeed implements TipFloor {
  readonly #options: TipFloorFeedOptions;
  readonly #connection: HttpConnection;
  readonly #secrets: SecretWords;
  readonly #shownUrl: string;
  #lamports = 0n;
  #readAtMicros = Number.NEGATIVE_INFINITY;

  constructor(options: TipFloorFeedOptions) {
    this.#options = options;
    this.#connection = new HttpConnection(options.url);
    this.#secrets = new SecretWords(options.url);
    this.#shownUrl = redactUrl(options.url);
  }

  lamports(): bigint | null {
    const ageMicros = this.#options.clock.nowMicros() - this.#readAtMicros;
    return ageMicros <= MAX_AGE_MS * 1_000 ? this.#lamports : null;
  }

  async run(signal: AbortSignal, onFault: (error: unknown) => void): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#read();
      } catch (error) {
        onFault(error);
      }
      // The end of the sleep and its abort both lead to the loop's condition.
      await this.#options.clock.sleep(POLL_MS, signal).catch(() => undefined);
    }
    this.#connection.close();
  }

  async #read(): Promise<void> {
    const label = { shownUrl: this.#shownUrl, method: 'tip floor' };
    try {
      const answer = await requestWithin((signal) => this.#connection.get(signal), label, this.#options);
      if (answer.status !== 200) throw statusFailure(answer, label);
      this.#lamports = this.#parse(answer.body);
      this.#readAtMicros = this.#options.clock.nowMicros();
    } catch (error) {
      throw error instanceof RpcFailure ? this.#invalid(this.#secrets.hide(error.message), error) : error;
    }
  }

  /** Takes the number's own digits: a float of SOL times a billion is not exact. */
  #parse(body: string): bigint {
    const key = `landed_tips_${this.#options.percentile}th_percentile`;
    const digits = new RegExp(`"${key}"\\s*:\\s*([^,}\\s]+)`).exec(isObjectList(body) ? body : '')?.[1] ?? '';
    const lamports = parseDecimalUp(digits, LAMPORT_DECIMALS);
    if (lamports === null) throw this.#invalid(`${this.#shownUrl} gave no ${key} in SOL`);
    return lamports;
  }

  #invalid(message: string, cause?: unknown): EngineError {
    return createEngineError('SENDER_TIP_FLOOR_INVALID', message, cause === undefined ? {} : { cause });
  }
}

function isObjectList(body: string): boolean {
  try {
    const parsed = JSON.parse(body) as unknown;
    return Array.isArray(parsed) && parsed.length === 1 && typeof parsed[0] === 'object' && parsed[0] !== null;
  } catch {
    // Anything else has no floor in it.
    return false;
  }
}
