//! The bin array account: 70 bins of 144 bytes behind 56 (IDL of `@meteora-ag/dlmm` 1.9.14, `BinArray` and `Bin`).

use crate::dlmm_error::DlmmError;
use crate::fill::{FeeSplit, Fill, Layers};
use crate::lb_pair::{check_discriminator, Direction, Token};
use pinocchio::{error::ProgramError, Address};
use program_frame::{address_at, bytes_at, put_u64, stop, u64_at, u8_at};
use wide_math::{Rounding, Wide};

const DISCRIMINATOR: [u8; 8] = [0x5c, 0x8e, 0x5c, 0xdc, 0x05, 0x94, 0x46, 0xb5];
const LENGTH: usize = 10_136;
const INDEX: usize = 8;
const LB_PAIR: usize = 24;
const BINS: usize = 56;
const BIN_LENGTH: usize = 144;
const BINS_PER_ARRAY: u32 = 70;

/// The offsets inside a bin. The limit-order fields stand where rewards per token stood before 0.12.
const AMOUNTS: usize = 0;
const PRICE: usize = 16;
const LIQUIDITY_SUPPLY_WHOLE: usize = 40;
const FULFILLED_ORDERS: usize = 48;
const ORDER_FEES_ASK: usize = 64;
const ORDER_FEES_BID: usize = 72;
const FEES_PER_TOKEN: [usize; 2] = [80, 96];
const OPEN_ORDERS: usize = 112;
const PROCESSING_ORDERS: usize = 120;
const PROCESSED_REMAINING: usize = 128;
const ORDER_AGE: usize = 136;
const IS_ASK_SIDE: usize = 140;

/// The bytes of one bin.
pub type Bin = [u8; BIN_LENGTH];

/// Returns the index of the array that holds a bin: the quotient by 70, rounded down.
#[inline(always)]
#[must_use]
pub fn array_of(bin_id: i32) -> i32 {
    // The target divides unsigned numbers only. The complement of a negative number is not negative.
    let is_negative = bin_id < 0;
    let distance = if is_negative { !bin_id } else { bin_id }.cast_unsigned();
    let quotient = distance
        .checked_div(BINS_PER_ARRAY)
        .unwrap_or_default()
        .cast_signed();
    if is_negative {
        !quotient
    } else {
        quotient
    }
}

/// Returns the bin at which a swap enters an array: its highest when the price falls, its lowest when it rises.
#[inline(always)]
#[must_use]
pub fn entry_bin(index: i32, direction: Direction) -> i32 {
    let lowest = index.wrapping_mul(BINS_PER_ARRAY.cast_signed());
    match direction {
        Direction::XToY => lowest
            .wrapping_add(BINS_PER_ARRAY.cast_signed())
            .wrapping_sub(1),
        Direction::YToX => lowest,
    }
}

/// Checks that an account is a bin array.
///
/// # Errors
///
/// An Anchor code when the account is of another type.
#[inline(always)]
pub fn check_type(data: &[u8]) -> Result<(), DlmmError> {
    check_discriminator(data, DISCRIMINATOR)?;
    if data.len() < LENGTH {
        // The real program maps the account without looking at its length, and panics.
        stop();
    }
    Ok(())
}

/// Checks that an array belongs to a pair, and returns its index.
///
/// # Errors
///
/// `InvalidBinArray` when it belongs to another one.
#[inline(always)]
pub fn index_for(data: &[u8], pair: &Address) -> Result<i64, ProgramError> {
    if &address_at(data, LB_PAIR)? != pair {
        return Err(DlmmError::InvalidBinArray.into());
    }
    Ok(i64::from_le_bytes(bytes_at(data, INDEX)?))
}

/// Returns a bin of an array.
///
/// # Errors
///
/// `AccountDataTooSmall` when the account is shorter than an array.
#[inline(always)]
pub fn bin_mut(data: &mut [u8], index: i32, bin_id: i32) -> Result<&mut Bin, ProgramError> {
    let lowest = entry_bin(index, Direction::YToX);
    let place = usize::try_from(bin_id.wrapping_sub(lowest))
        .map_err(|_| ProgramError::AccountDataTooSmall)?;
    let offset = place.wrapping_mul(BIN_LENGTH).wrapping_add(BINS);
    data.get_mut(offset..)
        .and_then(<[u8]>::first_chunk_mut::<BIN_LENGTH>)
        .ok_or(ProgramError::AccountDataTooSmall)
}

/// Returns what a bin can give in a direction: limit orders wait on one side only.
///
/// # Errors
///
/// None: a bin is whole.
#[inline(always)]
pub fn layers(
    bin: &Bin,
    direction: Direction,
    has_limit_orders: bool,
) -> Result<Layers, ProgramError> {
    let is_ask = u8_at(bin, IS_ASK_SIDE)? != 0;
    let (output, has_orders) = match direction {
        Direction::XToY => (Token::Y, has_limit_orders && !is_ask),
        Direction::YToX => (Token::X, has_limit_orders && is_ask),
    };
    let order = |offset| {
        if has_orders {
            u64_at(bin, offset)
        } else {
            Ok(0)
        }
    };
    Ok(Layers {
        price: Wide::new(u64_at(bin, PRICE.wrapping_add(8))?, u64_at(bin, PRICE)?),
        direction,
        market: u64_at(bin, output.of_pair(AMOUNTS))?,
        processed: order(PROCESSED_REMAINING)?,
        open: order(OPEN_ORDERS)?,
    })
}

/// Moves the amounts, orders and fees of a bin.
///
/// Called and not inlined, to keep the frame of the swap small.
///
/// # Errors
///
/// `MathOverflow` when an amount leaves its range.
#[inline(never)]
pub fn book(
    bin: &mut Bin,
    layers: &Layers,
    fill: &Fill,
    split: &FeeSplit,
    fee_token: Token,
) -> Result<(), DlmmError> {
    book_fields(bin, layers, fill, split, fee_token).map_err(|_| DlmmError::MathOverflow)
}

/// A bin is whole, so that the only failure left is a number out of range.
#[inline(always)]
fn book_fields(
    bin: &mut Bin,
    layers: &Layers,
    fill: &Fill,
    split: &FeeSplit,
    fee_token: Token,
) -> Result<(), ProgramError> {
    let (input, output, order_fees) = match layers.direction {
        Direction::XToY => (Token::X, Token::Y, ORDER_FEES_BID),
        Direction::YToX => (Token::Y, Token::X, ORDER_FEES_ASK),
    };
    add(bin, input.of_pair(AMOUNTS), fill.market_in)?;
    let held = layers.market.checked_sub(fill.market_out);
    put_u64(bin, output.of_pair(AMOUNTS), in_range(held)?)?;
    let ordered = in_range(fill.processed_out.checked_add(fill.open_out))?;
    if ordered > 0 {
        add(bin, output.of_pair(FULFILLED_ORDERS), ordered)?;
        let remaining = layers.processed.checked_sub(fill.processed_out);
        put_u64(bin, PROCESSED_REMAINING, in_range(remaining)?)?;
    }
    if fill.open_out > 0 {
        // The orders before these are done: these are now the ones that are being processed.
        put_u64(bin, PROCESSING_ORDERS, layers.open)?;
        let remaining = layers.open.checked_sub(fill.open_out);
        put_u64(bin, PROCESSED_REMAINING, in_range(remaining)?)?;
        put_u64(bin, OPEN_ORDERS, 0)?;
        let age = u32::from_le_bytes(bytes_at(bin, ORDER_AGE)?).checked_add(1);
        let field = bin.get_mut(ORDER_AGE..).and_then(<[u8]>::first_chunk_mut);
        *field.ok_or(ProgramError::AccountDataTooSmall)? =
            age.ok_or(ProgramError::ArithmeticOverflow)?.to_le_bytes();
    }
    add(bin, order_fees, split.orders)?;
    add_fee_per_token(bin, fee_token, split.market)
}

/// Adds the providers' fee per unit of liquidity, with 64 fractional bits and rounded down. The supply counts without
/// its own fraction; a bin of less than one unit keeps nothing.
#[inline(always)]
fn add_fee_per_token(bin: &mut Bin, token: Token, fee: u64) -> Result<(), ProgramError> {
    let supply = u64_at(bin, LIQUIDITY_SUPPLY_WHOLE)?;
    if supply == 0 || fee == 0 {
        return Ok(());
    }
    let [of_x, of_y] = FEES_PER_TOKEN;
    let offset = match token {
        Token::X => of_x,
        Token::Y => of_y,
    };
    let upper = offset.wrapping_add(8);
    let stored = Wide::new(u64_at(bin, upper)?, u64_at(bin, offset)?);
    let sum = Wide::new(fee, 0)
        .divided_by(Wide::from(supply), Rounding::Down)
        .and_then(|added| stored.checked_add(added))
        .ok_or(ProgramError::ArithmeticOverflow)?;
    put_u64(bin, offset, sum.low())?;
    put_u64(bin, upper, sum.high())
}

#[inline(always)]
fn add(bin: &mut Bin, offset: usize, amount: u64) -> Result<(), ProgramError> {
    let sum = u64_at(bin, offset)?.checked_add(amount);
    put_u64(bin, offset, in_range(sum)?)
}

#[inline(always)]
fn in_range(number: Option<u64>) -> Result<u64, ProgramError> {
    number.ok_or(ProgramError::ArithmeticOverflow)
}

#[cfg(test)]
mod tests {
    use super::{array_of, book, entry_bin, layers, Bin};
    use crate::fill::{FeeSplit, Fill};
    use crate::lb_pair::{Direction, Token};
    use program_frame::{put_u64, u64_at};

    #[test]
    fn rounds_the_index_of_an_array_down_on_both_sides_of_zero() {
        for (bin_id, index) in [(0, 0), (69, 0), (70, 1), (-1, -1), (-70, -1), (-71, -2)] {
            assert_eq!(array_of(bin_id), index, "{bin_id}");
        }
        assert_eq!(array_of(i32::MIN), i32::MIN.div_euclid(70));
        assert_eq!(array_of(i32::MAX), i32::MAX / 70);
    }

    #[test]
    fn enters_an_array_at_the_end_that_the_price_reaches_first() {
        assert_eq!(entry_bin(-1, Direction::XToY), -1);
        assert_eq!(entry_bin(-1, Direction::YToX), -70);
        assert_eq!(entry_bin(2, Direction::XToY), 209);
        assert_eq!(entry_bin(2, Direction::YToX), 140);
    }

    fn bin_with(fields: &[(usize, u64)]) -> Bin {
        let mut bin = [0; 144];
        for (offset, value) in fields {
            assert_eq!(put_u64(&mut bin, *offset, *value), Ok(()));
        }
        bin
    }

    #[test]
    fn offers_limit_orders_on_their_side_only() {
        let mut bin = bin_with(&[(0, 10), (8, 20), (24, 1), (112, 30), (128, 40)]);
        let given = |bin: &Bin, direction, has_orders| {
            layers(bin, direction, has_orders).map(|it| (it.market, it.processed, it.open))
        };
        assert_eq!(given(&bin, Direction::XToY, true), Ok((20, 40, 30)));
        assert_eq!(given(&bin, Direction::YToX, true), Ok((10, 0, 0)));
        assert_eq!(given(&bin, Direction::XToY, false), Ok((20, 0, 0)));
        bin[140] = 1;
        assert_eq!(given(&bin, Direction::XToY, true), Ok((20, 0, 0)));
        assert_eq!(given(&bin, Direction::YToX, true), Ok((10, 40, 30)));
    }

    /// The numbers of a swap that the real program executed (0.12.0, 1,300,000 X into bin 0).
    #[test]
    fn moves_amounts_orders_and_fees_as_the_real_program_did() {
        let before = [
            (0, 1_000_000),
            (8, 1_000_000),
            (24, 1),
            (40, 2_000_000),
            (112, 500_000),
            (120, 300_000),
            (128, 200_000),
            (136, 5),
        ];
        let mut bin = bin_with(&before);
        let layers = layers(&bin, Direction::XToY, true);
        let fill = Fill {
            market_in: 1_000_000,
            market_out: 1_000_000,
            processed_out: 200_000,
            open_out: 98_700,
            ..Fill::default()
        };
        let split = FeeSplit {
            market: 802,
            orders: 149,
            ..FeeSplit::default()
        };
        let booked = layers.map(|it| book(&mut bin, &it, &fill, &split, Token::X));
        assert_eq!(booked, Ok(Ok(())));
        let after = [
            (0, 2_000_000),
            (8, 0),
            (48, 0),
            (56, 298_700),
            (64, 0),
            (72, 149),
            (80, 7_397_144_373_557_530),
            (88, 0),
            (96, 0),
            (112, 0),
            (120, 500_000),
            (128, 401_300),
            (136, 6),
        ];
        for (offset, value) in after {
            assert_eq!(u64_at(&bin, offset), Ok(value), "{offset}");
        }
    }

    #[test]
    fn keeps_no_fee_for_less_than_one_unit_of_liquidity() {
        let mut bin = bin_with(&[(8, 9), (24, 1), (32, u64::MAX)]);
        let split = FeeSplit {
            market: 5,
            ..FeeSplit::default()
        };
        let layers = layers(&bin, Direction::XToY, true);
        let booked = layers.map(|it| book(&mut bin, &it, &Fill::default(), &split, Token::X));
        assert_eq!(booked, Ok(Ok(())));
        assert_eq!(u64_at(&bin, 80), Ok(0));
    }
}
