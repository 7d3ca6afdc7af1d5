//! Quotes of `PumpSwap`: `programs/pump-amm/src/{curve,instructions/swap}` as the dump of the crate `pump-rust-client` 0.5.0
//! executes them; its `src/math/{amm,fees}.rs` says the same in Rust. Fees are always in the quote token.

use super::addresses::Origin;
use super::fee_schedule::{FeeRates, FeeSchedule, Schedule};
use super::layout::{GlobalConfig, Identity, PoolState};
use crate::constant_product::{input_for, marginal_rate_x64, output_for};
use crate::pool::Address;
use crate::quote::{Direction, InstructionSet, QuoteError, SwapBounds};
use crate::token_account::VaultBalance;
use crate::token_mint::Mint;
use tandem_math::fee::TEN_THOUSANDTHS;
use tandem_math::mul_div::{Rounding, mul_div};

/// Supply that a coin in mayhem mode counts with, whatever its mint says.
const MAYHEM_SUPPLY: u64 = 1_000_000_000_000_000;

/// What was decoded, from which `Terms` follow.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    pub(super) identity: Identity,
    pub(super) state: PoolState,
    pub(super) config: Option<GlobalConfig>,
    pub(super) schedule: Option<FeeSchedule>,
    /// Base and quote vault, each with the token program that owns it.
    pub(super) vaults: [Option<(Address, VaultBalance)>; 2],
    pub(super) mints: [Option<Mint>; 2],
    /// Derived when every account is there: it costs more than decoding all of them.
    pub(super) origin: Option<Origin>,
    /// The account that gets the buyback share, with the recipient it was derived for.
    pub(super) buyback: Option<(Address, Address)>,
}

/// What a quote reads: small, so that a batch over many pools stays in the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    /// Why there is no quote whatever the amount, by direction, A to B first.
    gates: [Option<QuoteError>; 2],
    /// Whether only the older instructions take the pool: the newer ones know no cashback.
    pub(super) is_cashback_coin: bool,
    pub(super) base: u64,
    /// What swaps are priced against: the quote vault and the virtual reserves.
    pub(super) quote: u64,
    /// What can be paid out: the quote vault without the fees that wait in it.
    real_quote: u64,
    /// What the base and the quote vault can still take before their balance passes 64 bits.
    room: [u64; 2],
    rates: CompactRates,
}

/// Ten-thousandths, each at most the whole; small, so that the terms fit a cache line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct CompactRates {
    lp: u16,
    protocol: u16,
    creator: u16,
}

impl CompactRates {
    /// Returns `None` for a rate above the whole, which no decoder lets through.
    fn new(rates: FeeRates) -> Option<Self> {
        let compact = |rate: u64| u16::try_from(rate).ok().filter(|rate| u64::from(*rate) <= TEN_THOUSANDTHS);
        Some(Self {
            lp: compact(rates.lp)?,
            protocol: compact(rates.protocol)?,
            creator: compact(rates.creator)?,
        })
    }

    #[inline]
    fn sum(self) -> u64 {
        [self.protocol, self.creator]
            .iter()
            .fold(u64::from(self.lp), |sum, rate| sum.saturating_add(u64::from(*rate)))
    }
}

/// Returns `ceil(amount * rate / 10,000)`. A rate is at most the whole, so that the fee is at most the amount and the rest of
/// the division times the rate fits 32 bits: nothing saturates.
#[inline]
fn fee_on(amount: u64, rate: u16) -> u64 {
    let (whole, rest) = (amount / TEN_THOUSANDTHS, amount % TEN_THOUSANDTHS);
    let of_rest = rest.saturating_mul(u64::from(rate)).div_ceil(TEN_THOUSANDTHS);
    whole.saturating_mul(u64::from(rate)).saturating_add(of_rest)
}

/// What a swap moves. `quote` is before fees: what leaves the curve in a sell, what enters it in a buy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trade {
    pub(super) base: u64,
    pub(super) quote: u64,
    pub(super) fees: FeeRates,
}

impl Trade {
    fn total_fees(&self) -> Option<u64> {
        self.fees.lp.checked_add(self.fees.protocol)?.checked_add(self.fees.creator)
    }

    /// Returns what a buyer pays.
    pub(super) fn paid(&self) -> Option<u64> {
        self.quote.checked_add(self.total_fees()?)
    }

    /// Returns what a seller gets.
    pub(super) fn received(&self) -> Option<u64> {
        self.quote.checked_sub(self.total_fees()?)
    }
}

impl Parts {
    pub(super) fn terms(&self) -> Terms {
        let closed = |gate: QuoteError| Terms {
            gates: [Some(gate); 2],
            is_cashback_coin: self.state.is_cashback_coin,
            base: 0,
            quote: 0,
            real_quote: 0,
            room: [0; 2],
            rates: CompactRates::default(),
        };
        self.open_terms().unwrap_or_else(closed)
    }

    fn open_terms(&self) -> Result<Terms, QuoteError> {
        let (Some(config), Some(schedule), Some(origin)) = (&self.config, &self.schedule, &self.origin)
        else {
            return Err(QuoteError::AccountMissing);
        };
        let ([Some((_, base)), Some((_, quote))], [Some(base_mint), Some(quote_mint)]) =
            (self.vaults, self.mints)
        else {
            return Err(QuoteError::AccountMissing);
        };
        let is_plain =
            |mint: &Mint| !mint.terms.has_unsupported_extension && mint.terms.transfer_fee.is_none();
        if !is_plain(&base_mint) || !is_plain(&quote_mint) {
            return Err(QuoteError::FeatureUnsupported);
        }
        if base.is_frozen || quote.is_frozen {
            return Err(QuoteError::SwapDisabled);
        }
        let waiting = self.state.waiting.unwrap_or_default();
        let owed = waiting.protocol.checked_add(waiting.creator);
        let real_quote = owed.and_then(|owed| quote.amount.checked_sub(owed));
        let priced_quote = self.priced_quote(quote.amount).ok_or(QuoteError::MathOverflow)?;
        if base.amount == 0 || priced_quote == 0 {
            return Err(QuoteError::LiquidityExceeded);
        }
        let supply = if self.state.is_mayhem_mode { MAYHEM_SUPPLY } else { base_mint.supply };
        let market_cap = u128::from(priced_quote)
            .saturating_mul(u128::from(supply))
            .checked_div(u128::from(base.amount))
            .ok_or(QuoteError::LiquidityExceeded)?;
        let rates = schedule.rates(Schedule::of(&self.identity, origin.is_canonical), market_cap);
        let gate = |direction| config.is_disabled(direction).then_some(QuoteError::SwapDisabled);
        Ok(Terms {
            gates: [gate(Direction::AToB), gate(Direction::BToA)],
            is_cashback_coin: self.state.is_cashback_coin,
            base: base.amount,
            quote: priced_quote,
            real_quote: real_quote.ok_or(QuoteError::MathOverflow)?,
            room: [base, quote].map(|vault| u64::MAX.saturating_sub(vault.amount)),
            rates: CompactRates::new(self.with_creator_fee(rates.ok_or(QuoteError::SwapDisabled)?, config))
                .ok_or(QuoteError::MathOverflow)?,
        })
    }

    /// Replaces the schedule's creator fee by the pool's own where that counts, and drops it where nobody would get it.
    fn with_creator_fee(&self, rates: FeeRates, config: &GlobalConfig) -> FeeRates {
        let creator = match self.state.creator_fee_rate {
            _ if !self.state.has_coin_creator => 0,
            own if own != 0 && config.is_creator_fee_configurable => own,
            _ => rates.creator,
        };
        FeeRates { creator, ..rates }
    }

    fn priced_quote(&self, vault: u64) -> Option<u64> {
        u64::try_from(i128::from(vault).checked_add(self.state.virtual_quote_reserves)?).ok()
    }

    /// Returns the reserves that swaps are priced against; `None` while a vault is missing.
    pub(super) fn reserves(&self) -> Option<[u64; 2]> {
        let [Some((_, base)), Some((_, quote))] = self.vaults else { return None };
        Some([base.amount, self.priced_quote(quote.amount).unwrap_or(0)])
    }
}

impl Terms {
    /// Returns why there is no quote of these instructions in a direction, whatever the amount.
    #[inline]
    pub(super) fn gate(&self, direction: Direction, set: InstructionSet) -> Option<QuoteError> {
        let (gate, _) = direction.input_output(self.gates);
        match set {
            InstructionSet::Current if gate.is_none() && self.is_cashback_coin => {
                Some(QuoteError::FeatureUnsupported)
            }
            InstructionSet::Current | InstructionSet::Legacy => gate,
        }
    }

    /// Sells base: `sell`, `sell_v2`. A sale too small to give anything is made for nothing.
    #[inline]
    pub(super) fn sell(&self, base: u64) -> Result<Trade, QuoteError> {
        if base == 0 {
            return Err(QuoteError::AmountZero);
        }
        let [room, _] = self.room;
        if base > room {
            return Err(QuoteError::MathOverflow);
        }
        let trade = self.with_fees(base, output_for(base, self.base, self.quote)?);
        let leaving = trade.quote.checked_sub(trade.fees.lp).ok_or(QuoteError::OutputZero)?;
        if leaving > self.real_quote {
            return Err(QuoteError::LiquidityExceeded);
        }
        // Each fee is at least one unit: they can be more than the sale gives.
        trade.received().map(|_| trade).ok_or(QuoteError::OutputZero)
    }

    /// Buys a fixed amount of base: `buy`, `buy_v2`.
    #[inline]
    pub(super) fn buy(&self, base: u64) -> Result<Trade, QuoteError> {
        if base == 0 {
            return Err(QuoteError::AmountZero);
        }
        let trade = self.with_fees(base, input_for(base, self.quote, self.base)?);
        let [_, room] = self.room;
        trade.paid().filter(|paid| *paid <= room).map(|_| trade).ok_or(QuoteError::MathOverflow)
    }

    /// Spends a fixed amount of quote, or one unit less of it where the fees round so: `buy_exact_quote_in`, and its `_v2`.
    #[inline]
    pub(super) fn spend(&self, budget: u64) -> Result<Trade, QuoteError> {
        if budget == 0 {
            return Err(QuoteError::AmountZero);
        }
        let [_, room] = self.room;
        if budget > room {
            return Err(QuoteError::MathOverflow);
        }
        let whole = self.rates.sum().saturating_add(TEN_THOUSANDTHS);
        let before = mul_div(budget, TEN_THOUSANDTHS, whole, Rounding::Down);
        let mut trade = self.with_fees(0, before.ok_or(QuoteError::MathOverflow)?);
        let excess = trade.paid().ok_or(QuoteError::MathOverflow)?.saturating_sub(budget);
        // The fees stay as they were computed: the excess is shaved off what is swapped, and one unit more of the price.
        trade.quote = trade.quote.checked_sub(excess).ok_or(QuoteError::OutputZero)?;
        let priced = trade.quote.checked_sub(1).ok_or(QuoteError::OutputZero)?;
        trade.base = output_for(priced, self.quote, self.base)?;
        if trade.base == 0 { Err(QuoteError::OutputZero) } else { Ok(trade) }
    }

    #[inline]
    fn with_fees(&self, base: u64, quote: u64) -> Trade {
        let CompactRates { lp, protocol, creator } = self.rates;
        let fees = FeeRates {
            lp: fee_on(quote, lp),
            protocol: fee_on(quote, protocol),
            creator: fee_on(quote, creator),
        };
        Trade { base, quote, fees }
    }

    /// Returns what no swap in a direction can pass.
    pub(super) fn bounds(&self, direction: Direction) -> Option<SwapBounds> {
        let taken = self.rates.sum();
        match direction {
            Direction::AToB => {
                let kept = TEN_THOUSANDTHS.checked_sub(taken)?;
                let rate_x64 = marginal_rate_x64(self.base, self.quote, kept, TEN_THOUSANDTHS)?;
                Some(SwapBounds { rate_x64, max_out: self.quote.min(self.real_quote) })
            }
            Direction::BToA => {
                let whole = TEN_THOUSANDTHS.checked_add(taken)?;
                let rate_x64 = marginal_rate_x64(self.quote, self.base, TEN_THOUSANDTHS, whole)?;
                Some(SwapBounds { rate_x64, max_out: self.base })
            }
        }
    }
}
