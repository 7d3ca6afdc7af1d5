import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { writeJson } from '../json-writer.js';
import { readBody } from '../request-body.js';
import { RpcCode, RpcError } from './rpc-error.js';
import type { RpcMethods } from './rpc-context.js';

/** The largest request body (agave `MAX_REQUEST_BODY_SIZE`). */
export const MAX_BODY_BYTES = 50 * 1024;

const HEADERS = { 'content-type': 'application/json; charset=utf-8', 'access-control-allow-origin': '*' };

/** Creates the HTTP server that answers JSON-RPC 2.0; it does not listen yet. */
export function createRpcServer(methods: RpcMethods): Server {
  const table = new Map(Object.entries(methods));
  const server = createServer((request, response) => {
    serve(table, request, response).catch(() => {
      // The socket broke while its request was read: there is nobody left to answer.
      response.destroy();
    });
  });
  // Trading clients keep their connection; the default of 5 s would close it between two quiet blocks.
  server.keepAliveTimeout = 60_000;
  return server;
}

async function serve(
  methods: ReadonlyMap<string, RpcMethods[string]>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'GET' && request.url === '/health') {
    response.writeHead(200, { 'content-type': 'text/plain' }).end('ok');
    return;
  }
  if (request.method === 'OPTIONS') {
    const allowed = {
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'POST, OPTIONS',
      'access-control-allow-headers': '*',
    };
    response.writeHead(200, allowed).end();
    return;
  }
  if (request.method !== 'POST') {
    response
      .writeHead(405, { 'content-type': 'text/plain' })
      .end('Used HTTP Method is not allowed. POST or OPTIONS is required\n');
    return;
  }
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body === undefined) {
    response
      .writeHead(413, { 'content-type': 'text/plain', connection: 'close' })
      .end('Sent HTTP request body is too large\n');
    return;
  }
  response.writeHead(200, HEADERS).end(answerText(methods, body));
}

/** Answers one body, single or batch; an empty text answers notifications. */
export function answerText(methods: ReadonlyMap<string, RpcMethods[string]>, body: string): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return `${failure(new RpcError(RpcCode.ParseError, 'Parse error'), null)}\n`;
  }
  if (!Array.isArray(parsed)) {
    const answer = answerOne(methods, parsed);
    return answer === undefined ? '' : `${answer}\n`;
  }
  if (parsed.length === 0) return `${failure(new RpcError(RpcCode.InvalidRequest, 'Invalid request'), null)}\n`;
  const answers = parsed.map((request) => answerOne(methods, request)).filter((answer) => answer !== undefined);
  return answers.length === 0 ? '' : `[${answers.join(',')}]\n`;
}

function answerOne(methods: ReadonlyMap<string, RpcMethods[string]>, request: unknown): string | undefined {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    return failure(new RpcError(RpcCode.InvalidRequest, 'Invalid request'), null);
  }
  const { jsonrpc, method, params, id } = request as Record<string, unknown>;
  const isValidId = id === undefined || id === null || typeof id === 'string' || typeof id === 'number';
  if (jsonrpc !== '2.0' || typeof method !== 'string' || !isValidId) {
    return failure(new RpcError(RpcCode.InvalidRequest, 'Invalid request'), isValidId ? (id ?? null) : null);
  }
  const answer = call(methods, method, params, id ?? null);
  return id === undefined ? undefined : answer;
}

function call(methods: ReadonlyMap<string, RpcMethods[string]>, method: string, params: unknown, id: unknown): string {
  const handler = methods.get(method);
  if (handler === undefined) return failure(new RpcError(RpcCode.MethodNotFound, 'Method not found'), id);
  try {
    return `{"jsonrpc":"2.0","result":${writeJson(handler(params))},"id":${writeJson(id)}}`;
  } catch (error) {
    if (error instanceof RpcError) return failure(error, id);
    // A defect of this server: the client learns that it was not at fault, and what went wrong.
    return failure(
      new RpcError(RpcCode.InternalError, `Internal error: ${error instanceof Error ? error.message : String(error)}`),
      id,
    );
  }
}

function failure(error: RpcError, id: unknown): string {
  return writeJson({ jsonrpc: '2.0', error: { code: error.code, message: error.message, data: error.data }, id });
}
