//! What one bin gives: market making first, then processed and open limit orders, all at the bin's price (dlmm-sdk fb02e51,
//! `commons/src/quote.rs`).

use crate::checked::{less, more};
use crate::dlmm_error::DlmmError;
use crate::lb_pair::{Direction, FeeSide};
use wide_math::{mul_div, over_q64, times_q64, Rounding, Wide};

/// The whole of which the fee rates are parts.
const FEE_PRECISION: u64 = 1_000_000_000;
const BASIS_POINTS: u64 = 10_000;
/// What the placer of a limit order gets of its fee, in basis points.
const LIMIT_ORDER_FEE_SHARE: u64 = 5_000;

/// What a bin can give, in the order in which it is taken.
#[derive(Clone, Copy, Debug)]
pub struct Layers {
    /// Y per X, with 64 fractional bits.
    pub price: Wide,
    /// The direction of the swap.
    pub direction: Direction,
    /// What the liquidity providers hold.
    pub market: u64,
    /// What is left of the limit orders that were reached before.
    pub processed: u64,
    /// Limit orders that were not reached yet.
    pub open: u64,
}

/// The fee of one bin.
#[derive(Clone, Copy, Debug)]
pub struct FeeTerms {
    /// Parts of 10^9.
    pub rate: u64,
    /// From which side it is taken.
    pub side: FeeSide,
    /// The protocol's part, in basis points.
    pub protocol_share: u64,
}

/// What one bin took and gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fill {
    /// What the trader paid, the fee on the input included.
    pub paid: u64,
    /// What the trader got, the fee on the output excluded.
    pub received: u64,
    /// The fee.
    pub fee: u64,
    /// What the layers took together.
    pub input: u64,
    /// What the market layer took.
    pub market_in: u64,
    /// What the market layer gave.
    pub market_out: u64,
    /// What the processed orders gave.
    pub processed_out: u64,
    /// What the open orders gave.
    pub open_out: u64,
    /// What was given beyond a fixed output and belongs to the protocol.
    pub surplus: u64,
}

/// Who gets the fee of a bin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeeSplit {
    /// The liquidity providers.
    pub market: u64,
    /// The protocol, of the providers' part.
    pub protocol_of_market: u64,
    /// The orders' part, which its placers and the protocol divide.
    pub paid_by_orders: u64,
    /// The placers of limit orders.
    pub orders: u64,
    /// The protocol, of the orders' part.
    pub protocol_of_orders: u64,
}

impl Layers {
    /// Returns all that the bin can give.
    #[inline(always)]
    #[must_use]
    pub fn total(&self) -> u64 {
        self.market
            .saturating_add(self.open)
            .saturating_add(self.processed)
    }

    /// Returns the least that must go in for an output: rounded up.
    #[inline(always)]
    fn cost(&self, output: u64) -> Result<u64, DlmmError> {
        match self.direction {
            Direction::XToY => over_q64(output, self.price, Rounding::Up),
            Direction::YToX => times_q64(output, self.price, Rounding::Up),
        }
        .ok_or(self.failure())
    }

    /// Returns what an input is worth: rounded down.
    #[inline(always)]
    fn worth(&self, input: u64) -> Result<u64, DlmmError> {
        match self.direction {
            Direction::XToY => times_q64(input, self.price, Rounding::Down),
            Direction::YToX => over_q64(input, self.price, Rounding::Down),
        }
        .ok_or(self.failure())
    }

    /// A zero price divides nothing; every other failure is a result above 64 bits.
    #[inline(always)]
    fn failure(&self) -> DlmmError {
        if self.price == Wide::from(0_u64) {
            DlmmError::MathOverflow
        } else {
            DlmmError::TypeCastFailed
        }
    }
}

/// What one layer took and gave.
#[derive(Default)]
struct LayerFill {
    input: u64,
    output: u64,
}

/// Takes what an input is worth from one layer, or all of it.
///
/// Called and not inlined, because every bin has three layers.
#[inline(never)]
fn fill_layer(
    layers: &Layers,
    most: u64,
    offered: u64,
    filled: &mut LayerFill,
) -> Result<(), DlmmError> {
    *filled = LayerFill::default();
    if most == 0 {
        return Ok(());
    }
    let cost = layers.cost(most)?;
    if offered >= cost {
        *filled = LayerFill {
            input: cost,
            output: most,
        };
    } else {
        *filled = LayerFill {
            input: offered,
            output: layers.worth(offered)?,
        };
    }
    Ok(())
}

/// Fills as much of an input as the bin takes.
///
/// Called and not inlined: it answers through memory, because a call on the SBF target returns one register.
///
/// # Errors
///
/// `MathOverflow` and `TypeCastFailed` where a calculation leaves its range.
#[inline(never)]
pub fn exact_in(
    layers: &Layers,
    terms: &FeeTerms,
    amount: u64,
    fill: &mut Fill,
) -> Result<(), DlmmError> {
    let (mut fee, mut input) = (0, amount);
    if terms.side == FeeSide::Input {
        fee = fee_within(amount, terms.rate)?;
        input = less(amount, fee)?;
    }
    let mut layer = LayerFill::default();
    fill_layer(layers, layers.market, input, &mut layer)?;
    let (market_in, market_out) = (layer.input, layer.output);
    let mut left = less(input, layer.input)?;
    let (mut processed_out, mut open_out) = (0, 0);
    if left > 0 {
        fill_layer(layers, layers.processed, left, &mut layer)?;
        processed_out = layer.output;
        left = less(left, layer.input)?;
    }
    if left > 0 {
        fill_layer(layers, layers.open, left, &mut layer)?;
        open_out = layer.output;
        left = less(left, layer.input)?;
    }
    let output = more(more(market_out, processed_out)?, open_out)?;
    let mut paid = amount;
    if left > 0 {
        // The bin is empty: the fee is that of what it took.
        input = less(input, left)?;
        paid = input;
        if terms.side == FeeSide::Input {
            paid = with_fee(input, terms.rate)?;
            fee = less(paid, input)?;
        }
    }
    let mut received = output;
    if terms.side == FeeSide::Output {
        fee = fee_within(output, terms.rate)?;
        received = less(output, fee)?;
    }
    *fill = Fill {
        paid,
        received,
        fee,
        input,
        market_in,
        market_out,
        processed_out,
        open_out,
        surplus: 0,
    };
    Ok(())
}

/// Fills as much of an output as the bin gives, for at most `limit`.
///
/// # Errors
///
/// `InsufficientInAmount` when the limit does not cover the rest of the output, `UndeterminedError` when rounding gives
/// less than it, and those of `exact_in`.
#[inline(always)]
pub fn exact_out(
    layers: &Layers,
    terms: &FeeTerms,
    wanted: u64,
    limit: u64,
    fill: &mut Fill,
) -> Result<(), DlmmError> {
    let output = match terms.side {
        FeeSide::Input => wanted,
        FeeSide::Output => with_fee(wanted, terms.rate)?,
    };
    if output >= layers.total() {
        return exact_in(layers, terms, limit, fill);
    }
    // One price for all layers together, although each of them rounds its own cost up: a fill of more than one layer may
    // give less than was asked for, and is refused below.
    let input = layers.cost(output)?;
    let paid = match terms.side {
        FeeSide::Input => with_fee(input, terms.rate)?,
        FeeSide::Output => input,
    };
    if paid > limit {
        return Err(DlmmError::InsufficientInAmount);
    }
    exact_in(layers, terms, paid, fill)?;
    if fill.received < wanted {
        return Err(DlmmError::UndeterminedError);
    }
    // Rounding may give more than was asked for: the protocol gets it when it takes its fee from the output, and it stays
    // in the reserve otherwise.
    if terms.side == FeeSide::Output {
        fill.surplus = less(fill.received, wanted)?;
    }
    fill.received = wanted;
    Ok(())
}

/// Divides the fee of a fill between liquidity providers, placers of orders and the protocol.
///
/// # Errors
///
/// `MathOverflow` where a share leaves its range.
#[inline(always)]
pub fn split_fee(terms: &FeeTerms, fill: &Fill) -> Result<FeeSplit, DlmmError> {
    if fill.fee == 0 {
        return Ok(FeeSplit::default());
    }
    let share = |whole, part, of, rounding| {
        mul_div(whole, part, of, rounding).ok_or(DlmmError::MathOverflow)
    };
    // The market's part rounds up; all that is divided from there rounds down, and the protocol gets the rest of an
    // order's fee.
    let of_market = if fill.input == 0 {
        // A single unit was all fee. It counts as paid by orders, of which the protocol gets the larger half.
        0
    } else {
        share(fill.fee, fill.market_in, fill.input, Rounding::Up)?
    };
    let paid_by_orders = less(fill.fee, of_market)?;
    let down = |whole, part| share(whole, part, BASIS_POINTS, Rounding::Down);
    let orders = down(paid_by_orders, LIMIT_ORDER_FEE_SHARE)?;
    let protocol_of_market = down(of_market, terms.protocol_share)?;
    Ok(FeeSplit {
        market: less(of_market, protocol_of_market)?,
        protocol_of_market,
        paid_by_orders,
        orders,
        protocol_of_orders: less(paid_by_orders, orders)?,
    })
}

/// Returns the fee that is part of an amount: rounded up.
#[inline(always)]
fn fee_within(amount: u64, rate: u64) -> Result<u64, DlmmError> {
    mul_div(amount, rate, FEE_PRECISION, Rounding::Up).ok_or(DlmmError::TypeCastFailed)
}

/// Returns the amount that leaves `net` after its fee: rounded up.
#[inline(always)]
fn with_fee(net: u64, rate: u64) -> Result<u64, DlmmError> {
    let kept = less(FEE_PRECISION, rate)?;
    mul_div(net, FEE_PRECISION, kept, Rounding::Up).ok_or(DlmmError::TypeCastFailed)
}

#[cfg(test)]
mod tests {
    use super::{exact_in, exact_out, split_fee, FeeSplit, FeeTerms, Fill, Layers};
    use crate::dlmm_error::DlmmError;
    use crate::lb_pair::{Direction, FeeSide};
    use wide_math::Wide;

    /// Bin 0 of the swaps that the real program (0.12.0) executed for these tests: a price of one, 0.1 % fee.
    const LAYERS: Layers = Layers {
        price: Wide::new(1, 0),
        direction: Direction::XToY,
        market: 1_000_000,
        processed: 200_000,
        open: 500_000,
    };

    const fn terms(side: FeeSide) -> FeeTerms {
        FeeTerms {
            rate: 1_000_000,
            side,
            protocol_share: 2_000,
        }
    }

    fn filled(layers: &Layers, side: FeeSide, amount: u64) -> Result<Fill, DlmmError> {
        let mut fill = Fill::default();
        exact_in(layers, &terms(side), amount, &mut fill).map(|()| fill)
    }

    fn bought(layers: &Layers, side: FeeSide, wanted: u64, limit: u64) -> Result<Fill, DlmmError> {
        let mut fill = Fill::default();
        exact_out(layers, &terms(side), wanted, limit, &mut fill).map(|()| fill)
    }

    #[test]
    fn takes_the_layers_in_their_order() {
        let outputs = |amount| {
            filled(&LAYERS, FeeSide::Input, amount)
                .map(|it| (it.received, it.market_out, it.processed_out, it.open_out))
        };
        assert_eq!(outputs(500_000), Ok((499_500, 499_500, 0, 0)));
        assert_eq!(outputs(1_050_000), Ok((1_048_950, 1_000_000, 48_950, 0)));
        assert_eq!(
            outputs(1_300_000),
            Ok((1_298_700, 1_000_000, 200_000, 98_700))
        );
    }

    #[test]
    fn takes_only_the_fee_of_what_it_could_use() {
        let fill = filled(&LAYERS, FeeSide::Input, 1_718_000);
        let parts = fill.map(|it| (it.paid, it.received, it.fee));
        assert_eq!(parts, Ok((1_701_702, 1_700_000, 1_702)));
        let fill = filled(&LAYERS, FeeSide::Output, 1_718_000);
        let parts = fill.map(|it| (it.paid, it.received, it.fee));
        assert_eq!(parts, Ok((1_700_000, 1_698_300, 1_700)));
    }

    #[test]
    fn divides_the_fee_between_providers_orders_and_protocol() {
        let split = |side, amount| {
            filled(&LAYERS, side, amount).and_then(|fill| split_fee(&terms(side), &fill))
        };
        let expected = FeeSplit {
            market: 802,
            protocol_of_market: 200,
            paid_by_orders: 298,
            orders: 149,
            protocol_of_orders: 149,
        };
        assert_eq!(split(FeeSide::Input, 1_300_000), Ok(expected));
        let expected = FeeSplit {
            market: 800,
            protocol_of_market: 200,
            paid_by_orders: 50,
            orders: 25,
            protocol_of_orders: 25,
        };
        assert_eq!(split(FeeSide::Output, 1_050_000), Ok(expected));
        // One unit is all fee, and the protocol's.
        let protocol = split(FeeSide::Input, 1).map(|it| (it.market, it.protocol_of_orders));
        assert_eq!(protocol, Ok((0, 1)));
    }

    #[test]
    fn asks_for_an_input_that_gives_exactly_the_output() {
        let parts = |it: Fill| (it.paid, it.received, it.market_out, it.surplus);
        let input = bought(&LAYERS, FeeSide::Input, 1_000, 1_002);
        assert_eq!(input.map(parts), Ok((1_002, 1_000, 1_000, 0)));
        let output = bought(&LAYERS, FeeSide::Output, 1_000, 1_002);
        assert_eq!(output.map(parts), Ok((1_002, 1_000, 1_002, 0)));
        let short = bought(&LAYERS, FeeSide::Input, 1_000, 1_001);
        assert_eq!(short, Err(DlmmError::InsufficientInAmount));
    }

    #[test]
    fn drains_a_bin_that_holds_less_than_is_wanted() {
        let fill = bought(&LAYERS, FeeSide::Input, 1_800_000, u64::MAX);
        assert_eq!(
            fill.map(|it| (it.paid, it.received)),
            Ok((1_701_702, 1_700_000))
        );
    }

    #[test]
    fn gives_the_surplus_of_an_expensive_unit_to_the_protocol_when_it_is_paid_there() {
        // About 1,060 Y per X: six X, one of them the fee, are worth 5,300.
        let layers = Layers {
            price: Wide::new(1_060, 0),
            market: 1_000_000_000,
            ..LAYERS
        };
        let parts = |it: Fill| (it.paid, it.received, it.market_out, it.surplus);
        let input = bought(&layers, FeeSide::Input, 5_000, u64::MAX);
        assert_eq!(input.map(parts), Ok((6, 5_000, 5_300, 0)));
        let output = bought(&layers, FeeSide::Output, 5_000, u64::MAX);
        assert_eq!(output.map(parts), Ok((5, 5_000, 5_300, 294)));
    }

    #[test]
    fn refuses_an_output_that_rounding_in_two_layers_misses() {
        // The first layer takes a whole X for three Y.
        let layers = Layers {
            price: Wide::new(1_908_694, 0),
            market: 3,
            processed: 1_168_163,
            open: 0,
            ..LAYERS
        };
        let fill = bought(&layers, FeeSide::Output, 44_507, u64::MAX);
        assert_eq!(fill, Err(DlmmError::UndeterminedError));
    }

    #[test]
    fn tells_a_zero_price_from_an_amount_above_64_bits() {
        let free = Layers {
            price: Wide::new(0, 0),
            ..LAYERS
        };
        assert_eq!(
            filled(&free, FeeSide::Input, 9),
            Err(DlmmError::MathOverflow)
        );
        let cheap = Layers {
            price: Wide::new(0, 1),
            ..LAYERS
        };
        assert_eq!(
            filled(&cheap, FeeSide::Input, 9),
            Err(DlmmError::TypeCastFailed)
        );
    }
}
