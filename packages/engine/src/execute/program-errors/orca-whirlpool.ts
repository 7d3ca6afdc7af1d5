import { ANCHOR_ERRORS } from './anchor.js';

/** whirlpools `programs/whirlpool/src/errors.rs`. */
export const ORCA_WHIRLPOOL_ERRORS: Readonly<Record<number, string>> = {
  ...ANCHOR_ERRORS,
};
