//! The error codes of the Jupiter v6 program (its IDL: jup-ag/instruction-parser 0936381, `src/idl/jupiter.ts`; 6019 and
//! above from later copies of the IDL) and the Anchor codes that its accounts raise.

use pinocchio::error::ProgramError;

/// A refusal that clients see as a custom program error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum RouteError {
    /// Anchor: no instruction has this discriminator.
    InstructionFallbackNotFound = 101,
    /// Anchor: the arguments end early, or name a swap that does not exist.
    InstructionDidNotDeserialize = 102,
    /// Anchor: the event authority has another address.
    ConstraintSeeds = 2006,
    /// Anchor: the instruction has too few accounts.
    AccountNotEnoughKeys = 3005,
    /// Anchor: the account of a program is another program's.
    InvalidProgramId = 3008,
    /// Anchor: the owner of the tokens did not sign.
    AccountNotSigner = 3010,
    /// The plan has no step.
    EmptyRoute = 6000,
    /// The result is below the minimum.
    SlippageToleranceExceeded = 6001,
    /// An amount does not fit.
    InvalidCalculation = 6002,
    /// A platform fee is asked for: nobody takes one here.
    MissingPlatformFeeAccount = 6003,
    /// More than 100 % of slippage.
    InvalidSlippage = 6004,
    /// The steps from a token do not take 100 % of it.
    NotEnoughPercent = 6005,
    /// A step spends a token that no step before it gave.
    InvalidInputIndex = 6006,
    /// A step gives a token that was spent before, or the plan ends in several.
    InvalidOutputIndex = 6007,
    /// A step has too few accounts.
    NotEnoughAccountKeys = 6008,
    /// A token program is none.
    IncorrectTokenProgramId = 6014,
    /// The plan names a venue that this stand-in does not call.
    SwapNotSupported = 6016,
    /// `route_v2` back into the same mint.
    SourceAndDestinationMintCannotBeTheSame = 6018,
    /// A token account is of another mint.
    InvalidMint = 6019,
    /// The last step pays somebody else than the destination account.
    InvalidOutputTokenAccount = 6021,
    /// The source account holds less than the input.
    InsufficientFunds = 6024,
    /// An account is no token account, or the first step pays from another one than the source.
    InvalidTokenAccount = 6025,
}

impl From<RouteError> for ProgramError {
    fn from(error: RouteError) -> Self {
        Self::Custom(error as u32)
    }
}
