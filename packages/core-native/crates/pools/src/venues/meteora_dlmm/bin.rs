//! One bin: its liquidity in layers, and what a swap takes of them. Follows `dlmm-sdk` `commons/src/{quote.rs,extensions/bin.rs}`
//! (fb02e51), which mirrors the program, and where it differs (a fixed output from several layers, a price of zero) the program:
//! the dump of release 0.12.0 that stands beside it.

use super::fee::{fee_on_top, fee_within};
use crate::quote::{Direction, QuoteError};
use tandem_math::mul_div::wide_mul;

/// A bin that holds something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bin {
    /// Y for each X, Q64.64. A bin whose price was never written cannot be traded in.
    pub(super) price: u128,
    /// X and Y of the liquidity providers.
    pub(super) amounts: [u64; 2],
    /// What is left of the limit orders that a swap has begun to fill, and those that none has.
    pub(super) processed_orders: u64,
    pub(super) open_orders: u64,
    pub(super) id: i32,
    /// The swaps that the limit orders wait for: asks give X, bids give Y.
    pub(super) orders_for: Direction,
}

/// Providers' liquidity, orders in process, open orders: the order in which a swap takes them.
pub(super) type Layers = [u64; 3];

/// On which side a pool takes its fee in one direction, and whether its bins' limit orders count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    pub(super) direction: Direction,
    pub(super) fee_side: FeeSide,
    pub(super) orders: LimitOrders,
}

/// The side a fee is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FeeSide {
    Input,
    Output,
}

/// Whether limit orders are part of a pool's liquidity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LimitOrders {
    Counted,
    Ignored,
}

/// What a swap does in one bin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BinFill {
    /// With the fee, where it is taken from the input.
    pub(super) amount_in: u64,
    /// Without the fee, where it is taken from the output.
    pub(super) amount_out: u64,
    /// What reaches the providers' layer, and what each layer gives, both without fees.
    pub(super) provided_in: u64,
    pub(super) given: Layers,
}

impl Bin {
    /// Returns what a swap can take.
    #[inline]
    pub(super) fn layers(&self, terms: Terms) -> Layers {
        let (_, provided) = terms.direction.input_output(self.amounts);
        if terms.orders == LimitOrders::Counted && self.orders_for == terms.direction {
            [provided, self.processed_orders, self.open_orders]
        } else {
            [provided, 0, 0]
        }
    }

    /// Returns what the bin takes of an input and gives for it; it takes all, or as much as empties it.
    #[inline]
    pub(super) fn fill_input(
        &self,
        terms: Terms,
        layers: Layers,
        amount: u64,
        rate: u64,
    ) -> Result<BinFill, QuoteError> {
        if self.price == 0 {
            return Err(QuoteError::MathOverflow);
        }
        let net = match terms.fee_side {
            FeeSide::Input => {
                amount.checked_sub(fee_within(amount, rate)?).ok_or(QuoteError::MathOverflow)?
            }
            FeeSide::Output => amount,
        };
        let taken = self.take(terms.direction, layers, net)?;
        let amount_in = match terms.fee_side {
            _ if taken.left == 0 => amount,
            FeeSide::Input => with_fee(taken.input, rate)?,
            FeeSide::Output => taken.input,
        };
        let amount_out = match terms.fee_side {
            FeeSide::Input => taken.output,
            FeeSide::Output => {
                taken.output.checked_sub(fee_within(taken.output, rate)?).ok_or(QuoteError::MathOverflow)?
            }
        };
        let (held, _) = terms.direction.input_output(self.amounts);
        if held.checked_add(taken.provided_in).is_none() {
            return Err(QuoteError::MathOverflow);
        }
        Ok(BinFill { amount_in, amount_out, provided_in: taken.provided_in, given: taken.given })
    }

    /// Returns what a swap leaves of the bin. Fees lie beside its liquidity, and what fills limit orders belongs to those who
    /// placed them; open orders that a swap begins to fill become the ones in process.
    pub(super) fn after(&self, terms: Terms, fill: &BinFill) -> Self {
        let [provided, processed, open] = fill.given;
        let [x, y] = self.amounts;
        let amounts = match terms.direction {
            Direction::AToB => [x.saturating_add(fill.provided_in), y.saturating_sub(provided)],
            Direction::BToA => [x.saturating_sub(provided), y.saturating_add(fill.provided_in)],
        };
        let processed_orders = self.processed_orders.saturating_sub(processed);
        if open == 0 {
            return Self { amounts, processed_orders, ..*self };
        }
        let begun = self.open_orders.saturating_sub(open);
        Self { amounts, processed_orders: processed_orders.saturating_add(begun), open_orders: 0, ..*self }
    }

    /// Returns what the bin takes for an output: the whole output, or all that it has. Refuses, as the program does, where the
    /// roundings of several layers leave less than the output.
    #[inline]
    pub(super) fn fill_output(
        &self,
        terms: Terms,
        layers: Layers,
        amount: u64,
        rate: u64,
    ) -> Result<BinFill, QuoteError> {
        let gross = match terms.fee_side {
            FeeSide::Input => amount,
            FeeSide::Output => with_fee(amount, rate)?,
        };
        if gross >= total(layers) {
            return self.fill_input(terms, layers, u64::MAX, rate);
        }
        // One price for all layers together, although each of them rounds its own up.
        let net = self.input_for(terms.direction, gross)?;
        let input = match terms.fee_side {
            FeeSide::Input => with_fee(net, rate)?,
            FeeSide::Output => net,
        };
        let fill = self.fill_input(terms, layers, input, rate)?;
        if fill.amount_out < amount {
            return Err(QuoteError::MathOverflow);
        }
        // The input may buy a unit more by rounding; the program keeps it.
        Ok(BinFill { amount_out: amount, ..fill })
    }

    #[inline]
    fn take(&self, direction: Direction, layers: Layers, amount: u64) -> Result<Taken, QuoteError> {
        let [provided, processed, open] = layers;
        let (provided_in, provided_out) = self.take_layer(direction, provided, amount)?;
        let mut left = amount.saturating_sub(provided_in);
        let mut taken = Taken {
            left,
            input: provided_in,
            output: provided_out,
            provided_in,
            given: [provided_out, 0, 0],
        };
        if left == 0 || (processed == 0 && open == 0) {
            return Ok(taken);
        }
        let (processed_in, processed_out) = self.take_layer(direction, processed, left)?;
        left = left.saturating_sub(processed_in);
        let (open_in, open_out) = if left == 0 { (0, 0) } else { self.take_layer(direction, open, left)? };
        taken.left = left.saturating_sub(open_in);
        // All that is taken lies within the amount; what is given may pass 64 bits.
        taken.input = amount.saturating_sub(taken.left);
        let given = provided_out.checked_add(processed_out).and_then(|sum| sum.checked_add(open_out));
        taken.output = given.ok_or(QuoteError::MathOverflow)?;
        taken.given = [provided_out, processed_out, open_out];
        Ok(taken)
    }

    /// Returns what one layer takes and gives: all of it (input rounded up), or for the whole amount its worth (rounded down).
    #[inline]
    fn take_layer(&self, direction: Direction, layer: u64, amount: u64) -> Result<(u64, u64), QuoteError> {
        if layer == 0 {
            return Ok((0, 0));
        }
        match direction {
            Direction::AToB => {
                // The amount is worth the layer exactly when its product, cut, reaches it: no division decides that.
                let worth = self.worth_of_x(amount);
                if worth >= u128::from(layer) {
                    return Ok((self.input_for(direction, layer)?, layer));
                }
                if self.is_too_dear(layer) {
                    return Err(QuoteError::MathOverflow);
                }
                Ok((amount, u64::try_from(worth).map_err(|_| QuoteError::MathOverflow)?))
            }
            Direction::BToA => {
                let price_of_all = self.input_for(direction, layer)?;
                if amount >= price_of_all {
                    return Ok((price_of_all, layer));
                }
                let worth =
                    (u128::from(amount) << 64).checked_div(self.price).ok_or(QuoteError::MathOverflow)?;
                Ok((amount, u64::try_from(worth).map_err(|_| QuoteError::MathOverflow)?))
            }
        }
    }

    /// Returns the input that an output costs, rounded up.
    #[inline]
    pub(super) fn input_for(&self, direction: Direction, output: u64) -> Result<u64, QuoteError> {
        match direction {
            Direction::AToB => {
                let scaled = u128::from(output) << 64;
                let input = scaled.checked_div(self.price).ok_or(QuoteError::MathOverflow)?;
                let input = u64::try_from(input).map_err(|_| QuoteError::MathOverflow)?;
                // Multiplying back costs less than a second division.
                let is_exact = self.price.wrapping_mul(u128::from(input)) == scaled;
                input.checked_add(u64::from(!is_exact)).ok_or(QuoteError::MathOverflow)
            }
            Direction::BToA => {
                let (high, low) = self.price_halves();
                let low_product = wide_mul(low, output);
                let whole = wide_mul(high, output).saturating_add(low_product >> 64);
                let rest = low_product & u128::from(u64::MAX);
                let input = u64::try_from(whole).map_err(|_| QuoteError::MathOverflow)?;
                input.checked_add(u64::from(rest != 0)).ok_or(QuoteError::MathOverflow)
            }
        }
    }

    /// Returns `floor(price * amount / 2^64)`, which always fits 128 bits.
    #[inline]
    fn worth_of_x(&self, amount: u64) -> u128 {
        let (high, low) = self.price_halves();
        wide_mul(high, amount).saturating_add(wide_mul(low, amount) >> 64)
    }

    #[inline]
    fn price_halves(&self) -> (u64, u64) {
        let low = u64::try_from(self.price & u128::from(u64::MAX)).unwrap_or(u64::MAX);
        (u64::try_from(self.price >> 64).unwrap_or(u64::MAX), low)
    }

    /// Returns whether the X that all of a layer of Y costs passes 64 bits: there the program refuses to fill any of it.
    /// `ceil(layer * 2^64 / price) > 2^64 - 1` says the same as `layer * 2^64 > price * 2^64 - price`.
    #[inline]
    fn is_too_dear(&self, layer: u64) -> bool {
        let (high, low) = self.price_halves();
        high == 0 && (u128::from(layer) << 64) > (u128::from(low) << 64).saturating_sub(u128::from(low))
    }
}

#[derive(Clone, Copy, Debug)]
struct Taken {
    left: u64,
    input: u64,
    output: u64,
    provided_in: u64,
    given: Layers,
}

/// Returns the sum of the layers, cut at 64 bits as the program does.
#[inline]
pub(super) fn total([provided, processed, open]: Layers) -> u64 {
    provided.saturating_add(open).saturating_add(processed)
}

#[inline]
fn with_fee(amount: u64, rate: u64) -> Result<u64, QuoteError> {
    amount.checked_add(fee_on_top(amount, rate)?).ok_or(QuoteError::MathOverflow)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bin 0 of swaps that the real program (0.12.0) executed: a price of one, and a fee of a tenth of a percent.
    const BIN: Bin = Bin {
        price: 1 << 64,
        amounts: [0, 1_000_000],
        processed_orders: 200_000,
        open_orders: 500_000,
        id: 0,
        orders_for: Direction::AToB,
    };
    const RATE: u64 = 1_000_000;

    fn terms(fee_side: FeeSide, orders: LimitOrders) -> Terms {
        Terms { direction: Direction::AToB, fee_side, orders }
    }

    fn sell(bin: &Bin, terms: Terms, amount: u64) -> (u64, u64, Layers) {
        let fill = bin.fill_input(terms, bin.layers(terms), amount, RATE).unwrap();
        (fill.amount_in, fill.amount_out, fill.given)
    }

    #[test]
    fn takes_providers_then_begun_then_open_orders() {
        let terms = terms(FeeSide::Input, LimitOrders::Counted);
        assert_eq!(sell(&BIN, terms, 500_000), (500_000, 499_500, [499_500, 0, 0]));
        assert_eq!(sell(&BIN, terms, 1_050_000), (1_050_000, 1_048_950, [1_000_000, 48_950, 0]));
        assert_eq!(sell(&BIN, terms, 1_300_000), (1_300_000, 1_298_700, [1_000_000, 200_000, 98_700]));
        assert_eq!(sell(&BIN, terms, 9_000_000), (1_701_702, 1_700_000, [1_000_000, 200_000, 500_000]));
    }

    #[test]
    fn leaves_orders_of_the_other_side_and_of_mining_pools_alone() {
        let mining = terms(FeeSide::Input, LimitOrders::Ignored);
        assert_eq!(sell(&BIN, mining, 9_000_000), (1_001_002, 1_000_000, [1_000_000, 0, 0]));
        let asks = Bin { orders_for: Direction::BToA, ..BIN };
        assert_eq!(asks.layers(terms(FeeSide::Input, LimitOrders::Counted)), [1_000_000, 0, 0]);
    }

    #[test]
    fn leaves_what_the_program_left() {
        let terms = terms(FeeSide::Input, LimitOrders::Counted);
        let fill = BIN.fill_input(terms, BIN.layers(terms), 1_300_000, RATE).unwrap();
        let after = BIN.after(terms, &fill);
        assert_eq!(after.amounts, [1_000_000, 0]);
        assert_eq!((after.processed_orders, after.open_orders), (401_300, 0));
    }

    #[test]
    fn refuses_an_output_that_rounding_in_two_layers_misses() {
        // The first layer takes a whole X for three Y.
        let bin = Bin {
            price: 1_908_694 << 64,
            amounts: [0, 3],
            processed_orders: 1_168_163,
            open_orders: 0,
            ..BIN
        };
        let terms = terms(FeeSide::Output, LimitOrders::Counted);
        let fill = bin.fill_output(terms, bin.layers(terms), 44_507, RATE);
        assert_eq!(fill, Err(QuoteError::MathOverflow));
    }

    #[test]
    fn refuses_a_bin_without_a_price_and_one_that_nobody_could_empty() {
        let terms = terms(FeeSide::Input, LimitOrders::Ignored);
        let unpriced = Bin { price: 0, ..BIN };
        assert_eq!(unpriced.fill_input(terms, unpriced.layers(terms), 1, 0), Err(QuoteError::MathOverflow));
        // Two Y at 2^-64 each cost 2^65 X.
        let cheap = Bin { price: 1, amounts: [0, 2], ..BIN };
        assert_eq!(cheap.fill_input(terms, cheap.layers(terms), 1, 0), Err(QuoteError::MathOverflow));
    }

    #[test]
    fn tells_a_layer_too_dear_exactly_where_its_price_passes_64_bits() {
        for (price, layer) in [(1, 1), (1_000, 999), (1_000, 1_000), (1_000, 1_001), (1 << 63, (1 << 63) - 1)]
        {
            let bin = Bin { price, ..BIN };
            assert_eq!(
                bin.is_too_dear(layer),
                bin.input_for(Direction::AToB, layer).is_err(),
                "{layer} at {price}"
            );
        }
        assert!(!Bin { price: 1 << 64, ..BIN }.is_too_dear(u64::MAX));
    }
}
