import { Venue } from '../../../core-api.js';
import { type AccountView, DecodeFailure, type Pool, decodeError } from '../pool.js';

/** Meteora DAMM v2: `MeteoraAg/damm-v2` (cp-amm). The program, `cpamdpZCGKUy5JxQXB4dcpGPiikHawvSWAd6mEn1sGG`. */
export const METEORA_DAMM_V2_PROGRAM = Uint8Array.from([
  0x09, 0x2d, 0x21, 0x35, 0x65, 0x7a, 0x15, 0x9c, 0x2b, 0x87, 0xd4, 0xb6, 0x6a, 0x70, 0xdb, 0x8e, 0x97, 0x52, 0x38,
  0x9f, 0xf7, 0x6a, 0xaf, 0x20, 0x6c, 0xed, 0x06, 0x3a, 0x38, 0xf9, 0x5a, 0xed,
]);

/** Decodes a pool of this venue. @throws POOL_ACCOUNT_* */
export function decodeMeteoraDammV2(_account: AccountView): Pool & { readonly venue: typeof Venue.MeteoraDammV2 } {
  throw decodeError(DecodeFailure.DiscriminatorMismatch);
}
