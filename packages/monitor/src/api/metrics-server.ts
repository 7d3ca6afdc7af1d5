import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { answerHalt, type HaltControl } from './halt-route.js';

const LOOPBACK = '127.0.0.1';
const ALLOWED_HOSTS = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Serves Prometheus text at `/metrics`, a liveness answer at `/health` and, where it may, the emergency stop at `/halt`; on loopback only. */
export class MetricsServer {
  readonly #server: Server;

  constructor(registry: Registry, control?: HaltControl) {
    this.#server = createServer((request, response) => void answer({ registry, control }, request, response));
  }

  /** Listens on the port (0 picks a free one) and returns the address. @throws MONITOR_PORT_INVALID when it cannot. */
  async listen(port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      const fail = (cause: Error) =>
        reject(
          Object.assign(new Error(`port ${port} on ${LOOPBACK} cannot be used: ${cause.message}`, { cause }), {
            code: 'MONITOR_PORT_INVALID',
            action: 'choose another monitor.metrics_port, or 0 for a free one',
          }),
        );
      this.#server.once('error', fail);
      this.#server.listen(port, LOOPBACK, () => {
        this.#server.off('error', fail);
        resolve();
      });
    });
    // A forgotten metrics server must not keep a finished run alive.
    this.#server.unref();
    return `http://${LOOPBACK}:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Closes the server and its idle connections. */
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

interface Served {
  readonly registry: Registry;
  readonly control: HaltControl | undefined;
}

async function answer(
  { registry, control }: Served,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A page on the web can reach loopback under another name (DNS rebinding): only our own names are answered.
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  if (!ALLOWED_HOSTS.has(host)) return finish(response, 403, 'text/plain', 'forbidden host\n');
  const path = (request.url ?? '/').split('?')[0];
  if (path === '/halt' && control !== undefined) return await halt(control, request, response);
  if (request.method !== 'GET' && request.method !== 'HEAD') return finish(response, 405, 'text/plain', 'only GET\n');
  if (path === '/health') return finish(response, 200, 'text/plain', 'ok\n');
  if (path !== '/metrics') return finish(response, 404, 'text/plain', 'see /metrics\n');
  try {
    finish(response, 200, registry.contentType, await registry.metrics());
  } catch (fault) {
    finish(response, 500, 'text/plain', `metrics failed: ${String(fault)}\n`);
  }
}

async function halt(control: HaltControl, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, body } = await answerHalt(control, request);
  // What was not read of a refused body would be taken for the next request.
  if (status !== 200) response.setHeader('connection', 'close');
  finish(response, status, 'application/json', `${JSON.stringify(body)}\n`);
}

function finish(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
