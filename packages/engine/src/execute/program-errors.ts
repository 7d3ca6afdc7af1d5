import { SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM } from './system-programs.js';

/** What a program calls its custom errors. */
export interface ProgramErrors {
  readonly program: string;
  readonly names: Readonly<Record<number, string>>;
}

/** Anchor's own codes that a swap can meet: anchor `lang/src/error.rs`. */
const ANCHOR: Readonly<Record<number, string>> = {
  101: 'InstructionFallbackNotFound',
  2001: 'ConstraintHasOne',
  2003: 'ConstraintRaw',
  2006: 'ConstraintSeeds',
  2012: 'ConstraintAddress',
  2505: 'RequireGtViolated',
  2506: 'RequireGteViolated',
  3002: 'AccountDiscriminatorMismatch',
  3005: 'AccountNotEnoughKeys',
  3007: 'AccountOwnedByWrongProgram',
  3012: 'AccountNotInitialized',
};

/** SPL Token `error.rs`; Token-2022 keeps the numbers. */
const TOKEN: Readonly<Record<number, string>> = {
  0: 'NotRentExempt',
  1: 'InsufficientFunds',
  3: 'MintMismatch',
  4: 'OwnerMismatch',
  17: 'AccountFrozen',
};

/** raydium-cp-swap `programs/cp-swap/src/error.rs`. */
const RAYDIUM_CPMM: Readonly<Record<number, string>> = {
  ...ANCHOR,
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

/** raydium-amm `program/src/error.rs`. */
const RAYDIUM_AMM_V4: Readonly<Record<number, string>> = {
  0: 'AlreadyInUse',
  1: 'InvalidProgramAddress',
  4: 'InvalidCoinVault',
  5: 'InvalidPCVault',
  21: 'InvalidSignAccount',
  22: 'InvalidStatus',
  23: 'InvalidInstruction',
  24: 'WrongAccountsNumber',
  29: 'InvalidInput',
  30: 'ExceededSlippage',
  32: 'CheckedSubOverflow',
  33: 'CheckedAddOverflow',
  34: 'CheckedMulOverflow',
  35: 'CheckedDivOverflow',
  36: 'CheckedEmptyFunds',
  38: 'InvalidSplTokenProgram',
  40: 'InsufficientFunds',
  42: 'InvalidUserToken',
  59: 'NotAllowed',
};

/** Error names by program id; a venue's entry is added with the venue. */
export const PROGRAM_ERRORS: ReadonlyMap<string, ProgramErrors> = new Map([
  ['CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C', { program: 'raydium_cpmm', names: RAYDIUM_CPMM }],
  ['675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8', { program: 'raydium_amm_v4', names: RAYDIUM_AMM_V4 }],
  [TOKEN_PROGRAM, { program: 'token', names: TOKEN }],
  [TOKEN_2022_PROGRAM, { program: 'token_2022', names: TOKEN }],
  [SYSTEM_PROGRAM, { program: 'system', names: { 1: 'ResultWithNegativeLamports' } }],
]);
