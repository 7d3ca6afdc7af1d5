import type { AccountFeed, FeedEvent } from '../ports/account-feed.js';

/** A feed that delivers what a test emits. */
export class ScriptedFeed implements AccountFeed {
  /** Addresses watched, in order. */
  watched: Uint8Array[] = [];
  readonly #waiting = new Map<string, (notified: boolean) => void>();
  #listener: ((event: FeedEvent) => void) | undefined;

  /** Signatures someone listens for. */
  get listenedSignatures(): readonly string[] {
    return [...this.#waiting.keys()];
  }

  start(listener: (event: FeedEvent) => void): Promise<void> {
    if (this.#listener !== undefined) throw new Error('ScriptedFeed: started twice');
    this.#listener = listener;
    return Promise.resolve();
  }

  watch(addresses: readonly Uint8Array[]): Promise<void> {
    this.watched.push(...addresses);
    return Promise.resolve();
  }

  unwatch(addresses: readonly Uint8Array[]): void {
    this.watched = this.watched.filter((held) => addresses.every((address) => Buffer.compare(held, address) !== 0));
  }

  watchSignature(signature: string, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (notified: boolean) => {
        this.#waiting.delete(signature);
        resolve(notified);
      };
      this.#waiting.set(signature, end);
      signal.addEventListener('abort', () => end(false), { once: true });
    });
  }

  stop(): Promise<void> {
    this.#listener = undefined;
    return Promise.resolve();
  }

  /** Delivers an event. */
  emit(event: FeedEvent): void {
    if (this.#listener === undefined) throw new Error('ScriptedFeed: an event before the start or after the stop');
    this.#listener(event);
  }

  /** Delivers a signature's notification. */
  notify(signature: string): void {
    const end = this.#waiting.get(signature);
    if (end === undefined) throw new Error(`ScriptedFeed: nobody listens for ${signature}`);
    end(true);
  }
}
