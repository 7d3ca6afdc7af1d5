//! What lies between two neighbouring ticks: the same whatever the price is, as long as the ticks are. Swaps over many ticks look
//! it up instead of dividing at each.

use super::layout::Tick;
use crate::quote::Direction;
use tandem_math::mul_div::Rounding;
use tandem_math::sqrt_price::{amount_a_delta, amount_b_delta};

/// The token A and B between two ticks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    /// Rounded down.
    a: u64,
    b: u64,
    /// Whether rounding up gives one more.
    is_a_cut: bool,
    is_b_cut: bool,
    /// Whether the amounts are known: not where one passes 64 bits.
    is_known: bool,
}

impl Span {
    /// Returns the amounts between two prices, the lower one first.
    fn between(lower: u128, upper: u128, liquidity: u128) -> Option<Self> {
        let amounts = |rounding| {
            let a = amount_a_delta(lower, upper, liquidity, rounding)?;
            let b = amount_b_delta(lower, upper, liquidity, rounding)?;
            Some((u64::try_from(a).ok()?, u64::try_from(b).ok()?))
        };
        let ((a, b), (a_up, b_up)) = (amounts(Rounding::Down)?, amounts(Rounding::Up)?);
        Some(Self { a, b, is_a_cut: a != a_up, is_b_cut: b != b_up, is_known: true })
    }

    /// Returns the input, rounded up, and the output, rounded down, of a swap through all of it.
    #[inline]
    pub(super) fn amounts(&self, direction: Direction) -> Option<(u64, u64)> {
        if !self.is_known {
            return None;
        }
        // A cut amount was below a greater one of 64 bits.
        match direction {
            Direction::AToB => Some((self.a.checked_add(u64::from(self.is_a_cut))?, self.b)),
            Direction::BToA => Some((self.b.checked_add(u64::from(self.is_b_cut))?, self.a)),
        }
    }
}

/// Returns the liquidity between the lowest of the ticks and the one above, modulo 2^128: with the ticks it tells that of all.
pub(super) fn base_liquidity(ticks: &[Tick], split: usize, liquidity: u128) -> u128 {
    let between = ticks.get(1..split).unwrap_or_default();
    between.iter().fold(liquidity, |below, tick| below.wrapping_add_signed(net_of(tick).wrapping_neg()))
}

/// Fills the spans of ticks around a price with a liquidity, `split` ticks below it. Those beyond an impossible liquidity stay
/// unknown: the program fails there.
pub(super) fn fill_spans(ticks: &mut [Tick], split: usize, liquidity: u128) {
    let mut beyond = Some(liquidity);
    for place in split..ticks.len() {
        let net = ticks.get(place).map_or(0, net_of);
        beyond = beyond.and_then(|liquidity| liquidity.checked_add_signed(net));
        fill_span(ticks, place, beyond);
    }
    let mut beyond = Some(liquidity);
    for place in (0..split).rev() {
        fill_span(ticks, place, beyond);
        let net = ticks.get(place).map_or(0, net_of).checked_neg();
        beyond = beyond.and_then(|liquidity| liquidity.checked_add_signed(net?));
    }
}

fn fill_span(ticks: &mut [Tick], place: usize, liquidity: Option<u128>) {
    let upper = ticks.get(place.saturating_add(1)).map(|tick| tick.sqrt_price);
    if let Some(tick) = ticks.get_mut(place) {
        let span = upper
            .zip(liquidity)
            .and_then(|(upper, liquidity)| Span::between(tick.sqrt_price, upper, liquidity));
        tick.span = span.unwrap_or_default();
    }
}

fn net_of(tick: &Tick) -> i128 {
    if tick.has_liquidity { tick.liquidity_net } else { 0 }
}
