//! What a swap of Raydium CPMM leaves behind: `programs/cp-swap/src/instructions/swap_base_input.rs` and
//! `states/pool.rs` (`update_fees`), fees split as in `curve/calculator.rs`.

use super::quote::{DirectionTerms, Parts, Terms};
use crate::constant_product::{input_for, output_for};
use crate::quote::{Direction, Quote, QuoteError, SwapMode};
use tandem_math::fee::{MILLIONTHS, amount_before_fee, fee_amount};
use tandem_math::mul_div::{Rounding, mul_div};

/// What a swap moves: into and out of the vaults, and what of it is owed from then on.
#[derive(Clone, Copy, Debug)]
struct Movement {
    arriving: u64,
    leaving: u64,
    /// Trade and creator fee, where both are taken from the input.
    input_fee: u64,
    creator_fee_out: u64,
}

impl Parts {
    /// Books a quoted swap: the vaults move by what arrives and leaves, and the protocol's, fund's and creator's shares are owed.
    pub(super) fn book(
        &mut self,
        terms: &Terms,
        direction: Direction,
        mode: SwapMode,
        quote: Quote,
        epoch: u64,
    ) -> Result<(), QuoteError> {
        let side = terms.direction(direction)?;
        let movement =
            movement(terms, &side, direction, mode, quote, epoch).ok_or(QuoteError::MathOverflow)?;
        let (owed_in, owed_out) = self.owed(&side, movement).ok_or(QuoteError::MathOverflow)?;
        let [Some(vault_0), Some(vault_1)] = self.vaults else { return Err(QuoteError::AccountMissing) };
        let (mut vault_in, mut vault_out) = direction.input_output([vault_0, vault_1]);
        // The classic token program trusts that no supply passes 64 bits, and so does the quote.
        vault_in.amount = vault_in.amount.saturating_add(movement.arriving);
        vault_out.amount = vault_out.amount.checked_sub(movement.leaving).ok_or(QuoteError::MathOverflow)?;
        let (before_in, before_out) = direction.input_output(self.state.owed);
        let after_in = before_in.and_then(|owed| owed.checked_add(owed_in));
        let after_out = before_out.and_then(|owed| owed.checked_add(owed_out));
        (self.vaults, self.state.owed) = match direction {
            Direction::AToB => ([Some(vault_in), Some(vault_out)], [after_in, after_out]),
            Direction::BToA => ([Some(vault_out), Some(vault_in)], [after_out, after_in]),
        };
        Ok(())
    }

    /// Returns what a swap adds to the debts on the input and on the output side; every share rounds down.
    fn owed(&self, side: &DirectionTerms, movement: Movement) -> Option<(u64, u64)> {
        let config = self.config?;
        let creator_rate = side.input_rate.saturating_sub(config.trade);
        let creator_in = if side.splits_input_fee && creator_rate != 0 {
            mul_div(movement.input_fee, creator_rate, side.input_rate, Rounding::Down)?
        } else {
            0
        };
        let trade_fee = movement.input_fee.checked_sub(creator_in)?;
        let protocol = mul_div(trade_fee, config.protocol_share, MILLIONTHS, Rounding::Down)?;
        let fund = mul_div(trade_fee, config.fund_share, MILLIONTHS, Rounding::Down)?;
        Some((protocol.checked_add(fund)?.checked_add(creator_in)?, movement.creator_fee_out))
    }
}

fn movement(
    terms: &Terms,
    side: &DirectionTerms,
    direction: Direction,
    mode: SwapMode,
    quote: Quote,
    epoch: u64,
) -> Option<Movement> {
    let (fee_in, fee_out) = terms.transfer_fees_at(direction, epoch);
    let arriving = fee_in.map_or(Some(quote.amount_in), |fee| fee.after_fee(quote.amount_in))?;
    match mode {
        SwapMode::ExactIn | SwapMode::PartialFill => {
            let input_fee = fee_amount(arriving, side.input_rate, MILLIONTHS)?;
            let swapped = arriving.checked_sub(input_fee)?;
            let given = output_for(swapped, side.reserve_in, side.reserve_out).ok()?;
            let creator_fee_out = fee_amount(given, side.output_rate, MILLIONTHS)?;
            Some(Movement {
                arriving,
                leaving: given.checked_sub(creator_fee_out)?,
                input_fee,
                creator_fee_out,
            })
        }
        SwapMode::ExactOut => {
            let leaving = fee_out.map_or(Some(quote.amount_out), |fee| fee.before_fee(quote.amount_out))?;
            let given = amount_before_fee(leaving, side.output_rate, MILLIONTHS)?;
            let swapped = input_for(given, side.reserve_in, side.reserve_out).ok()?;
            Some(Movement {
                arriving,
                leaving,
                input_fee: arriving.checked_sub(swapped)?,
                creator_fee_out: given.checked_sub(leaving)?,
            })
        }
    }
}
