//! The error codes of Meteora DLMM (IDL of `@meteora-ag/dlmm` 1.9.14) and the Anchor codes that its accounts raise.

use pinocchio::error::ProgramError;

/// A refusal that clients see as a custom program error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum DlmmError {
    /// Anchor: no instruction has this discriminator.
    InstructionFallbackNotFound = 101,
    /// Anchor: the instruction's arguments end early, or name an unknown kind of remaining accounts.
    InstructionDidNotDeserialize = 102,
    /// Anchor: an account must be writable.
    ConstraintMut = 2000,
    /// Anchor: an account is not the one that another account names.
    ConstraintHasOne = 2001,
    /// Anchor: the event authority has another address.
    ConstraintSeeds = 2006,
    /// Anchor: the mint of a token account is not the one given.
    ConstraintAddress = 2012,
    /// Anchor: an account is too short to have a type.
    AccountDiscriminatorNotFound = 3001,
    /// Anchor: an account is of another type.
    AccountDiscriminatorMismatch = 3002,
    /// Anchor: the instruction has too few accounts, or not the bin array that the swap needs next.
    AccountNotEnoughKeys = 3005,
    /// Anchor: an account belongs to another program.
    AccountOwnedByWrongProgram = 3007,
    /// Anchor: a program account has another address.
    InvalidProgramId = 3008,
    /// Anchor: the user did not sign.
    AccountNotSigner = 3010,
    /// Anchor: an account does not exist.
    AccountNotInitialized = 3012,
    /// The amount that goes in is zero.
    InvalidInput = 6002,
    /// The result is worse than the trader's limit.
    ExceededAmountSlippageTolerance = 6003,
    /// A user's token account is of neither mint, or both are of the same.
    InvalidTokenMint = 6010,
    /// The price left the range of the pair.
    PairInsufficientLiquidity = 6012,
    /// A calculation left its range.
    MathOverflow = 6018,
    /// A result does not fit its type.
    TypeCastFailed = 6019,
    /// A bin array belongs to another pair.
    InvalidBinArray = 6027,
    /// The next bin array stands in the bitmap extension, which was not given.
    BitmapExtensionAccountIsNotProvided = 6036,
    /// No bin array with liquidity follows.
    CannotFindNonZeroLiquidityBinArrayId = 6037,
    /// The trader would receive nothing.
    InsufficientOutAmount = 6039,
    /// The pair is disabled or not active yet.
    PoolDisabled = 6042,
    /// The pair is of an unknown type.
    InvalidPoolType = 6043,
    /// The fixed output was not reached.
    NotExactAmountOut = 6057,
    /// The activation point is of an unknown type.
    InvalidActivationType = 6058,
    /// Fewer remaining accounts than their slices say.
    InsufficientRemainingAccounts = 6074,
    /// A slice of remaining accounts is of a kind that a swap does not take.
    InvalidRemainingAccountSlice = 6075,
    /// Two slices of remaining accounts are of the same kind.
    DuplicatedRemainingAccountTypes = 6076,
    /// The mint has a transfer hook, and its accounts were not given.
    MissingRemainingAccountForTransferHook = 6077,
    /// Accounts were given for a transfer hook that the mint does not have.
    NoTransferHookProgram = 6078,
    /// Rounding gives less than the fixed output.
    UndeterminedError = 6085,
    /// The input does not cover the fixed output.
    InsufficientInAmount = 6104,
    /// The pair collects its fees in an unknown way.
    InvalidCollectFeeMode = 6110,
}

impl From<DlmmError> for ProgramError {
    fn from(error: DlmmError) -> Self {
        Self::Custom(error as u32)
    }
}
