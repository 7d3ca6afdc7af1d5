import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JupiterClientOptions } from '../../src/jupiter/jupiter-client.js';
import { realClock, shortestWaits } from '../chain/real-time.js';

/** A request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Answer = (request: SeenRequest, response: ServerResponse) => void;

/** A real HTTP server that answers as a test says, in order. */
export class JupiterServer {
  readonly seen: SeenRequest[] = [];
  readonly #server: Server;
  readonly #answers: Answer[] = [];

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<JupiterServer> {
    const server = new JupiterServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Answers the next requests in this order; the last answer repeats. */
  next(...answers: Answer[]): this {
    this.#answers.push(...answers);
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const url = new URL(request.url ?? '/', this.url);
    const seen = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body,
    };
    this.seen.push(seen);
    const answer = this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0];
    if (answer === undefined) throw new Error(`the test has no answer to ${seen.path}`);
    answer(seen, response);
  }
}

export const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };

export const text =
  (body: string, status = 200): Answer =>
  (_request, response) => {
    response.writeHead(status);
    response.end(body);
  };

export const hangUp: Answer = (_request, response) => {
  response.destroy();
};

export const neverAnswer: Answer = () => undefined;

/** Says how long the answer is, sends the start of it, and nothing more. */
export const stall: Answer = (_request, response) => {
  response.writeHead(200, { 'content-length': '1000' });
  response.write('{');
};

/** Options of a client that talks to the server in real time. */
export function clientOptions(
  server: JupiterServer,
  options: Partial<JupiterClientOptions> = {},
): JupiterClientOptions {
  return {
    url: server.url,
    api: 'v1',
    requestsPerMinute: 1_000,
    timeoutMs: 2_000,
    // A clock of its own: a budget of its own.
    clock: { ...realClock },
    random: shortestWaits,
    ...options,
  };
}
