//! What the steps of a route have received and spent of each of its tokens.

use crate::amount_share::{share_down, WHOLE_BPS};
use crate::route_error::RouteError;
use crate::route_order::{read_step, RouteOrder};

/// Tokens of a route, the source included.
const SLOTS: usize = 16;

#[derive(Clone, Copy)]
struct Slot {
    received: u64,
    spent: u64,
    spent_bps: u16,
    is_given: bool,
}

/// The tokens of a route by the index that the plan gives them.
pub struct SlotLedger {
    slots: [Slot; SLOTS],
}

impl SlotLedger {
    /// Starts with the input in slot 0.
    #[inline(always)]
    #[must_use]
    pub const fn new(in_amount: u64) -> Self {
        const EMPTY: Slot = Slot {
            received: 0,
            spent: 0,
            spent_bps: 0,
            is_given: false,
        };
        let mut slots = [EMPTY; SLOTS];
        slots[0].received = in_amount;
        slots[0].is_given = true;
        Self { slots }
    }

    /// Takes a share of a slot, rounded down; the step that completes the whole takes what is left.
    ///
    /// # Errors
    ///
    /// `InvalidInputIndex` for a slot that nothing was given to, `NotEnoughPercent` beyond the whole.
    #[inline(always)]
    pub fn take(&mut self, index: u8, bps: u16) -> Result<u64, RouteError> {
        let slot = self
            .slots
            .get_mut(usize::from(index))
            .filter(|slot| slot.is_given)
            .ok_or(RouteError::InvalidInputIndex)?;
        let spent_bps = slot.spent_bps.saturating_add(bps);
        let left = slot.received.saturating_sub(slot.spent);
        let amount = if spent_bps == WHOLE_BPS {
            left
        } else {
            share_down(slot.received, bps).ok_or(RouteError::NotEnoughPercent)?
        };
        if bps == 0 || spent_bps > WHOLE_BPS {
            return Err(RouteError::NotEnoughPercent);
        }
        slot.spent_bps = spent_bps;
        slot.spent = slot.spent.saturating_add(amount);
        Ok(amount)
    }

    /// Adds what a step gave.
    ///
    /// # Errors
    ///
    /// `InvalidOutputIndex` for the source and for a slot that was spent from, `InvalidCalculation` beyond 64 bits.
    #[inline(always)]
    pub fn give(&mut self, index: u8, amount: u64) -> Result<(), RouteError> {
        let slot = self
            .slots
            .get_mut(usize::from(index))
            .filter(|slot| index != 0 && slot.spent_bps == 0)
            .ok_or(RouteError::InvalidOutputIndex)?;
        slot.received = slot
            .received
            .checked_add(amount)
            .ok_or(RouteError::InvalidCalculation)?;
        slot.is_given = true;
        Ok(())
    }

    /// Returns what a slot received.
    #[inline(always)]
    #[must_use]
    pub fn received(&self, index: u8) -> u64 {
        self.slots
            .get(usize::from(index))
            .map_or(0, |slot| slot.received)
    }

    /// Checks a plan before anything moves, and returns the slot in which it ends.
    ///
    /// # Errors
    ///
    /// Those of `take` and `give`; `NotEnoughPercent` for a token that is spent in part, `InvalidOutputIndex` for a second one
    /// that is not spent at all.
    #[inline(always)]
    pub fn check(order: &RouteOrder<'_>) -> Result<u8, RouteError> {
        let mut ledger = Self::new(0);
        let mut reader = order.plan;
        let mut last = 0;
        for _ in 0..order.step_count {
            let step = read_step(&mut reader, order.generation)?;
            ledger.take(step.input_slot, step.bps)?;
            ledger.give(step.output_slot, 0)?;
            last = step.output_slot;
        }
        for (index, slot) in ledger.slots.iter().enumerate() {
            if index == usize::from(last) || !slot.is_given || slot.spent_bps == WHOLE_BPS {
                continue;
            }
            return Err(if slot.spent_bps == 0 && index != 0 {
                RouteError::InvalidOutputIndex
            } else {
                RouteError::NotEnoughPercent
            });
        }
        Ok(last)
    }
}

#[cfg(test)]
mod tests {
    use super::SlotLedger;
    use crate::plan_reader::PlanReader;
    use crate::route_error::RouteError;
    use crate::route_order::{Generation, RouteOrder};

    /// Checks CPMM steps of percent, input and output.
    fn check(steps: &[[u8; 3]]) -> Result<u8, RouteError> {
        let mut bytes = [0_u8; 64];
        for (field, [percent, input, output]) in bytes.chunks_exact_mut(4).zip(steps) {
            field.copy_from_slice(&[46, *percent, *input, *output]);
        }
        let Ok(step_count) = u32::try_from(steps.len()) else {
            unreachable!()
        };
        SlotLedger::check(&RouteOrder {
            generation: Generation::One,
            in_amount: 1,
            minimum_out: 1,
            step_count,
            plan: PlanReader::new(&bytes, 0),
        })
    }

    #[test]
    fn splits_without_losing_a_unit() {
        let mut ledger = SlotLedger::new(100);
        assert_eq!(ledger.take(0, 3_333), Ok(33));
        assert_eq!(ledger.take(0, 3_333), Ok(33));
        assert_eq!(ledger.take(0, 3_334), Ok(34));
        assert_eq!(ledger.take(0, 1), Err(RouteError::NotEnoughPercent));
    }

    #[test]
    fn adds_up_what_several_steps_give() {
        let mut ledger = SlotLedger::new(100);
        assert_eq!(ledger.give(1, 40), Ok(()));
        assert_eq!(ledger.give(1, 2), Ok(()));
        assert_eq!(ledger.received(1), 42);
        assert_eq!(
            ledger.give(1, u64::MAX),
            Err(RouteError::InvalidCalculation)
        );
        assert_eq!(ledger.take(1, 10_000), Ok(42));
        assert_eq!(ledger.give(1, 1), Err(RouteError::InvalidOutputIndex));
    }

    #[test]
    fn accepts_chains_splits_and_round_trips() {
        assert_eq!(check(&[[100, 0, 1]]), Ok(1));
        assert_eq!(check(&[[100, 0, 1], [100, 1, 2]]), Ok(2));
        assert_eq!(
            check(&[[40, 0, 1], [60, 0, 2], [100, 1, 3], [100, 2, 3]]),
            Ok(3)
        );
    }

    #[test]
    fn refuses_plans_that_do_not_add_up() {
        assert_eq!(check(&[[99, 0, 1]]), Err(RouteError::NotEnoughPercent));
        assert_eq!(check(&[[101, 0, 1]]), Err(RouteError::NotEnoughPercent));
        assert_eq!(
            check(&[[100, 0, 1], [50, 1, 2]]),
            Err(RouteError::NotEnoughPercent)
        );
        assert_eq!(check(&[[100, 1, 2]]), Err(RouteError::InvalidInputIndex));
        assert_eq!(
            check(&[[100, 0, 1], [100, 2, 3]]),
            Err(RouteError::InvalidInputIndex)
        );
        assert_eq!(
            check(&[[100, 0, 1], [100, 16, 3]]),
            Err(RouteError::InvalidInputIndex)
        );
        assert_eq!(check(&[[100, 0, 0]]), Err(RouteError::InvalidOutputIndex));
        assert_eq!(check(&[[100, 0, 16]]), Err(RouteError::InvalidOutputIndex));
        assert_eq!(
            check(&[[50, 0, 1], [50, 0, 2]]),
            Err(RouteError::InvalidOutputIndex)
        );
    }
}
