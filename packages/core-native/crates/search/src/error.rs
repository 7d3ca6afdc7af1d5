//! Why a store, a search or a profit request is refused.

use tandem_pools::pool::DecodeError;
use tandem_pools::quote::QuoteError;
use thiserror::Error;

/// Every refusal of this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SearchError {
    /// No store is held under this id.
    #[error("no pool store is held under this id")]
    StoreNotFound,
    /// Every store id has been given out.
    #[error("no store id is left")]
    StoresExceeded,
    /// A thread panicked while it wrote the store, whose state can no longer be trusted.
    #[error("a thread panicked while it held the pool store")]
    StorePanic,
    /// The store holds no pool of this index.
    #[error("the store holds no pool of this index")]
    PoolNotFound,
    /// The store cannot number another pool.
    #[error("the store cannot hold more pools")]
    PoolsExceeded,
    /// A packed account batch is cut off; nothing of it was applied.
    #[error("the packed account batch is malformed at byte {at}")]
    AccountBatchInvalid {
        /// Where the record that cannot be read begins.
        at: usize,
    },
    /// The arrays of a quote batch do not fit each other.
    #[error("the arrays of the quote batch differ in length, or hold an unknown direction or mode")]
    QuoteBatchInvalid,
    /// An account is longer than a packed batch can say.
    #[error("an account is too long for a packed batch")]
    AccountTooLarge,
    /// The price of a lamport has a zero numerator or denominator.
    #[error("the price of a lamport must have a numerator and a denominator above zero")]
    LamportPriceInvalid,
    /// The tip takes more than the whole gross profit.
    #[error("the tip's share of the gross profit is above 10,000 basis points")]
    TipShareOutOfRange,
    /// A cost or a profit does not fit 64 bits.
    #[error("a cost or a profit does not fit 64 bits")]
    ProfitOutOfRange,
    /// A pool gives no quote.
    #[error(transparent)]
    Quote(#[from] QuoteError),
    /// A pool's newest accounts cannot be decoded.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

impl SearchError {
    /// Returns the stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::StoreNotFound => "STORE_NOT_FOUND",
            Self::StoresExceeded => "STORE_COUNT_EXCEEDED",
            Self::StorePanic => "STORE_LOCK_PANIC",
            Self::PoolNotFound => "STORE_POOL_NOT_FOUND",
            Self::PoolsExceeded => "STORE_POOL_COUNT_EXCEEDED",
            Self::AccountBatchInvalid { .. } | Self::QuoteBatchInvalid => "STORE_BATCH_INVALID",
            Self::AccountTooLarge => "STORE_ACCOUNT_TOO_LARGE",
            Self::LamportPriceInvalid => "PROFIT_LAMPORT_PRICE_INVALID",
            Self::TipShareOutOfRange => "PROFIT_TIP_SHARE_OUT_OF_RANGE",
            Self::ProfitOutOfRange => "PROFIT_OUT_OF_RANGE",
            Self::Quote(error) => error.code(),
            Self::Decode(error) => error.code(),
        }
    }
}
