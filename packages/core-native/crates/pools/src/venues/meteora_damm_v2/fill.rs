//! One swap with its fees: `programs/cp-amm/src/state/pool.rs` (`get_swap_result_from_*`) within
//! `instructions/swap/{swap_exact_in.rs,swap_exact_out.rs,swap_partial_fill.rs}`.

use super::base_fee::FeeBase;
use super::curve::{Curve, Moved, give_along_reserves, take_along_reserves};
use super::layout::BILLIONTHS;
use super::quote::Terms;
use crate::quote::{Direction, QuoteError};
use tandem_math::fee::{amount_before_fee, fee_amount};
use tandem_math::transfer_fee::TransferFee;

/// A priced swap.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fill {
    /// Gross debit of the payer and net credit.
    pub(super) paid: u64,
    pub(super) received: u64,
    pub(super) moved: Moved,
    /// The pool's fee, in the token it is taken in.
    pub(super) fee: u64,
}

/// One swap's circumstances.
pub(super) struct Side<'a> {
    pub(super) terms: &'a Terms,
    pub(super) direction: Direction,
    pub(super) is_fee_on_input: bool,
    /// Now, in what the pool's activation counts in.
    pub(super) point: u64,
    /// Transfer fees of the input and of the output.
    pub(super) transfer_fees: (Option<TransferFee>, Option<TransferFee>),
}

impl Side<'_> {
    #[inline]
    pub(super) fn exact_in(&self, amount: u64) -> Result<Fill, QuoteError> {
        let arriving = self.arriving(amount)?;
        let numerator = self.numerator(FeeBase::Included(arriving))?;
        if self.is_fee_on_input {
            let fee = fee_of(arriving, numerator)?;
            let moved = self.give(arriving.checked_sub(fee).ok_or(QuoteError::MathOverflow)?)?;
            return Ok(Fill { paid: amount, received: self.credited(moved.leaving)?, moved, fee });
        }
        let moved = self.give(arriving)?;
        let (received, fee) = self.received_after_fee(moved.leaving, numerator)?;
        Ok(Fill { paid: amount, received, moved, fee })
    }

    #[inline]
    pub(super) fn exact_out(&self, amount: u64) -> Result<Fill, QuoteError> {
        let (_, fee_out) = self.transfer_fees;
        let sent = before_transfer(fee_out, amount)?;
        if self.is_fee_on_input {
            let moved = self.take(sent)?;
            let gross = self.gross_of(moved.entering)?;
            let fee = gross.checked_sub(moved.entering).ok_or(QuoteError::MathOverflow)?;
            return Ok(Fill { paid: self.debited(gross)?, received: amount, moved, fee });
        }
        let taken = self.gross_of(sent)?;
        let moved = self.take(taken)?;
        let fee = taken.checked_sub(sent).ok_or(QuoteError::MathOverflow)?;
        Ok(Fill { paid: self.debited(moved.entering)?, received: amount, moved, fee })
    }

    pub(super) fn partial_fill(&self, amount: u64) -> Result<Fill, QuoteError> {
        let arriving = self.arriving(amount)?;
        let numerator = self.numerator(FeeBase::Included(arriving))?;
        let fee_in = if self.is_fee_on_input { fee_of(arriving, numerator)? } else { 0 };
        let offered = arriving.checked_sub(fee_in).ok_or(QuoteError::MathOverflow)?;
        let moved = match self.terms.curve {
            Curve::Range(range) => range.give_what_fits(self.direction, offered)?,
            Curve::Reserves => self.give(offered)?,
        };
        let gross = if moved.entering == offered {
            arriving
        } else if self.is_fee_on_input {
            self.gross_of(moved.entering)?
        } else {
            moved.entering
        };
        if gross == 0 {
            return Err(QuoteError::AmountZero);
        }
        let (received, fee) = if self.is_fee_on_input {
            let fee = gross.checked_sub(moved.entering).ok_or(QuoteError::MathOverflow)?;
            (self.credited(moved.leaving)?, fee)
        } else {
            self.received_after_fee(moved.leaving, numerator)?
        };
        Ok(Fill { paid: self.debited(gross)?, received, moved, fee })
    }

    #[inline]
    fn give(&self, entering: u64) -> Result<Moved, QuoteError> {
        match &self.terms.curve {
            Curve::Range(range) => range.give(self.direction, entering),
            Curve::Reserves => {
                give_along_reserves(entering, self.direction.input_output(self.terms.reserves))
            }
        }
    }

    #[inline]
    fn take(&self, leaving: u64) -> Result<Moved, QuoteError> {
        match &self.terms.curve {
            Curve::Range(range) => range.take(self.direction, leaving),
            Curve::Reserves => take_along_reserves(leaving, self.direction.input_output(self.terms.reserves)),
        }
    }

    /// `get_total_fee_numerator`: base and dynamic fee up to the largest.
    #[inline]
    fn numerator(&self, amount: FeeBase) -> Result<u64, QuoteError> {
        let base = self.terms.base_fee.numerator(self.direction, amount, self.point);
        let total = base.and_then(|base| base.checked_add(self.terms.dynamic_numerator));
        Ok(total.ok_or(QuoteError::MathOverflow)?.min(self.terms.max_numerator))
    }

    /// Returns an amount with the fee that comes on top of it, rounded up.
    #[inline]
    fn gross_of(&self, net: u64) -> Result<u64, QuoteError> {
        let numerator = self.numerator(FeeBase::Excluded(net))?;
        amount_before_fee(net, numerator, BILLIONTHS).ok_or(QuoteError::MathOverflow)
    }

    #[inline]
    fn arriving(&self, amount: u64) -> Result<u64, QuoteError> {
        let (fee_in, _) = self.transfer_fees;
        let arriving = after_transfer(fee_in, amount)?;
        if arriving == 0 { Err(QuoteError::AmountZero) } else { Ok(arriving) }
    }

    #[inline]
    fn credited(&self, sent: u64) -> Result<u64, QuoteError> {
        let (_, fee_out) = self.transfer_fees;
        after_transfer(fee_out, sent)
    }

    /// Returns the net credit and the fee of an output that pays it.
    #[inline]
    fn received_after_fee(&self, leaving: u64, numerator: u64) -> Result<(u64, u64), QuoteError> {
        let fee = fee_of(leaving, numerator)?;
        let sent = leaving.checked_sub(fee).ok_or(QuoteError::MathOverflow)?;
        Ok((self.credited(sent)?, fee))
    }

    #[inline]
    fn debited(&self, arriving: u64) -> Result<u64, QuoteError> {
        let (fee_in, _) = self.transfer_fees;
        before_transfer(fee_in, arriving)
    }
}

/// Returns the fee in an amount, rounded up.
#[inline]
fn fee_of(amount: u64, numerator: u64) -> Result<u64, QuoteError> {
    fee_amount(amount, numerator, BILLIONTHS).ok_or(QuoteError::MathOverflow)
}

#[inline]
fn after_transfer(fee: Option<TransferFee>, amount: u64) -> Result<u64, QuoteError> {
    match fee {
        Some(fee) => fee.after_fee(amount).ok_or(QuoteError::MathOverflow),
        None => Ok(amount),
    }
}

#[inline]
fn before_transfer(fee: Option<TransferFee>, net: u64) -> Result<u64, QuoteError> {
    match fee {
        // `calculate_transfer_fee_included_amount` asks nothing for nothing, whatever the rate.
        Some(fee) if net != 0 => fee.before_fee(net).ok_or(QuoteError::MathOverflow),
        Some(_) | None => Ok(net),
    }
}
