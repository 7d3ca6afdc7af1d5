import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RpcCall {
  readonly id: unknown;
  readonly method: string;
  readonly params: unknown[];
}

/** Answers one request; `reply` wraps a result the right way, `response` allows everything else. */
export type Answer = (call: RpcCall, response: ServerResponse, reply: (result: string) => void) => void;

/** How a request came in, beside its body. */
export interface RequestLine {
  readonly verb: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/** A real HTTP server that behaves as badly as a test asks. */
export class HttpNode {
  readonly calls: RpcCall[] = [];
  readonly lines: RequestLine[] = [];
  readonly #server: Server;
  #answers: Answer[] = [];
  #otherwise: Answer | null = null;

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<HttpNode> {
    const node = new HttpNode();
    await new Promise<void>((resolve) => node.#server.listen(0, '127.0.0.1', resolve));
    return node;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Answers the next requests in this order. */
  next(...answers: Answer[]): this {
    this.#answers.push(...answers);
    return this;
  }

  /** Answers every request that no `next` is left for. */
  always(answer: Answer): this {
    this.#otherwise = answer;
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    this.lines.push({ verb: request.method ?? '', path: request.url ?? '', headers: request.headers });
    const call = JSON.parse(body === '' ? '{}' : body) as RpcCall;
    this.calls.push(call);
    const answer = this.#answers.shift() ?? this.#otherwise;
    if (answer === null || answer === undefined) throw new Error(`the test has no answer to ${call.method}`);
    answer(call, response, (result) =>
      response.end(`{"jsonrpc":"2.0","id":${JSON.stringify(call.id)},"result":${result}}`),
    );
  }
}

export const result =
  (json: string): Answer =>
  (_call, _response, reply) =>
    reply(json);

export const rpcError =
  (error: object, status = 200): Answer =>
  (call, response) => {
    response.statusCode = status;
    response.end(JSON.stringify({ jsonrpc: '2.0', id: call.id, error }));
  };

export const status =
  (code: number, headers: Record<string, string> = {}, body = 'no'): Answer =>
  (_call, response) => {
    response.writeHead(code, headers);
    response.end(body);
  };

export const rawBody =
  (body: string): Answer =>
  (_call, response) => {
    response.end(body);
  };

/** Says how long the answer is, sends half of it, and hangs up. */
export const cutOff: Answer = (call, response) => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: call.id, result: 'x'.repeat(100) });
  response.writeHead(200, { 'content-length': String(body.length) });
  response.write(body.slice(0, body.length / 2), () => response.destroy());
};

export const hangUp: Answer = (_call, response) => {
  response.destroy();
};

export const neverAnswer: Answer = () => undefined;
