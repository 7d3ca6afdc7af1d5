import { ANCHOR_ERRORS } from './anchor.js';

/** raydium-clmm `programs/amm/src/error.rs`. */
export const RAYDIUM_CLMM_ERRORS: Readonly<Record<number, string>> = {
  ...ANCHOR_ERRORS,
};
