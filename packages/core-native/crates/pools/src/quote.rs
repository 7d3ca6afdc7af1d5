//! What a quote is, and why there may be none.

use thiserror::Error;

/// Which side of a swap is fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum SwapMode {
    /// The input is fixed.
    ExactIn = 0,
    /// The output is fixed.
    ExactOut = 1,
    /// The input is at most the amount: the pool takes what its range can price. Venues without such a swap refuse it.
    PartialFill = 2,
}

/// Which of a venue's swap instructions, where they answer differently.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum InstructionSet {
    /// The one that `swap_instruction` builds.
    #[default]
    Current = 0,
    /// The one it replaced.
    Legacy = 1,
}

/// A swap with everything that its instruction can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SwapOrder {
    /// Which way.
    pub direction: Direction,
    /// Which side is fixed.
    pub mode: SwapMode,
    /// Exact in: the input. Exact out: the output. Partial fill: the largest input.
    pub amount: u64,
    /// Q64.64 square-root price at which the swap stops, the rest unspent; 0 means none. Venues without one refuse it.
    pub sqrt_price_limit: u128,
    /// Which instruction.
    pub instructions: InstructionSet,
}

impl SwapOrder {
    /// Returns an order of the current instruction without a price limit.
    #[must_use]
    pub const fn new(direction: Direction, mode: SwapMode, amount: u64) -> Self {
        Self { direction, mode, amount, sqrt_price_limit: 0, instructions: InstructionSet::Current }
    }
}

/// Which way a swap goes through a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Direction {
    /// Pays mint A, receives mint B.
    AToB = 0,
    /// Pays mint B, receives mint A.
    BToA = 1,
}

impl Direction {
    /// Returns a pair given A first as (input, output).
    #[inline]
    pub fn input_output<T>(self, [a, b]: [T; 2]) -> (T, T) {
        match self {
            Self::AToB => (a, b),
            Self::BToA => (b, a),
        }
    }
}

/// The cluster's clock a quote is made against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainClock {
    /// Slot of the clock sysvar.
    pub slot: u64,
    /// Epoch, for Token-2022 transfer fees.
    pub epoch: u64,
    /// Unix seconds.
    pub unix_timestamp: u64,
}

/// What no swap in one direction can pass, for the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SwapBounds {
    /// Q64.64 output for each unit of input, an upper bound: the marginal price of the smallest swap after fees, rounded up;
    /// where fees follow volatility, after the least of them.
    pub rate_x64: u128,
    /// Largest output.
    pub max_out: u64,
}

/// The amounts a leg gives against one state; raw units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Gross debit of the input account.
    pub amount_in: u64,
    /// Net credit of the output account.
    pub amount_out: u64,
}

/// Why a pool gives no quote. The discriminant is the batch code (`QUOTE_CODES` in TypeScript); 0 is success.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[repr(u8)]
pub enum QuoteError {
    /// The amount is zero, or is zero after a transfer fee.
    #[error("the amount is zero after fees")]
    AmountZero = 1,
    /// The output would be zero.
    #[error("the output is zero")]
    OutputZero = 2,
    /// More was asked for than the pool can give.
    #[error("the pool's liquidity is exceeded")]
    LiquidityExceeded = 3,
    /// The pool's status forbids swaps.
    #[error("swaps are disabled in this pool")]
    SwapDisabled = 4,
    /// The pool is not open yet.
    #[error("the pool is not open yet")]
    NotOpen = 5,
    /// A value does not fit its on-chain width.
    #[error("the arithmetic overflows")]
    MathOverflow = 6,
    /// An account the quote needs has not been applied.
    #[error("an account of the pool is missing")]
    AccountMissing = 7,
    /// The pool uses a feature that this build does not support.
    #[error("the pool uses an unsupported feature")]
    FeatureUnsupported = 8,
}

impl QuoteError {
    /// Returns the stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::AmountZero => "QUOTE_AMOUNT_INVALID",
            Self::OutputZero => "QUOTE_OUTPUT_INVALID",
            Self::LiquidityExceeded => "QUOTE_LIQUIDITY_EXCEEDED",
            Self::SwapDisabled => "QUOTE_STATUS_INVALID",
            Self::NotOpen => "QUOTE_OPEN_TIME_INVALID",
            Self::MathOverflow => "QUOTE_MATH_OUT_OF_RANGE",
            Self::AccountMissing => "QUOTE_ACCOUNT_MISSING",
            Self::FeatureUnsupported => "QUOTE_FEATURE_UNSUPPORTED",
        }
    }
}
