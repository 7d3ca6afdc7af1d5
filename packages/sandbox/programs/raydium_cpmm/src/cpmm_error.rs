//! The error codes of Raydium CPMM (raydium-cp-swap 609780f, `error.rs`) and the Anchor codes that its accounts raise.

use pinocchio::error::ProgramError;

/// A refusal that clients see as a custom program error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum CpmmError {
    /// Anchor: no instruction has this discriminator.
    InstructionFallbackNotFound = 101,
    /// Anchor: the instruction's arguments end early.
    InstructionDidNotDeserialize = 102,
    /// Anchor: an account must be writable.
    ConstraintMut = 2000,
    /// Anchor: a vault is neither of the pool's.
    ConstraintRaw = 2003,
    /// Anchor: the authority has another address.
    ConstraintSeeds = 2006,
    /// Anchor: an account has another address than the pool says.
    ConstraintAddress = 2012,
    /// Anchor: an amount that must be above zero is not.
    RequireGtViolated = 2505,
    /// Anchor: an account is of another type.
    AccountDiscriminatorMismatch = 3002,
    /// Anchor: an account is too short for its type.
    AccountDidNotDeserialize = 3003,
    /// Anchor: the instruction has too few accounts.
    AccountNotEnoughKeys = 3005,
    /// Anchor: an account belongs to another program.
    AccountOwnedByWrongProgram = 3007,
    /// Anchor: a program account is not a token program.
    InvalidProgramId = 3008,
    /// Anchor: the payer did not sign.
    AccountNotSigner = 3010,
    /// Anchor: an account does not exist.
    AccountNotInitialized = 3012,
    /// Swaps are off, or the pool is not open yet.
    NotApproved = 6000,
    /// The result is worse than the trader's limit.
    ExceededSlippage = 6005,
    /// Nothing is left to trade after the fees.
    ZeroTradingTokens = 6006,
    /// The two vaults are the same.
    InvalidVault = 6008,
    /// The transfer fee of an amount does not come back from its inverse.
    TransferFeeCalculateNotMatch = 6010,
    /// The fees in a vault exceed what it holds.
    InsufficientVault = 6012,
    /// The creator-fee side is none of the three.
    InvalidFeeModel = 6013,
}

impl From<CpmmError> for ProgramError {
    fn from(error: CpmmError) -> Self {
        Self::Custom(error as u32)
    }
}
