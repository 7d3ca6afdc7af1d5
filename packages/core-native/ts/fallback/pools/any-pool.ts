import { sameBytes } from './account-reader.js';
import { type AccountView, DecodeFailure, type Pool, decodeError } from './pool.js';
import { METEORA_DAMM_V2_PROGRAM, decodeMeteoraDammV2 } from './venues/meteora-damm-v2.js';
import { METEORA_DLMM_PROGRAM, decodeMeteoraDlmm } from './venues/meteora-dlmm.js';
import { ORCA_WHIRLPOOL_PROGRAM, decodeOrcaWhirlpool } from './venues/orca-whirlpool.js';
import { PUMPSWAP_PROGRAM, decodePumpswap } from './venues/pumpswap.js';
import { RAYDIUM_CLMM_PROGRAM, decodeRaydiumClmm } from './venues/raydium-clmm.js';
import { RAYDIUM_AMM_V4_PROGRAM, RaydiumAmmV4 } from './venues/raydium-amm-v4.js';
import { RAYDIUM_CPMM_PROGRAM } from './venues/raydium-cpmm/layout.js';
import { RaydiumCpmm } from './venues/raydium-cpmm.js';

/** A venue's program and how its pool accounts are decoded, in the order of the venue numbers. */
const VENUES: readonly { readonly program: Uint8Array; readonly decode: (account: AccountView) => Pool }[] = [
  { program: RAYDIUM_CPMM_PROGRAM, decode: (account) => RaydiumCpmm.decode(account) },
  { program: RAYDIUM_AMM_V4_PROGRAM, decode: (account) => RaydiumAmmV4.decode(account) },
  { program: RAYDIUM_CLMM_PROGRAM, decode: decodeRaydiumClmm },
  { program: ORCA_WHIRLPOOL_PROGRAM, decode: decodeOrcaWhirlpool },
  { program: METEORA_DLMM_PROGRAM, decode: decodeMeteoraDlmm },
  { program: METEORA_DAMM_V2_PROGRAM, decode: decodeMeteoraDammV2 },
  { program: PUMPSWAP_PROGRAM, decode: decodePumpswap },
];

/**
 * Decodes a pool account of any known venue; the only place that dispatches on the venue.
 * @throws POOL_ACCOUNT_* when the account is not a pool of a known venue.
 */
export function decodePool(account: AccountView): Pool {
  const venue = VENUES.find(({ program }) => sameBytes(account.owner, program));
  if (venue === undefined) throw decodeError(DecodeFailure.OwnerMismatch);
  return venue.decode(account);
}
