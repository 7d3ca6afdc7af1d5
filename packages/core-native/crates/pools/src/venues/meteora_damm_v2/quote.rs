//! What a quote of Meteora DAMM v2 reads, its gates and its bounds: `programs/cp-amm/src/state/pool.rs`.

use super::base_fee::BaseFee;
use super::curve::{Curve, Range};
use super::fill::{Fill, Side};
use super::layout::{ActivationType, BILLIONTHS, CollectFeeMode, Identity, PoolState};
use crate::constant_product::marginal_rate_x64;
use crate::quote::{ChainClock, Direction, QuoteError, SwapBounds, SwapMode};
use crate::token_mint::MintTerms;
use tandem_math::mul_div::{Rounding, mul_div};
use tandem_math::transfer_fee::{TransferFee, TransferFeeConfig};
use tandem_math::wide::{mul_shr_64, shl_64_div};

/// What was decoded, from which `Terms` follow.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    pub(super) identity: Identity,
    pub(super) state: PoolState,
    pub(super) mints: [Option<MintTerms>; 2],
}

/// What a quote reads.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    /// Why there is no quote whatever the amount and the time.
    pub(super) gate: Option<QuoteError>,
    activation_type: ActivationType,
    collect_fee_mode: CollectFeeMode,
    shares: FeeShares,
    activation_point: u64,
    /// Unix seconds before which the program has no price to compare with.
    priced_from: u64,
    pub(super) base_fee: BaseFee,
    pub(super) dynamic_numerator: u64,
    pub(super) max_numerator: u64,
    pub(super) reserves: [u64; 2],
    /// What the counters of each token's protocol fees can still take.
    fee_rooms: [u64; 2],
    pub(super) curve: Curve,
    /// Transfer fees of the mints, where either has one.
    pub(super) transfer_fees: Option<Box<[Option<TransferFeeConfig>; 2]>>,
}

/// How a fee is divided (`split_fees`, without a referral).
#[derive(Clone, Copy, Debug)]
pub(super) struct FeeShares {
    pub(super) protocol_percent: u8,
    pub(super) compounding_bps: u16,
}

impl Parts {
    pub(super) fn terms(&self) -> Terms {
        let state = &self.state;
        let curve = self.curve();
        let base_fee = state.base_fee.at(state.activation_point, state.init_sqrt_price, state.sqrt_price);
        let dynamic_numerator = state.dynamic_fee.map_or(Some(0), |fee| fee.numerator());
        let reserves = self.reserves();
        let room = |owed: u64, total: u64| u64::MAX.saturating_sub(owed.max(total));
        let ([owed_a, owed_b], [total_a, total_b]) = (state.protocol_fees, state.total_protocol_fees);
        let transfer_fees = self.mints.map(|mint| mint.and_then(|mint| mint.transfer_fee));
        let is_computable = base_fee.is_some() && dynamic_numerator.is_some() && reserves.is_some();
        Terms {
            gate: self.gate().or((!is_computable).then_some(QuoteError::MathOverflow)),
            activation_type: state.activation_type,
            collect_fee_mode: state.collect_fee_mode,
            shares: self.shares(),
            activation_point: state.activation_point,
            priced_from: state.dynamic_fee.map_or(0, |fee| fee.priced_from()),
            base_fee: base_fee.unwrap_or(BaseFee::Constant(0)),
            dynamic_numerator: dynamic_numerator.unwrap_or(0),
            max_numerator: state.max_fee_numerator,
            reserves: reserves.unwrap_or_default(),
            fee_rooms: [room(owed_a, total_a), room(owed_b, total_b)],
            curve,
            transfer_fees: transfer_fees.iter().any(Option::is_some).then(|| Box::new(transfer_fees)),
        }
    }

    pub(super) fn shares(&self) -> FeeShares {
        let state = &self.state;
        FeeShares { protocol_percent: state.protocol_fee_percent, compounding_bps: state.compounding_fee_bps }
    }

    fn curve(&self) -> Curve {
        let PoolState { liquidity, sqrt_price, sqrt_min_price, sqrt_max_price, .. } = self.state;
        if self.state.collect_fee_mode == CollectFeeMode::Compounding {
            return Curve::Reserves;
        }
        Curve::Range(Range { liquidity, sqrt_price, sqrt_min_price, sqrt_max_price })
    }

    /// Returns the reserves that the program counts; it starts to with the first swap of an old pool
    /// (`update_layout_version_if_needed`). `None` where they pass 64 bits.
    fn reserves(&self) -> Option<[u64; 2]> {
        match (self.state.token_amounts, self.curve()) {
            (Some(amounts), _) => Some(amounts),
            (None, Curve::Range(range)) => {
                let [reserve_a, reserve_b] = range.reserves(Rounding::Up);
                Some([reserve_a?, reserve_b?])
            }
            (None, Curve::Reserves) => None,
        }
    }

    fn gate(&self) -> Option<QuoteError> {
        let [Some(mint_a), Some(mint_b)] = self.mints else { return Some(QuoteError::AccountMissing) };
        if mint_a.has_unsupported_extension || mint_b.has_unsupported_extension {
            return Some(QuoteError::FeatureUnsupported);
        }
        if !self.state.is_enabled {
            return Some(QuoteError::SwapDisabled);
        }
        let is_empty = self.state.collect_fee_mode == CollectFeeMode::Compounding
            && self.state.token_amounts.is_some_and(|amounts| amounts.contains(&0));
        (self.state.liquidity == 0 || is_empty).then_some(QuoteError::LiquidityExceeded)
    }
}

impl Terms {
    /// Returns why there is no quote at a time whatever the amount.
    #[inline]
    pub(super) fn closed(&self, clock: &ChainClock) -> Option<QuoteError> {
        if self.gate.is_some() {
            return self.gate;
        }
        if self.activation_type.point(clock) < self.activation_point {
            return Some(QuoteError::NotOpen);
        }
        (clock.unix_timestamp < self.priced_from).then_some(QuoteError::MathOverflow)
    }

    #[inline]
    pub(super) fn fill(
        &self,
        direction: Direction,
        mode: SwapMode,
        amount: u64,
        clock: &ChainClock,
    ) -> Result<Fill, QuoteError> {
        if let Some(closed) = self.closed(clock) {
            return Err(closed);
        }
        if amount == 0 {
            return Err(QuoteError::AmountZero);
        }
        let side = Side {
            terms: self,
            direction,
            is_fee_on_input: self.collect_fee_mode.is_on_input(direction),
            point: self.activation_type.point(clock),
            transfer_fees: self.transfer_fees_at(direction, clock.epoch),
        };
        let fill = match mode {
            SwapMode::ExactIn => side.exact_in(amount),
            SwapMode::ExactOut => side.exact_out(amount),
            SwapMode::PartialFill => side.partial_fill(amount),
        }?;
        if !self.is_bookable(&side, &fill) {
            return Err(QuoteError::MathOverflow);
        }
        Ok(fill)
    }

    /// Returns what no swap in a direction can pass. Transfer fees are left out: they only take away.
    pub(super) fn bounds(&self, direction: Direction, clock: &ChainClock) -> Option<SwapBounds> {
        let least = self.base_fee.least(self.activation_type.point(clock))?;
        let numerator = least.checked_add(self.dynamic_numerator)?.min(self.max_numerator);
        let kept = BILLIONTHS.checked_sub(numerator)?;
        let (reserve_in, reserve_out) = direction.input_output(self.reserves);
        let range = match self.curve {
            Curve::Reserves => {
                let rate_x64 = marginal_rate_x64(reserve_in, reserve_out, kept, BILLIONTHS)?;
                return Some(SwapBounds { rate_x64, max_out: reserve_out });
            }
            Curve::Range(range) => range,
        };
        let before_fees = match direction {
            Direction::AToB => mul_shr_64(range.sqrt_price, range.sqrt_price, Rounding::Up)?,
            Direction::BToA => {
                // 2^192 / price^2 in two steps, each rounded up.
                let inverse = shl_64_div(1 << 64, range.sqrt_price, Rounding::Up)?;
                shl_64_div(inverse, range.sqrt_price, Rounding::Up)?
            }
        };
        let (_, held) = direction.input_output(range.reserves(Rounding::Down));
        let rate_x64 = scaled_up(before_fees, kept)?;
        Some(SwapBounds { rate_x64, max_out: held.unwrap_or(u64::MAX).min(reserve_out) })
    }

    /// Returns what can be taken out, A first.
    pub(super) fn held(&self) -> [u64; 2] {
        let [reserve_a, reserve_b] = self.reserves;
        match self.curve {
            Curve::Reserves => self.reserves,
            Curve::Range(range) => {
                let [held_a, held_b] = range.reserves(Rounding::Down);
                [held_a.unwrap_or(u64::MAX).min(reserve_a), held_b.unwrap_or(u64::MAX).min(reserve_b)]
            }
        }
    }

    /// Returns whether the program's counters take the swap (`apply_swap_result`).
    #[inline]
    fn is_bookable(&self, side: &Side<'_>, fill: &Fill) -> bool {
        let (reserve_in, reserve_out) = side.direction.input_output(self.reserves);
        let Some(after_in) = reserve_in.checked_add(fill.moved.entering) else { return false };
        let Some(after_out) = reserve_out.checked_sub(fill.moved.leaving) else { return false };
        let (_, room_out) = side.direction.input_output(self.fee_rooms);
        let [_, room_b] = self.fee_rooms;
        let room = if side.is_fee_on_input { room_b } else { room_out };
        let reserve_b = if side.direction == Direction::AToB { after_out } else { after_in };
        // Nearly always all of the fee would fit, so that its shares need not be known.
        if fill.fee <= room && reserve_b.checked_add(fill.fee).is_some() {
            return true;
        }
        self.shares.split(fill.fee).is_some_and(|(protocol, compounding)| {
            protocol <= room && reserve_b.checked_add(compounding).is_some()
        })
    }

    #[inline]
    fn transfer_fees_at(
        &self,
        direction: Direction,
        epoch: u64,
    ) -> (Option<TransferFee>, Option<TransferFee>) {
        match &self.transfer_fees {
            None => (None, None),
            Some(configs) => {
                direction.input_output(configs.map(|config| config.map(|config| config.at(epoch))))
            }
        }
    }
}

impl FeeShares {
    /// Returns the protocol's share of a fee and what of the rest stays in the reserve of token B, both rounded down.
    pub(super) fn split(self, fee: u64) -> Option<(u64, u64)> {
        let protocol = mul_div(fee, u64::from(self.protocol_percent), 100, Rounding::Down)?;
        let rest = fee.checked_sub(protocol)?;
        Some((protocol, mul_div(rest, u64::from(self.compounding_bps), 10_000, Rounding::Down)?))
    }
}

/// Returns `rate * kept / 10^9`, rounded up, without a product above 128 bits.
fn scaled_up(rate: u128, kept: u64) -> Option<u128> {
    let divisor = u128::from(BILLIONTHS);
    let whole = rate.checked_div(divisor)?.checked_mul(u128::from(kept))?;
    let rest = rate.checked_rem(divisor)?.checked_mul(u128::from(kept))?.div_ceil(divisor);
    whole.checked_add(rest)
}
