import { METEORA_DAMM_V2_PROGRAM } from './fallback/pools/venues/meteora-damm-v2.js';
import { METEORA_DLMM_PROGRAM } from './fallback/pools/venues/meteora-dlmm.js';
import { ORCA_WHIRLPOOL_PROGRAM } from './fallback/pools/venues/orca-whirlpool.js';
import { PUMPSWAP_PROGRAM } from './fallback/pools/venues/pumpswap.js';
import { RAYDIUM_CLMM_PROGRAM } from './fallback/pools/venues/raydium-clmm.js';
import { RAYDIUM_AMM_V4_PROGRAM } from './fallback/pools/venues/raydium-amm-v4.js';
import { RAYDIUM_CPMM_PROGRAM } from './fallback/pools/venues/raydium-cpmm/layout.js';

/** File stems by venue number. */
export const VENUE_STEMS = [
  'raydium_cpmm',
  'raydium_amm_v4',
  'raydium_clmm',
  'orca_whirlpool',
  'meteora_dlmm',
  'meteora_damm_v2',
  'pumpswap',
] as const;

/** Program addresses by venue number, 32 bytes each. */
export const VENUE_PROGRAMS: readonly Uint8Array[] = [
  RAYDIUM_CPMM_PROGRAM,
  RAYDIUM_AMM_V4_PROGRAM,
  RAYDIUM_CLMM_PROGRAM,
  ORCA_WHIRLPOOL_PROGRAM,
  METEORA_DLMM_PROGRAM,
  METEORA_DAMM_V2_PROGRAM,
  PUMPSWAP_PROGRAM,
];
