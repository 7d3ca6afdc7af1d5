import type { ServerResponse } from 'node:http';

import type { Clock } from '@tandem/engine/ports';

import type { FaultName, Faults } from './faults.js';

/** A whole HTTP answer. */
export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One request between a client and the server that answers it. */
export interface FaultyExchange {
  readonly faults: Faults;
  readonly clock: Clock;
  /** Ends what is being held back when the server stops. */
  readonly stopped: AbortSignal;
  /** Does what the request asks and returns the honest answer. */
  readonly serve: () => Promise<HttpReply>;
  /** The server's own words for too many requests; `form` is 0 or 1. */
  readonly rateLimited: (form: number) => HttpReply;
}

/** Faults of which one, the first that strikes, spoils an answer. */
const SPOILING = ['server_error', 'drop', 'disconnect', 'stall', 'malformed'] as const satisfies readonly FaultName[];
type Spoiling = (typeof SPOILING)[number];
/** What a proxy at the edge says for a server that it cannot reach. */
const EDGE_STATUSES = [502, 503, 500] as const;
const HTML_BODY = '<html><head><title>Just a moment…</title></head><body><h1>Please stand by</h1></body></html>\n';

/**
 * Answers a request as far as the faults let it. A request and its answer are lost equally often: a client that hears nothing, or a
 * 5xx, must not know from it whether the request was served.
 */
export async function answerThroughFaults(response: ServerResponse, exchange: FaultyExchange): Promise<void> {
  const { faults, serve, rateLimited } = exchange;
  if (faults.strikes('rate_limit')) {
    sendReply(response, rateLimited(faults.form(2)));
    return;
  }
  const spoiling = SPOILING.find((name) => faults.strikes(name));
  const isRequestLost = spoiling !== undefined && spoiling !== 'malformed' && faults.form(2) === 0;
  const isDelayed = faults.strikes('delay');
  const isRequestDelayed = isDelayed && faults.form(2) === 0;
  if (isRequestDelayed) await hold(exchange);
  const reply = isRequestLost ? undefined : await serve();
  if (isDelayed && !isRequestDelayed) await hold(exchange);
  if (spoiling === undefined) sendReply(response, reply ?? (await serve()));
  else spoil(response, spoiling, reply, faults);
}

/** Writes a whole answer. */
export function sendReply(response: ServerResponse, { status, headers, body }: HttpReply): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

async function hold({ faults, clock, stopped }: FaultyExchange): Promise<void> {
  await clock.sleep(faults.ms('delay'), stopped);
}

function spoil(response: ServerResponse, spoiling: Spoiling, reply: HttpReply | undefined, faults: Faults): void {
  const body = reply?.body ?? '{"jsonrpc":"2.0","result":';
  const half = body.slice(0, Math.floor(body.length / 2));
  switch (spoiling) {
    case 'server_error':
      sendReply(response, edgeError(faults.form(EDGE_STATUSES.length)));
      return;
    case 'drop':
      // The connection stays until the client gives up, or the server stops.
      return;
    case 'disconnect':
      if (faults.form(2) === 0) response.socket?.destroy();
      else sendHead(response, reply, body).write(half, () => response.socket?.destroy());
      return;
    case 'stall':
      sendHead(response, reply, body).write(half);
      return;
    case 'malformed':
      sendReply(response, faults.form(2) === 0 ? htmlReply(200) : { ...honestOr(reply), body: half });
  }
}

function sendHead(response: ServerResponse, reply: HttpReply | undefined, body: string): ServerResponse {
  const { status, headers } = honestOr(reply);
  return response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
}

function honestOr(reply: HttpReply | undefined): HttpReply {
  return reply ?? { status: 200, headers: { 'content-type': 'application/json' }, body: '' };
}

function edgeError(form: number): HttpReply {
  const status = EDGE_STATUSES[form] ?? 503;
  // Envoy's text for 503; others send a page.
  if (status !== 503) return htmlReply(status);
  const body = 'upstream connect error or disconnect/reset before headers. reset reason: connection termination';
  return { status, headers: { 'content-type': 'text/plain' }, body };
}

/** Returns a page of HTML where JSON is expected, as the proxies in front of public nodes give. */
export function htmlReply(status: number): HttpReply {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body: HTML_BODY };
}
