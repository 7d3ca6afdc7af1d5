//! The bitmaps that name the bin arrays with liquidity: 1024 bits inside the pair, and 6144 on either side of them in an
//! extension account (IDL of `@meteora-ag/dlmm` 1.9.14; dlmm-sdk fb02e51, `commons/src/extensions/bin_array_bitmap.rs`).

use crate::bin_array::{array_of, entry_bin};
use crate::dlmm_error::DlmmError;
use crate::lb_pair::{check_discriminator, Direction, BITMAP};
use pinocchio::{error::ProgramError, AccountView};
use program_frame::{stop, u64_at};

const EXTENSION_DISCRIMINATOR: [u8; 8] = [0x50, 0x6f, 0x7c, 0x71, 0x37, 0xed, 0x12, 0x05];
const EXTENSION_LENGTH: usize = 1_576;
/// Where the extension names its pair.
pub const EXTENSION_PAIR: usize = 8;
const POSITIVE: usize = 40;
const NEGATIVE: usize = 808;

/// The arrays inside the pair's own bitmap are −512 to 511.
const HALF: i32 = 512;
/// Bits on one side of the extension: 12 maps of 512.
const EXTENSION_BITS: u64 = 6_144;
const INTERNAL_BITS: u64 = 1_024;

/// Which way a search goes through bits.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Rising,
    Falling,
}

/// Checks that an account is a bitmap extension.
///
/// # Errors
///
/// An Anchor code when the account is of another type.
#[inline(always)]
pub fn check_extension_type(data: &[u8]) -> Result<(), DlmmError> {
    check_discriminator(data, EXTENSION_DISCRIMINATOR)?;
    if data.len() < EXTENSION_LENGTH {
        // The real program maps the account without looking at its length, and panics.
        stop();
    }
    Ok(())
}

/// Returns the active bin after empty arrays were left out: the same one when its own array is marked.
///
/// # Errors
///
/// `BitmapExtensionAccountIsNotProvided` when the search must go on in an extension that was not given,
/// `CannotFindNonZeroLiquidityBinArrayId` when nothing is marked there either.
#[inline(always)]
pub fn skip_empty_arrays(
    pair: &[u8],
    extension: Option<&AccountView>,
    direction: Direction,
    active_id: i32,
) -> Result<i32, ProgramError> {
    let start = array_of(active_id);
    let mut next = start;
    if !(-HALF..HALF).contains(&start) {
        next = search_extension(extension, direction, start)?;
        if !(-HALF..HALF).contains(&next) {
            return Ok(entered(active_id, start, next, direction));
        }
    }
    if let Some(found) = search_internal(pair, direction, next)? {
        return Ok(entered(active_id, start, found, direction));
    }
    let outside = match direction {
        Direction::XToY => HALF.wrapping_neg().wrapping_sub(1),
        Direction::YToX => HALF,
    };
    let found = search_extension(extension, direction, outside)?;
    Ok(entered(active_id, start, found, direction))
}

#[inline(always)]
fn entered(active_id: i32, start: i32, found: i32, direction: Direction) -> i32 {
    if found == start {
        active_id
    } else {
        entry_bin(found, direction)
    }
}

#[inline(always)]
fn search_internal(
    pair: &[u8],
    direction: Direction,
    start: i32,
) -> Result<Option<i32>, ProgramError> {
    let bitmap = pair
        .get(BITMAP..)
        .and_then(<[u8]>::first_chunk::<128>)
        .ok_or(ProgramError::AccountDataTooSmall)?;
    let bit = u64::from(start.wrapping_add(HALF).cast_unsigned());
    let order = match direction {
        Direction::XToY => Order::Falling,
        Direction::YToX => Order::Rising,
    };
    let found = next_bit(bitmap, bit, order);
    if found >= INTERNAL_BITS {
        return Ok(None);
    }
    Ok(i32::try_from(found).ok().map(|bit| bit.wrapping_sub(HALF)))
}

/// Returns the next marked array on the side of `start`, or, when the search leaves that side inwards, the first array of
/// the pair's own bitmap.
#[inline(always)]
fn search_extension(
    extension: Option<&AccountView>,
    direction: Direction,
    start: i32,
) -> Result<i32, ProgramError> {
    let account = extension.ok_or(DlmmError::BitmapExtensionAccountIsNotProvided)?;
    let data = account.try_borrow()?;
    let is_positive = start > 0;
    // Either side counts its bits away from the middle.
    let distance = if is_positive { start } else { !start };
    let bit = u64::from(distance.wrapping_sub(HALF).cast_unsigned());
    let order = match (is_positive, direction) {
        (true, Direction::YToX) | (false, Direction::XToY) => Order::Rising,
        (true, Direction::XToY) | (false, Direction::YToX) => Order::Falling,
    };
    let offset = if is_positive { POSITIVE } else { NEGATIVE };
    let bits = data
        .get(offset..)
        .and_then(<[u8]>::first_chunk::<768>)
        .ok_or(ProgramError::AccountDataTooSmall)?;
    let found = if bit < EXTENSION_BITS {
        next_bit(bits, bit, order)
    } else {
        u64::MAX
    };
    if found < EXTENSION_BITS {
        let distance = i32::try_from(found).unwrap_or_default().wrapping_add(HALF);
        return Ok(if is_positive { distance } else { !distance });
    }
    match (order, is_positive) {
        (Order::Rising, _) => Err(DlmmError::CannotFindNonZeroLiquidityBinArrayId.into()),
        (Order::Falling, true) => Ok(HALF.wrapping_sub(1)),
        (Order::Falling, false) => Ok(HALF.wrapping_neg()),
    }
}

/// Returns the first set bit from `start` on, or `u64::MAX`.
///
/// Called and not inlined: three places search.
#[inline(never)]
fn next_bit(bits: &[u8], start: u64, order: Order) -> u64 {
    let mut word_index = start >> 6;
    let within = u32::try_from(start & 63).unwrap_or_default();
    let mut mask = match order {
        Order::Rising => u64::MAX << within,
        Order::Falling => u64::MAX >> 63_u32.wrapping_sub(within),
    };
    loop {
        let offset = usize::try_from(word_index << 3).unwrap_or(usize::MAX);
        let Ok(word) = u64_at(bits, offset) else {
            return u64::MAX;
        };
        let word = word & mask;
        mask = u64::MAX;
        if word != 0 {
            let bit = match order {
                Order::Rising => word.trailing_zeros(),
                Order::Falling => 63_u32.wrapping_sub(word.leading_zeros()),
            };
            return (word_index << 6) | u64::from(bit);
        }
        word_index = match order {
            Order::Rising => word_index.wrapping_add(1),
            Order::Falling if word_index == 0 => return u64::MAX,
            Order::Falling => word_index.wrapping_sub(1),
        };
    }
}

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "an overflow in a test is a failed test"
)]
mod tests {
    use super::{next_bit, search_internal, skip_empty_arrays, Order, BITMAP};
    use crate::dlmm_error::DlmmError;
    use crate::lb_pair::Direction;
    use pinocchio::error::ProgramError;

    fn pair_with(arrays: &[usize]) -> [u8; 904] {
        let mut data = [0; 904];
        for bit in arrays {
            data[BITMAP + bit / 8] |= 1 << (bit % 8);
        }
        data
    }

    #[test]
    fn finds_bits_in_both_orders_across_words() {
        let mut bits = [0_u8; 24];
        bits[0] = 0b100;
        bits[16] = 0b1000_0001;
        assert_eq!(next_bit(&bits, 0, Order::Rising), 2);
        assert_eq!(next_bit(&bits, 2, Order::Rising), 2);
        assert_eq!(next_bit(&bits, 3, Order::Rising), 128);
        assert_eq!(next_bit(&bits, 129, Order::Rising), 135);
        assert_eq!(next_bit(&bits, 136, Order::Rising), u64::MAX);
        assert_eq!(next_bit(&bits, 191, Order::Falling), 135);
        assert_eq!(next_bit(&bits, 134, Order::Falling), 128);
        assert_eq!(next_bit(&bits, 127, Order::Falling), 2);
        assert_eq!(next_bit(&bits, 1, Order::Falling), u64::MAX);
    }

    #[test]
    fn searches_the_pair_from_its_lowest_to_its_highest_array() {
        let pair = pair_with(&[0, 512, 1023]);
        let found = |direction, start| search_internal(&pair, direction, start);
        assert_eq!(found(Direction::XToY, 511), Ok(Some(511)));
        assert_eq!(found(Direction::XToY, 510), Ok(Some(0)));
        assert_eq!(found(Direction::XToY, -1), Ok(Some(-512)));
        assert_eq!(found(Direction::YToX, -511), Ok(Some(0)));
        assert_eq!(found(Direction::YToX, 1), Ok(Some(511)));
        assert_eq!(
            search_internal(&pair_with(&[]), Direction::YToX, 0),
            Ok(None)
        );
    }

    #[test]
    fn enters_the_next_marked_array_and_stays_in_a_marked_one() {
        let pair = pair_with(&[512, 515]);
        let next = |direction, active_id| skip_empty_arrays(&pair, None, direction, active_id);
        assert_eq!(next(Direction::YToX, 33), Ok(33));
        assert_eq!(next(Direction::YToX, 70), Ok(210));
        assert_eq!(next(Direction::XToY, 150), Ok(69));
    }

    #[test]
    fn asks_for_the_extension_when_the_pair_names_no_array_ahead() {
        let missing = ProgramError::from(DlmmError::BitmapExtensionAccountIsNotProvided);
        let pair = pair_with(&[512]);
        let next = |direction, active_id| skip_empty_arrays(&pair, None, direction, active_id);
        assert_eq!(next(Direction::XToY, -1), Err(missing.clone()));
        assert_eq!(next(Direction::YToX, 70), Err(missing.clone()));
        assert_eq!(next(Direction::XToY, 512 * 70), Err(missing));
    }
}
