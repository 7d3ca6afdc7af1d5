import { Venue } from '../../../core-api.js';
import { type AccountView, DecodeFailure, type Pool, decodeError } from '../pool.js';

/** Meteora DLMM (lb_clmm). The program, `LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo`. */
export const METEORA_DLMM_PROGRAM = Uint8Array.from([
  0x04, 0xe9, 0xe1, 0x2f, 0xbc, 0x84, 0xe8, 0x26, 0xc9, 0x32, 0xcc, 0xe9, 0xe2, 0x64, 0x0c, 0xce, 0x15, 0x59, 0x0c,
  0x1c, 0x62, 0x73, 0xb0, 0x92, 0x57, 0x08, 0xba, 0x3b, 0x85, 0x20, 0xb0, 0xbc,
]);

/** Decodes a pool of this venue. @throws POOL_ACCOUNT_* */
export function decodeMeteoraDlmm(_account: AccountView): Pool & { readonly venue: typeof Venue.MeteoraDlmm } {
  throw decodeError(DecodeFailure.DiscriminatorMismatch);
}
