import type { AccountState } from './account-state.js';
import { parseAddress, type AddressKey } from './address-key.js';

/** Owner of the sysvars, which the machine changes by itself. */
const SYSVAR_OWNER = parseAddress('Sysvar1111111111111111111111111111111111111');
const MAX_ENTRIES = 4_096;
/** Larger accounts are read rarely, and a few of them would hold as much as all others. */
const MAX_DATA_BYTES = 16 * 1024;

/** Accounts as last read out of the machine: crossing into it costs more than all else around a transaction. */
export class AccountCache {
  readonly #states = new Map<AddressKey, AccountState | null>();

  /** Returns the cached state, null for an account known to be absent, undefined when it has to be read. */
  find(key: AddressKey): AccountState | null | undefined {
    return this.#states.get(key);
  }

  keep(key: AddressKey, state: AccountState | null): void {
    if (state !== null && (state.owner === SYSVAR_OWNER || state.data.length > MAX_DATA_BYTES)) return;
    // Starting over is simpler than ageing, and the accounts in use are back after one transaction each.
    if (this.#states.size >= MAX_ENTRIES) this.#states.clear();
    this.#states.set(key, state);
  }

  forget(key: AddressKey): void {
    this.#states.delete(key);
  }

  clear(): void {
    this.#states.clear();
  }
}
