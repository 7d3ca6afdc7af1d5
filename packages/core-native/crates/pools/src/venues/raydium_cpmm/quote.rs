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

/// What a quote reads: small, so that a batch over many pools stays in the cache.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    /// Why there is no quote whatever the amount and the time.
    pub(super) gate: Option<QuoteError>,
    pub(super) open_time: u64,
    /// By direction, A to B first.
    directions: [DirectionTerms; 2],
    /// Transfer fees of the mints, where either has one.
    pub(super) transfer_fees: Option<Box<[Option<TransferFeeConfig>; 2]>>,
}

/// What a quote in one direction reads.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct DirectionTerms {
    pub(super) reserve_in: u64,
    pub(super) reserve_out: u64,
    /// What the input vault can still take. Token-2022 refuses a balance above 64 bits; the classic program trusts that no
    /// supply is.
    room: u64,
    /// Millionths taken from the input and from the output.
    pub(super) input_rate: u64,
    pub(super) output_rate: u64,
    /// Whether the program divides the input fee between trade and creator: where both rates are zero it divides by zero
    /// and refuses.
    pub(super) splits_input_fee: bool,
}

impl Parts {
    pub(super) fn terms(&self) -> Terms {
        let transfer_fees = self.mints.map(|mint| mint.and_then(|mint| mint.transfer_fee));
        Terms {
            gate: self.gate(),
            open_time: self.state.open_time,
            directions: [Direction::AToB, Direction::BToA]
                .map(|direction| self.direction_terms(direction).unwrap_or_default()),
            transfer_fees: transfer_fees.iter().any(Option::is_some).then(|| Box::new(transfer_fees)),
        }
    }

    fn direction_terms(&self, direction: Direction) -> Option<DirectionTerms> {
        let config = self.config?;
        let [reserve_0, reserve_1] = self.reserves()?;
        let (reserve_in, reserve_out) = direction.input_output([reserve_0, reserve_1]);
        let (vault, _) = direction.input_output(self.vaults);
        let (token_program, _) = direction.input_output(self.identity.token_programs);
        let is_checked = token_program == TOKEN_2022_PROGRAM;
        let splits_input_fee = self.state.creator_fee_on.is_input(direction);
        let creator = if self.state.is_creator_fee_enabled { config.creator } else { 0 };
        Some(DirectionTerms {
            reserve_in,
            reserve_out,
            room: if is_checked { u64::MAX.saturating_sub(vault?.amount) } else { u64::MAX },
            input_rate: if splits_input_fee { config.trade.saturating_add(creator) } else { config.trade },
            output_rate: if splits_input_fee { 0 } else { creator },
            splits_input_fee,
        })
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

impl Terms {
    #[inline]
    pub(super) fn exact_in(&self, direction: Direction, amount: u64, epoch: u64) -> Result<u64, QuoteError> {
        if amount == 0 {
            return Err(QuoteError::AmountZero);
        }
        let terms = self.direction(direction)?;
        let (input_fee, output_fee) = self.transfer_fees_at(direction, epoch);
        let arriving = match input_fee {
            Some(fee) => fee.after_fee(amount).ok_or(QuoteError::MathOverflow)?,
            None => amount,
        };
        if arriving == 0 {
            return Err(QuoteError::AmountZero);
        }
        if arriving > terms.room {
            return Err(QuoteError::MathOverflow);
        }
        let fee = fee_amount(arriving, terms.input_rate, MILLIONTHS).ok_or(QuoteError::MathOverflow)?;
        let swapped = arriving.checked_sub(fee).ok_or(QuoteError::MathOverflow)?;
        let mut output = output_for(swapped, terms.reserve_in, terms.reserve_out)?;
        if terms.output_rate != 0 {
            let fee = fee_amount(output, terms.output_rate, MILLIONTHS).ok_or(QuoteError::MathOverflow)?;
            output = output.checked_sub(fee).ok_or(QuoteError::MathOverflow)?;
        }
        if let Some(fee) = output_fee {
            output = fee.after_fee(output).ok_or(QuoteError::MathOverflow)?;
        }
        if output == 0 { Err(QuoteError::OutputZero) } else { Ok(output) }
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
        if arriving > terms.room {
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
    pub(super) fn direction(&self, direction: Direction) -> Result<&DirectionTerms, QuoteError> {
        let [a_to_b, b_to_a] = &self.directions;
        let terms = match direction {
            Direction::AToB => a_to_b,
            Direction::BToA => b_to_a,
        };
        if terms.input_rate == 0 && terms.splits_input_fee {
            return Err(QuoteError::MathOverflow);
        }
        Ok(terms)
    }

    #[inline]
    pub(super) fn transfer_fees_at(
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
