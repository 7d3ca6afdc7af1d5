import type { AccountUpdate } from '../ports/account-feed.js';
import { addressKey } from '../chain/address-bytes.js';

interface Write {
  readonly slot: bigint;
  readonly writeVersion: bigint | undefined;
}

/**
 * The newest write of each account that the feed has told. Slots order writes of different slots, and the core keeps to that; within a
 * slot only the feed's write versions can, where it has them. They count in one stream alone: another server, or the same one after a
 * restart, numbers anew. It holds one entry an account that is watched.
 */
export class WriteOrder {
  readonly #writes = new Map<string, Write>();

  /** Takes note of an update and returns true; false when a later write of its slot has been told already. */
  accept({ address, slot, writeVersion }: AccountUpdate): boolean {
    const key = addressKey(address);
    const before = this.#writes.get(key);
    if (before !== undefined && slot < before.slot) return true;
    if (
      before?.slot === slot &&
      before.writeVersion !== undefined &&
      writeVersion !== undefined &&
      writeVersion <= before.writeVersion
    )
      return false;
    this.#writes.set(key, { slot, writeVersion });
    return true;
  }

  /** Returns the slot of the newest write told, 0 for none. */
  slotOf(address: Uint8Array): bigint {
    return this.#writes.get(addressKey(address))?.slot ?? 0n;
  }

  forget(addresses: readonly Uint8Array[]): void {
    for (const address of addresses) this.#writes.delete(addressKey(address));
  }

  /** Takes note of a new stream. */
  restart(): void {
    this.#writes.clear();
  }
}
