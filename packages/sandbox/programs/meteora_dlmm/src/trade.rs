//! The way of a swap through the bins (dlmm-sdk fb02e51, `commons/src/quote.rs`; where the program differs from it, the
//! dump of release 0.12.0 that stands beside it, `commons/tests/artifacts/lb_clmm_prod.so`).

use crate::bin_array::{array_of, bin_mut, book, check_type, index_for, layers, Bin};
use crate::bitmap::skip_empty_arrays;
use crate::checked::{less, more};
use crate::dlmm_error::DlmmError;
use crate::fill::{exact_in, exact_out, split_fee, FeeSplit, FeeTerms, Fill, Layers};
use crate::lb_pair::{fee_side, has_limit_orders, Direction, FeeSide, LbPair};
use crate::swap_accounts::{check_writable, given, SwapAccounts};
use crate::volatility::{base_fee_rate, fee_rate};
use pinocchio::error::ProgramError;
use pinocchio::{AccountView, Address, ProgramResult};
use wide_math::{mul_div, Rounding, Wide};

const BASIS_POINTS: u64 = 10_000;
/// The host's part of the protocol's fee, in basis points.
const HOST_FEE_SHARE: u64 = 2_000;

/// What does not change from bin to bin.
struct Terms {
    direction: Direction,
    fee_side: FeeSide,
    has_limit_orders: bool,
    is_hosted: bool,
    base_rate: Wide,
}

/// What is still to be traded, and what was.
pub struct Progress {
    /// What may still be paid.
    left_in: u64,
    /// What is still wanted, when the output is fixed.
    wanted: Option<u64>,
    /// Whether a bin gave the rest of a fixed output; nothing of it is reached without a bin, not even zero.
    is_reached: bool,
    /// What the bins took, the fee on the input included.
    pub paid: u64,
    /// What the bins gave, the fee on the output excluded.
    pub received: u64,
    protocol_fee: u64,
    /// What the host gets of the protocol's fee.
    pub host_fee: u64,
}

impl Progress {
    /// Starts with what may be paid and, where the output is fixed, what is wanted.
    #[inline(always)]
    #[must_use]
    pub const fn new(left_in: u64, wanted: Option<u64>) -> Self {
        Self {
            left_in,
            wanted,
            is_reached: false,
            paid: 0,
            received: 0,
            protocol_fee: 0,
            host_fee: 0,
        }
    }

    #[inline(always)]
    fn is_open(&self) -> bool {
        self.left_in > 0 && !self.is_reached
    }

    /// Counts a fill; one that took nothing (at a price of zero) is not counted, although its bin gave.
    #[inline(always)]
    fn count(&mut self, fill: &Fill) -> Result<(), DlmmError> {
        self.is_reached = self.wanted == Some(fill.received);
        if fill.paid == 0 {
            return Ok(());
        }
        self.left_in = less(self.left_in, fill.paid)?;
        self.paid = more(self.paid, fill.paid)?;
        self.received = more(self.received, fill.received)?;
        if let Some(wanted) = self.wanted {
            self.wanted = Some(less(wanted, fill.received)?);
        }
        Ok(())
    }
}

/// Where a swap takes place, and how.
pub struct Market<'a> {
    /// This program.
    pub program_id: &'a Address,
    /// Which token goes in.
    pub direction: Direction,
    /// Seconds since 1970.
    pub now: i64,
}

/// Goes through the bins and writes what changed; returns the side on which the fee was taken.
///
/// # Errors
///
/// The code of the first rule that a bin array, the pair or a calculation breaks.
#[inline(always)]
pub fn trade(
    market: &Market,
    accounts: &mut SwapAccounts,
    bin_arrays: &mut [AccountView],
    progress: &mut Progress,
) -> Result<FeeSide, ProgramError> {
    let address = *accounts.pair.address();
    // Held as the real program holds them: neither may come again among the bin arrays.
    let _oracle = accounts.oracle.try_borrow_mut()?;
    let mut data = accounts.pair.try_borrow_mut()?;
    let mut pair = LbPair::decode(&data)?;
    let has_limit_orders = has_limit_orders(&data)?;
    let direction = market.direction;
    let terms = Terms {
        direction,
        fee_side: fee_side(&data, direction)?,
        has_limit_orders,
        is_hosted: given(accounts.host, market.program_id).is_some(),
        base_rate: base_fee_rate(&pair.parameters)?,
    };
    let extension = given(accounts.extension, market.program_id);
    let first = pair.active_id;
    pair.volatility.start(&pair.parameters, first, market.now)?;
    let mut arrays = bin_arrays.iter_mut();
    while progress.is_open() {
        pair.active_id = skip_empty_arrays(&data, extension, direction, pair.active_id)?;
        let index = array_of(pair.active_id);
        let account = loop {
            let account = arrays.next().ok_or(DlmmError::AccountNotEnoughKeys)?;
            if find_index(market.program_id, account, &address)? == i64::from(index) {
                break account;
            }
        };
        trade_array(&mut account.try_borrow_mut()?, &mut pair, &terms, progress)?;
    }
    if pair.active_id != first {
        pair.volatility.last_update = market.now;
    }
    let owed = less(progress.protocol_fee, progress.host_fee)?;
    pair.book(&mut data, direction.token(terms.fee_side), owed)?;
    Ok(terms.fee_side)
}

/// Trades in the bins of one array, as far as the swap goes; leaves the active bin outside when it goes on.
#[inline(always)]
fn trade_array(
    bins: &mut [u8],
    pair: &mut LbPair,
    terms: &Terms,
    progress: &mut Progress,
) -> ProgramResult {
    let index = array_of(pair.active_id);
    while progress.is_open() && array_of(pair.active_id) == index {
        let bin = bin_mut(bins, index, pair.active_id)?;
        let layers = layers(bin, terms.direction, terms.has_limit_orders)?;
        if layers.total() > 0 {
            let parameters = &pair.parameters;
            pair.volatility.enter(parameters, pair.active_id);
            let mut fee = FeeTerms {
                rate: 0,
                side: terms.fee_side,
                protocol_share: u64::from(parameters.protocol_share),
            };
            let accumulator = pair.volatility.accumulator;
            fee_rate(parameters, &terms.base_rate, accumulator, &mut fee.rate)?;
            trade_bin(bin, &layers, &fee, terms, progress)?;
        }
        if progress.is_open() {
            pair.advance(terms.direction)?;
        }
    }
    Ok(())
}

/// Checks a bin array and returns its index.
#[inline(always)]
fn find_index(
    program_id: &Address,
    account: &AccountView,
    pair: &Address,
) -> Result<i64, ProgramError> {
    if !account.owned_by(program_id) {
        return Err(DlmmError::AccountOwnedByWrongProgram.into());
    }
    let data = account.try_borrow()?;
    check_type(&data)?;
    check_writable(account)?;
    index_for(&data, pair)
}

/// Trades in one bin.
#[inline(always)]
fn trade_bin(
    bin: &mut Bin,
    layers: &Layers,
    fee: &FeeTerms,
    terms: &Terms,
    progress: &mut Progress,
) -> Result<(), DlmmError> {
    let mut fill = Fill::default();
    match progress.wanted {
        None => exact_in(layers, fee, progress.left_in, &mut fill)?,
        Some(wanted) => exact_out(layers, fee, wanted, progress.left_in, &mut fill)?,
    }
    let split = split_fee(fee, &fill)?;
    book(bin, layers, &fill, &split, terms.direction.token(fee.side))?;
    let protocol_fee = more(split.protocol_of_market, split.protocol_of_orders)?;
    let protocol_fee = more(protocol_fee, fill.surplus)?;
    progress.protocol_fee = more(progress.protocol_fee, protocol_fee)?;
    if terms.is_hosted {
        progress.host_fee = more(progress.host_fee, host_share(&split, fee.protocol_share)?)?;
    }
    progress.count(&fill)
}

/// Returns the host's part of a bin's fee: its share of what the protocol gets of the providers' part, and of what it
/// would get of the orders' part if that were the providers' too. Everything rounds down: the protocol keeps the remainder.
#[inline(always)]
fn host_share(split: &FeeSplit, protocol_share: u64) -> Result<u64, DlmmError> {
    let share = |whole, part| {
        mul_div(whole, part, BASIS_POINTS, Rounding::Down).ok_or(DlmmError::MathOverflow)
    };
    let of_orders = share(split.paid_by_orders, protocol_share)?;
    let of_market = share(split.protocol_of_market, HOST_FEE_SHARE)?;
    more(of_market, share(of_orders, HOST_FEE_SHARE)?)
}
