import { createServer, type Server } from 'node:http';

import { type RawData, type WebSocket, WebSocketServer } from 'ws';

import { writeJson } from '../json-writer.js';
import type { RpcContext } from '../rpc/rpc-context.js';
import { answerText, MAX_BODY_BYTES } from '../rpc/rpc-server.js';
import { SubscriptionHub } from './subscription-hub.js';
import { subscriptionMethods, type SubscriptionSet } from './subscription-methods.js';
import type { Watcher } from './watchers.js';

/** The websocket endpoint: one `Connection` for each client, all fed by one hub. */
export class SubscriptionServer {
  readonly http: Server = createServer((_request, response) => {
    response.writeHead(426, { 'content-type': 'text/plain' }).end('This is a websocket endpoint\n');
  });
  readonly #sockets = new WebSocketServer({ server: this.http, maxPayload: MAX_BODY_BYTES });
  readonly #stopListening: () => void;
  #nextId = 0;

  constructor({ chain }: RpcContext, backlogBytes: number) {
    const hub = new SubscriptionHub(chain);
    this.#stopListening = chain.listen(hub);
    // Both servers report a failed bind; the http server's own listener answers it.
    this.#sockets.on('error', () => undefined);
    this.#sockets.on('connection', (socket) => {
      const connection = new Connection(socket, backlogBytes, () => (this.#nextId += 1));
      connection.serve(hub);
    });
  }

  async stop(): Promise<void> {
    this.#stopListening();
    for (const client of this.#sockets.clients) client.terminate();
    await new Promise<void>((resolve) => {
      this.#sockets.close(() => {
        resolve();
      });
    });
    await new Promise<void>((resolve) => {
      this.http.close(() => {
        resolve();
      });
      this.http.closeAllConnections();
    });
  }
}

/** One client. A client that does not read is cut off rather than let fill the memory. */
class Connection implements SubscriptionSet {
  readonly #socket: WebSocket;
  readonly #backlogBytes: number;
  readonly #newId: () => number;
  readonly #detach = new Map<number, () => void>();
  #afterAnswer: (() => void)[] = [];

  constructor(socket: WebSocket, backlogBytes: number, newId: () => number) {
    this.#socket = socket;
    this.#backlogBytes = backlogBytes;
    this.#newId = newId;
  }

  serve(hub: SubscriptionHub): void {
    const methods = new Map(Object.entries(subscriptionMethods(hub, this)));
    this.#socket.on('message', (data: RawData) => {
      const answer = answerText(methods, textOf(data));
      if (answer !== '') this.#send(answer.trimEnd());
      const actions = this.#afterAnswer;
      this.#afterAnswer = [];
      for (const action of actions) action();
    });
    this.#socket.on('error', () => {
      this.#socket.terminate();
    });
    this.#socket.on('close', () => {
      for (const detach of this.#detach.values()) detach();
      this.#detach.clear();
    });
  }

  open<Detail>(
    notification: string,
    watcher: Omit<Watcher<Detail>, 'notify'>,
    attach: (watcher: Watcher<Detail>) => () => void,
  ): number {
    const id = this.#newId();
    const notify = (result: unknown): void => {
      this.#send(
        `{"jsonrpc":"2.0","method":"${notification}","params":{"result":${writeJson(result)},"subscription":${id}}}`,
      );
    };
    this.#detach.set(id, attach({ ...watcher, notify }));
    return id;
  }

  openOnce<Detail>(
    notification: string,
    watcher: Omit<Watcher<Detail>, 'notify'>,
    attach: (watcher: Watcher<Detail>) => () => void,
  ): number {
    const id: number = this.open(notification, watcher, (told) =>
      attach({
        ...told,
        notify: (result) => {
          if (!this.#detach.has(id)) return;
          told.notify(result);
          if ((result as { value: unknown }).value !== 'receivedSignature') this.close(id);
        },
      }),
    );
    return id;
  }

  close(id: unknown): boolean {
    if (typeof id !== 'number') return false;
    const detach = this.#detach.get(id);
    if (detach === undefined) return false;
    detach();
    return this.#detach.delete(id);
  }

  afterAnswer(action: () => void): void {
    this.#afterAnswer.push(action);
  }

  #send(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > this.#backlogBytes) {
      this.#socket.terminate();
      return;
    }
    this.#socket.send(text);
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}
