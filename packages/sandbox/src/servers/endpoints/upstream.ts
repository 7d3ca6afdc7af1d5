import { Agent, type IncomingHttpHeaders, request as httpRequest } from 'node:http';

import type { HttpReply } from '../http-faults.js';

/** A request to hand on. */
export interface UpstreamRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Headers that belong to one connection, and those that the relaying side writes anew. */
const OWN_HEADERS = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'host',
  'accept-encoding',
]);

/** The node behind a proxy, over kept-alive connections. */
export class Upstream {
  readonly #url: URL;
  readonly #agent = new Agent({ keepAlive: true, noDelay: true });

  constructor(url: string) {
    this.#url = new URL(url);
  }

  /** Returns the node's answer as it is; rejects when the node gives none. */
  send({ method, path, headers, body }: UpstreamRequest): Promise<HttpReply> {
    return new Promise((resolve, reject) => {
      const url = path === '/' ? this.#url : new URL(path, this.#url);
      const length = body === '' ? {} : { 'content-length': Buffer.byteLength(body) };
      const options = { method, agent: this.#agent, headers: { ...relayed(headers), ...length } };
      const request = httpRequest(url, options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 502,
            headers: relayed(response.headers),
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function relayed(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !OWN_HEADERS.has(name)) kept[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return kept;
}
