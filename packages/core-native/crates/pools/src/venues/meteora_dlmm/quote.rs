//! Quotes of Meteora DLMM: `quote_exact_in` and `quote_exact_out` of `dlmm-sdk` `commons/src/quote.rs` (fb02e51), which mirrors
//! the program.

use super::bin::{Bin, BinFill, FeeSide, Terms, total};
use super::fee::{BILLIONTHS, FeeSchedule, MAX_RATE, fee_on_top};
use super::layout::{Activation, BitmapExtension, Identity, PairState, array_of_bin};
use super::window::{REACH, Window};
use crate::pool::Address;
use crate::quote::{ChainClock, Direction, Quote, QuoteError, SwapBounds, SwapMode};
use crate::token_account::TOKEN_2022_PROGRAM;
use crate::token_mint::MintTerms;
use tandem_math::mul_div::Rounding;
use tandem_math::transfer_fee::{TransferFee, TransferFeeConfig};
use tandem_math::wide::mul_div_u128;

/// What was decoded.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    /// Why there is no quote whatever the amount and the time.
    pub(super) gate: Option<QuoteError>,
    pub(super) state: PairState,
    pub(super) transfer_fees: [Option<TransferFeeConfig>; 2],
    pub(super) window: Window,
    pub(super) identity: Identity,
    pub(super) mints: [Option<MintTerms>; 2],
    pub(super) extension_address: Address,
    pub(super) extension: Option<Box<BitmapExtension>>,
}

/// What a swap comes to, and the bin it ends in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk {
    pub(super) quote: Quote,
    pub(super) last_id: i32,
}

impl Parts {
    /// Brings gate and transfer fees up to the mints and the state.
    pub(super) fn refresh(&mut self) {
        self.transfer_fees = self.mints.map(|mint| mint.and_then(|mint| mint.transfer_fee));
        self.gate = match self.mints {
            [Some(x), Some(y)] if x.has_unsupported_extension || y.has_unsupported_extension => {
                Some(QuoteError::FeatureUnsupported)
            }
            [Some(_), Some(_)] if self.state.is_enabled => None,
            [Some(_), Some(_)] => Some(QuoteError::SwapDisabled),
            _ => Some(QuoteError::AccountMissing),
        };
    }

    /// Returns the mints whose terms are waited for.
    pub(super) fn extended_mints(&self) -> impl Iterator<Item = Address> {
        let sides = self.identity.mints.iter().zip(&self.identity.token_programs);
        sides.filter(|(_, program)| **program == TOKEN_2022_PROGRAM).map(|(mint, _)| *mint)
    }

    /// Returns why there is no quote at this time.
    #[inline]
    pub(super) fn gate_at(&self, clock: &ChainClock) -> Option<QuoteError> {
        let is_open = match self.state.activation {
            Activation::Open => true,
            Activation::Slot(slot) => clock.slot >= slot,
            Activation::UnixTimestamp(seconds) => clock.unix_timestamp >= seconds,
        };
        match self.gate {
            None if !is_open => Some(QuoteError::NotOpen),
            gate => gate,
        }
    }

    /// Returns the rates of a swap that starts now.
    #[inline]
    pub(super) fn schedule(&self, clock: &ChainClock) -> Result<FeeSchedule, QuoteError> {
        let state = &self.state;
        state.fees.schedule(&state.volatility, state.active_id, clock.unix_timestamp)
    }

    /// Quotes a swap and shows each bin that it fills to `visit`.
    #[inline]
    pub(super) fn walk(
        &self,
        direction: Direction,
        mode: SwapMode,
        amount: u64,
        clock: &ChainClock,
        visit: impl FnMut(&Bin, &BinFill),
    ) -> Result<Walk, QuoteError> {
        if let Some(gate) = self.gate_at(clock) {
            return Err(gate);
        }
        if amount == 0 {
            return Err(QuoteError::AmountZero);
        }
        match mode {
            SwapMode::ExactIn => self.walk_input(direction, amount, clock, visit),
            SwapMode::ExactOut => self.walk_output(direction, amount, clock, visit),
            SwapMode::PartialFill => Err(QuoteError::FeatureUnsupported),
        }
    }

    #[inline]
    fn walk_input(
        &self,
        direction: Direction,
        amount: u64,
        clock: &ChainClock,
        mut visit: impl FnMut(&Bin, &BinFill),
    ) -> Result<Walk, QuoteError> {
        let (input_fee, output_fee) = self.transfer_fees_at(direction, clock.epoch);
        let mut left = after_transfer(input_fee, amount)?;
        if left == 0 {
            return Err(QuoteError::AmountZero);
        }
        let schedule = self.schedule(clock)?;
        let terms = self.state.terms(direction);
        let mut output = 0_u64;
        for bin in self.window.bins(direction) {
            let layers = bin.layers(terms);
            if total(layers) == 0 {
                continue;
            }
            let fill = bin.fill_input(terms, layers, left, schedule.rate(bin.id))?;
            visit(bin, &fill);
            left = left.checked_sub(fill.amount_in).ok_or(QuoteError::MathOverflow)?;
            output = output.checked_add(fill.amount_out).ok_or(QuoteError::MathOverflow)?;
            if left == 0 {
                let amount_out = after_transfer(output_fee, output)?;
                if amount_out == 0 {
                    return Err(QuoteError::OutputZero);
                }
                return Ok(Walk { quote: Quote { amount_in: amount, amount_out }, last_id: bin.id });
            }
        }
        Err(QuoteError::LiquidityExceeded)
    }

    #[inline]
    fn walk_output(
        &self,
        direction: Direction,
        amount: u64,
        clock: &ChainClock,
        mut visit: impl FnMut(&Bin, &BinFill),
    ) -> Result<Walk, QuoteError> {
        let (input_fee, output_fee) = self.transfer_fees_at(direction, clock.epoch);
        let mut left = before_transfer(output_fee, amount)?;
        let schedule = self.schedule(clock)?;
        let terms = self.state.terms(direction);
        let mut input = 0_u64;
        for bin in self.window.bins(direction) {
            let layers = bin.layers(terms);
            if total(layers) == 0 {
                continue;
            }
            let fill = bin.fill_output(terms, layers, left, schedule.rate(bin.id))?;
            visit(bin, &fill);
            left = left.checked_sub(fill.amount_out).ok_or(QuoteError::MathOverflow)?;
            input = input.checked_add(fill.amount_in).ok_or(QuoteError::MathOverflow)?;
            if left == 0 {
                let amount_in = before_transfer(input_fee, input)?;
                return Ok(Walk { quote: Quote { amount_in, amount_out: amount }, last_id: bin.id });
            }
        }
        Err(QuoteError::LiquidityExceeded)
    }

    /// Returns how many arrays a swap needs at most, whatever the time, and one more: so without fees on what goes in, and with
    /// the largest on what comes out. At most those in reach.
    pub(super) fn arrays_for(&self, direction: Direction, mode: SwapMode, amount: u64) -> usize {
        let last = match mode {
            SwapMode::ExactIn | SwapMode::PartialFill => self.last_bin_of_input(direction, amount),
            SwapMode::ExactOut => self.last_bin_of_output(direction, amount),
        };
        let arrays = || self.window.arrays(direction);
        let last_array = last.map(array_of_bin);
        let position = arrays().position(|array| Some(array.index) == last_array);
        let needed = position.map_or(REACH, |position| position.saturating_add(2));
        needed.min(arrays().count())
    }

    /// Returns the bin in which a swap that pays no fee ends; `None` where the bins do not suffice.
    fn last_bin_of_input(&self, direction: Direction, amount: u64) -> Option<i32> {
        let terms = Terms { fee_side: FeeSide::Input, ..self.state.terms(direction) };
        let mut left = amount;
        self.window.bins(direction).find_map(|bin| {
            // No swap gets past a bin that cannot be priced.
            let Ok(fill) = bin.fill_input(terms, bin.layers(terms), left, 0) else { return Some(bin.id) };
            left = left.saturating_sub(fill.amount_in);
            (left == 0).then_some(bin.id)
        })
    }

    /// Returns the bin in which a swap ends that gives the amount after the largest fees; `None` where the bins do not suffice.
    fn last_bin_of_output(&self, direction: Direction, amount: u64) -> Option<i32> {
        let terms = self.state.terms(direction);
        let (_, output_fee) = direction.input_output(self.transfer_fees);
        let sent = output_fee.map_or(amount, |config| {
            let before = |fee: TransferFee| fee.before_fee(amount).unwrap_or(u64::MAX);
            before(config.older).max(before(config.newer))
        });
        let mut left = match terms.fee_side {
            FeeSide::Input => sent,
            // Each bin may round its fee up by one.
            FeeSide::Output => sent.saturating_add(fee_on_top(sent, MAX_RATE).unwrap_or(u64::MAX)),
        };
        self.window.bins(direction).find_map(|bin| {
            let given = total(bin.layers(terms));
            let rounding = u64::from(terms.fee_side == FeeSide::Output && given > 0);
            left = left.saturating_add(rounding).saturating_sub(given);
            (left == 0).then_some(bin.id)
        })
    }

    /// Returns what no swap in a direction can pass. Prices only get worse from the first bin on, and no bin's rate is below
    /// that of the one nearest to where volatility is counted from. Transfer fees are left out: they only take away.
    pub(super) fn bounds(&self, direction: Direction, clock: &ChainClock) -> Option<SwapBounds> {
        if self.gate_at(clock).is_some() {
            return None;
        }
        let schedule = self.schedule(clock).ok()?;
        let terms = self.state.terms(direction);
        let first = self.window.bins(direction).find(|bin| total(bin.layers(terms)) > 0)?;
        if first.price == 0 {
            return None;
        }
        let (price, distance) = match direction {
            Direction::AToB => (first.price, schedule.index_reference.saturating_sub(first.id)),
            // One above the quotient of 2^128 - 1 is 2^128 divided and rounded up.
            Direction::BToA => (
                u128::MAX.checked_div(first.price)?.saturating_add(1),
                first.id.saturating_sub(schedule.index_reference),
            ),
        };
        let least_rate = schedule.rate_at_distance(u64::try_from(distance).unwrap_or(0));
        let kept = u128::from(BILLIONTHS.saturating_sub(least_rate));
        let rate_x64 = mul_div_u128(price, kept, u128::from(BILLIONTHS), Rounding::Up)?;
        Some(SwapBounds { rate_x64, max_out: self.window.depth(terms) })
    }

    /// Returns the transfer fees of the input and of the output in an epoch.
    #[inline]
    fn transfer_fees_at(
        &self,
        direction: Direction,
        epoch: u64,
    ) -> (Option<TransferFee>, Option<TransferFee>) {
        let (input, output) = direction.input_output(self.transfer_fees);
        (input.map(|config| config.at(epoch)), output.map(|config| config.at(epoch)))
    }
}

#[inline]
fn after_transfer(fee: Option<TransferFee>, amount: u64) -> Result<u64, QuoteError> {
    fee.map_or(Some(amount), |fee| fee.after_fee(amount)).ok_or(QuoteError::MathOverflow)
}

#[inline]
fn before_transfer(fee: Option<TransferFee>, amount: u64) -> Result<u64, QuoteError> {
    fee.map_or(Some(amount), |fee| fee.before_fee(amount)).ok_or(QuoteError::MathOverflow)
}
