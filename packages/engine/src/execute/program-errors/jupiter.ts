import { ANCHOR_ERRORS } from './anchor.js';

/** Jupiter's router: IDL of the program, jup-ag/instruction-parser `src/idl/jupiter.ts`. */
export const JUPITER_ERRORS: Readonly<Record<number, string>> = {
  ...ANCHOR_ERRORS,
  6000: 'EmptyRoute',
  6001: 'SlippageToleranceExceeded',
  6002: 'InvalidCalculation',
  6003: 'MissingPlatformFeeAccount',
  6004: 'InvalidSlippage',
  6005: 'NotEnoughPercent',
  6006: 'InvalidInputIndex',
  6007: 'InvalidOutputIndex',
  6008: 'NotEnoughAccountKeys',
  6009: 'NonZeroMinimumOutAmountNotSupported',
  6010: 'InvalidRoutePlan',
  6011: 'InvalidReferralAuthority',
  6012: 'LedgerTokenAccountDoesNotMatch',
  6013: 'InvalidTokenLedger',
  6014: 'IncorrectTokenProgramID',
  6015: 'TokenProgramNotProvided',
  6016: 'SwapNotSupported',
  6017: 'ExactOutAmountNotMatched',
  6018: 'SourceAndDestinationMintCannotBeTheSame',
  6024: 'InsufficientFunds',
  6025: 'InvalidTokenAccount',
};
