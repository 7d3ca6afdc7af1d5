import type { SubscribeUpdate } from '@triton-one/yellowstone-grpc';
import type { Commitment } from '../ports/chain-reader.js';
import { encodeBase58 } from './base58.js';
import { signatureRequest } from './grpc-request.js';
import { GrpcStream, type GrpcStreamOptions } from './grpc-stream.js';
import { nextTurn } from './next-turn.js';

/** Signatures that a request names; who waits for more of them polls. */
const MOST_SIGNATURES = 64;

/**
 * Signatures are watched on a stream of their own: they have their own commitment, and a request replaces everything, so that on the
 * market's stream each send would repeat every account. What goes wrong here is not told: callers poll as well.
 */
export class GrpcSignatures {
  readonly #commitment: Commitment;
  readonly #watches = new Map<string, Set<(isConfirmed: boolean) => void>>();
  #isStopped = false;
  #connect: Omit<GrpcStreamOptions, 'onUpdate' | 'onEnd'> | null = null;
  #stream: GrpcStream | null = null;
  #isOpening = false;
  #isScheduled = false;

  constructor(commitment: Commitment) {
    this.#commitment = commitment;
  }

  /** Watches over this connection from now on; null is none. */
  use(connect: Omit<GrpcStreamOptions, 'onUpdate' | 'onEnd'> | null): void {
    this.#connect = connect;
    this.#stream?.close('the connection has changed');
    this.#stream = null;
    if (this.#watches.size > 0) this.#renew();
  }

  /** Resolves true when the signature has reached the commitment, false on abort. */
  async watch(signature: string, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted || this.#isStopped) return false;
    return await new Promise<boolean>((resolve) => {
      const settle = (isConfirmed: boolean) => {
        signal.removeEventListener('abort', giveUp);
        this.#forget(signature, settle);
        resolve(isConfirmed);
      };
      const giveUp = () => settle(false);
      signal.addEventListener('abort', giveUp);
      const watches = this.#watches.get(signature) ?? new Set();
      this.#watches.set(signature, watches.add(settle));
      this.#renew();
    });
  }

  /** Ends every watch and the stream. */
  stop(): void {
    this.#isStopped = true;
    for (const watches of this.#watches.values()) for (const settle of watches) settle(false);
    this.use(null);
  }

  /** Keeps the way to the server open. */
  heartbeat(): void {
    this.#stream?.heartbeat();
  }

  #forget(signature: string, settle: (isConfirmed: boolean) => void): void {
    const watches = this.#watches.get(signature);
    // What is no longer watched is taken out of the next request; until then it may be told once, to nobody.
    if (watches?.delete(settle) === true && watches.size === 0) this.#watches.delete(signature);
  }

  /** Asks for everything that is watched, once for all that comes in this turn. */
  #renew(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    nextTurn(() => {
      this.#isScheduled = false;
      void this.#request();
    });
  }

  async #request(): Promise<void> {
    if (this.#connect === null || this.#isOpening) return;
    if (this.#stream?.isOpen === true) return this.#stream.write(this.#wanted());
    const connect = this.#connect;
    this.#isOpening = true;
    try {
      const onUpdate = (update: SubscribeUpdate) => this.#receive(update);
      const stream = await GrpcStream.open({ ...connect, onUpdate, onEnd: () => undefined }, this.#wanted());
      if (connect === this.#connect) {
        this.#stream = stream;
        // What was asked for while it opened.
        stream.write(this.#wanted());
      } else stream.close('the connection has changed');
    } catch {
      // Refused or lost: polling finds the verdict, and the next signature tries again.
    }
    this.#isOpening = false;
    if (connect !== this.#connect && this.#watches.size > 0) this.#renew();
  }

  #wanted() {
    return signatureRequest([...this.#watches.keys()].slice(-MOST_SIGNATURES), this.#commitment);
  }

  #receive({ transactionStatus }: SubscribeUpdate): void {
    if (transactionStatus === undefined) return;
    const watches = this.#watches.get(encodeBase58(transactionStatus.signature));
    for (const settle of watches ?? []) settle(true);
  }
}
