import { WebSocket, type RawData } from 'ws';
import type { Clock } from '../ports/clock.js';
import { parseLosslessJson } from './lossless-json.js';
import { nextTurn } from './next-turn.js';
import { redactUrl } from './redact-url.js';
import { RpcFailure } from './rpc-failure.js';

/** A subscription's message as it came. */
export interface SubscriptionMessage {
  readonly subscription: number;
  readonly result: unknown;
  readonly receivedAtMicros: number;
}

export interface WebSocketConnectionOptions {
  readonly url: string;
  readonly clock: Clock;
  /** Deadline of the handshake and of each request, milliseconds. */
  readonly timeoutMs: number;
  /** Gives up the handshake. */
  readonly signal: AbortSignal;
  readonly onMessage: (message: SubscriptionMessage) => void;
  /** Called once, with the reason. */
  readonly onClose: (reason: string) => void;
}

interface PendingRequest {
  /** Runs in the turn in which the answer arrives, so that no notification of a new subscription can come before it is known. */
  readonly accept: (result: unknown) => void;
  readonly reject: (failure: unknown) => void;
}

/** Messages handled before the event loop gets a turn for everything else. */
const MESSAGES_PER_TURN = 256;
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** One websocket to a node: requests matched by id, notifications passed on in their order, at a pace the event loop can bear. */
export class WebSocketConnection {
  readonly #options: WebSocketConnectionOptions;
  readonly #socket: WebSocket;
  readonly #shownUrl: string;
  readonly #pending = new Map<number, PendingRequest>();
  #nextId = 1;
  #messagesThisTurn = 0;
  #closeReason: string | null = null;
  #heardAtMicros: number;

  private constructor(options: WebSocketConnectionOptions, socket: WebSocket) {
    this.#options = options;
    this.#socket = socket;
    this.#shownUrl = redactUrl(options.url);
    this.#heardAtMicros = options.clock.nowMicros();
    socket.on('message', (data) => this.#receive(data));
    socket.on('pong', () => this.#hear());
    socket.on('error', (error) => this.#finish(error.message));
    socket.on('close', (code) => this.#finish(`the node closed the connection (${code})`));
  }

  /** Opens a connection. Rejects with `RpcFailure`. */
  static async open(options: WebSocketConnectionOptions): Promise<WebSocketConnection> {
    const socket = new WebSocket(options.url, {
      handshakeTimeout: options.timeoutMs,
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
    });
    return await new Promise((resolve, reject) => {
      const giveUp = () => socket.terminate();
      const fail = (error: Error) => {
        options.signal.removeEventListener('abort', giveUp);
        socket.terminate();
        const message = `${redactUrl(options.url)} cannot be reached (${error.message})`;
        reject(new RpcFailure({ kind: 'unreachable', method: 'connect', message, cause: error }));
      };
      options.signal.addEventListener('abort', giveUp, { once: true });
      socket.once('error', fail);
      socket.once('open', () => {
        socket.off('error', fail);
        options.signal.removeEventListener('abort', giveUp);
        resolve(new WebSocketConnection(options, socket));
      });
    });
  }

  /** When the node was last heard, in microseconds of the clock. */
  get heardAtMicros(): number {
    return this.#heardAtMicros;
  }

  isOpen(): boolean {
    return this.#closeReason === null;
  }

  /** Sends a request; `accept` sees the result before any later message does. Rejects with `RpcFailure`. */
  async request(method: string, params: readonly unknown[], accept: (result: unknown) => void): Promise<void> {
    if (this.#closeReason !== null) throw this.#lost(method);
    const id = this.#nextId;
    this.#nextId += 1;
    const timer = new AbortController();
    const answered = new Promise<void>((resolve, reject) => {
      this.#pending.set(id, {
        accept: (result) => {
          try {
            accept(result);
            resolve();
          } catch (error) {
            reject(error);
          }
        },
        reject,
      });
    });
    void this.#expire(id, method, timer.signal);
    this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    try {
      await answered;
    } finally {
      this.#pending.delete(id);
      timer.abort();
    }
  }

  /** Sends a request whose answer nobody needs, such as the end of a subscription. */
  notify(method: string, params: readonly unknown[]): void {
    if (this.#closeReason !== null) return;
    this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id: this.#nextId, method, params }));
    this.#nextId += 1;
  }

  ping(): void {
    if (this.#closeReason === null) this.#socket.ping();
  }

  /** Closes at once; `onClose` hears the reason. */
  close(reason: string): void {
    this.#finish(reason);
  }

  async #expire(id: number, method: string, signal: AbortSignal): Promise<void> {
    const { clock, timeoutMs } = this.#options;
    try {
      await clock.sleep(timeoutMs, signal);
    } catch {
      // Aborted because the answer is there.
      return;
    }
    // A timer that is late because this process was busy: the answer may wait in the socket, and is read first.
    await new Promise<void>(nextTurn);
    const message = `${this.#shownUrl} gave no answer in ${timeoutMs} ms: ${method}`;
    this.#pending.get(id)?.reject(new RpcFailure({ kind: 'timeout', method, message }));
  }

  #receive(data: RawData): void {
    if (this.#closeReason !== null) return;
    this.#hear();
    this.#yieldUnderLoad();
    let message: unknown;
    try {
      message = parseLosslessJson(rawText(data));
    } catch {
      return this.#finish('the node sent something that is not JSON');
    }
    this.#dispatch(message);
  }

  /** After a message that makes no sense nothing can be trusted: the connection is lost, and what was missed is read again. */
  #dispatch(message: unknown): void {
    const { id, method, params, result, error } = asRecord(message);
    if (typeof id === 'number') return this.#answer(id, result, error);
    const { subscription, result: value } = asRecord(params);
    if (typeof method !== 'string' || typeof subscription !== 'number')
      return this.#finish('the node sent a message that is no notification');
    this.#options.onMessage({ subscription, result: value, receivedAtMicros: this.#heardAtMicros });
  }

  #answer(id: number, result: unknown, error: unknown): void {
    const pending = this.#pending.get(id);
    // An answer nobody waits for any more: it was late, or to the end of a subscription.
    if (pending === undefined) return;
    if (error !== undefined && error !== null) return pending.reject(this.#refused(error));
    pending.accept(result);
  }

  /** After a burst the socket rests until timers and other sockets had their turn; TCP holds the node back meanwhile. */
  #yieldUnderLoad(): void {
    this.#messagesThisTurn += 1;
    if (this.#messagesThisTurn === 1) {
      setImmediate(() => {
        this.#messagesThisTurn = 0;
        if (this.#socket.isPaused) this.#socket.resume();
      });
    }
    if (this.#messagesThisTurn >= MESSAGES_PER_TURN && !this.#socket.isPaused) this.#socket.pause();
  }

  #hear(): void {
    this.#heardAtMicros = this.#options.clock.nowMicros();
  }

  #finish(reason: string): void {
    if (this.#closeReason !== null) return;
    this.#closeReason = reason;
    this.#socket.terminate();
    for (const [, pending] of this.#pending) pending.reject(this.#lost('request'));
    this.#pending.clear();
    this.#options.onClose(reason);
  }

  #lost(method: string): RpcFailure {
    const message = `${this.#shownUrl}: ${this.#closeReason ?? 'closed'}`;
    return new RpcFailure({ kind: 'unreachable', method, message });
  }

  #refused(error: unknown): RpcFailure {
    const { code, message, data } = asRecord(error);
    const text = `${this.#shownUrl} refused a subscription: ${typeof message === 'string' ? message : 'no reason given'}`;
    return new RpcFailure({
      kind: 'rpc-error',
      method: 'subscribe',
      message: text,
      rpcData: data,
      ...(typeof code === 'number' ? { rpcCode: code } : {}),
    });
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function rawText(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return (data instanceof ArrayBuffer ? Buffer.from(data) : data).toString('utf8');
}
