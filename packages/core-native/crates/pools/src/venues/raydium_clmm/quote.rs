//! Quotes of Raydium CLMM: `programs/amm/src/instructions/swap_v2.rs`, `exact_internal_v2` (2026-07).

use super::bitmap::Extension;
use super::dynamic_fee::{MAX_RATE, spacing_index};
use super::layout::{Identity, PoolState, Tick};
use super::step::Terms;
use super::tick_math::{MAX_SQRT_PRICE, MIN_SQRT_PRICE};
use super::walk::{End, Start, walk};
use super::window::Window;
use crate::pool::Address;
use crate::quote::{ChainClock, Direction, Quote, QuoteError, SwapBounds, SwapMode};
use crate::token_mint::Mint;
use std::sync::OnceLock;
use tandem_math::fee::MILLIONTHS;
use tandem_math::mul_div::Rounding;
use tandem_math::sqrt_price::{amount_a_delta, amount_b_delta};
use tandem_math::transfer_fee::TransferFee;
use tandem_math::wide::{U256, mul_div_u128, mul_shr_64, shl_64_div_256, wide_mul_u128};

/// `PoolStatusBitIndex::Swap`: set means swaps are off.
const STATUS_SWAP_DISABLED: u8 = 1 << 4;

/// What was decoded of a pool and its accounts; what a quote reads comes first.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    pub(super) state: PoolState,
    /// The configuration's trade fee, millionths.
    pub(super) base_rate: Option<u32>,
    pub(super) window: Window,
    pub(super) mints: [Option<Mint>; 2],
    /// What can be taken out within the known arrays, A first.
    pub(super) available: [u64; 2],
    pub(super) identity: Identity,
    pub(super) extension: Extension,
    pub(super) extension_address: OnceLock<Address>,
}

/// One order as the walk sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fill {
    pub(super) direction: Direction,
    pub(super) is_exact_in: bool,
    pub(super) amount: u64,
    /// Zero for none.
    pub(super) sqrt_price_limit: u128,
}

impl Fill {
    /// Returns the order of a mode; a swap that takes what it can is one with a price limit here, never a mode.
    pub(super) fn new(direction: Direction, mode: SwapMode, amount: u64) -> Result<Self, QuoteError> {
        let is_exact_in = match mode {
            SwapMode::ExactIn => true,
            SwapMode::ExactOut => false,
            SwapMode::PartialFill => return Err(QuoteError::FeatureUnsupported),
        };
        Ok(Self { direction, is_exact_in, amount, sqrt_price_limit: 0 })
    }
}

impl Parts {
    /// Returns why there is no quote whatever the amount and the time.
    #[inline]
    pub(super) fn gate(&self) -> Option<QuoteError> {
        let ([Some(mint_0), Some(mint_1)], Some(_)) = (&self.mints, self.base_rate) else {
            return Some(QuoteError::AccountMissing);
        };
        if mint_0.terms.has_unsupported_extension || mint_1.terms.has_unsupported_extension {
            return Some(QuoteError::FeatureUnsupported);
        }
        (self.state.status & STATUS_SWAP_DISABLED != 0).then_some(QuoteError::SwapDisabled)
    }

    /// Returns why there is no quote at a time whatever the amount. The program asks for a time after the opening.
    #[inline]
    pub(super) fn gate_at(&self, clock: &ChainClock) -> Option<QuoteError> {
        let closed = || (clock.unix_timestamp <= self.state.open_time).then_some(QuoteError::NotOpen);
        self.gate().or_else(closed)
    }

    /// Returns the transfer fees of the input and of the output mint.
    #[inline]
    fn transfer_fees(&self, direction: Direction, epoch: u64) -> (Option<TransferFee>, Option<TransferFee>) {
        let [mint_0, mint_1] = &self.mints;
        let fee = |mint: &Option<Mint>| {
            mint.as_ref().and_then(|mint| mint.terms.transfer_fee).map(|config| config.at(epoch))
        };
        direction.input_output([fee(mint_0), fee(mint_1)])
    }

    /// Quotes; returns the amounts and where the price ends. `on_match` is the walk's.
    ///
    /// # Errors
    /// `QuoteError` where the program would refuse.
    #[inline]
    pub(super) fn fill(
        &self,
        fill: &Fill,
        clock: &ChainClock,
        on_match: impl FnMut(usize, u64),
    ) -> Result<(Quote, End), QuoteError> {
        if let Some(refusal) = self.gate_at(clock) {
            return Err(refusal);
        }
        if fill.amount == 0 {
            return Err(QuoteError::AmountZero);
        }
        let (input_fee, output_fee) = self.transfer_fees(fill.direction, clock.epoch);
        // What the pool sees: the input that arrives, or the output from which the transfer fee goes off.
        let specified = match (fill.is_exact_in, input_fee, output_fee) {
            (true, Some(fee), _) => fee.after_fee(fill.amount).ok_or(QuoteError::MathOverflow)?,
            (false, _, Some(fee)) => fee.before_fee(fill.amount).ok_or(QuoteError::MathOverflow)?,
            (true, None, _) | (false, _, None) => fill.amount,
        };
        if specified == 0 {
            return Err(QuoteError::AmountZero);
        }
        let end = walk(&self.start(fill, specified, clock)?, on_match)?;
        if fill.sqrt_price_limit == 0 && end.to_go != 0 {
            return Err(QuoteError::LiquidityExceeded);
        }
        let swapped = specified.saturating_sub(end.to_go);
        let (pool_in, pool_out) = if fill.is_exact_in { (swapped, end.other) } else { (end.other, swapped) };
        if pool_in == 0 || pool_out == 0 {
            return Err(QuoteError::OutputZero);
        }
        let amount_in = match input_fee {
            Some(_) if fill.is_exact_in && end.to_go == 0 => fill.amount,
            Some(fee) => fee.before_fee(pool_in).ok_or(QuoteError::MathOverflow)?,
            None => pool_in,
        };
        let amount_out = match output_fee {
            Some(fee) => fee.after_fee(pool_out).ok_or(QuoteError::MathOverflow)?,
            None => pool_out,
        };
        Ok((Quote { amount_in, amount_out }, end))
    }

    #[inline]
    fn start(&self, fill: &Fill, amount: u64, clock: &ChainClock) -> Result<Start<'_>, QuoteError> {
        let state = &self.state;
        let limit = match (fill.sqrt_price_limit, fill.direction) {
            (0, Direction::AToB) => MIN_SQRT_PRICE.saturating_add(1),
            (0, Direction::BToA) => MAX_SQRT_PRICE.saturating_sub(1),
            (limit, _) => limit,
        };
        let is_ahead = match fill.direction {
            Direction::AToB => limit < state.sqrt_price && limit > MIN_SQRT_PRICE,
            Direction::BToA => limit > state.sqrt_price && limit < MAX_SQRT_PRICE,
        };
        if !is_ahead {
            return Err(QuoteError::LiquidityExceeded);
        }
        let mut dynamic_fee = state.dynamic_fee;
        if let Some(fee) = &mut dynamic_fee {
            // The program takes 32 bits of the time here (`oracle::block_timestamp`).
            let now = clock.unix_timestamp & u64::from(u32::MAX);
            fee.update_reference(spacing_index(state.tick, self.identity.tick_spacing), now);
        }
        Ok(Start {
            base_rate: self.base_rate.ok_or(QuoteError::AccountMissing)?,
            dynamic_fee,
            limit,
            terms: Terms {
                direction: fill.direction,
                is_exact_in: fill.is_exact_in,
                is_fee_on_input: state.fee_on.is_input(fill.direction),
            },
            amount,
            ..self.start_without_fees(fill, amount, limit)
        })
    }

    #[inline]
    fn start_without_fees(&self, fill: &Fill, amount: u64, limit: u128) -> Start<'_> {
        let Fill { direction, is_exact_in, .. } = *fill;
        Start {
            ticks: self.window.ticks(),
            split: self.window.split(),
            sqrt_price: self.state.sqrt_price,
            liquidity: self.state.liquidity,
            tick: self.state.tick,
            tick_spacing: self.identity.tick_spacing,
            base_rate: 0,
            dynamic_fee: None,
            terms: Terms { direction, is_exact_in, is_fee_on_input: true },
            amount,
            limit,
        }
    }

    /// Returns a tick of the last array that any swap of an order needs, whatever the time: where a swap without fees ends.
    /// `None` where that one runs out of known ticks.
    pub(super) fn farthest_tick(&self, fill: &Fill) -> Option<i32> {
        let amount = if fill.is_exact_in { fill.amount } else { self.most_output(fill) };
        let limit = match fill.direction {
            Direction::AToB => MIN_SQRT_PRICE.saturating_add(1),
            Direction::BToA => MAX_SQRT_PRICE.saturating_sub(1),
        };
        walk(&self.start_without_fees(fill, amount, limit), |_, _| {}).ok()?.target
    }

    /// Returns the most that leaves the pool where an amount arrives: the transfer fee of any epoch and the greatest fee on
    /// outputs come on top, and what rounding may take at each step.
    fn most_output(&self, fill: &Fill) -> u64 {
        let (_, mint) = fill.direction.input_output([&self.mints[0], &self.mints[1]]);
        let config = mint.as_ref().and_then(|mint| mint.terms.transfer_fee);
        let with_transfer_fee = config.map_or(fill.amount, |config| {
            let before = |fee: TransferFee| fee.before_fee(fill.amount).unwrap_or(u64::MAX);
            before(config.older).max(before(config.newer))
        });
        if self.state.fee_on.is_input(fill.direction) {
            return with_transfer_fee;
        }
        let base = self.base_rate.unwrap_or(0);
        let rate = match &self.state.dynamic_fee {
            Some(_) => MAX_RATE,
            None => base,
        };
        let rounded = with_transfer_fee.saturating_add(super::walk::MAX_STEPS.into());
        tandem_math::fee::amount_before_fee(rounded, rate.into(), MILLIONTHS).unwrap_or(u64::MAX)
    }

    /// Returns what no swap in a direction can pass. Transfer fees are left out: they only take away.
    pub(super) fn bounds(&self, direction: Direction, clock: &ChainClock) -> Option<SwapBounds> {
        if self.gate_at(clock).is_some() {
            return None;
        }
        let (_, max_out) = direction.input_output(self.available);
        if max_out == 0 {
            return None;
        }
        let base = self.base_rate?;
        let now = clock.unix_timestamp & u64::from(u32::MAX);
        let rate = match self.state.dynamic_fee {
            Some(fee) => fee.least_rate(base, self.state.tick, self.identity.tick_spacing, now),
            None => base,
        };
        // The first unit trades at the best price: every step moves it away. Rounds up.
        let square = wide_mul_u128(self.state.sqrt_price, self.state.sqrt_price);
        let price = match direction {
            Direction::AToB => mul_shr_64(self.state.sqrt_price, self.state.sqrt_price, Rounding::Up),
            Direction::BToA => shl_64_div_256(U256 { high: 1, low: 0 }, square, Rounding::Up),
        };
        let kept = u128::from(MILLIONTHS).checked_sub(u128::from(rate))?;
        let rate_x64 = mul_div_u128(price?, kept, u128::from(MILLIONTHS), Rounding::Up)?;
        Some(SwapBounds { rate_x64, max_out })
    }

    /// Works out again what follows from the accounts.
    pub(super) fn settle(&mut self) {
        self.window.settle(&self.identity, self.state.tick, self.state.liquidity);
        self.available = [self.available_out(Direction::BToA), self.available_out(Direction::AToB)];
    }

    /// Returns what all known ticks of a direction give out, rounded up for each.
    fn available_out(&self, direction: Direction) -> u64 {
        let PoolState { sqrt_price, liquidity, .. } = self.state;
        let ticks = self.window.ticks();
        let (down, up) = ticks.split_at_checked(self.window.split()).unwrap_or_default();
        let nearest = match direction {
            Direction::AToB => down.last(),
            Direction::BToA => up.first(),
        };
        let Some(nearest) = nearest else { return 0 };
        let first = match direction {
            Direction::AToB => amount_b_delta(nearest.sqrt_price, sqrt_price, liquidity, Rounding::Up),
            Direction::BToA => amount_a_delta(sqrt_price, nearest.sqrt_price, liquidity, Rounding::Up),
        };
        // A span that is not known may give anything, or ends what can be swapped: the most is right either way.
        let beyond =
            |tick: &Tick| tick.span.amounts(direction).map_or(u64::MAX, |(_, out)| out.saturating_add(1));
        let spans: u64 = match direction {
            Direction::AToB => sum(down.iter().rev().skip(1).map(beyond)),
            Direction::BToA => sum(up.iter().rev().skip(1).map(beyond)),
        };
        let orders = match direction {
            Direction::AToB => sum(down.iter().map(|tick| tick.unfilled)),
            Direction::BToA => sum(up.iter().map(|tick| tick.unfilled)),
        };
        let first = first.and_then(|first| u64::try_from(first).ok()).unwrap_or(u64::MAX);
        first.saturating_add(spans).saturating_add(orders)
    }
}

fn sum(amounts: impl Iterator<Item = u64>) -> u64 {
    amounts.fold(0, u64::saturating_add)
}
