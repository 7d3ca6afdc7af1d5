import { type ServerDuplexStream, status as grpcStatus, type StatusObject } from '@grpc/grpc-js';
import type { Clock } from '@tandem/engine/ports';
import type { SubscribeRequest, SubscribeUpdate } from '@triton-one/yellowstone-grpc';

import type { Commitment } from '../../cluster/block-ledger.js';
import type { Faults } from '../faults.js';
import { FilterRefusal } from './filter-refusal.js';
import type { GeyserHub, GeyserListener } from './geyser-hub.js';
import type { GeyserNotice } from './slot-content.js';
import { type GeyserLimits, StreamFilter } from './stream-filter.js';
import { emptyUpdate, updateOf } from './update-message.js';

export interface GeyserStreamOptions {
  readonly hub: GeyserHub;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly limits: GeyserLimits;
  /** Messages that may wait for a client that does not read. */
  readonly backlog: number;
}

/** What goes out: a message, or bytes that are none. */
export type GeyserCall = ServerDuplexStream<SubscribeRequest, SubscribeUpdate | Buffer>;

/** Milliseconds between the server's own pings (yellowstone-grpc-geyser, src/grpc.rs). */
const PING_INTERVAL_MS = 10_000;
const MALFORMED = Buffer.from('this is not protobuf');

/** One subscriber: its filters, its level, and what the faults do to it. */
export class GeyserStream implements GeyserListener {
  readonly #call: GeyserCall;
  readonly #options: GeyserStreamOptions;
  readonly #ended = new AbortController();
  #stopListening: () => void = () => undefined;
  #filter: StreamFilter | null = null;
  #isStalled = false;
  /** Messages that a delay or a lag holds back, in order. */
  readonly #held: { readonly update: SubscribeUpdate | Buffer; readonly dueMicros: number }[] = [];
  #isReleasing = false;

  constructor(call: GeyserCall, options: GeyserStreamOptions) {
    this.#call = call;
    this.#options = options;
  }

  /** Answers the client until the call ends. */
  serve(): void {
    this.#stopListening = this.#options.hub.listen(this);
    this.#call.on('data', (request: SubscribeRequest) => this.#receive(request));
    // A client that closes its half goes on listening; one that is gone is cancelled.
    for (const event of ['cancelled', 'error', 'close'] as const) this.#call.on(event, () => this.close());
    void this.#ping();
  }

  get commitment(): Commitment {
    return this.#filter?.commitment ?? 'processed';
  }

  take(notice: GeyserNotice): void {
    const names = this.#filter?.namesFor(notice) ?? [];
    if (names.length === 0) return;
    const { clock, faults } = this.#options;
    // Only what the chain tells gets lost: it is the server that drops it, and not the wire.
    if (faults.strikes('drop')) return;
    this.#send(updateOf(notice, { names, slices: this.#filter?.slices ?? [], nowMs: clock.nowMs() }));
  }

  /** Ends the stream's work here; the call ends by itself or by `#fail`. */
  close(): void {
    this.#ended.abort();
    this.#stopListening();
    this.#held.length = 0;
  }

  /** Ends the call with a status. */
  fail(code: grpcStatus, details: string): void {
    if (this.#ended.signal.aborted) return;
    this.close();
    this.#call.emit('error', { code, details } satisfies Partial<StatusObject>);
  }

  #receive(request: SubscribeRequest): void {
    if (this.#ended.signal.aborted) return;
    const { ping, fromSlot } = request;
    if (ping !== undefined) return this.#send({ ...emptyUpdate(this.#options.clock.nowMs()), pong: { id: ping.id } });
    try {
      this.#filter = new StreamFilter(request, this.#options.limits);
    } catch (error) {
      if (!(error instanceof FilterRefusal)) throw error;
      return this.fail(grpcStatus.INVALID_ARGUMENT, `failed to create filter: ${error.message}`);
    }
    if (fromSlot !== undefined) this.#replay(BigInt(fromSlot));
  }

  #replay(fromSlot: bigint): void {
    const { hub } = this.#options;
    if (fromSlot < hub.firstAvailable) {
      const details = `broadcast from ${fromSlot} is not available, last available: ${hub.firstAvailable}`;
      return this.fail(grpcStatus.OUT_OF_RANGE, details);
    }
    for (const notice of hub.replay(fromSlot, this.commitment)) this.take(notice);
  }

  /** Passes a message through the faults. */
  #send(update: SubscribeUpdate): void {
    const { faults, clock } = this.#options;
    if (this.#isStalled) this.#isStalled = faults.has('stall');
    if (this.#isStalled) return;
    if (faults.strikes('stall')) {
      this.#isStalled = true;
      return;
    }
    if (faults.strikes('disconnect')) return this.fail(grpcStatus.UNAVAILABLE, 'the connection was lost');
    const message = faults.strikes('malformed') ? MALFORMED : update;
    const delayMs = faults.has('lag') ? faults.ms('lag') : faults.strikes('delay') ? faults.ms('delay') : 0;
    if (delayMs === 0 && this.#held.length === 0) return this.#write(message);
    this.#held.push({ update: message, dueMicros: clock.nowMicros() + delayMs * 1_000 });
    if (this.#held.length > this.#options.backlog) return this.#drop();
    if (!this.#isReleasing) void this.#release();
  }

  /** Sends what is held when its time has come; what came later waits behind it. */
  async #release(): Promise<void> {
    const { clock } = this.#options;
    this.#isReleasing = true;
    for (let next = this.#held[0]; next !== undefined; next = this.#held[0]) {
      const leftMs = Math.ceil((next.dueMicros - clock.nowMicros()) / 1_000);
      if (leftMs > 0) await clock.sleep(leftMs, this.#ended.signal).catch(() => undefined);
      if (this.#ended.signal.aborted) break;
      this.#held.shift();
      this.#write(next.update);
    }
    this.#isReleasing = false;
  }

  #write(update: SubscribeUpdate | Buffer): void {
    if (this.#call.writableLength >= this.#options.backlog) return this.#drop();
    this.#call.write(update);
  }

  /** A client that does not read loses its stream rather than fill the memory. */
  #drop(): void {
    this.fail(grpcStatus.INTERNAL, 'lagged to send an update');
  }

  async #ping(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#ended.signal.aborted) {
      this.#send({ ...emptyUpdate(clock.nowMs()), ping: {} });
      await clock.sleep(PING_INTERVAL_MS, this.#ended.signal).catch(() => undefined);
    }
  }
}
