import { createRequire } from 'node:module';

/** `@solana/kit` is the sandbox's dependency; the scripts borrow it from there. */
const KIT = '@solana/kit';
const require = createRequire(new URL('../../packages/sandbox/package.json', import.meta.url));
const { getAddressDecoder, getAddressEncoder, getProgramDerivedAddress } = await import(require.resolve(KIT));

const ASSOCIATED_TOKEN = base58Bytes('ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL');

/** Returns the 32 bytes of a base58 address. */
export function base58Bytes(text) {
  return Uint8Array.from(getAddressEncoder().encode(text));
}

/** Returns the address that a program derives from seeds (texts or bytes). */
export async function programAddress(program, seeds) {
  const { address } = await findAddress(program, seeds);
  return address;
}

/** Returns the address that a program derives from seeds, and its bump. */
export async function findAddress(program, seeds) {
  const programAddress = getAddressDecoder().decode(program);
  const [address, bump] = await getProgramDerivedAddress({ programAddress, seeds });
  return { address: base58Bytes(address), bump };
}

/** Returns a wallet's associated token account. */
export async function associatedAddress(owner, tokenProgram, mint) {
  return programAddress(ASSOCIATED_TOKEN, [owner, tokenProgram, mint]);
}
