import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import type { Clock } from '@tandem/engine/ports';

import type { Faults } from '../faults.js';
import { answerThroughFaults, type HttpReply, sendReply } from '../http-faults.js';
import { writeJson } from '../json-writer.js';
import { readBody } from '../request-body.js';
import { canLie, lieAbout } from './lies.js';
import { parseExactJson } from './lossless-json.js';
import { PastView } from './past-view.js';
import { readRpcCall, type RpcCall } from './rpc-call.js';
import type { Upstream, UpstreamRequest } from './upstream.js';
import { sentSignature } from './wire-signature.js';

export interface RpcFaultProxyOptions {
  readonly upstream: Upstream;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly stopped: AbortSignal;
}

/** Larger than any node reads: the node itself refuses what is too large for it. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' };
/** What vendors answer where the HTTP status stays 200. */
const RATE_LIMITED = -32_429;
const RETRY_AFTER_SECONDS = '1';

/** Creates the HTTP server that stands in front of a node's JSON-RPC; it does not listen yet. */
export function createRpcFaultProxy(options: RpcFaultProxyOptions): Server {
  const past = new PastView(options.clock);
  const server = createServer((request, response) => {
    serve({ ...options, past }, request, response).catch(() => {
      // The node gave no answer, the socket broke, or the proxy stopped while it held the answer back.
      response.destroy();
    });
  });
  server.keepAliveTimeout = 60_000;
  return server;
}

interface ProxyState extends RpcFaultProxyOptions {
  readonly past: PastView;
}

async function serve(state: ProxyState, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(incoming, MAX_BODY_BYTES);
  if (body === undefined) {
    sendReply(response, { status: 413, headers: { connection: 'close' }, body: '' });
    return;
  }
  const { method = 'GET', url: path = '/', headers } = incoming;
  const request = { method, path, headers, body };
  const parsed = method === 'POST' ? parseOrNothing(body) : undefined;
  const { clock, faults, stopped } = state;
  await answerThroughFaults(response, {
    faults,
    clock,
    stopped,
    serve: async () => relay(state, request, parsed),
    rateLimited: (form) => rateLimited(form, readRpcCall(parsed)),
  });
}

function parseOrNothing(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // The node says what is wrong with it.
    return undefined;
  }
}

async function relay(state: ProxyState, request: UpstreamRequest, parsed: unknown): Promise<HttpReply> {
  const { faults, upstream } = state;
  if (!Array.isArray(parsed)) return relayCall(state, request, readRpcCall(parsed));
  const isTouched = faults.has('lag') || faults.has('wrong') || faults.has('swallow');
  if (!isTouched) return upstream.send(request);
  const replies = await Promise.all(
    parsed.map(async (one: unknown) => relayCall(state, { ...request, body: JSON.stringify(one) }, readRpcCall(one))),
  );
  const bodies = replies.map((reply) => reply.body.trim()).filter((text) => text !== '');
  return { status: 200, headers: JSON_HEADERS, body: `[${bodies.join(',')}]\n` };
}

async function relayCall(state: ProxyState, request: UpstreamRequest, call: RpcCall): Promise<HttpReply> {
  const { faults, upstream, past } = state;
  if (call.method === 'sendTransaction' && faults.has('swallow')) {
    const signature = sentSignature(call);
    if (signature !== undefined && faults.strikes('swallow')) return jsonReply({ result: signature }, call);
  }
  const honest = await upstream.send(request);
  if (honest.status !== 200 || call.method === '') return honest;
  past.observe(call, honest.body);
  const reply = faults.strikes('lag') ? { ...honest, body: past.answer(call, honest.body, faults.ms('lag')) } : honest;
  return canLie(call.method) && faults.strikes('wrong') ? lie(reply, call) : reply;
}

function lie(reply: HttpReply, call: RpcCall): HttpReply {
  const parsed = parseExactJson(reply.body) as Readonly<Record<string, unknown>>;
  return Object.hasOwn(parsed, 'result') ? jsonReply({ result: lieAbout(call.method, parsed['result']) }, call) : reply;
}

function rateLimited(form: number, call: RpcCall): HttpReply {
  const message = 'Too many requests for a specific RPC call';
  if (form === 1) return jsonReply({ error: { code: RATE_LIMITED, message } }, call);
  const limited = jsonReply({ error: { code: 429, message } }, call);
  return { ...limited, status: 429, headers: { ...JSON_HEADERS, 'retry-after': RETRY_AFTER_SECONDS } };
}

function jsonReply(outcome: { readonly result: unknown } | { readonly error: unknown }, { id }: RpcCall): HttpReply {
  return { status: 200, headers: JSON_HEADERS, body: `${writeJson({ jsonrpc: '2.0', ...outcome, id })}\n` };
}
