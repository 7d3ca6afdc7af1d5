import type { AddressInfo } from 'node:net';
import { EngineError } from '@tandem/engine/ports';
import { WebSocket, WebSocketServer } from 'ws';

export interface SlotStampProxyOptions {
  /** Surfnet's websocket endpoint. */
  readonly upstreamUrl: string;
  /** Told when the proxy loses Surfnet while it should be there. */
  readonly onFault: (error: unknown) => void;
}

/** The slot of a notification's context; Surfnet writes the context first. */
const CONTEXT_SLOT = /("context":\{[^{}]*"slot":)\d+/;
const IS_NOTIFICATION = /"method":"/;
/** A message without an id, such as the pings of web3.js, is not answered. */
const WANTS_ANSWER = /"id":/;
const STAMPED_METHODS = /"method":"(?:account|program)Notification"/;
/** Messages that may wait for a connection that is being opened. */
const LARGEST_BACKLOG = 10_000;
/** A client that leaves so much unread is dropped, as a node would. */
const LARGEST_UNREAD_BYTES = 16 * 1024 * 1024;
const OPEN_TIMEOUT_MS = 10_000;

/**
 * A websocket endpoint in front of Surfnet's. Surfnet stamps every account and program notification with the slot of the
 * subscription for ever (1.5.0), so that a client that orders updates by slot drops all of them as older than its snapshot. The
 * proxy writes the newest slot instead. And it asks for one thing at a time: of a burst of subscriptions Surfnet leaves the last
 * ones without an answer about once in ten starts.
 */
export class SlotStampProxy {
  readonly url: string;
  readonly #options: SlotStampProxyOptions;
  readonly #server: WebSocketServer;
  readonly #slots: WebSocket;
  #slot = 0;
  #isStopped = false;

  private constructor(options: SlotStampProxyOptions, server: WebSocketServer, slots: WebSocket) {
    this.#options = options;
    this.#server = server;
    this.#slots = slots;
    this.url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (client) => this.#connect(client));
    slots.on('message', (data) => this.#observe(textOf(data)));
    slots.on('close', () => this.#lost());
    slots.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'slotSubscribe' }));
  }

  /** Opens the endpoint on any free port of loopback. @throws SANDBOX_FEED_TIMEOUT when Surfnet does not answer */
  static async start(options: SlotStampProxyOptions): Promise<SlotStampProxy> {
    const slots = await openSocket(options.upstreamUrl);
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await new Promise<void>((resolve, reject) => {
      server.once('listening', resolve);
      server.once('error', reject);
    });
    return new SlotStampProxy(options, server, slots);
  }

  /** Closes every connection. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#slots.terminate();
    for (const client of this.#server.clients) client.terminate();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #observe(text: string): void {
    const { params } = JSON.parse(text) as { readonly params?: { readonly result: { readonly slot: number } } };
    if (params !== undefined) this.#slot = Math.max(this.#slot, params.result.slot);
  }

  #lost(): void {
    if (this.#isStopped) return;
    const error = new EngineError('SANDBOX_FEED_MISSING', 'Surfnet closed the slot subscription', {
      action: 'Start the sandbox again.',
    });
    this.#options.onFault(error);
  }

  #connect(client: WebSocket): void {
    const upstream = new WebSocket(this.#options.upstreamUrl);
    const waiting: string[] = [];
    // Until it is open, nothing can be asked.
    let isAsking = true;
    const ask = () => {
      isAsking = false;
      while (!isAsking) {
        const next = waiting.shift();
        if (next === undefined) return;
        isAsking = WANTS_ANSWER.test(next);
        upstream.send(next);
      }
    };
    client.on('message', (data) => {
      if (waiting.push(textOf(data)) > LARGEST_BACKLOG) client.terminate();
      else if (!isAsking) ask();
    });
    upstream.on('open', ask);
    upstream.on('message', (data) => {
      const text = textOf(data);
      client.send(this.#stamp(text));
      if (!IS_NOTIFICATION.test(text)) ask();
      if (client.bufferedAmount > LARGEST_UNREAD_BYTES) client.terminate();
    });
    // Either end takes the other one with it; the client comes back by itself, as with any node.
    client.on('close', () => upstream.terminate());
    upstream.on('close', () => client.terminate());
    for (const socket of [client, upstream]) socket.on('error', () => socket.terminate());
  }

  #stamp(text: string): string {
    return STAMPED_METHODS.test(text) ? text.replace(CONTEXT_SLOT, `$1${this.#slot}`) : text;
  }
}

async function openSocket(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, { handshakeTimeout: OPEN_TIMEOUT_MS });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
  } catch (cause) {
    throw new EngineError('SANDBOX_FEED_TIMEOUT', 'Surfnet does not open its websocket', {
      severity: 'fatal',
      action: 'Start the sandbox again.',
      cause,
    });
  }
  return socket;
}

function textOf(data: WebSocket.RawData): string {
  return Array.isArray(data) ? Buffer.concat(data).toString('utf8') : Buffer.from(data as Buffer).toString('utf8');
}
