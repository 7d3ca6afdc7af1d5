//! What a swap takes: bounds over what the real program took in `vectors/venues/meteora_damm_v2.json` and in captured swaps.
//! Those were measured with a token program of about 100 units a transfer; the costs of the usual ones are added.

use super::base_fee::BaseFeeRule;
use super::layout::CollectFeeMode;
use super::quote::Parts;
use crate::quote::{Direction, SwapMode};
use crate::token_account::TOKEN_2022_PROGRAM;

/// A swap within a range at a constant fee: 18,400 were seen.
const PLAIN: u32 = 19_000;
/// `TransferChecked` of the classic token program, and of Token-2022 with a transfer fee.
const CLASSIC_TRANSFER: u32 = 6_400;
const EXTENDED_TRANSFER: u32 = 10_000;
/// The square root that follows the reserves goes bit by bit: 14,700 for reserves alike, half as much again at the ends.
const COMPOUNDING: u32 = 22_000;
/// Volatility of both sides of the swap: 4,500 were seen.
const DYNAMIC_FEE: u32 = 5_500;
/// Counting the reserves of an old pool: 5,100 were seen.
const FIRST_LAYOUT: u32 = 6_000;
/// Powers or price steps: 2,800 were seen.
const SCHEDULE: u32 = 5_000;
/// Looking through the transaction, whose earlier instructions it reads, and the stepped fee.
const LIMITER: u32 = 8_000;
/// A rate limiter that is asked backwards takes a square root of up to 194 bits: 18,000 were seen for 102.
const LIMITER_INVERSE: u32 = 36_000;

impl Parts {
    /// Returns the compute units a swap may take.
    pub(super) fn compute_units(&self, direction: Direction, mode: SwapMode) -> u32 {
        let state = &self.state;
        let when = |is_so: bool, units: u32| if is_so { units } else { 0 };
        let fee = match state.base_fee {
            BaseFeeRule::Constant(_) => 0,
            BaseFeeRule::Time { .. } | BaseFeeRule::MarketCap { .. } => SCHEDULE,
            BaseFeeRule::Limited(_) if direction == Direction::AToB => 0,
            BaseFeeRule::Limited(_) if mode == SwapMode::ExactIn => LIMITER,
            BaseFeeRule::Limited(_) => LIMITER.saturating_add(LIMITER_INVERSE),
        };
        let transfers =
            self.identity.token_programs.iter().map(|program| {
                if *program == TOKEN_2022_PROGRAM { EXTENDED_TRANSFER } else { CLASSIC_TRANSFER }
            });
        let parts = [
            PLAIN,
            fee,
            when(state.collect_fee_mode == CollectFeeMode::Compounding, COMPOUNDING),
            when(state.dynamic_fee.is_some(), DYNAMIC_FEE),
            when(state.token_amounts.is_none(), FIRST_LAYOUT),
        ];
        parts.into_iter().chain(transfers).fold(0, u32::saturating_add)
    }
}
