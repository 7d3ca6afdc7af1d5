import type { Clock } from '../ports/clock.js';
import { HttpConnection } from './http-connection.js';
import { redactUrl } from './redact-url.js';
import { RpcFailure } from './rpc-failure.js';
import { SecretWords } from './secret-words.js';
import { requestWithin, statusFailure } from './timed-request.js';

const PATH = '/api/v2/submit';

export interface BloxrouteClientOptions {
  /** Base URL of the region. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/**
 * bloXroute's trader API: plain JSON, no JSON-RPC (docs.bloxroute.com, trader API, "submit"; November 2026). The staked connection is
 * asked for; its front-running protection delays and is not, because the transaction protects itself.
 */
export class BloxrouteClient {
  readonly #options: BloxrouteClientOptions;
  readonly #connection: HttpConnection;
  readonly #secrets: SecretWords;
  readonly #shownUrl: string;

  constructor(options: BloxrouteClientOptions) {
    this.#options = options;
    this.#connection = new HttpConnection(new URL(PATH, options.url).href, options.headers);
    this.#secrets = new SecretWords(options.url, options.headers);
    this.#shownUrl = redactUrl(options.url);
  }

  /** Submits a transaction in base64 and returns what stands as its signature in the answer. Throws `RpcFailure`. */
  async submit(content: string): Promise<unknown> {
    try {
      return await this.#submit(content);
    } catch (error) {
      throw error instanceof RpcFailure ? this.#secrets.hideIn(error) : error;
    }
  }

  async #submit(content: string): Promise<unknown> {
    const body = JSON.stringify({
      transaction: { content },
      skipPreFlight: true,
      frontRunningProtection: false,
      useStakedRPCs: true,
    });
    const label = { shownUrl: this.#shownUrl, method: 'submit' };
    const answer = await requestWithin((signal) => this.#connection.post(body, signal), label, this.#options);
    const parsed = parseObject(answer.body);
    if (answer.status === 200 && parsed !== undefined) return parsed['signature'];
    if (answer.status === 200)
      throw new RpcFailure({ kind: 'not-json', method: label.method, message: `${this.#shownUrl} gave no JSON` });
    const { code, message } = parsed ?? {};
    // Refusals are an object of a gRPC code and words, under an HTTP status that is often 400 or 500.
    if (typeof code !== 'number' || typeof message !== 'string' || answer.status === 429)
      throw statusFailure(answer, label);
    throw new RpcFailure({
      kind: 'rpc-error',
      method: label.method,
      message: `${this.#shownUrl} refused submit: ${message} (${code})`,
      httpStatus: answer.status,
      rpcCode: code,
    });
  }

  /** Closes the connections. */
  close(): void {
    this.#connection.close();
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const parsed = JSON.parse(text) as unknown;
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    // The HTTP status says what there is to say.
    return undefined;
  }
}
