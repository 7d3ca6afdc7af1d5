import type { SubscribeUpdate } from '@triton-one/yellowstone-grpc';
import { createEngineError } from '../errors/create-engine-error.js';
import type { EngineError } from '../errors/engine-error.js';
import type { AccountFeed, FeedEvent, FeedStatus } from '../ports/account-feed.js';
import type { FeedOptions } from './feed-options.js';
import { Backoff } from './backoff.js';
import { encodeBase58 } from './base58.js';
import { GrpcAccounts } from './grpc-accounts.js';
import { connectGrpc } from './grpc-client.js';
import { grpcError } from './grpc-failure.js';
import { GrpcSignatures } from './grpc-signatures.js';
import { GrpcSlots } from './grpc-slots.js';
import { GrpcStream } from './grpc-stream.js';
import { decodeAccountUpdate } from './grpc-update.js';
import { nextTurn } from './next-turn.js';
import { redactUrl } from './redact-url.js';

/** `url` is a Yellowstone endpoint, `https://host:port`. */
export interface GrpcFeedOptions extends FeedOptions {
  /** Sent as `x-token`. */
  readonly token?: string;
}

/** A stream that lives so long counts as healthy, and the next loss starts with a short wait again. */
const HEALTHY_AFTER_MS = 10_000;
const LONGEST_CHECK_MS = 1_000;
/** How many deadlines a watch may take: one for its request, and two for a reconnect in between. */
const WATCH_DEADLINES = 3;

/** Account, slot and signature updates over Yellowstone gRPC, with a stream that comes back by itself. */
export class GrpcFeed implements AccountFeed {
  readonly #options: GrpcFeedOptions;
  readonly #shownUrl: string;
  readonly #stop = new AbortController();
  readonly #backoff: Backoff;
  readonly #accounts: GrpcAccounts;
  readonly #signatures: GrpcSignatures;
  readonly #slots = new GrpcSlots();
  #listener: (event: FeedEvent) => void = () => undefined;
  #stream: GrpcStream | null = null;
  #lastSlotMicros = 0;
  #reconnecting: Promise<void> | null = null;
  #tending: Promise<void> | null = null;
  /** The request that is on its way, and the one that will be made after it. */
  #round: Promise<void> = Promise.resolve();
  #nextRound: Promise<void> | null = null;
  /** Watches under way, and the queue of those that ask by themselves because a shared request was refused. */
  #asking = 0;
  #queue: Promise<void> = Promise.resolve();
  #queued = 0;

  constructor(options: GrpcFeedOptions) {
    this.#options = options;
    this.#shownUrl = redactUrl(options.url);
    this.#accounts = new GrpcAccounts(options.commitment);
    this.#signatures = new GrpcSignatures(options.confirmationCommitment);
    this.#backoff = new Backoff({
      random: options.random,
      firstMs: options.reconnectFirstMs ?? 100,
      capMs: options.reconnectCapMs ?? 5_000,
    });
  }

  async start(listener: (event: FeedEvent) => void): Promise<void> {
    this.#listener = listener;
    await this.#connect();
    this.#tending = this.#tend();
    this.#tell('connected', 'subscribed to slots');
  }

  async watch(addresses: readonly Uint8Array[]): Promise<void> {
    const keys = addresses.map((address) => encodeBase58(address));
    if (this.#queued === 0) {
      const isShared = await this.#ask(keys);
      if (!isShared) return;
    }
    // Somebody else's address may be at fault: each asks by himself now, one after the other.
    this.#queued += 1;
    const turn = this.#askAfter(this.#queue, keys);
    this.#queue = turn.catch(() => undefined);
    try {
      await turn;
    } finally {
      this.#queued -= 1;
    }
  }

  unwatch(addresses: readonly Uint8Array[]): void {
    this.#accounts.drop(addresses.map((address) => encodeBase58(address)));
    // A request that fails loses the stream, and the next one asks for what is wanted then.
    if (this.#reconnecting === null) this.#apply().catch(() => undefined);
  }

  async watchSignature(signature: string, signal: AbortSignal): Promise<boolean> {
    return await this.#signatures.watch(signature, signal);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#listener = () => undefined;
    this.#signatures.stop();
    this.#stream?.close('stopped');
    await this.#reconnecting;
    await this.#tending;
  }

  async #connect(): Promise<void> {
    const { url, token, clock, timeoutMs } = this.#options;
    const client = await connectGrpc({ url, clock, timeoutMs, ...(token === undefined ? {} : { token }) });
    const connection = { client, clock, timeoutMs, shownUrl: this.#shownUrl };
    const { request, taken } = this.#accounts.request();
    const stream: GrpcStream = await GrpcStream.open(
      {
        ...connection,
        onUpdate: (update) => this.#receive(update, stream),
        onEnd: (reason) => this.#lose(stream, reason),
      },
      request,
    );
    try {
      this.#stream = stream;
      this.#accounts.restart();
      this.#slots.restart();
      await stream.settle();
    } catch (error) {
      const failure = grpcError(error, this.#shownUrl);
      if (failure.code === 'CHAIN_SUBSCRIPTION_INVALID') this.#accounts.refuse(failure);
      throw failure;
    }
    if (this.#stop.signal.aborted) return stream.close('stopped');
    taken();
    this.#signatures.use(connection);
    this.#lastSlotMicros = clock.nowMicros();
  }

  /** Asks until the addresses stand or time is up; returns whether they were refused in a request that others had a part in. */
  async #ask(keys: readonly string[]): Promise<boolean> {
    const { clock, timeoutMs } = this.#options;
    const deadlineMicros = clock.nowMicros() + WATCH_DEADLINES * timeoutMs * 1_000;
    this.#accounts.want(keys);
    this.#asking += 1;
    try {
      for (;;) {
        const others = this.#asking - 1;
        if (this.#reconnecting === null && !this.#accounts.stand(keys)) await this.#apply().catch(() => undefined);
        const refusal = this.#accounts.refusalOf(keys);
        if (refusal !== undefined && others > 0) return true;
        if (refusal !== undefined) throw refusal;
        if (this.#reconnecting === null && this.#accounts.stand(keys)) return false;
        const leftMs = Math.floor((deadlineMicros - clock.nowMicros()) / 1_000);
        if (leftMs <= 0 || this.#stop.signal.aborted)
          throw createEngineError('CHAIN_UNREACHABLE', 'the feed was lost and did not come back in time');
        await this.#untilReconnected(leftMs);
      }
    } finally {
      this.#asking -= 1;
    }
  }

  async #askAfter(earlier: Promise<void>, keys: readonly string[]): Promise<void> {
    await earlier;
    // Those who came before the queue may still share a request with the first of it.
    while (await this.#ask(keys));
  }

  /** Sends the whole list once everything that is wanted in this turn is in; one request is on its way at a time. */
  #apply(): Promise<void> {
    this.#nextRound ??= this.#startRound();
    return this.#nextRound;
  }

  async #startRound(): Promise<void> {
    await this.#round.catch(() => undefined);
    await new Promise<void>(nextTurn);
    this.#nextRound = null;
    this.#round = this.#replace();
    await this.#round;
  }

  async #replace(): Promise<void> {
    const stream = this.#stream;
    if (stream === null) throw createEngineError('CHAIN_UNREACHABLE', 'the feed is not connected');
    const { request, taken } = this.#accounts.request();
    stream.write(request);
    try {
      await stream.settle();
    } catch (error) {
      const failure = grpcError(error, this.#shownUrl);
      if (failure.code === 'CHAIN_SUBSCRIPTION_INVALID') this.#accounts.refuse(failure);
      throw failure;
    }
    if (stream === this.#stream) taken();
  }

  async #untilReconnected(timeoutMs: number): Promise<void> {
    const timer = new AbortController();
    const timeout = this.#options.clock.sleep(timeoutMs, timer.signal).catch(() => undefined);
    await Promise.race([this.#reconnecting ?? new Promise<void>(nextTurn), timeout]);
    timer.abort();
  }

  #receive({ account, slot }: SubscribeUpdate, stream: GrpcStream): void {
    if (this.#stop.signal.aborted || stream !== this.#stream) return;
    const nowMicros = this.#options.clock.nowMicros();
    try {
      if (account !== undefined) {
        const update = decodeAccountUpdate(account, nowMicros);
        if (update === null) return;
        this.#slots.touch(update.slot);
        this.#listener(update);
      } else if (slot !== undefined) {
        this.#lastSlotMicros = nowMicros;
        const event = this.#slots.take(slot);
        if (event !== null) this.#listener(event);
      }
    } catch (error) {
      // The server sent what no server sends: what was missed is read again.
      stream.close(error instanceof Error ? error.message : 'a message that cannot be read');
    }
  }

  #lose(stream: GrpcStream, reason: EngineError): void {
    if (stream !== this.#stream) return;
    this.#stream = null;
    if (this.#stop.signal.aborted || this.#tending === null || this.#reconnecting !== null) return;
    this.#tell('lost', reason.message);
    this.#reconnecting = this.#reconnect().finally(() => {
      this.#reconnecting = null;
    });
  }

  async #reconnect(): Promise<void> {
    const { clock } = this.#options;
    this.#signatures.use(null);
    while (!this.#stop.signal.aborted) {
      try {
        await clock.sleep(this.#backoff.nextMs(), this.#stop.signal);
        await this.#connect();
        if (this.#stream?.isOpen === true)
          return this.#tell('resumed', `${this.#accounts.size} accounts watched again`);
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.#stream?.close('not ready');
        this.#tell('lost', error instanceof Error ? error.message : 'unknown cause');
      }
    }
  }

  /** Pings, and gives up a stream that brings no slots or falls behind. */
  async #tend(): Promise<void> {
    const { clock, silenceTimeoutMs } = this.#options;
    const checkMs = Math.max(1, Math.min(LONGEST_CHECK_MS, Math.floor(silenceTimeoutMs / 4)));
    let openedAtMicros = clock.nowMicros();
    let tended = this.#stream;
    while (!this.#stop.signal.aborted) {
      await clock.sleep(checkMs, this.#stop.signal).catch(() => undefined);
      // A timer that is late because this process was busy says nothing about the server: what has arrived is read first.
      await new Promise<void>(nextTurn);
      const stream = this.#stream;
      if (this.#stop.signal.aborted || stream === null || this.#reconnecting !== null) continue;
      const nowMicros = clock.nowMicros();
      if (stream !== tended) openedAtMicros = nowMicros;
      tended = stream;
      const silentMs = Math.floor((nowMicros - this.#lastSlotMicros) / 1_000);
      const behindMs = Math.floor(stream.behindMicros(nowMicros) / 1_000);
      if (silentMs > silenceTimeoutMs) stream.close(`no slot for ${silentMs} ms`);
      else if (behindMs > silenceTimeoutMs) stream.close(`the feed is ${behindMs} ms behind`);
      else {
        stream.heartbeat();
        this.#signatures.heartbeat();
      }
      if (nowMicros - openedAtMicros > HEALTHY_AFTER_MS * 1_000) this.#backoff.reset();
    }
  }

  #tell(status: FeedStatus['status'], detail: string): void {
    this.#listener({ kind: 'status', status, detail });
  }
}
