//! Quotes of many legs at once.

use tandem_pools::pool::AnyPool;
use tandem_pools::quote::{ChainClock, Direction, QuoteError, SwapMode};

use crate::error::SearchError;
use crate::pool_store::{PoolIndex, PoolStore};
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

/// Where the answers to a batch go; the arrays have its length.
#[derive(Debug)]
struct Answers<'a> {
    out: &'a mut [u64],
    codes: &'a mut [u8],
}

impl PoolStore {
    /// Quotes many legs into `out` (the output for exact in, the gross input for exact out; 0 when refused) and `codes`
    /// (0 or the refusal's discriminant), and returns the number of quotes that were given. A disabled pool counts as
    /// one that misses an account. Nothing is allocated.
    ///
    /// # Errors
    /// `QuoteBatchInvalid` when the arrays differ in length or hold no direction or mode; `PoolNotFound`. What `out` and
    /// `codes` hold is then unspecified.
    pub fn quote_batch(
        &self,
        batch: &QuoteBatch<'_>,
        clock: &ChainClock,
        out: &mut [u64],
        codes: &mut [u8],
    ) -> Result<u32, SearchError> {
        let count = batch.pools.len();
        let lengths =
            [batch.directions.len(), batch.modes.len(), batch.amounts.len(), out.len(), codes.len()];
        if lengths.iter().any(|length| *length != count) {
            return Err(SearchError::QuoteBatchInvalid);
        }
        let mut given = u32::try_from(count).map_err(|_| SearchError::QuoteBatchInvalid)?;
        let (mut rest, mut answers) = (*batch, Answers { out, codes });
        while !rest.pools.is_empty() {
            let plain = quote_plain_legs(self.pools(), &rest, clock, &mut answers);
            (rest, answers) = (rest.after(plain), answers.after(plain));
            let others = quote_other_legs(self.pools(), &rest, clock, &mut answers)?;
            (rest, answers) = (rest.after(others.legs), answers.after(others.legs));
            given = given.saturating_sub(others.refused);
        }
        Ok(given)
    }
}

/// What became of some legs in a row.
#[derive(Clone, Copy, Debug, Default)]
struct Quoted {
    legs: usize,
    refused: u32,
}

impl QuoteBatch<'_> {
    fn after(&self, legs: usize) -> Self {
        Self {
            pools: self.pools.get(legs..).unwrap_or_default(),
            directions: self.directions.get(legs..).unwrap_or_default(),
            modes: self.modes.get(legs..).unwrap_or_default(),
            amounts: self.amounts.get(legs..).unwrap_or_default(),
        }
    }
}

impl Answers<'_> {
    fn after(self, legs: usize) -> Self {
        Self {
            out: self.out.get_mut(legs..).unwrap_or_default(),
            codes: self.codes.get_mut(legs..).unwrap_or_default(),
        }
    }
}

/// Quotes legs from the first one on as long as a constant product alone gives their output, and returns how many those were. The
/// code of the other venues would take the registers of this loop and half of its speed: it lies elsewhere.
#[inline(never)]
fn quote_plain_legs(
    pools: &PoolTable,
    batch: &QuoteBatch<'_>,
    clock: &ChainClock,
    answers: &mut Answers<'_>,
) -> usize {
    let legs = batch.pools.iter().zip(batch.directions).zip(batch.modes).zip(batch.amounts);
    let places = answers.out.iter_mut().zip(answers.codes.iter_mut());
    let mut quoted = 0_usize;
    for ((((pool, direction), mode), amount), (out, code)) in legs.zip(places) {
        let (Ok(direction), Ok(SwapMode::ExactIn)) = (decode_direction(*direction), decode_mode(*mode))
        else {
            break;
        };
        let state = pools.state(*pool).filter(|_| pools.is_ready(*pool) == Some(true));
        let Some(output) = state.and_then(|state| state.plain_output(direction, *amount, clock)) else {
            break;
        };
        (*out, *code) = (output, 0);
        quoted = quoted.saturating_add(1);
    }
    quoted
}

/// Quotes legs of whatever kind from the first one on, up to the next that may be a plain one.
///
/// # Errors
/// `QuoteBatchInvalid` for a number that is no direction or mode; `PoolNotFound`.
#[inline(never)]
fn quote_other_legs(
    pools: &PoolTable,
    batch: &QuoteBatch<'_>,
    clock: &ChainClock,
    answers: &mut Answers<'_>,
) -> Result<Quoted, SearchError> {
    let legs = batch.pools.iter().zip(batch.directions).zip(batch.modes).zip(batch.amounts);
    let places = answers.out.iter_mut().zip(answers.codes.iter_mut());
    let mut quoted = Quoted::default();
    for ((((pool, direction), mode), amount), (out, code)) in legs.zip(places) {
        let state = pools.state(*pool);
        if quoted.legs > 0 && state.is_some_and(AnyPool::has_plain_output) {
            break;
        }
        let direction = decode_direction(*direction)?;
        let mode = decode_mode(*mode)?;
        let state = state.ok_or(SearchError::PoolNotFound)?;
        let quote = match pools.is_ready(*pool) {
            Some(true) => state.quote(direction, mode, *amount, clock),
            Some(false) | None => Err(QuoteError::AccountMissing),
        };
        (*out, *code) = match (quote, mode) {
            (Ok(quote), SwapMode::ExactIn | SwapMode::PartialFill) => (quote.amount_out, 0),
            (Ok(quote), SwapMode::ExactOut) => (quote.amount_in, 0),
            (Err(error), _) => (0, error as u8),
        };
        quoted.legs = quoted.legs.saturating_add(1);
        quoted.refused = quoted.refused.saturating_add(u32::from(*code != 0));
    }
    Ok(quoted)
}

/// Reads a direction.
///
/// # Errors
/// `QuoteBatchInvalid` for a number that is none.
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
/// `QuoteBatchInvalid` for a number that is none.
pub const fn decode_mode(value: u8) -> Result<SwapMode, SearchError> {
    match value {
        0 => Ok(SwapMode::ExactIn),
        1 => Ok(SwapMode::ExactOut),
        2 => Ok(SwapMode::PartialFill),
        _ => Err(SearchError::QuoteBatchInvalid),
    }
}
