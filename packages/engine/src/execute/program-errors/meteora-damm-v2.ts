import { ANCHOR_ERRORS } from './anchor.js';

/** cp-amm IDL, `errors`. */
export const METEORA_DAMM_V2_ERRORS: Readonly<Record<number, string>> = {
  ...ANCHOR_ERRORS,
};
