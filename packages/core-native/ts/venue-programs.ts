import { RAYDIUM_AMM_V4_PROGRAM } from './fallback/pools/venues/raydium-amm-v4.js';
import { RAYDIUM_CPMM_PROGRAM } from './fallback/pools/venues/raydium-cpmm/layout.js';

/** File stems by venue number. */
export const VENUE_STEMS = ['raydium_cpmm', 'raydium_amm_v4'] as const;

/** Program addresses by venue number, 32 bytes each. */
export const VENUE_PROGRAMS: readonly Uint8Array[] = [RAYDIUM_CPMM_PROGRAM, RAYDIUM_AMM_V4_PROGRAM];
