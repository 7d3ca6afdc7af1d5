import { createHash } from 'node:crypto';
import { address, isOffCurveAddress } from '@solana/kit';
import { encodeBase58 } from '../chain/base58.js';

const MARKER = Buffer.from('ProgramDerivedAddress');
const MAX_BUMP = 255;

/**
 * Returns the address that a program derives from seeds: that of the first bump from 255 down whose hash is no point of the curve, as the
 * runtime has it (solana-sdk `Pubkey::find_program_address`). @throws RangeError where no bump gives one
 */
export function programAddress(seeds: readonly Uint8Array[], program: Uint8Array): Uint8Array {
  for (let bump = MAX_BUMP; bump >= 0; bump -= 1) {
    const hash = createHash('sha256');
    for (const seed of seeds) hash.update(seed);
    const derived = new Uint8Array(hash.update(Uint8Array.of(bump)).update(program).update(MARKER).digest());
    if (isOffCurveAddress(address(encodeBase58(derived)))) return derived;
  }
  throw new RangeError('no bump gives an address off the curve');
}
