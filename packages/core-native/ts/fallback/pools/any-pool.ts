import { sameBytes } from './account-reader.js';
import { type AccountView, DecodeFailure, type Pool, decodeError } from './pool.js';
import { RAYDIUM_AMM_V4_PROGRAM, RaydiumAmmV4 } from './venues/raydium-amm-v4.js';
import { RAYDIUM_CPMM_PROGRAM } from './venues/raydium-cpmm/layout.js';
import { RaydiumCpmm } from './venues/raydium-cpmm.js';

/**
 * Decodes a pool account of any known venue; the only place that dispatches on the venue.
 * @throws POOL_ACCOUNT_* when the account is not a pool of a known venue.
 */
export function decodePool(account: AccountView): Pool {
  if (sameBytes(account.owner, RAYDIUM_CPMM_PROGRAM)) return RaydiumCpmm.decode(account);
  if (sameBytes(account.owner, RAYDIUM_AMM_V4_PROGRAM)) return RaydiumAmmV4.decode(account);
  throw decodeError(DecodeFailure.OwnerMismatch);
}
