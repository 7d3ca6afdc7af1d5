import { ANCHOR_ERRORS } from './anchor.js';

/** raydium-cp-swap `programs/cp-swap/src/error.rs`. */
export const RAYDIUM_CPMM_ERRORS: Readonly<Record<number, string>> = {
  ...ANCHOR_ERRORS,
  6000: 'NotApproved',
  6001: 'InvalidOwner',
  6002: 'EmptySupply',
  6003: 'InvalidInput',
  6004: 'IncorrectLpMint',
  6005: 'ExceededSlippage',
  6006: 'ZeroTradingTokens',
  6007: 'NotSupportMint',
  6008: 'InvalidVault',
  6009: 'InitLpAmountTooLess',
  6010: 'TransferFeeCalculateNotMatch',
  6011: 'MathOverflow',
  6012: 'InsufficientVault',
  6013: 'InvalidFeeModel',
  6014: 'NoFeeCollect',
};
