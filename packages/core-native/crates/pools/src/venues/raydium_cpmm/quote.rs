//! Quotes of Raydium CPMM: `programs/cp-swap/src/{curve,instructions/swap_base_input.rs,instructions/swap_base_output.rs}`.

use super::layout::{ConfigRates, Identity, PoolState};
use crate::constant_product::{input_for, marginal_rate_x64, output_for};
use crate::quote::{Direction, QuoteError, SwapBounds};
use crate::token_account::{TOKEN_2022_PROGRAM, VaultBalance};
use crate::token_mint::MintTerms;
use tandem_math::fee::{MILLIONTHS, amount_before_fee, fee_amount};
use tandem_math::transfer_fee::{TransferFee, TransferFeeConfig};

/// `PoolStatusBitIndex::Swap`: set means swaps are off.
const STATUS_SWAP_DISABLED: u8 = 1 << 2;

/// What was decoded, from which `Terms` follow.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    pub(super) identity: Identity,
    pub(super) state: PoolState,
    pub(super) config: Option<ConfigRates>,
    pub(super) vaults: [Option<VaultBalance>; 2],
    pub(super) mints: [Option<MintTerms>; 2],
}

/// What a quote reads: with its venue it fills one cache line, so that a batch over many pools stays fast.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    pub(super) open_time: u64,
    /// Tradable, A first.
    reserves: [u64; 2],
    /// Millionths taken from the input and from the output, by direction, A to B first.
    input_rates: [u32; 2],
    output_rates: [u32; 2],
    /// What Token-2022 adds, where a mint is of it.
    pub(super) extended: Option<Box<Extended>>,
    /// Why there is no quote whatever the amount and the time.
    pub(super) gate: Option<QuoteError>,
    /// By direction, whether the program divides the input fee between trade and creator: where both rates are zero it
    /// divides by zero and refuses.
    splits_input_fee: [bool; 2],
}

/// What Token-2022 adds to a swap, A first.
#[derive(Clone, Debug)]
pub(super) struct Extended {
    pub(super) transfer_fees: [Option<TransferFeeConfig>; 2],
    /// What each vault can still take: Token-2022 refuses a balance above 64 bits; the classic program trusts that no
    /// supply is.
    rooms: [u64; 2],
}

/// What a quote in one direction reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct DirectionTerms {
    pub(super) reserve_in: u64,
    pub(super) reserve_out: u64,
    /// Millionths taken from the input and from the output.
    pub(super) input_rate: u64,
    pub(super) output_rate: u64,
    pub(super) splits_input_fee: bool,
}

impl Parts {
    pub(super) fn terms(&self) -> Terms {
        let rates = [Direction::AToB, Direction::BToA].map(|direction| self.rates(direction));
        Terms {
            open_time: self.state.open_time,
            reserves: self.reserves().unwrap_or_default(),
            input_rates: rates.map(|(input, _)| input),
            output_rates: rates.map(|(_, output)| output),
            extended: self.extended(),
            gate: self.gate(),
            splits_input_fee: [Direction::AToB, Direction::BToA]
                .map(|direction| self.state.creator_fee_on.is_input(direction)),
        }
    }

    /// Returns the millionths taken from the input and from the output; a config holds no rate above the whole.
    fn rates(&self, direction: Direction) -> (u32, u32) {
        let Some(config) = self.config else { return (0, 0) };
        let creator = if self.state.is_creator_fee_enabled { config.creator } else { 0 };
        let narrow = |rate: u64| u32::try_from(rate).unwrap_or(u32::MAX);
        if self.state.creator_fee_on.is_input(direction) {
            (narrow(config.trade.saturating_add(creator)), 0)
        } else {
            (narrow(config.trade), narrow(creator))
        }
    }

    fn extended(&self) -> Option<Box<Extended>> {
        if !self.identity.token_programs.contains(&TOKEN_2022_PROGRAM) {
            return None;
        }
        let [room_0, room_1] = [0, 1].map(|side: usize| {
            let is_checked = self.identity.token_programs.get(side) == Some(&TOKEN_2022_PROGRAM);
            let vault = self.vaults.get(side).copied().flatten().filter(|_| is_checked);
            vault.map_or(u64::MAX, |vault| u64::MAX.saturating_sub(vault.amount))
        });
        let transfer_fees = self.mints.map(|mint| mint.and_then(|mint| mint.transfer_fee));
        Some(Box::new(Extended { transfer_fees, rooms: [room_0, room_1] }))
    }

    /// Returns what of each vault can be traded; `None` while a vault is missing.
    pub(super) fn reserves(&self) -> Option<[u64; 2]> {
        let [vault_0, vault_1] = self.vaults;
        let [owed_0, owed_1] = self.state.owed;
        let tradable =
            |vault: VaultBalance, owed: Option<u64>| owed.map_or(0, |owed| vault.amount.saturating_sub(owed));
        Some([tradable(vault_0?, owed_0), tradable(vault_1?, owed_1)])
    }

    fn gate(&self) -> Option<QuoteError> {
        let ([Some(vault_0), Some(vault_1)], [Some(mint_0), Some(mint_1)], Some(_)) =
            (self.vaults, self.mints, self.config)
        else {
            return Some(QuoteError::AccountMissing);
        };
        if mint_0.has_unsupported_extension || mint_1.has_unsupported_extension {
            return Some(QuoteError::FeatureUnsupported);
        }
        if self.state.status & STATUS_SWAP_DISABLED != 0 || vault_0.is_frozen || vault_1.is_frozen {
            return Some(QuoteError::SwapDisabled);
        }
        let [owed_0, owed_1] = self.state.owed;
        let left = |vault: VaultBalance, owed: Option<u64>| vault.amount.checked_sub(owed?);
        match (left(vault_0, owed_0), left(vault_1, owed_1)) {
            (Some(0), Some(_)) | (Some(_), Some(0)) => Some(QuoteError::LiquidityExceeded),
            (Some(_), Some(_)) => None,
            (None, _) | (_, None) => Some(QuoteError::MathOverflow),
        }
    }
}

/// Returns what the pool gives for what arrives at it.
#[inline]
fn curve_output(terms: &DirectionTerms, arriving: u64) -> Result<u64, QuoteError> {
    let fee = fee_amount(arriving, terms.input_rate, MILLIONTHS).ok_or(QuoteError::MathOverflow)?;
    let swapped = arriving.checked_sub(fee).ok_or(QuoteError::MathOverflow)?;
    let output = output_for(swapped, terms.reserve_in, terms.reserve_out)?;
    if terms.output_rate == 0 {
        return Ok(output);
    }
    let fee = fee_amount(output, terms.output_rate, MILLIONTHS).ok_or(QuoteError::MathOverflow)?;
    output.checked_sub(fee).ok_or(QuoteError::MathOverflow)
}

impl Extended {
    #[inline(never)]
    fn exact_in(
        &self,
        terms: &DirectionTerms,
        direction: Direction,
        amount: u64,
        epoch: u64,
    ) -> Result<u64, QuoteError> {
        let (input_fee, output_fee) = self.transfer_fees_at(direction, epoch);
        let arriving = match input_fee {
            Some(fee) => fee.after_fee(amount).ok_or(QuoteError::MathOverflow)?,
            None => amount,
        };
        if arriving == 0 {
            return Err(QuoteError::AmountZero);
        }
        if arriving > direction.input_output(self.rooms).0 {
            return Err(QuoteError::MathOverflow);
        }
        let output = curve_output(terms, arriving)?;
        match output_fee {
            Some(fee) => fee.after_fee(output).ok_or(QuoteError::MathOverflow),
            None => Ok(output),
        }
    }

    fn transfer_fees_at(
        &self,
        direction: Direction,
        epoch: u64,
    ) -> (Option<TransferFee>, Option<TransferFee>) {
        direction.input_output(self.transfer_fees.map(|config| config.map(|config| config.at(epoch))))
    }
}

impl Terms {
    #[inline]
    pub(super) fn exact_in(&self, direction: Direction, amount: u64, epoch: u64) -> Result<u64, QuoteError> {
        if amount == 0 {
            return Err(QuoteError::AmountZero);
        }
        let terms = self.direction(direction)?;
        match &self.extended {
            None => curve_output(&terms, amount),
            Some(extended) => extended.exact_in(&terms, direction, amount, epoch),
        }
        .and_then(|output| if output == 0 { Err(QuoteError::OutputZero) } else { Ok(output) })
    }

    /// Returns what `exact_in` does where no mint is of Token-2022; `None` where it refuses.
    #[inline]
    pub(super) fn plain_output(&self, direction: Direction, amount: u64) -> Option<u64> {
        let terms = self.direction(direction).ok()?;
        curve_output(&terms, amount).ok().filter(|output| *output != 0)
    }

    pub(super) fn exact_out(&self, direction: Direction, amount: u64, epoch: u64) -> Result<u64, QuoteError> {
        if amount == 0 {
            return Err(QuoteError::AmountZero);
        }
        let terms = self.direction(direction)?;
        let (input_fee, output_fee) = self.transfer_fees_at(direction, epoch);
        let before_transfer = |fee: Option<TransferFee>, net: u64| match fee {
            Some(fee) => fee.before_fee(net).ok_or(QuoteError::MathOverflow),
            None => Ok(net),
        };
        let before_share =
            |net: u64, rate: u64| amount_before_fee(net, rate, MILLIONTHS).ok_or(QuoteError::MathOverflow);
        let taken = before_share(before_transfer(output_fee, amount)?, terms.output_rate)?;
        let swapped = input_for(taken, terms.reserve_in, terms.reserve_out)?;
        let arriving = before_share(swapped, terms.input_rate)?;
        if arriving > self.room(direction) {
            return Err(QuoteError::MathOverflow);
        }
        before_transfer(input_fee, arriving)
    }

    /// Returns what no swap in a direction can pass. Transfer fees are left out: they only take away.
    pub(super) fn bounds(&self, direction: Direction) -> Option<SwapBounds> {
        let terms = self.direction(direction).ok()?;
        let kept = MILLIONTHS.checked_sub(terms.input_rate)?;
        let before_output_fee = marginal_rate_x64(terms.reserve_in, terms.reserve_out, kept, MILLIONTHS)?;
        // The output fee rounds up, so the rate without it is a bound too; it is seldom charged.
        Some(SwapBounds { rate_x64: before_output_fee, max_out: terms.reserve_out })
    }

    #[inline]
    pub(super) fn direction(&self, direction: Direction) -> Result<DirectionTerms, QuoteError> {
        let (reserve_in, reserve_out) = direction.input_output(self.reserves);
        let (input_rate, _) = direction.input_output(self.input_rates);
        let (output_rate, _) = direction.input_output(self.output_rates);
        let (splits_input_fee, _) = direction.input_output(self.splits_input_fee);
        if input_rate == 0 && splits_input_fee {
            return Err(QuoteError::MathOverflow);
        }
        let (input_rate, output_rate) = (u64::from(input_rate), u64::from(output_rate));
        Ok(DirectionTerms { reserve_in, reserve_out, input_rate, output_rate, splits_input_fee })
    }

    /// Returns what the input vault can still take.
    fn room(&self, direction: Direction) -> u64 {
        self.extended.as_ref().map_or(u64::MAX, |extended| direction.input_output(extended.rooms).0)
    }

    pub(super) fn transfer_fees_at(
        &self,
        direction: Direction,
        epoch: u64,
    ) -> (Option<TransferFee>, Option<TransferFee>) {
        let extended = self.extended.as_ref();
        extended.map_or((None, None), |extended| extended.transfer_fees_at(direction, epoch))
    }
}
