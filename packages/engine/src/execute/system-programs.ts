import { decodeAddress } from '../chain/base58.js';

/** Programs and mints of the cluster itself, base58; the same on every network. */
export const SYSTEM_PROGRAM = '11111111111111111111111111111111';
export const TOKEN_PROGRAM = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';
export const TOKEN_2022_PROGRAM = 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb';
export const ASSOCIATED_TOKEN_PROGRAM = 'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL';
export const WRAPPED_SOL_MINT = 'So11111111111111111111111111111111111111112';

export const SYSTEM_PROGRAM_BYTES = decodeAddress(SYSTEM_PROGRAM);
export const TOKEN_PROGRAM_BYTES = decodeAddress(TOKEN_PROGRAM);
export const ASSOCIATED_TOKEN_PROGRAM_BYTES = decodeAddress(ASSOCIATED_TOKEN_PROGRAM);

/** Lamports a signature costs. */
export const LAMPORTS_PER_SIGNATURE = 5_000n;
