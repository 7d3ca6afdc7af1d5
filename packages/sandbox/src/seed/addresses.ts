import { getProgramDerivedAddress, type Address } from '@solana/kit';
import { addressKey, type AddressKey } from '../cluster/address-key.js';
import { decodeBase58, encodeBase58 } from '../cluster/base58.js';

export { addressKey, type AddressKey };

const ADDRESS_BYTES = 32;

/** Returns the 32 bytes of a base58 address. @throws RangeError when the text is none */
export function addressBytes(address: string): Uint8Array {
  const bytes = address.length > 44 ? undefined : decodeBase58(address);
  if (bytes?.length === ADDRESS_BYTES) return bytes;
  throw new RangeError(`"${address}" is no base58 address of ${ADDRESS_BYTES} bytes`);
}

/** Returns the base58 form of 32 bytes. */
export function addressText(bytes: Uint8Array): string {
  return encodeBase58(bytes);
}

/** Returns the 32 bytes at an offset as an address of their own. */
export function addressAt(data: Uint8Array, offset: number): Uint8Array {
  return Uint8Array.from(data.subarray(offset, offset + ADDRESS_BYTES));
}

/** Returns the addresses in their order, each once. */
export function uniqueAddresses(addresses: readonly Uint8Array[]): Uint8Array[] {
  return [...new Map(addresses.map((address) => [addressKey(address), address])).values()];
}

export const SYSTEM_PROGRAM = addressBytes('11111111111111111111111111111111');
export const TOKEN_PROGRAM = addressBytes('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
export const TOKEN_2022_PROGRAM = addressBytes('TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb');
export const ASSOCIATED_TOKEN_PROGRAM = addressBytes('ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL');
export const COMPUTE_BUDGET_PROGRAM = addressBytes('ComputeBudget111111111111111111111111111111');
export const LOOKUP_TABLE_PROGRAM = addressBytes('AddressLookupTab1e1111111111111111111111111');
export const CLOCK_SYSVAR = addressBytes('SysvarC1ock11111111111111111111111111111111');
export const WRAPPED_SOL_MINT = addressBytes('So11111111111111111111111111111111111111112');

/** Returns the program-derived address of the seeds, bump search included. */
export async function deriveProgramAddress(program: Uint8Array, seeds: readonly Uint8Array[]): Promise<Uint8Array> {
  const [address] = await getProgramDerivedAddress({
    programAddress: addressText(program) as Address,
    seeds: [...seeds],
  });
  return addressBytes(address);
}

/** What an associated token account is derived from. */
export interface AssociatedAccountSeeds {
  readonly owner: Uint8Array;
  readonly mint: Uint8Array;
  readonly tokenProgram: Uint8Array;
}

/** Returns the address of the wallet's associated token account. */
export async function associatedTokenAddress({
  owner,
  mint,
  tokenProgram,
}: AssociatedAccountSeeds): Promise<Uint8Array> {
  return deriveProgramAddress(ASSOCIATED_TOKEN_PROGRAM, [owner, tokenProgram, mint]);
}
