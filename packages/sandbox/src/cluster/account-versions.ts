import type { AccountState } from './account-state.js';
import type { AddressKey } from './address-key.js';

interface Version {
  /** The slot whose block first changed the account. */
  readonly slot: bigint;
  /** The account as it stood before that block. */
  readonly before: AccountState | null;
}

/** What accounts held before each of the blocks that are not final yet, so that confirmed and finalized reads are right. */
export class AccountVersions {
  /** Per account, oldest change first. */
  readonly #versions = new Map<AddressKey, Version[]>();
  readonly #changedIn = new Map<bigint, Set<AddressKey>>();

  /** Remembers the state before a change; only the first change of an account in a block counts. */
  remember(key: AddressKey, slot: bigint, before: AccountState | null): void {
    let changed = this.#changedIn.get(slot);
    if (changed === undefined) this.#changedIn.set(slot, (changed = new Set()));
    if (changed.has(key)) return;
    changed.add(key);
    const versions = this.#versions.get(key);
    if (versions === undefined) this.#versions.set(key, [{ slot, before }]);
    else versions.push({ slot, before });
  }

  /** Returns the account at the end of a slot, or undefined when it has not changed since: the current state holds. */
  stateAt(key: AddressKey, slot: bigint): AccountState | null | undefined {
    return this.#versions.get(key)?.find((version) => version.slot > slot)?.before;
  }

  /** Forgets an account's past: it was written from outside, and every commitment sees that at once. */
  overwrite(key: AddressKey): void {
    this.#versions.delete(key);
    for (const changed of this.#changedIn.values()) changed.delete(key);
  }

  /** The accounts that a slot's block changed. */
  changedIn(slot: bigint): Iterable<AddressKey> {
    return this.#changedIn.get(slot) ?? [];
  }

  /** The accounts changed in blocks that are not final yet. */
  changedKeys(): Iterable<AddressKey> {
    return this.#versions.keys();
  }

  /** Forgets what was before the blocks up to a slot: nobody can read behind the finalized slot. */
  forgetThrough(slot: bigint): void {
    for (const [changedSlot, keys] of this.#changedIn) {
      if (changedSlot > slot) break;
      for (const key of keys) {
        const versions = this.#versions.get(key)?.filter((version) => version.slot > slot) ?? [];
        if (versions.length === 0) this.#versions.delete(key);
        else this.#versions.set(key, versions);
      }
      this.#changedIn.delete(changedSlot);
    }
  }

  get size(): number {
    return this.#versions.size;
  }
}
