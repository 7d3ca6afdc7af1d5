import { addressKey } from '../chain/address-bytes.js';
import type { AccountUpdate } from '../ports/account-feed.js';

/** Updates that wait for the end of the turn: one an account, so that no flood makes it longer than the list of accounts watched. */
export class UpdateBatch {
  #updates = new Map<string, AccountUpdate>();
  #coalesced = 0;

  get size(): number {
    return this.#updates.size;
  }

  /** Updates that were replaced before they went out, ever. */
  get coalesced(): number {
    return this.#coalesced;
  }

  /** Adds an update; of two for one account the newer slot stays, of equal slots the later arrival. */
  add(update: AccountUpdate): void {
    const key = addressKey(update.address);
    const waiting = this.#updates.get(key);
    if (waiting !== undefined) {
      this.#coalesced += 1;
      if (update.slot < waiting.slot) return;
      this.#updates.set(key, {
        ...update,
        receivedAtMicros: Math.min(update.receivedAtMicros, waiting.receivedAtMicros),
      });
      return;
    }
    this.#updates.set(key, update);
  }

  /** Returns the waiting updates in the order their accounts first came, and starts over. */
  take(): AccountUpdate[] {
    const updates = [...this.#updates.values()];
    this.#updates = new Map();
    return updates;
  }
}
