import { createServer, type Server } from 'node:http';

import type { Clock } from '@tandem/engine/ports';
import { type RawData, WebSocket, WebSocketServer } from 'ws';

import type { Faults } from '../faults.js';

export interface WebSocketFaultProxyOptions {
  /** The node's websocket endpoint. */
  readonly url: string;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly stopped: AbortSignal;
}

/** Messages that may wait for a connection that is being opened, or that a fault holds back. */
const LARGEST_BACKLOG = 10_000;
/** A client that leaves so much unread is dropped, as a node would. */
const LARGEST_UNREAD_BYTES = 16 * 1024 * 1024;
/** The HTTP status that a refused handshake is answered with. */
const REFUSALS = { rate_limit: 429, server_error: 503 } as const;

/** A websocket endpoint in front of a node's; the faults touch what the node says, a refused handshake apart. */
export class WebSocketFaultProxy {
  readonly http: Server = createServer((_request, response) => {
    response.writeHead(426, { 'content-type': 'text/plain' }).end('This is a websocket endpoint\n');
  });
  readonly #sockets: WebSocketServer;

  constructor(options: WebSocketFaultProxyOptions) {
    this.#sockets = new WebSocketServer({
      server: this.http,
      verifyClient: (_info, decide) => {
        const fault = (['rate_limit', 'server_error'] as const).find((name) => options.faults.strikes(name));
        if (fault === undefined) decide(true);
        else decide(false, REFUSALS[fault]);
      },
    });
    // Both servers report a failed bind; the http server's own listener answers it.
    this.#sockets.on('error', () => undefined);
    this.#sockets.on('connection', (client) => new Relay(client, options).start());
  }

  /** Cuts every connection off. */
  stop(): void {
    for (const client of this.#sockets.clients) client.terminate();
    this.#sockets.close();
  }
}

interface Message {
  readonly data: RawData | string;
  readonly isBinary: boolean;
}

/** One client with its own connection to the node. */
class Relay {
  readonly #client: WebSocket;
  readonly #upstream: WebSocket;
  readonly #options: WebSocketFaultProxyOptions;
  #unsent: Message[] = [];
  #held: Promise<void> = Promise.resolve();
  #heldCount = 0;
  #isStalled = false;

  constructor(client: WebSocket, options: WebSocketFaultProxyOptions) {
    this.#client = client;
    this.#options = options;
    this.#upstream = new WebSocket(options.url);
  }

  start(): void {
    const [client, upstream] = [this.#client, this.#upstream];
    client.on('message', (data, isBinary) => this.#ask({ data, isBinary }));
    upstream.on('open', () => {
      for (const message of this.#unsent) send(upstream, message);
      this.#unsent = [];
    });
    upstream.on('message', (data, isBinary) => this.#tell({ data, isBinary }));
    // Either end takes the other one with it. A stalled connection stays: that its node is gone is what the client must find out.
    client.on('close', () => upstream.terminate());
    upstream.on('close', () => {
      if (!this.#isStalled) client.terminate();
    });
    for (const socket of [client, upstream]) socket.on('error', () => socket.terminate());
  }

  #ask(message: Message): void {
    if (this.#upstream.readyState === WebSocket.OPEN) send(this.#upstream, message);
    else if (this.#unsent.push(message) > LARGEST_BACKLOG) this.#client.terminate();
  }

  #tell(message: Message): void {
    const { faults } = this.#options;
    // Pings are answered all the same: only what the node would say is missing.
    if (this.#isStalled) return;
    if (faults.strikes('stall')) {
      this.#isStalled = true;
      return;
    }
    if (faults.strikes('disconnect')) {
      this.#client.terminate();
      return;
    }
    if (faults.strikes('drop')) return;
    const said = faults.strikes('malformed') ? garbled(message, faults.form(2)) : message;
    const waitMs = (['delay', 'lag'] as const).reduce(
      (ms, name) => ms + (faults.strikes(name) ? faults.ms(name) : 0),
      0,
    );
    if (waitMs === 0 && this.#heldCount === 0) this.#deliver(said);
    else this.#hold(said, waitMs);
  }

  /** Delivers later, behind everything that is held back already: a connection never changes the order. */
  #hold(message: Message, waitMs: number): void {
    const { clock, stopped } = this.#options;
    const slept = waitMs === 0 ? Promise.resolve() : clock.sleep(waitMs, stopped);
    this.#heldCount += 1;
    if (this.#heldCount > LARGEST_BACKLOG) this.#client.terminate();
    const before = this.#held;
    this.#held = slept
      .then(async () => before)
      .then(
        () => this.#deliver(message),
        // The proxy stops.
        () => undefined,
      )
      .finally(() => {
        this.#heldCount -= 1;
      });
  }

  #deliver(message: Message): void {
    if (this.#isStalled || this.#client.readyState !== WebSocket.OPEN) return;
    send(this.#client, message);
    if (this.#client.bufferedAmount > LARGEST_UNREAD_BYTES) this.#client.terminate();
  }
}

function send(socket: WebSocket, { data, isBinary }: Message): void {
  socket.send(Array.isArray(data) ? Buffer.concat(data) : data, { binary: isBinary });
}

/** Half of the message, or something that never was JSON. */
function garbled({ data }: Message, form: number): Message {
  const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);
  const text = bytes.toString('utf8');
  return { data: form === 0 ? text.slice(0, Math.floor(text.length / 2)) : '<html>', isBinary: false };
}
