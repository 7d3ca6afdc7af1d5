//! Quotes of many legs in one call.

use tandem_pools::pool::AnyPool;
use tandem_pools::quote::{ChainClock, Direction, QuoteError, SwapMode};

use crate::error::SearchError;
use crate::pool_store::PoolIndex;
use crate::pool_table::PoolTable;

/// The legs of a batch quote; the arrays have one length.
#[derive(Clone, Copy, Debug)]
pub struct QuoteBatch<'a> {
    /// Pools.
    pub pools: &'a [PoolIndex],
    /// `Direction` discriminants.
    pub directions: &'a [u8],
    /// `SwapMode` discriminants.
    pub modes: &'a [u8],
    /// Amounts.
    pub amounts: &'a [u64],
}

/// Quotes many legs into `out` and `codes`, as `PoolStore::quote_batch` says.
///
/// # Errors
/// `QuoteBatchInvalid`, `PoolNotFound`.
pub(crate) fn quote_batch(
    pools: &PoolTable,
    batch: &QuoteBatch<'_>,
    clock: &ChainClock,
    out: &mut [u64],
    codes: &mut [u8],
) -> Result<u32, SearchError> {
    let count = batch.pools.len();
    let lengths = [batch.directions.len(), batch.modes.len(), batch.amounts.len(), out.len(), codes.len()];
    if lengths.iter().any(|length| *length != count) {
        return Err(SearchError::QuoteBatchInvalid);
    }
    let legs = batch.pools.iter().zip(batch.directions).zip(batch.modes).zip(batch.amounts);
    let mut given = 0_u32;
    for ((((pool, direction), mode), amount), (out, code)) in legs.zip(out.iter_mut().zip(codes)) {
        let direction = decode_direction(*direction)?;
        let mode = decode_mode(*mode)?;
        let ready = pools.is_ready(*pool).ok_or(SearchError::PoolNotFound)?;
        let state = pools.state(*pool).filter(|_| ready);
        // Most legs take this way, which touches nothing but the pool's cache line and keeps the loop in registers.
        let plain = match mode {
            SwapMode::ExactIn => state.and_then(|state| state.plain_output(direction, *amount, clock)),
            SwapMode::ExactOut | SwapMode::PartialFill => None,
        };
        (*out, *code) = match plain {
            Some(output) => (output, 0),
            None => quote_any(state, direction, mode, *amount, clock),
        };
        given = given.saturating_add(u32::from(*code == 0));
    }
    Ok(given)
}

/// Quotes a leg of any kind for a batch: its result and 0, or 0 and why there is none. Apart, so that the code of seven venues
/// does not take the registers of the loop that calls it.
#[inline(never)]
fn quote_any(
    state: Option<&AnyPool>,
    direction: Direction,
    mode: SwapMode,
    amount: u64,
    clock: &ChainClock,
) -> (u64, u8) {
    let quote =
        state.ok_or(QuoteError::AccountMissing).and_then(|state| state.quote(direction, mode, amount, clock));
    match (quote, mode) {
        (Ok(quote), SwapMode::ExactIn | SwapMode::PartialFill) => (quote.amount_out, 0),
        (Ok(quote), SwapMode::ExactOut) => (quote.amount_in, 0),
        (Err(error), _) => (0, error as u8),
    }
}

/// Reads a direction.
///
/// # Errors
/// `QuoteBatchInvalid`.
#[inline]
pub const fn decode_direction(value: u8) -> Result<Direction, SearchError> {
    match value {
        0 => Ok(Direction::AToB),
        1 => Ok(Direction::BToA),
        _ => Err(SearchError::QuoteBatchInvalid),
    }
}

/// Reads a swap mode.
///
/// # Errors
/// `QuoteBatchInvalid`.
#[inline]
pub const fn decode_mode(value: u8) -> Result<SwapMode, SearchError> {
    match value {
        0 => Ok(SwapMode::ExactIn),
        1 => Ok(SwapMode::ExactOut),
        2 => Ok(SwapMode::PartialFill),
        _ => Err(SearchError::QuoteBatchInvalid),
    }
}
