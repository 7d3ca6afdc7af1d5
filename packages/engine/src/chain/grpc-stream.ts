import type { ClientDuplexStream, SubscribeRequest, SubscribeUpdate } from '@triton-one/yellowstone-grpc';
import { createEngineError } from '../errors/create-engine-error.js';
import type { EngineError } from '../errors/engine-error.js';
import type { Clock } from '../ports/clock.js';
import { grpcError } from './grpc-failure.js';
import type { GrpcClient } from './grpc-client.js';
import { pingRequest } from './grpc-request.js';

export interface GrpcStreamOptions {
  readonly client: GrpcClient;
  readonly clock: Clock;
  /** Deadline of each request, milliseconds. */
  readonly timeoutMs: number;
  /** For messages; carries no token. */
  readonly shownUrl: string;
  readonly onUpdate: (update: SubscribeUpdate) => void;
  /** Called once, with the reason. */
  readonly onEnd: (reason: EngineError) => void;
}

interface Ping {
  readonly sentAtMicros: number;
  readonly settle: (failure?: EngineError) => void;
}

/** Ids of one stream are 32 bits wide; they start over long before anyone could confuse two. */
const PING_IDS = 2 ** 31 - 1;

/** One subscription stream: requests that replace each other, pings that find out how far behind it is, and its end. */
export class GrpcStream {
  readonly #options: GrpcStreamOptions;
  readonly #stream: ClientDuplexStream;
  /** Pings without an answer, oldest first. */
  readonly #pings = new Map<number, Ping>();
  #nextPing = 1;
  #end: EngineError | null = null;

  private constructor(options: GrpcStreamOptions, stream: ClientDuplexStream) {
    this.#options = options;
    this.#stream = stream;
    stream.on('data', (update: SubscribeUpdate) => this.#receive(update));
    stream.on('error', (error: unknown) => this.#finish(grpcError(error, options.shownUrl)));
    stream.on('close', () => this.close('the server ended the stream'));
  }

  /** Opens a stream with its first request; what it asks for stands once a `settle` has been answered. Rejects with CHAIN_*. */
  static async open(options: GrpcStreamOptions, request: SubscribeRequest): Promise<GrpcStream> {
    return new GrpcStream(options, await options.client.subscribe(request));
  }

  get isOpen(): boolean {
    return this.#end === null;
  }

  /**
   * For how long the oldest ping has waited for its answer, microseconds. The client takes messages off the network without bound, so a
   * reader that is too slow shows here and nowhere else.
   */
  behindMicros(nowMicros: number): number {
    const [oldest] = this.#pings.values();
    return oldest === undefined ? 0 : nowMicros - oldest.sentAtMicros;
  }

  /** Replaces everything that was asked for. */
  write(request: SubscribeRequest): void {
    if (this.#end === null) this.#stream.write(request);
  }

  /** Resolves once the server has taken what was written before; rejects with the reason when it did not. */
  async settle(): Promise<void> {
    const { clock, timeoutMs, shownUrl } = this.#options;
    const timer = new AbortController();
    const answered = new Promise<void>((resolve, reject) => {
      this.#ping((failure) => (failure === undefined ? resolve() : reject(failure)));
    });
    const timeout = clock.sleep(timeoutMs, timer.signal).then(
      () => this.#finish(createEngineError('CHAIN_TIMEOUT', `${shownUrl} gave no answer in ${timeoutMs} ms`)),
      () => undefined,
    );
    try {
      await Promise.race([answered, timeout.then(async () => await answered)]);
    } finally {
      timer.abort();
    }
  }

  /** Asks for a sign of life, unless one is awaited already; it also keeps the way to the server open. */
  heartbeat(): void {
    if (this.#pings.size === 0) this.#ping(() => undefined);
  }

  /** Ends the stream; `onEnd` hears the reason. */
  close(reason: string): void {
    this.#finish(createEngineError('CHAIN_UNREACHABLE', `${this.#options.shownUrl}: ${reason}`));
  }

  #ping(settle: Ping['settle']): void {
    if (this.#end !== null) return settle(this.#end);
    const id = this.#nextPing;
    this.#nextPing = (id % PING_IDS) + 1;
    this.#pings.set(id, { sentAtMicros: this.#options.clock.nowMicros(), settle });
    this.#stream.write(pingRequest(id));
  }

  #receive(update: SubscribeUpdate): void {
    if (this.#end !== null) return;
    const { ping, pong } = update;
    if (pong !== undefined) return this.#answer(pong.id);
    // The server asks whether anyone is there; the id of the answer is of no account.
    if (ping !== undefined) return this.heartbeat();
    this.#options.onUpdate(update);
  }

  #answer(id: number): void {
    const ping = this.#pings.get(id);
    this.#pings.delete(id);
    ping?.settle();
  }

  #finish(reason: EngineError): void {
    if (this.#end !== null) return;
    this.#end = reason;
    this.#stream.destroy();
    for (const { settle } of this.#pings.values()) settle(reason);
    this.#pings.clear();
    this.#options.onEnd(reason);
  }
}
