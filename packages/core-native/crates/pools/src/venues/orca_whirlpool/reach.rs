//! What a pool can do at most, and what a swap costs: for the search and for the instruction.

use super::quote::Parts;
use super::swap_step::Given;
use super::tick_math::tick_at_sqrt_price;
use super::walk::StaticFee;
use crate::pool::Address;
use crate::quote::{ChainClock, Direction, SwapBounds, SwapMode, SwapOrder};
use tandem_math::fee::MILLIONTHS;
use tandem_math::mul_div::Rounding;
use tandem_math::sqrt_price::{amount_a_delta, amount_b_delta};
use tandem_math::wide::{U256, div_wide_256, mul_div_u128, mul_shr_64, wide_mul_u128};

/// Compute units of the real program for a swap of one step: the largest seen with addresses that need no search (35,600), and two
/// transfers of the classic token program (9,000).
const SWAP_UNITS: u32 = 48_000;
/// What each further step takes: 7,500 to 9,300 seen.
const STEP_UNITS: u32 = 9_500;
/// What an adaptive fee adds (5,400 seen), and a mint with a transfer fee.
const ADAPTIVE_FEE_UNITS: u32 = 6_000;
const TRANSFER_FEE_UNITS: u32 = 12_000;
/// What the program takes to derive the address of an array that does not exist, and for each bump that is a point of the curve
/// (1,500 and what is around them).
const DERIVATION_UNITS: u32 = 5_000;
const BUMP_UNITS: u32 = 1_800;

impl Parts {
    /// Returns what no swap in this direction can pass.
    pub(super) fn bounds(&self, direction: Direction, clock: &ChainClock) -> Option<SwapBounds> {
        if self.refusal(clock).is_some() || self.walk_start(direction, Given::Input, 1, 0).is_err() {
            return None;
        }
        let rate = match &self.oracle {
            Some(oracle) => self.adaptive_fee(oracle, direction, clock).least_rate(),
            None => self.state.fee_rate,
        };
        let kept = u128::from(MILLIONTHS).checked_sub(u128::from(rate))?;
        // Both steps round up. A price above 128 bits has no bound but the largest number.
        let rate_x64 = self
            .price_x64(direction)
            .and_then(|price| mul_div_u128(price, kept, u128::from(MILLIONTHS), Rounding::Up))
            .unwrap_or(u128::MAX);
        let [depth_a, depth_b] = self.depth();
        let max_out = match direction {
            Direction::AToB => depth_b,
            Direction::BToA => depth_a,
        };
        Some(SwapBounds { rate_x64, max_out })
    }

    /// Price of the input in the output, Q64.64, rounded up; `None` above 128 bits.
    fn price_x64(&self, direction: Direction) -> Option<u128> {
        let price = self.state.sqrt_price;
        let squared = wide_mul_u128(price, price);
        match direction {
            Direction::AToB => mul_shr_64(price, price, Rounding::Up),
            Direction::BToA => div_wide_256(U256 { high: 1 << 64, low: 0 }, squared, Rounding::Up),
        }
    }

    /// Returns what can be taken out within the known arrays, A first.
    pub(super) fn depth(&self) -> [u64; 2] {
        *self.depth.get_or_init(|| [self.depth_of(Direction::BToA), self.depth_of(Direction::AToB)])
    }

    /// The sum of what each stretch gives, rounded down as a swap through all of it is.
    fn depth_of(&self, direction: Direction) -> u64 {
        let (path, ticks) = self.window.path(direction);
        let (mut price, mut liquidity, mut sum) = (self.state.sqrt_price, self.state.liquidity, 0_u128);
        let mut add = |target: u128, net: i128| {
            let amount = match direction {
                Direction::AToB => amount_b_delta(price, target, liquidity, Rounding::Down),
                Direction::BToA => amount_a_delta(price, target, liquidity, Rounding::Down),
            };
            sum = sum.saturating_add(amount.unwrap_or(u128::MAX));
            price = target;
            let added = match direction {
                Direction::AToB => net.checked_neg(),
                Direction::BToA => Some(net),
            };
            // Where the liquidity would leave its range no swap goes on.
            liquidity = added.and_then(|added| liquidity.checked_add_signed(added)).unwrap_or(0);
        };
        match direction {
            Direction::AToB => ticks.iter().rev().for_each(|tick| add(tick.sqrt_price, tick.liquidity_net)),
            Direction::BToA => ticks.iter().for_each(|tick| add(tick.sqrt_price, tick.liquidity_net)),
        }
        add(path.last.sqrt_price, 0);
        u64::try_from(sum).unwrap_or(u64::MAX)
    }

    /// Returns the tick arrays to pass for a swap: those that it can come to if it pays no fee, and one more; three at most, the
    /// last one repeated.
    pub(super) fn tick_arrays(&self, direction: Direction, mode: SwapMode, amount: u64) -> Vec<Address> {
        let (given, amount) = match mode {
            SwapMode::ExactIn | SwapMode::PartialFill => (Given::Input, Some(amount)),
            SwapMode::ExactOut => (Given::Output, self.most_leaving(direction, amount)),
        };
        let walk = amount.and_then(|amount| {
            self.walk_start(direction, given, amount, 0).and_then(|start| start.walk(&mut StaticFee(0))).ok()
        });
        let tick = walk.filter(|walk| walk.remaining == 0).map(|walk| tick_at_sqrt_price(walk.sqrt_price));
        let mut addresses = self.window.addresses_to(&self.identity.address, direction, tick);
        if let Some(last) = addresses.last().copied() {
            addresses.resize(super::window::ARRAYS_A_SWAP, last);
        }
        addresses
    }

    /// Returns the most that leaves the vault for an output to arrive, whatever the epoch.
    fn most_leaving(&self, direction: Direction, amount: u64) -> Option<u64> {
        let (_, config) = direction.input_output(self.transfer_fees);
        match config {
            Some(config) => Some(config.older.before_fee(amount)?.max(config.newer.before_fee(amount)?)),
            None => Some(amount),
        }
    }

    /// Returns the compute units that a swap of one step may take on the real program.
    pub(super) fn least_compute_units(&self) -> u32 {
        let transfer_fees = self.transfer_fees.iter().flatten().map(|_| TRANSFER_FEE_UNITS);
        let absent = [Direction::AToB, Direction::BToA].map(|direction| {
            let bumps = self.window.absent_bumps(&self.identity.address, direction);
            bumps.fold(0_u32, |units, bump| {
                units.saturating_add(DERIVATION_UNITS).saturating_add(search_units(bump))
            })
        });
        let [absent_below, absent_above] = absent;
        let adaptive = if self.oracle.is_some() { ADAPTIVE_FEE_UNITS } else { 0 };
        transfer_fees
            .fold(SWAP_UNITS, u32::saturating_add)
            .saturating_add(absent_below.max(absent_above))
            .saturating_add(adaptive)
            .saturating_add(search_units(self.oracle_address().bump))
    }

    /// Returns the compute units that a swap may take on the real program; those of the shortest one where it is refused.
    pub(super) fn swap_compute_units(
        &self,
        direction: Direction,
        mode: SwapMode,
        amount: u64,
        clock: &ChainClock,
    ) -> u32 {
        let walked = self.quote(&SwapOrder::new(direction, mode, amount), clock);
        let further = walked.map_or(0, |walked| walked.walk.steps.saturating_sub(1));
        self.least_compute_units().saturating_add(further.saturating_mul(STEP_UNITS))
    }
}

/// What the program's search for a bump takes.
fn search_units(bump: u8) -> u32 {
    u32::from(u8::MAX.saturating_sub(bump)).saturating_mul(BUMP_UNITS)
}
