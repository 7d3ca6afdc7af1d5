//! What a swap of `PumpSwap` leaves behind: `programs/pump-amm/src/instructions/swap/{sell,buy,trade_v2}.rs`.

use super::layout::{PoolState, WaitingFees};
use super::quote::{Parts, Trade};
use crate::quote::{Direction, InstructionSet, QuoteError};
use tandem_math::fee::TEN_THOUSANDTHS;
use tandem_math::mul_div::{Rounding, mul_div};

impl Parts {
    /// Books a trade. The older instructions pay the protocol's and the creator's fee out of the vault; the newer ones pay the
    /// buyback share of the protocol's and keep the rest waiting there, outside of what is priced.
    pub(super) fn book(
        &mut self,
        direction: Direction,
        set: InstructionSet,
        trade: &Trade,
    ) -> Result<(), QuoteError> {
        let (vaults, state) = self.booked(direction, set, trade).ok_or(QuoteError::MathOverflow)?;
        let ([Some((_, base)), Some((_, quote))], [base_after, quote_after]) = (&mut self.vaults, vaults)
        else {
            return Err(QuoteError::AccountMissing);
        };
        base.amount = base_after;
        quote.amount = quote_after;
        self.state = state;
        Ok(())
    }

    fn booked(
        &self,
        direction: Direction,
        set: InstructionSet,
        trade: &Trade,
    ) -> Option<([u64; 2], PoolState)> {
        let [Some((_, base)), Some((_, quote))] = self.vaults else { return None };
        let mut state = self.state;
        let kept = match set {
            InstructionSet::Legacy => 0,
            InstructionSet::Current => {
                let protocol = trade.fees.protocol.checked_sub(self.buyback(trade.fees.protocol)?)?;
                let before = state.waiting.unwrap_or_default();
                state.waiting = Some(WaitingFees {
                    protocol: before.protocol.checked_add(protocol)?,
                    creator: before.creator.checked_add(trade.fees.creator)?,
                });
                protocol.checked_add(trade.fees.creator)?
            }
        };
        state.virtual_quote_reserves = state.virtual_quote_reserves.checked_sub(i128::from(kept))?;
        let vaults = match direction {
            Direction::AToB => {
                let leaving = trade.quote.checked_sub(trade.fees.lp)?.checked_sub(kept)?;
                [base.amount.checked_add(trade.base)?, quote.amount.checked_sub(leaving)?]
            }
            Direction::BToA => {
                let arriving = trade.quote.checked_add(trade.fees.lp)?.checked_add(kept)?;
                [base.amount.checked_sub(trade.base)?, quote.amount.checked_add(arriving)?]
            }
        };
        Some((vaults, state))
    }

    /// Returns the share of a protocol fee that is paid at once, rounded down; coins in mayhem mode have none.
    fn buyback(&self, protocol_fee: u64) -> Option<u64> {
        if self.state.is_mayhem_mode {
            return Some(0);
        }
        mul_div(protocol_fee, self.config?.buyback_rate, TEN_THOUSANDTHS, Rounding::Down)
    }
}
