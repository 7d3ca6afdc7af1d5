import { ANCHOR_ERRORS } from './anchor.js';

/** lb_clmm IDL, `errors`. */
export const METEORA_DLMM_ERRORS: Readonly<Record<number, string>> = {
  ...ANCHOR_ERRORS,
};
