import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import type { Clock } from '@tandem/engine/ports';

import type { Faults } from '../faults.js';
import { answerThroughFaults, htmlReply, type HttpReply, sendReply } from '../http-faults.js';
import { writeJson } from '../json-writer.js';
import { readBody } from '../request-body.js';
import { RpcCode, RpcError } from '../rpc/rpc-error.js';
import { MAX_BODY_BYTES } from '../rpc/rpc-server.js';
import type { BundleMethod } from './bundle-methods.js';
import type { BlockEngineCounters } from './counters.js';
import type { RegionBudget } from './region-budget.js';

export interface RegionServerOptions {
  readonly methods: Readonly<Record<string, BundleMethod>>;
  readonly budget: RegionBudget;
  readonly requestsPerSecond: number;
  readonly counters: BlockEngineCounters;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly stopped: AbortSignal;
}

/** The block engine's own code for too many requests. */
const RATE_LIMITED = -32_097;
const BUNDLE_METHODS = ['sendBundle', 'getTipAccounts', 'getBundleStatuses', 'getInflightBundleStatuses'];
/** Which methods each path takes; `/api/v1/bundles` takes those around bundles too. What only gRPC offers has no path. */
const METHODS_OF_PATH: ReadonlyMap<string, readonly string[]> = new Map([
  ['/api/v1/bundles', BUNDLE_METHODS],
  ['/api/v1/transactions', ['sendTransaction']],
  ['/api/v1/getTipAccounts', ['getTipAccounts']],
  ['/api/v1/getBundleStatuses', ['getBundleStatuses']],
  ['/api/v1/getInflightBundleStatuses', ['getInflightBundleStatuses']],
]);

/** Creates the HTTP server of one region; it does not listen yet. */
export function createRegionServer(options: RegionServerOptions): Server {
  const server = createServer((request, response) => {
    serve(options, request, response).catch(() => {
      // The socket broke, or the server stopped while it held the answer back.
      response.destroy();
    });
  });
  server.keepAliveTimeout = 60_000;
  return server;
}

async function serve(options: RegionServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://region');
  const allowed = METHODS_OF_PATH.get(url.pathname);
  if (request.method !== 'POST' || allowed === undefined) {
    sendReply(response, { status: allowed === undefined ? 404 : 405, headers: {}, body: '' });
    return;
  }
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body === undefined) {
    sendReply(response, { status: 413, headers: { connection: 'close' }, body: '' });
    return;
  }
  options.counters.requests += 1;
  const call = readCall(body);
  const { clock, faults, stopped } = options;
  await answerThroughFaults(response, {
    faults,
    clock,
    stopped,
    serve: async () => answer(options, call, { url, client: clientOf(request, url), allowed }),
    rateLimited: (form) => {
      options.counters.rateLimited += 1;
      const congested = new RpcError(RATE_LIMITED, 'Network congested. Endpoint is globally rate limited.');
      return form === 0 ? failure(congested, call.id) : htmlReply(429);
    },
  });
}

/** The limit is each client's own: by its token where it has one, otherwise by its address. */
function clientOf(request: IncomingMessage, url: URL): string {
  const header = request.headers['x-jito-auth'];
  const token = typeof header === 'string' ? header : url.searchParams.get('uuid');
  return token === null ? `address ${request.socket.remoteAddress ?? ''}` : `token ${token}`;
}

interface Call {
  readonly id: unknown;
  readonly method: string;
  readonly params: unknown;
  readonly error: RpcError | undefined;
}

function readCall(body: string): Call {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return { id: null, method: '', params: undefined, error: new RpcError(RpcCode.ParseError, 'Parse error') };
  }
  const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  const { id, jsonrpc, method, params } = (isObject ? parsed : {}) as Record<string, unknown>;
  const isCall = jsonrpc === '2.0' && typeof method === 'string';
  const error = isCall ? undefined : new RpcError(RpcCode.InvalidRequest, 'Invalid request');
  return { id: id ?? null, method: isCall ? method : '', params, error };
}

interface Caller {
  readonly url: URL;
  readonly client: string;
  readonly allowed: readonly string[];
}

function answer(options: RegionServerOptions, call: Call, { url, client, allowed }: Caller): HttpReply {
  const { methods, budget, counters, requestsPerSecond } = options;
  if (!budget.take(client)) {
    counters.rateLimited += 1;
    const message = `Rate limit exceeded. Limit: ${requestsPerSecond} per second for txn requests`;
    return failure(new RpcError(RATE_LIMITED, message), call.id);
  }
  if (call.error !== undefined) return failure(call.error, call.id);
  const method = allowed.includes(call.method) ? methods[call.method] : undefined;
  if (method === undefined) return failure(new RpcError(RpcCode.MethodNotFound, 'Method not found'), call.id);
  try {
    const bundleOnly = url.searchParams.get('bundleOnly') === 'true';
    const { result, headers = {} } = method({ params: call.params, bundleOnly });
    return reply(200, { jsonrpc: '2.0', result, id: call.id }, headers);
  } catch (error) {
    if (error instanceof RpcError) return failure(error, call.id);
    // A defect of this server: the client learns that it was not at fault, and what went wrong.
    const text = error instanceof Error ? error.message : String(error);
    return failure(new RpcError(RpcCode.InternalError, `Internal error: ${text}`), call.id);
  }
}

/** An error goes out with an HTTP status of its own: 429 for the limit, 400 for all others. */
function failure({ code, message }: RpcError, id: unknown): HttpReply {
  return reply(code === RATE_LIMITED ? 429 : 400, { jsonrpc: '2.0', error: { code, message, data: null }, id });
}

function reply(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): HttpReply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: writeJson(body) };
}
