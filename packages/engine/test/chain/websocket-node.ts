import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { encodeBase58 } from '../../src/chain/base58.js';

interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: unknown[];
}

const OWNER = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';

/** A real websocket server that speaks the subscriptions of a node, and stops doing so when a test asks. */
export class WebSocketNode {
  readonly requests: Request[] = [];
  connections = 0;
  /** What answers a request in place of the node. Return true when it did. */
  intercept: (request: Request, socket: WebSocket) => boolean = () => false;
  /** Subscriptions of the present connection by account or signature, base58. */
  readonly subscriptions = new Map<string, number>();
  #server: WebSocketServer | null = null;
  #port = 0;
  #nextSubscription = 1;
  #slotSubscription = 0;
  #slotTimer: NodeJS.Timeout | null = null;
  #slot = 100;

  static async start(): Promise<WebSocketNode> {
    const node = new WebSocketNode();
    await node.listen();
    return node;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#port}`;
  }

  async listen(): Promise<void> {
    const server = new WebSocketServer({ port: this.#port, host: '127.0.0.1' });
    this.#server = server;
    server.on('connection', (socket) => {
      this.connections += 1;
      this.subscriptions.clear();
      socket.on('error', () => undefined);
      socket.on('message', (data: Buffer) => this.#answer(JSON.parse(data.toString()) as Request, socket));
    });
    await new Promise<void>((resolve) => server.once('listening', resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Sends a slot every few milliseconds. */
  tick(everyMs = 10): void {
    this.#slotTimer = setInterval(() => {
      this.#slot += 1;
      this.sendSlot(this.#slot);
    }, everyMs);
  }

  stopTicking(): void {
    if (this.#slotTimer !== null) clearInterval(this.#slotTimer);
  }

  sendSlot(slot: number | string): void {
    this.sendRaw(
      `{"jsonrpc":"2.0","method":"slotNotification","params":{"result":{"parent":1,"root":0,"slot":${slot}},"subscription":${this.#slotSubscription}}}`,
    );
  }

  sendAccount(
    address: Uint8Array,
    fields: { slot: number | string; lamports?: string; data?: Uint8Array; subscription?: number },
  ): void {
    const {
      slot,
      lamports = '1',
      data = new Uint8Array(),
      subscription = this.subscriptions.get(encodeBase58(address)),
    } = fields;
    const account = `{"lamports":${lamports},"data":["${Buffer.from(data).toString('base64')}","base64"],"owner":"${OWNER}","executable":false,"rentEpoch":18446744073709551615,"space":${data.length}}`;
    this.sendRaw(
      `{"jsonrpc":"2.0","method":"accountNotification","params":{"result":{"context":{"slot":${slot}},"value":${account}},"subscription":${subscription}}}`,
    );
  }

  sendSignature(signature: string): void {
    const subscription = this.subscriptions.get(signature);
    this.sendRaw(
      `{"jsonrpc":"2.0","method":"signatureNotification","params":{"result":{"context":{"slot":1},"value":{"err":null}},"subscription":${subscription}}}`,
    );
  }

  sendRaw(text: string): void {
    for (const socket of this.#server?.clients ?? []) if (socket.readyState === WebSocket.OPEN) socket.send(text);
  }

  /** Cuts every connection without a word. */
  drop(): void {
    for (const socket of this.#server?.clients ?? []) socket.terminate();
  }

  async stop(): Promise<void> {
    this.stopTicking();
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    for (const socket of server.clients) socket.terminate();
    await new Promise((resolve) => server.close(resolve));
  }

  #answer(request: Request, socket: WebSocket): void {
    this.requests.push(request);
    if (this.intercept(request, socket)) return;
    const { id, method, params } = request;
    if (method.endsWith('Unsubscribe')) return socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: true }));
    const subscription = this.#nextSubscription;
    this.#nextSubscription += 1;
    if (method === 'slotSubscribe') this.#slotSubscription = subscription;
    else this.subscriptions.set(String(params[0]), subscription);
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: subscription }));
  }
}
