import { createServer, type Server } from 'node:http';

import { WebSocketServer } from 'ws';

import type { RpcContext } from '../rpc/rpc-context.js';

/** The websocket endpoint. */
export class SubscriptionServer {
  readonly http: Server = createServer((_request, response) => response.writeHead(426).end());
  readonly #sockets = new WebSocketServer({ server: this.http });

  constructor(_context: RpcContext, _backlogBytes: number) {}

  async stop(): Promise<void> {
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
