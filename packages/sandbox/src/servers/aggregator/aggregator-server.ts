import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CoreApi } from '@tandem/core-native';
import type { Clock } from '@tandem/engine/ports';
import type { Cluster } from '../../cluster/cluster.js';
import { seededBytes } from '../../seed/seeded-keys.js';
import type { Faults } from '../faults.js';
import { writeJson } from '../json-writer.js';
import { HostileRouter } from './hostile-router.js';
import { PictureBook } from './market-picture.js';
import { RequestGate } from './request-gate.js';
import { RouterApi } from './router-api.js';
import { badParameter, RouterError } from './router-error.js';

export interface AggregatorOptions {
  readonly core: CoreApi;
  readonly cluster: Cluster;
  /** The pools it routes through. */
  readonly pools: readonly Uint8Array[];
  /** Lookup tables it suggests. */
  readonly lookupTables: readonly Uint8Array[];
  readonly clock: Clock;
  readonly faults: Faults;
  /** Budget of a sliding minute over all requests; none by default. */
  readonly requestsPerMinute?: number;
  /** Keys it accepts; by default every key. Requests without one are always taken. */
  readonly apiKeys?: readonly string[];
}

/** A running aggregator. */
export interface Aggregator {
  /** Without a path: `/swap/v1` and `/swap/v2` follow it. */
  readonly url: string;
  /** The wallet to which the `wrong` fault sends what it steals. */
  readonly thief: Uint8Array;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const MAX_BODY_BYTES = 256 * 1024;

/**
 * Starts a server that answers Jupiter's HTTP API out of the sandbox's pools (docs/decisions/0009-aggregator-server.md).
 *
 * @throws SANDBOX_POOL_NOT_FOUND, SANDBOX_POOL_INVALID
 */
export async function startAggregator(options: AggregatorOptions): Promise<Aggregator> {
  const { cluster, clock, requestsPerMinute, apiKeys } = options;
  const pictures = await PictureBook.open(options);
  const hostile = new HostileRouter(cluster, seededBytes(0, 'aggregator/thief'));
  const stopping = new AbortController();
  const gateway = new Gateway({
    ...options,
    api: new RouterApi({ ...options, pictures, hostile }),
    gate: new RequestGate({ clock, requestsPerMinute, apiKeys }),
    stopped: stopping.signal,
  });
  const server = createServer((request, response) => {
    // The socket broke, or the server stops: there is nobody left to answer.
    gateway.serve(request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  const port = await listen(server);
  return {
    url: `http://${HOST}:${port}`,
    thief: hostile.thief,
    stop: async () => {
      stopping.abort(new Error('the aggregator stops'));
      await close(server);
      pictures.close();
    },
  };
}

interface GatewayOptions {
  readonly api: RouterApi;
  readonly gate: RequestGate;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly stopped: AbortSignal;
}

/** A status, a body that is JSON already, and headers. */
interface Reply {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What stands between the socket and the router: keys, budget, faults. */
class Gateway {
  readonly #options: GatewayOptions;
  #requests = 0;

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { clock, faults, stopped } = this.#options;
    this.#requests += 1;
    const requestId = `sandbox-${this.#requests}`;
    if (faults.strikes('disconnect')) {
      request.socket.destroy();
      return;
    }
    // The client waits until its own deadline, or until the server stops.
    if (faults.strikes('drop')) return;
    if (faults.strikes('delay')) await clock.sleep(faults.ms('delay'), stopped);
    const { status, body, headers } = await this.#reply(request);
    response.writeHead(status, {
      'content-type': 'application/json',
      'x-api-gateway-request-id': requestId,
      ...headers,
    });
    const half = body.slice(0, Math.ceil(body.length / 2));
    if (faults.strikes('stall')) response.write(half);
    else response.end(faults.strikes('malformed') ? half : body);
  }

  async #reply(request: IncomingMessage): Promise<Reply> {
    const { gate, faults } = this.#options;
    if (faults.strikes('rate_limit')) return gatewayReply(429, 'Too many requests', {});
    if (faults.strikes('server_error')) return gatewayReply(503, 'Service unavailable', {});
    const { refusal, headers } = gate.judge(oneHeader(request, 'x-api-key'));
    if (refusal !== undefined) return gatewayReply(refusal.status, refusal.message, headers);
    return this.#answer(request, headers);
  }

  async #answer(request: IncomingMessage, headers: Reply['headers']): Promise<Reply> {
    const { method = 'GET', url = '/' } = request;
    const { pathname, searchParams } = new URL(url, `http://${HOST}`);
    const handler = this.#options.api.find(method, pathname);
    if (handler === undefined) return gatewayReply(404, 'Route not found', {});
    try {
      const body = method === 'GET' ? undefined : await readJson(request);
      return { status: 200, body: writeJson(await handler({ query: searchParams, body })), headers };
    } catch (error) {
      if (error instanceof RouterError) {
        const { message, errorCode } = error;
        return { status: 400, body: writeJson({ error: message, errorCode }), headers: {} };
      }
      // A defect of this server: the client learns that it was not at fault, and what went wrong.
      return gatewayReply(500, error instanceof Error ? error.message : String(error), {});
    }
  }
}

/** The gateway's errors have another shape than the router's. */
function gatewayReply(status: number, message: string, headers: Reply['headers']): Reply {
  return { status, body: writeJson({ code: status, message }), headers };
}

function oneHeader(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw badParameter('body', 'too large');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    throw badParameter('body', 'not JSON');
  }
}

async function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: HOST, port: 0 }, () => resolve((server.address() as AddressInfo).port));
  });
}

async function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
