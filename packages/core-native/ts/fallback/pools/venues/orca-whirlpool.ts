import { Venue } from '../../../core-api.js';
import { type AccountView, DecodeFailure, type Pool, decodeError } from '../pool.js';

/** Orca Whirlpool: `orca-so/whirlpools`. The program, `whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc`. */
export const ORCA_WHIRLPOOL_PROGRAM = Uint8Array.from([
  0x0e, 0x03, 0x68, 0x5f, 0x8e, 0x90, 0x90, 0x53, 0xe4, 0x58, 0x12, 0x1c, 0x66, 0xf5, 0xa7, 0x6a, 0xed, 0xc7, 0x70,
  0x6a, 0xa1, 0x1c, 0x82, 0xf8, 0xaa, 0x95, 0x2a, 0x8f, 0x2b, 0x78, 0x79, 0xa9,
]);

/** Decodes a pool of this venue. @throws POOL_ACCOUNT_* */
export function decodeOrcaWhirlpool(_account: AccountView): Pool & { readonly venue: typeof Venue.OrcaWhirlpool } {
  throw decodeError(DecodeFailure.DiscriminatorMismatch);
}
