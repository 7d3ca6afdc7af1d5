//! Quotes of Raydium CPMM: `programs/cp-swap/src/{curve,instructions/swap_base_input.rs,instructions/swap_base_output.rs}`.

use super::layout::{ConfigRates, Identity, PoolState};
use crate::constant_product::{input_for, output_for};
use crate::quote::{Direction, QuoteError};
use crate::token_account::VaultBalance;
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
    pub(super) reserves: [u64; 2],
    /// What each vault can still take before its balance passes 64 bits.
    room: [u64; 2],
    /// Millionths taken from the input, and from the output, by direction.
    input_rates: [u64; 2],
    output_rates: [u64; 2],
    /// Transfer fees of the mints, where either has one.
    transfer_fees: Option<Box<[Option<TransferFeeConfig>; 2]>>,
}

impl Parts {
    pub(super) fn terms(&self) -> Terms {
        let mut terms = Terms {
            gate: self.gate(),
            open_time: self.state.open_time,
            reserves: [0; 2],
            room: [0; 2],
            input_rates: [0; 2],
            output_rates: [0; 2],
            transfer_fees: None,
        };
        let ([Some(vault_0), Some(vault_1)], Some(config)) = (self.vaults, self.config) else {
            return terms;
        };
        let [owed_0, owed_1] = self.state.owed;
        let tradable =
            |vault: VaultBalance, owed: Option<u64>| owed.map_or(0, |owed| vault.amount.saturating_sub(owed));
        terms.reserves = [tradable(vault_0, owed_0), tradable(vault_1, owed_1)];
        terms.room = [u64::MAX.saturating_sub(vault_0.amount), u64::MAX.saturating_sub(vault_1.amount)];
        let rates = [Direction::AToB, Direction::BToA].map(|direction| self.rates(config, direction));
        terms.input_rates = rates.map(|(input, _)| input);
        terms.output_rates = rates.map(|(_, output)| output);
        let transfer_fees = self.mints.map(|mint| mint.and_then(|mint| mint.transfer_fee));
        if transfer_fees.iter().any(Option::is_some) {
            terms.transfer_fees = Some(Box::new(transfer_fees));
        }
        terms
    }

    /// Millionths taken from the input and from the output.
    const fn rates(&self, config: ConfigRates, direction: Direction) -> (u64, u64) {
        if !self.state.is_creator_fee_enabled {
            (config.trade, 0)
        } else if self.state.creator_fee_on.is_input(direction) {
            (config.trade.saturating_add(config.creator), 0)
        } else {
            (config.trade, config.creator)
        }
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
        let (input_fee, output_fee) = self.transfer_fees_at(direction, epoch);
        let arriving = match input_fee {
            Some(fee) => fee.after_fee(amount).ok_or(QuoteError::MathOverflow)?,
            None => amount,
        };
        if arriving == 0 {
            return Err(QuoteError::AmountZero);
        }
        let (room, _) = direction.input_output(self.room);
        if arriving > room {
            return Err(QuoteError::MathOverflow);
        }
        let (input_rate, output_rate) = self.rates(direction);
        let fee = fee_amount(arriving, input_rate, MILLIONTHS).ok_or(QuoteError::MathOverflow)?;
        let swapped = arriving.checked_sub(fee).ok_or(QuoteError::MathOverflow)?;
        let (reserve_in, reserve_out) = direction.input_output(self.reserves);
        let mut output = output_for(swapped, reserve_in, reserve_out)?;
        if output_rate != 0 {
            let fee = fee_amount(output, output_rate, MILLIONTHS).ok_or(QuoteError::MathOverflow)?;
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
        let (input_fee, output_fee) = self.transfer_fees_at(direction, epoch);
        let (input_rate, output_rate) = self.rates(direction);
        let before_transfer = |fee: Option<TransferFee>, net: u64| match fee {
            Some(fee) => fee.before_fee(net).ok_or(QuoteError::MathOverflow),
            None => Ok(net),
        };
        let leaving = before_transfer(output_fee, amount)?;
        let taken = amount_before_fee(leaving, output_rate, MILLIONTHS).ok_or(QuoteError::MathOverflow)?;
        let (reserve_in, reserve_out) = direction.input_output(self.reserves);
        let swapped = input_for(taken, reserve_in, reserve_out)?;
        let arriving = amount_before_fee(swapped, input_rate, MILLIONTHS).ok_or(QuoteError::MathOverflow)?;
        let (room, _) = direction.input_output(self.room);
        if arriving > room {
            return Err(QuoteError::MathOverflow);
        }
        before_transfer(input_fee, arriving)
    }

    #[inline]
    fn rates(&self, direction: Direction) -> (u64, u64) {
        let (input, _) = direction.input_output(self.input_rates);
        let (output, _) = direction.input_output(self.output_rates);
        (input, output)
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
