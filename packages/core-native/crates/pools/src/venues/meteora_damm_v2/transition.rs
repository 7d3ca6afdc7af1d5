//! What a swap of Meteora DAMM v2 leaves behind: `programs/cp-amm/src/state/pool.rs` (`update_pre_swap`,
//! `apply_swap_result`, `update_post_swap`).

use super::curve::{Curve, sqrt_price_of_reserves};
use super::fill::Fill;
use super::layout::CollectFeeMode;
use super::quote::{Parts, Terms};
use crate::quote::{ChainClock, Direction};

impl Parts {
    /// Books a priced swap; `None`, with nothing changed, where a counter of the program overflows.
    pub(super) fn book(
        &mut self,
        terms: &Terms,
        direction: Direction,
        fill: &Fill,
        clock: &ChainClock,
    ) -> Option<()> {
        let mut state = self.state;
        let (protocol, compounding) = self.shares().split(fill.fee)?;
        let [reserve_a, reserve_b] = terms.reserves;
        let (moved, is_fee_in_a) = (&fill.moved, self.is_fee_in_a(direction));
        let (after_a, after_b) = match direction {
            Direction::AToB => {
                (reserve_a.checked_add(moved.entering)?, reserve_b.checked_sub(moved.leaving)?)
            }
            Direction::BToA => {
                (reserve_a.checked_sub(moved.leaving)?, reserve_b.checked_add(moved.entering)?)
            }
        };
        // Whatever the token of the fee, its compounding share stays with token B; only pools whose fees are in B have one.
        let amounts = [after_a, after_b.checked_add(compounding)?];
        state.token_amounts = Some(amounts);
        let added = if is_fee_in_a { [protocol, 0] } else { [0, protocol] };
        state.protocol_fees = sums(state.protocol_fees, added)?;
        state.total_protocol_fees = sums(state.total_protocol_fees, added)?;
        let before = state.sqrt_price;
        state.sqrt_price = match terms.curve {
            Curve::Range(_) => moved.sqrt_price,
            Curve::Reserves => sqrt_price_of_reserves(amounts)?,
        };
        if let Some(fee) = state.dynamic_fee {
            state.dynamic_fee = Some(fee.after_swap(before, state.sqrt_price, clock.unix_timestamp)?);
        }
        self.state = state;
        Some(())
    }

    fn is_fee_in_a(&self, direction: Direction) -> bool {
        self.state.collect_fee_mode == CollectFeeMode::BothToken && direction == Direction::BToA
    }
}

fn sums([left_a, left_b]: [u64; 2], [right_a, right_b]: [u64; 2]) -> Option<[u64; 2]> {
    Some([left_a.checked_add(right_a)?, left_b.checked_add(right_b)?])
}
