import type { Commitment } from '../../cluster/block-ledger.js';

/** One subscription: what it wants to know, how certain it must be, and where it goes. */
export interface Watcher<Detail> {
  readonly commitment: Commitment;
  readonly detail: Detail;
  notify(result: unknown): void;
}

/** Subscriptions by what they watch. */
export class Watchers<Key, Detail> {
  readonly #byKey = new Map<Key, Set<Watcher<Detail>>>();

  /** Adds a subscription and returns the function that removes it. */
  add(key: Key, watcher: Watcher<Detail>): () => void {
    let watchers = this.#byKey.get(key);
    if (watchers === undefined) this.#byKey.set(key, (watchers = new Set()));
    watchers.add(watcher);
    return () => {
      const left = this.#byKey.get(key);
      if (left?.delete(watcher) === true && left.size === 0) this.#byKey.delete(key);
    };
  }

  get isEmpty(): boolean {
    return this.#byKey.size === 0;
  }

  /** Returns the subscriptions to a key at a commitment; a copy, because a notification may remove some. */
  of(key: Key, commitment: Commitment): Watcher<Detail>[] {
    const watchers = this.#byKey.get(key);
    return watchers === undefined ? [] : [...watchers].filter((watcher) => watcher.commitment === commitment);
  }
}
