import { createEngineError } from '../errors/create-engine-error.js';
import type { AccountFeed, FeedEvent } from '../ports/account-feed.js';
import type { FeedOptions } from './feed-options.js';
import { Backoff } from './backoff.js';
import { encodeBase58 } from './base58.js';
import { chainError } from './chain-error.js';
import {
  decodeAccountNotification,
  decodeSlotNotification,
  FeedSubscriptions,
  type SubscriptionTarget,
} from './feed-subscriptions.js';
import { nextTurn } from './next-turn.js';
import { RpcFailure } from './rpc-failure.js';
import { WebSocketConnection, type SubscriptionMessage } from './websocket-connection.js';

interface SignatureWatch {
  readonly target: SubscriptionTarget;
  readonly settle: (confirmed: boolean) => void;
  isSettled: boolean;
  /** Ends the subscription at the node; nothing before it stands. */
  drop: () => void;
}

/** Subscriptions in flight at one time: a node answers them in turn, and a window hides the way there and back. */
const SUBSCRIBE_WINDOW = 128;
/** A connection that lives so long counts as healthy, and the next loss starts with a short wait again. */
const HEALTHY_AFTER_MS = 10_000;
const LONGEST_CHECK_MS = 1_000;

/** Account, slot and signature notifications over a websocket that comes back by itself. */
export class WebSocketFeed implements AccountFeed {
  readonly #options: FeedOptions;
  readonly #stop = new AbortController();
  readonly #backoff: Backoff;
  readonly #accounts = new Map<string, Uint8Array>();
  readonly #signatures = new Set<SignatureWatch>();
  #listener: (event: FeedEvent) => void = () => undefined;
  #connection: WebSocketConnection | null = null;
  #subscriptions: FeedSubscriptions | null = null;
  /** Subscriptions of accounts that stand on the present connection. */
  #standing = new Map<string, number>();
  #lastSlotMicros = 0;
  #reconnecting: Promise<void> | null = null;
  #tending: Promise<void> | null = null;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#backoff = new Backoff({
      random: options.random,
      firstMs: options.reconnectFirstMs ?? 100,
      capMs: options.reconnectCapMs ?? 5_000,
    });
  }

  async start(listener: (event: FeedEvent) => void): Promise<void> {
    this.#listener = listener;
    try {
      await this.#connect();
    } catch (error) {
      this.#connection?.close('not ready');
      throw chainError(error);
    }
    this.#tending = this.#tend();
    this.#tell('connected', 'subscribed to slots');
  }

  async watch(addresses: readonly Uint8Array[]): Promise<void> {
    const wanted = new Map(addresses.map((address) => [encodeBase58(address), address]));
    for (const [key, address] of wanted) this.#accounts.set(key, address);
    const { clock } = this.#options;
    const timeoutMs = this.#options.timeoutMs * (2 + Math.ceil(addresses.length / SUBSCRIBE_WINDOW));
    const deadlineMicros = clock.nowMicros() + timeoutMs * 1_000;
    for (;;) {
      try {
        if (this.#reconnecting === null) return await this.#subscribeAccounts(wanted);
      } catch (error) {
        if (error instanceof RpcFailure && error.details.kind === 'rpc-error') throw refusedSubscription(error);
        // Lost in the middle: the feed is coming back already. Anything else is the caller's.
        if (this.#reconnecting === null) throw chainError(error);
      }
      const leftMs = Math.floor((deadlineMicros - clock.nowMicros()) / 1_000);
      if (leftMs <= 0 || this.#stop.signal.aborted)
        throw createEngineError('CHAIN_UNREACHABLE', 'the feed was lost and did not come back in time');
      await this.#untilReconnected(leftMs);
    }
  }

  unwatch(addresses: readonly Uint8Array[]): void {
    for (const address of addresses) {
      const key = encodeBase58(address);
      this.#accounts.delete(key);
      const subscription = this.#standing.get(key);
      if (subscription === undefined) continue;
      this.#standing.delete(key);
      this.#subscriptions?.drop(subscription);
    }
  }

  async watchSignature(signature: string, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted || this.#stop.signal.aborted) return false;
    return await new Promise<boolean>((resolve) => {
      const onAbort = () => watch.settle(false);
      const settle = (confirmed: boolean) => {
        if (watch.isSettled) return;
        watch.isSettled = true;
        this.#signatures.delete(watch);
        signal.removeEventListener('abort', onAbort);
        // The node ends a subscription itself once it has told.
        if (!confirmed) watch.drop();
        resolve(confirmed);
      };
      const target: SubscriptionTarget = { kind: 'signature', signature, confirmed: () => settle(true) };
      const watch: SignatureWatch = { target, settle, isSettled: false, drop: () => undefined };
      this.#signatures.add(watch);
      signal.addEventListener('abort', onAbort);
      if (this.#subscriptions !== null) void this.#subscribeSignature(watch, this.#subscriptions);
    });
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#listener = () => undefined;
    this.#connection?.close('stopped');
    for (const watch of this.#signatures) watch.settle(false);
    await this.#reconnecting;
    await this.#tending;
  }

  async #connect(): Promise<void> {
    const { url, clock, timeoutMs, commitment, confirmationCommitment } = this.#options;
    const connection = await WebSocketConnection.open({
      url,
      clock,
      timeoutMs,
      signal: this.#stop.signal,
      onMessage: (message) => this.#receive(message),
      onClose: (reason) => this.#lose(connection, reason),
    });
    if (this.#stop.signal.aborted) return connection.close('stopped');
    const subscriptions = new FeedSubscriptions(connection, {
      accounts: commitment,
      signatures: confirmationCommitment,
    });
    this.#connection = connection;
    this.#subscriptions = subscriptions;
    this.#standing = new Map();
    await subscriptions.subscribe({ kind: 'slot' }, (message) => this.#receive(message));
    this.#lastSlotMicros = clock.nowMicros();
  }

  async #subscribeAccounts(accounts: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const subscriptions = this.#subscriptions;
    if (subscriptions === null)
      throw new RpcFailure({ kind: 'unreachable', method: 'accountSubscribe', message: 'the feed is not connected' });
    const missing = [...accounts].filter(([key]) => !this.#standing.has(key));
    for (let at = 0; at < missing.length; at += SUBSCRIBE_WINDOW) {
      const window = missing.slice(at, at + SUBSCRIBE_WINDOW);
      await Promise.all(
        window.map(async ([key, address]) => {
          const target: SubscriptionTarget = { kind: 'account', address };
          const subscription = await subscriptions.subscribe(target, (message) => this.#receive(message));
          if (subscriptions === this.#subscriptions) this.#keep(key, subscription, subscriptions);
        }),
      );
    }
  }

  /** Takes note of a new subscription; one that nobody wants any more, or that stands twice, ends at once. */
  #keep(key: string, subscription: number, subscriptions: FeedSubscriptions): void {
    const standing = this.#standing.get(key);
    // A node may give the same number to the same request.
    if (standing === subscription) return;
    if (standing !== undefined || !this.#accounts.has(key)) subscriptions.drop(subscription);
    else this.#standing.set(key, subscription);
  }

  async #subscribeSignature(watch: SignatureWatch, subscriptions: FeedSubscriptions): Promise<void> {
    try {
      const subscription = await subscriptions.subscribe(watch.target, (message) => this.#receive(message));
      watch.drop = () => subscriptions.drop(subscription);
      if (watch.isSettled) watch.drop();
    } catch {
      // Lost or refused: the caller polls as well, and a reconnect subscribes again.
    }
  }

  async #untilReconnected(timeoutMs: number): Promise<void> {
    const timer = new AbortController();
    const timeout = this.#options.clock.sleep(timeoutMs, timer.signal).catch(() => undefined);
    await Promise.race([this.#reconnecting, timeout]);
    timer.abort();
  }

  #receive(message: SubscriptionMessage): void {
    const target = this.#subscriptions?.targetOf(message);
    if (target === undefined || this.#stop.signal.aborted) return;
    if (target.kind === 'signature') return target.confirmed();
    const event = this.#decode(message, target);
    if (event === null) return;
    if (event.kind === 'slot') this.#lastSlotMicros = message.receivedAtMicros;
    this.#listener(event);
  }

  /** Returns null, and gives up the connection, when the node sent what no node sends: what was missed is read again. */
  #decode(message: SubscriptionMessage, target: SubscriptionTarget & { kind: 'slot' | 'account' }): FeedEvent | null {
    try {
      return target.kind === 'slot'
        ? decodeSlotNotification(message.result)
        : decodeAccountNotification(message, target.address);
    } catch (error) {
      this.#connection?.close(error instanceof Error ? error.message : 'a message that cannot be read');
      return null;
    }
  }

  #lose(connection: WebSocketConnection, reason: string): void {
    if (
      connection !== this.#connection ||
      this.#stop.signal.aborted ||
      this.#tending === null ||
      this.#reconnecting !== null
    )
      return;
    this.#subscriptions = null;
    this.#tell('lost', reason);
    this.#reconnecting = this.#reconnect().finally(() => {
      this.#reconnecting = null;
    });
  }

  async #reconnect(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#stop.signal.aborted) {
      try {
        await clock.sleep(this.#backoff.nextMs(), this.#stop.signal);
        await this.#connect();
        await this.#subscribeAccounts(this.#accounts);
        if (this.#connection?.isOpen() !== true) continue;
        this.#resubscribeSignatures();
        return this.#tell('resumed', `${this.#accounts.size} accounts watched again`);
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.#subscriptions = null;
        this.#connection?.close('not ready');
        this.#tell('lost', error instanceof Error ? error.message : 'unknown cause');
      }
    }
  }

  #resubscribeSignatures(): void {
    const subscriptions = this.#subscriptions;
    if (subscriptions !== null)
      for (const watch of this.#signatures) void this.#subscribeSignature(watch, subscriptions);
  }

  /** Pings, and gives up a connection that brings no slots. */
  async #tend(): Promise<void> {
    const { clock, silenceTimeoutMs } = this.#options;
    const checkMs = Math.max(1, Math.min(LONGEST_CHECK_MS, Math.floor(silenceTimeoutMs / 4)));
    let openedAtMicros = clock.nowMicros();
    let tended = this.#connection;
    while (!this.#stop.signal.aborted) {
      await clock.sleep(checkMs, this.#stop.signal).catch(() => undefined);
      // A timer that is late because this process was busy says nothing about the node: what has arrived is read first.
      await new Promise<void>(nextTurn);
      const connection = this.#connection;
      if (this.#stop.signal.aborted || connection === null || this.#reconnecting !== null) continue;
      if (!connection.isOpen()) {
        this.#lose(connection, 'the connection is closed');
        continue;
      }
      if (connection !== tended) openedAtMicros = clock.nowMicros();
      tended = connection;
      const silentMs = Math.floor((clock.nowMicros() - this.#lastSlotMicros) / 1_000);
      if (silentMs > silenceTimeoutMs) connection.close(`no slot for ${silentMs} ms`);
      else connection.ping();
      if (clock.nowMicros() - openedAtMicros > HEALTHY_AFTER_MS * 1_000) this.#backoff.reset();
    }
  }

  #tell(status: 'connected' | 'lost' | 'resumed', detail: string): void {
    this.#listener({ kind: 'status', status, detail });
  }
}

function refusedSubscription(failure: RpcFailure): Error {
  return createEngineError('CHAIN_SUBSCRIPTION_INVALID', failure.message, {
    context: { rpcCode: failure.details.rpcCode, rpcData: failure.details.rpcData },
  });
}
