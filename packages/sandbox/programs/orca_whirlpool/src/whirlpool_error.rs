//! The error codes of Orca Whirlpool (orca-so/whirlpools 630c0e0, `errors.rs`) and the Anchor codes that its accounts raise.

use pinocchio::error::ProgramError;

/// A refusal that clients see as a custom program error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum WhirlpoolError {
    /// Anchor: no instruction has this discriminator.
    InstructionFallbackNotFound = 101,
    /// Anchor: the instruction's arguments end early or hold what their types do not know.
    InstructionDidNotDeserialize = 102,
    /// Anchor: an account must be writable.
    ConstraintMut = 2000,
    /// Anchor: the trader's token account is of another mint.
    ConstraintRaw = 2003,
    /// Anchor: the oracle has another address than the pool's.
    ConstraintSeeds = 2006,
    /// Anchor: an account has another address than the pool says.
    ConstraintAddress = 2012,
    /// Anchor: an account is too short for a discriminator.
    AccountDiscriminatorNotFound = 3001,
    /// Anchor: an account is of another type.
    AccountDiscriminatorMismatch = 3002,
    /// Anchor: an account is too short for its type.
    AccountDidNotDeserialize = 3003,
    /// Anchor: the instruction has too few accounts.
    AccountNotEnoughKeys = 3005,
    /// Anchor: a tick array or the oracle must be writable.
    AccountNotMutable = 3006,
    /// Anchor: an account belongs to another program.
    AccountOwnedByWrongProgram = 3007,
    /// Anchor: a program account is another program.
    InvalidProgramId = 3008,
    /// Anchor: the authority did not sign.
    AccountNotSigner = 3010,
    /// Anchor: an account does not exist.
    AccountNotInitialized = 3012,
    /// The liquidity does not allow the division.
    DivideByZero = 6006,
    /// A fee exceeds 64 bits.
    NumberCastError = 6007,
    /// A quotient exceeds 128 bits.
    NumberDownCastError = 6008,
    /// A price is outside the range of prices.
    SqrtPriceOutOfBounds = 6011,
    /// The liquidity exceeds 128 bits.
    LiquidityOverflow = 6014,
    /// The liquidity falls below zero.
    LiquidityUnderflow = 6015,
    /// An amount exceeds 64 bits, or a price the highest.
    TokenMaxExceeded = 6017,
    /// A price falls below the lowest.
    TokenMinSubceeded = 6018,
    /// The clock stands before 1970.
    InvalidTimestampConversion = 6021,
    /// The clock stands before the last update.
    InvalidTimestamp = 6022,
    /// No tick array for the swap's start was given.
    InvalidTickArraySequence = 6023,
    /// An amount of token B exceeds 64 bits.
    MultiplicationShiftRightOverflow = 6030,
    /// A product exceeds 256 bits, or a rounded amount 64.
    MultiplicationOverflow = 6033,
    /// The price limit lies behind the current price.
    InvalidSqrtPriceLimitDirection = 6034,
    /// Nothing is to be traded.
    ZeroTradableAmount = 6035,
    /// The output is below the trader's limit.
    AmountOutBelowMinimum = 6036,
    /// The input is above the trader's limit.
    AmountInAboveMaximum = 6037,
    /// The swap runs out of tick arrays.
    TickArraySequenceInvalidIndex = 6038,
    /// The calculated side exceeds 64 bits.
    AmountCalcOverflow = 6039,
    /// A step takes more than remains.
    AmountRemainingOverflow = 6040,
    /// A slice of remaining accounts is of a kind that a swap does not take.
    RemainingAccountsInvalidSlice = 6048,
    /// The slices name more remaining accounts than there are.
    RemainingAccountsInsufficient = 6049,
    /// A mint has a transfer hook.
    NoExtraAccountsForTransferHook = 6050,
    /// The transfer fee of an amount does not come back from its inverse.
    TransferFeeCalculationError = 6052,
    /// Two slices of remaining accounts are of the same kind.
    RemainingAccountsDuplicatedAccountsType = 6053,
    /// More than three supplemental tick arrays.
    TooManySupplementalTickArrays = 6055,
    /// A tick array of another pool.
    DifferentWhirlpoolTickArrayAccount = 6056,
    /// The range ends before an exact output is reached.
    PartialFillError = 6057,
    /// The pool is not open yet.
    TradeIsNotEnabled = 6064,
}

impl From<WhirlpoolError> for ProgramError {
    fn from(error: WhirlpoolError) -> Self {
        Self::Custom(error as u32)
    }
}
