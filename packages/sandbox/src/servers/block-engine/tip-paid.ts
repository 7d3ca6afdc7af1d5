import type { AddressKey } from '../../cluster/address-key.js';

/** The lamports of a transaction's accounts before and after it. */
export interface LamportMoves {
  readonly keys: readonly AddressKey[];
  readonly preLamports: readonly bigint[];
  readonly postLamports: readonly bigint[];
}

/** Returns what the tip accounts gained: any transfer counts, whether the transaction or a program made it. */
export function tipPaid(
  { keys, preLamports, postLamports }: LamportMoves,
  tipAccounts: ReadonlySet<AddressKey>,
): bigint {
  return keys.reduce((sum, key, index) => {
    const gain = (postLamports[index] ?? 0n) - (preLamports[index] ?? 0n);
    return tipAccounts.has(key) && gain > 0n ? sum + gain : sum;
  }, 0n);
}
