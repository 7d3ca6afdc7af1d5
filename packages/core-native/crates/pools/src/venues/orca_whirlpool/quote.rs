//! Quotes of Whirlpool: `programs/whirlpool/src/instructions/v2/swap.rs` around the walk over the ticks, with the transfer fees of
//! `util/v2/token.rs`.

use super::adaptive_fee::{AdaptiveFee, Oracle, Variables};
use super::layout::{Identity, PoolState};
use super::swap_step::Given;
use super::tick_math::{MAX_SQRT_PRICE, MIN_SQRT_PRICE};
use super::walk::{StaticFee, Walk, WalkStart};
use super::window::{Derived, Window, derive_address};
use crate::quote::{ChainClock, Direction, Quote, QuoteError, SwapMode, SwapOrder};
use crate::token_mint::Mint;
use std::sync::OnceLock;
use tandem_math::transfer_fee::{TransferFee, TransferFeeConfig};

/// Everything that was decoded of a pool.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    pub(super) state: PoolState,
    pub(super) window: Window,
    pub(super) oracle: Option<Oracle>,
    pub(super) transfer_fees: [Option<TransferFeeConfig>; 2],
    /// Why there is no quote whatever the amount and the time.
    pub(super) gate: Option<QuoteError>,
    pub(super) mints: [Option<Mint>; 2],
    pub(super) identity: Identity,
    pub(super) oracle_address: OnceLock<Derived>,
    /// What can be taken out within the known arrays, A first; found when first asked for.
    pub(super) depth: OnceLock<[u64; 2]>,
}

/// A swap that was walked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walked {
    pub(super) quote: Quote,
    pub(super) walk: Walk,
    /// What the oracle holds afterwards.
    pub(super) variables: Option<Variables>,
}

impl Parts {
    /// Brings what follows from the accounts up to date.
    pub(super) fn settle(&mut self) {
        self.transfer_fees = self.mints.map(|mint| mint.and_then(|mint| mint.terms.transfer_fee));
        self.gate = self.find_gate();
        self.depth = OnceLock::new();
    }

    fn find_gate(&self) -> Option<QuoteError> {
        let [Some(mint_a), Some(mint_b)] = self.mints else { return Some(QuoteError::AccountMissing) };
        if self.identity.is_adaptive && self.oracle.is_none() {
            return Some(QuoteError::AccountMissing);
        }
        let is_unsupported = mint_a.terms.has_unsupported_extension || mint_b.terms.has_unsupported_extension;
        is_unsupported.then_some(QuoteError::FeatureUnsupported)
    }

    /// Where the oracle stands, or would.
    pub(super) fn oracle_address(&self) -> Derived {
        *self.oracle_address.get_or_init(|| derive_address(&[b"oracle", &self.identity.address]))
    }

    /// Returns the time of a swap. Our clock may be behind the chain's, but a swap that lands is never older than the pool's
    /// last: the program takes the same clock for both.
    #[inline]
    fn swap_time(&self, clock: &ChainClock) -> u64 {
        let swapped_at = self.oracle.as_ref().map_or(0, Oracle::swapped_at);
        clock.unix_timestamp.max(self.state.updated_at).max(swapped_at)
    }

    /// Returns why no swap can succeed at this time.
    #[inline]
    pub(super) fn refusal(&self, clock: &ChainClock) -> Option<QuoteError> {
        self.gate.or_else(|| {
            let opens_at = self.oracle.as_ref()?.trade_enable_timestamp;
            (self.swap_time(clock) < opens_at).then_some(QuoteError::NotOpen)
        })
    }

    /// Quotes an order without changing anything.
    ///
    /// # Errors
    /// `QuoteError` where the program would refuse.
    #[inline]
    pub(super) fn quote(&self, order: &SwapOrder, clock: &ChainClock) -> Result<Walked, QuoteError> {
        if let Some(refusal) = self.refusal(clock) {
            return Err(refusal);
        }
        let (fee_in, fee_out) = self.transfer_fees_at(order.direction, clock.epoch);
        match order.mode {
            SwapMode::ExactIn => {
                let arriving = after_fee(fee_in, order.amount)?;
                let (walk, variables) = self.walk(order, Given::Input, arriving, clock)?;
                let amount_in = if walk.remaining == 0 {
                    order.amount
                } else {
                    before_fee(fee_in, arriving, walk.remaining)?
                };
                let quote = Quote { amount_in, amount_out: after_fee(fee_out, walk.derived)? };
                Ok(Walked { quote, walk, variables })
            }
            SwapMode::ExactOut => {
                let leaving = before_fee(fee_out, order.amount, 0)?;
                let (walk, variables) = self.walk(order, Given::Output, leaving, clock)?;
                if walk.remaining > 0 && order.sqrt_price_limit == 0 {
                    return Err(QuoteError::LiquidityExceeded);
                }
                let given = leaving.checked_sub(walk.remaining).ok_or(QuoteError::MathOverflow)?;
                let quote = Quote {
                    amount_in: before_fee(fee_in, walk.derived, 0)?,
                    amount_out: after_fee(fee_out, given)?,
                };
                Ok(Walked { quote, walk, variables })
            }
            SwapMode::PartialFill => Err(QuoteError::FeatureUnsupported),
        }
    }

    #[inline]
    fn walk(
        &self,
        order: &SwapOrder,
        given: Given,
        amount: u64,
        clock: &ChainClock,
    ) -> Result<(Walk, Option<Variables>), QuoteError> {
        let start = self.walk_start(order.direction, given, amount, order.sqrt_price_limit)?;
        let Some(oracle) = &self.oracle else {
            return Ok((start.walk(&mut StaticFee(self.state.fee_rate))?, None));
        };
        let mut fees = self.adaptive_fee(oracle, order.direction, clock);
        let walk = start.walk(&mut fees)?;
        let variables = fees.finish(self.state.sqrt_price, walk.sqrt_price, self.swap_time(clock));
        Ok((walk, Some(variables.ok_or(QuoteError::MathOverflow)?)))
    }

    /// Returns where a swap starts, with the checks that stand before it in the program.
    #[inline]
    pub(super) fn walk_start(
        &self,
        direction: Direction,
        given: Given,
        amount: u64,
        limit: u128,
    ) -> Result<WalkStart<'_>, QuoteError> {
        let PoolState { sqrt_price, liquidity, .. } = self.state;
        let limit = match (limit, direction) {
            (0, Direction::AToB) => MIN_SQRT_PRICE,
            (0, Direction::BToA) => MAX_SQRT_PRICE,
            (limit, _) => limit,
        };
        let is_ahead = match direction {
            Direction::AToB => limit < sqrt_price && limit >= MIN_SQRT_PRICE,
            Direction::BToA => limit > sqrt_price && limit <= MAX_SQRT_PRICE,
        };
        if !is_ahead {
            return Err(QuoteError::LiquidityExceeded);
        }
        if amount == 0 {
            return Err(QuoteError::AmountZero);
        }
        let (path, ticks) = self.window.path(direction);
        Ok(WalkStart { direction, given, amount, limit, sqrt_price, liquidity, path, ticks })
    }

    pub(super) fn adaptive_fee(
        &self,
        oracle: &Oracle,
        direction: Direction,
        clock: &ChainClock,
    ) -> AdaptiveFee {
        AdaptiveFee::new(oracle, self.state.fee_rate, direction, self.state.tick, self.swap_time(clock))
    }

    /// Swaps, leaving the pool as the program would.
    ///
    /// # Errors
    /// `QuoteError` where the program would refuse; nothing is changed then.
    pub(super) fn swap(&mut self, order: &SwapOrder, clock: &ChainClock) -> Result<Quote, QuoteError> {
        let Walked { quote, walk, variables } = self.quote(order, clock)?;
        self.state.updated_at = self.swap_time(clock);
        self.state.tick = walk.tick(self.state.tick);
        self.state.sqrt_price = walk.sqrt_price;
        self.state.liquidity = walk.liquidity;
        if let (Some(oracle), Some(variables)) = (&mut self.oracle, variables) {
            oracle.variables = variables;
        }
        self.window.move_to(self.state.tick, self.state.sqrt_price);
        self.settle();
        Ok(quote)
    }

    #[inline]
    fn transfer_fees_at(
        &self,
        direction: Direction,
        epoch: u64,
    ) -> (Option<TransferFee>, Option<TransferFee>) {
        match self.transfer_fees {
            [None, None] => (None, None),
            configs => direction.input_output(configs.map(|config| config.map(|config| config.at(epoch)))),
        }
    }
}

#[inline]
fn after_fee(fee: Option<TransferFee>, amount: u64) -> Result<u64, QuoteError> {
    match fee {
        Some(fee) => fee.after_fee(amount).ok_or(QuoteError::MathOverflow),
        None => Ok(amount),
    }
}

/// Returns what must be sent so that `amount - unused` arrives; nothing for nothing, whatever the fee.
#[inline]
fn before_fee(fee: Option<TransferFee>, amount: u64, unused: u64) -> Result<u64, QuoteError> {
    let net = amount.checked_sub(unused).ok_or(QuoteError::MathOverflow)?;
    match fee {
        Some(fee) if net > 0 => fee.before_fee(net).ok_or(QuoteError::MathOverflow),
        _ => Ok(net),
    }
}
