import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** A reason is a line; more is an attack or a mistake. */
const MAX_BODY_BYTES = 4_096;
const MAX_REASON_CHARACTERS = 200;
const BODY_TIMEOUT_MS = 2_000;

/** What may be asked of the engine from outside: that it stops. */
export interface HaltControl {
  /** Bearer token of `POST /halt`. */
  readonly token: string;
  /** Halts, and returns what the asker is told. */
  readonly halt: (reason: string) => unknown;
}

/** An answer in JSON. */
export interface RouteAnswer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Answers `POST /halt`. Whoever asks must know the token, and must not be a page: those say where they come from (`Origin`), and cannot
 * name JSON as their content without asking first, which nothing here ever allows.
 */
export async function answerHalt(control: HaltControl, request: IncomingMessage): Promise<RouteAnswer> {
  if (request.method !== 'POST') return refused(405, 'only POST');
  if (request.headers.origin !== undefined) return refused(403, 'not from a page');
  if (!isJson(request.headers['content-type'])) return refused(415, 'content-type must be application/json');
  if (!knowsToken(request.headers.authorization, control.token)) return refused(401, 'wrong or missing bearer token');
  const text = await readBody(request);
  if (text === undefined) return refused(413, `the body is above ${MAX_BODY_BYTES} bytes or late`);
  const reason = reasonIn(text);
  if (reason === undefined) return refused(400, 'the body must be {} or {"reason": "…"}');
  try {
    return { status: 200, body: control.halt(reason === '' ? 'POST /halt' : reason) };
  } catch (fault) {
    return refused(500, `the halt failed: ${fault instanceof Error ? fault.message : String(fault)}`);
  }
}

function refused(status: number, error: string): RouteAnswer {
  return { status, body: { error } };
}

function isJson(contentType: string | undefined): boolean {
  return (contentType ?? '').split(';')[0]?.trim().toLowerCase() === 'application/json';
}

/** Hashes first: the comparison then takes as long whatever was sent. */
function knowsToken(header: string | undefined, token: string): boolean {
  const given = /^Bearer (\S+)$/.exec(header ?? '')?.[1] ?? '';
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.setTimeout(BODY_TIMEOUT_MS, () => request.destroy());
  try {
    // Left early the stream would be destroyed, and the answer with it.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Returns the reason, empty where none is given; `undefined` for what is no such request. */
function reasonIn(text: string): string | undefined {
  if (text.trim() === '') return '';
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  if (Object.keys(body).some((key) => key !== 'reason')) return undefined;
  const reason = 'reason' in body ? body.reason : '';
  return typeof reason === 'string' ? oneLine(reason) : undefined;
}

/** Returns a reason as it may stand in events and on terminals: one line, of bounded length, without control characters. */
export function oneLine(reason: string): string {
  return reason
    .replaceAll(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, MAX_REASON_CHARACTERS);
}
