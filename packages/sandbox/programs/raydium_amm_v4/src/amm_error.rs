//! The error codes of Raydium AMM v4: the position in its error list (raydium-amm, `program/src/error.rs`).

use pinocchio::error::ProgramError;

/// A refusal that clients see as a custom program error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum AmmError {
    /// The authority is not the one of all pools.
    InvalidProgramAddress = 1,
    /// A pool or token account has another length than it must.
    ExpectedAccount = 3,
    /// The coin vault is not the pool's.
    InvalidCoinVault = 4,
    /// The pc vault is not the pool's.
    InvalidPcVault = 5,
    /// The market account is not an order-book market.
    InvalidMarket = 10,
    /// The owner of the input did not sign.
    InvalidSignAccount = 21,
    /// The pool does not allow swaps, or not yet.
    InvalidStatus = 22,
    /// A legacy swap came with neither 17 nor 18 accounts.
    WrongAccountsNumber = 24,
    /// The pool account belongs to another program.
    InvalidOwner = 27,
    /// One side of the swap is zero.
    InvalidInput = 29,
    /// The result is worse than the trader's limit.
    ExceededSlippage = 30,
    /// A vault holds less than the profit still to be taken from it.
    CheckedSubOverflow = 32,
    /// The token program, or the owner of a token account, is not SPL Token.
    InvalidSplTokenProgram = 38,
    /// The trader has too little, or the pool would be emptied.
    InsufficientFunds = 40,
    /// A user account is a vault, or its mint is not the pool's.
    InvalidUserToken = 42,
}

impl From<AmmError> for ProgramError {
    fn from(error: AmmError) -> Self {
        Self::Custom(error as u32)
    }
}
