import { JUPITER_PROGRAM } from '../jupiter/router-program.js';
import { JUPITER_ERRORS } from './program-errors/jupiter.js';
import { METEORA_DAMM_V2_ERRORS } from './program-errors/meteora-damm-v2.js';
import { METEORA_DLMM_ERRORS } from './program-errors/meteora-dlmm.js';
import { ORCA_WHIRLPOOL_ERRORS } from './program-errors/orca-whirlpool.js';
import { PUMPSWAP_ERRORS } from './program-errors/pumpswap.js';
import { RAYDIUM_AMM_V4_ERRORS } from './program-errors/raydium-amm-v4.js';
import { RAYDIUM_CLMM_ERRORS } from './program-errors/raydium-clmm.js';
import { RAYDIUM_CPMM_ERRORS } from './program-errors/raydium-cpmm.js';
import { SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM } from './system-programs.js';

/** What a program calls its custom errors. */
export interface ProgramErrors {
  readonly program: string;
  readonly names: Readonly<Record<number, string>>;
}

/** SPL Token `error.rs`; Token-2022 keeps the numbers. */
const TOKEN: Readonly<Record<number, string>> = {
  0: 'NotRentExempt',
  1: 'InsufficientFunds',
  3: 'MintMismatch',
  4: 'OwnerMismatch',
  17: 'AccountFrozen',
};

/** Error names by program id; a venue's entry is added with the venue. */
export const PROGRAM_ERRORS: ReadonlyMap<string, ProgramErrors> = new Map([
  ['CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C', { program: 'raydium_cpmm', names: RAYDIUM_CPMM_ERRORS }],
  ['675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8', { program: 'raydium_amm_v4', names: RAYDIUM_AMM_V4_ERRORS }],
  ['CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK', { program: 'raydium_clmm', names: RAYDIUM_CLMM_ERRORS }],
  ['whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc', { program: 'orca_whirlpool', names: ORCA_WHIRLPOOL_ERRORS }],
  ['LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo', { program: 'meteora_dlmm', names: METEORA_DLMM_ERRORS }],
  ['cpamdpZCGKUy5JxQXB4dcpGPiikHawvSWAd6mEn1sGG', { program: 'meteora_damm_v2', names: METEORA_DAMM_V2_ERRORS }],
  ['pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA', { program: 'pumpswap', names: PUMPSWAP_ERRORS }],
  [JUPITER_PROGRAM, { program: 'jupiter', names: JUPITER_ERRORS }],
  [TOKEN_PROGRAM, { program: 'token', names: TOKEN }],
  [TOKEN_2022_PROGRAM, { program: 'token_2022', names: TOKEN }],
  [SYSTEM_PROGRAM, { program: 'system', names: { 1: 'ResultWithNegativeLamports' } }],
]);
