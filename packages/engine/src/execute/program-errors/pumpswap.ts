import { ANCHOR_ERRORS } from './anchor.js';

/** pump_amm IDL, `errors`. */
export const PUMPSWAP_ERRORS: Readonly<Record<number, string>> = {
  ...ANCHOR_ERRORS,
};
