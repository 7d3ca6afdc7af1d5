import { SYSTEM_PROGRAM, type AddressKey } from './address-key.js';

/** An account's contents at one moment; never changed in place. */
export interface AccountState {
  readonly lamports: bigint;
  readonly owner: AddressKey;
  readonly data: Uint8Array;
  readonly executable: boolean;
}

/** What subscribers are told about an account that has ceased to exist. */
export const ABSENT_ACCOUNT: AccountState = {
  lamports: 0n,
  owner: SYSTEM_PROGRAM,
  data: new Uint8Array(),
  executable: false,
};

/** Whether two states are equal, absence included. */
export function sameState(a: AccountState | null, b: AccountState | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.lamports === b.lamports &&
    a.owner === b.owner &&
    a.executable === b.executable &&
    Buffer.compare(a.data, b.data) === 0
  );
}
