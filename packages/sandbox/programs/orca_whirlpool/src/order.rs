//! The arguments of a swap (orca-so/whirlpools 630c0e0, `lib.rs`, `swap` and `swap_v2`), Borsh-encoded behind an Anchor
//! discriminator.

use crate::whirlpool_error::WhirlpoolError;
use program_frame::{bytes_at, u64_at, u8_at};

const SWAP: [u8; 8] = [0xf8, 0xc6, 0x9e, 0x91, 0xe1, 0x75, 0x87, 0xc8];
const SWAP_V2: [u8; 8] = [0x2b, 0x04, 0xed, 0x0b, 0x1a, 0xc9, 0x1e, 0x62];
const AMOUNT: usize = 8;
const THRESHOLD: usize = 16;
const SQRT_PRICE_LIMIT: usize = 24;
const IS_INPUT: usize = 40;
const IS_A_TO_B: usize = 41;
const SLICES_TAG: usize = 42;
const SLICES_COUNT: usize = 43;
const SLICES: usize = 47;
/// Of the kinds that remaining accounts can have: hooks of token A and B, and supplemental tick arrays.
const HOOK_A: u8 = 0;
const HOOK_B: u8 = 1;
const TICK_ARRAYS: u8 = 6;
const KINDS: u8 = 13;
const MAX_SUPPLEMENTAL: usize = 3;

/// Which side of a swap is fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SwapMode {
    /// The input.
    ExactIn,
    /// The output.
    ExactOut,
}

/// Which token goes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Token A: the price falls.
    AToB,
    /// Token B: the price rises.
    BToA,
}

/// The two swap instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// `swap`: 11 accounts, both mints of the Token program.
    Legacy,
    /// `swap_v2`: 15 accounts and named slices of remaining ones.
    Two,
}

/// A trader's wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// Which instruction it came with.
    pub version: Version,
    /// The fixed side.
    pub amount: u64,
    /// The least output or the most input.
    pub threshold: u64,
    /// The price at which the swap ends at the latest; zero is none.
    pub sqrt_price_limit: u128,
    /// Which side is fixed.
    pub mode: SwapMode,
    /// Which token goes in.
    pub direction: Direction,
}

/// Where the supplemental tick arrays stand among the remaining accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Supplement {
    /// The index of the first.
    pub start: usize,
    /// How many there are.
    pub count: usize,
}

/// Decodes an instruction up to its slices of remaining accounts, and checks that those decode too.
///
/// # Errors
///
/// Anchor's codes for an unknown discriminator and for arguments that do not decode.
#[inline(always)]
pub fn decode(data: &[u8]) -> Result<Order, WhirlpoolError> {
    let version = match bytes_at(data, 0) {
        Ok(SWAP) => Version::Legacy,
        Ok(SWAP_V2) => Version::Two,
        _ => return Err(WhirlpoolError::InstructionFallbackNotFound),
    };
    let is_input = flag_at(data, IS_INPUT)?;
    let is_a_to_b = flag_at(data, IS_A_TO_B)?;
    let number = |offset| u64_at(data, offset).map_err(|_| malformed());
    if version == Version::Two {
        check_slices(data)?;
    }
    Ok(Order {
        version,
        amount: number(AMOUNT)?,
        threshold: number(THRESHOLD)?,
        sqrt_price_limit: u128::from_le_bytes(
            bytes_at(data, SQRT_PRICE_LIMIT).map_err(|_| malformed())?,
        ),
        mode: if is_input {
            SwapMode::ExactIn
        } else {
            SwapMode::ExactOut
        },
        direction: if is_a_to_b {
            Direction::AToB
        } else {
            Direction::BToA
        },
    })
}

/// Finds the supplemental tick arrays among the remaining accounts, where the slices name any.
///
/// # Errors
///
/// The code of the first rule for slices that one of them breaks.
#[inline(always)]
pub fn find_supplement(data: &[u8], remaining: usize) -> Result<Supplement, WhirlpoolError> {
    let mut supplement = Supplement::default();
    let mut seen = [false; KINDS as usize];
    let mut start = 0_usize;
    for (kind, length) in slices(data) {
        if !matches!(kind, HOOK_A | HOOK_B | TICK_ARRAYS) {
            return Err(WhirlpoolError::RemainingAccountsInvalidSlice);
        }
        if length == 0 {
            continue;
        }
        let end = start.wrapping_add(usize::from(length));
        if end > remaining {
            return Err(WhirlpoolError::RemainingAccountsInsufficient);
        }
        let count = usize::from(length);
        if kind == TICK_ARRAYS && count > MAX_SUPPLEMENTAL {
            return Err(WhirlpoolError::TooManySupplementalTickArrays);
        }
        let is_seen = &mut seen[usize::from(kind)];
        if *is_seen {
            return Err(WhirlpoolError::RemainingAccountsDuplicatedAccountsType);
        }
        *is_seen = true;
        if kind == TICK_ARRAYS {
            supplement = Supplement { start, count };
        }
        start = end;
    }
    Ok(supplement)
}

/// The slices as pairs of kind and length; none for `swap` and where the option is absent.
#[inline(always)]
fn slices(data: &[u8]) -> impl Iterator<Item = (u8, u8)> + '_ {
    let is_present = bytes_at(data, 0) == Ok(SWAP_V2) && u8_at(data, SLICES_TAG) == Ok(1);
    let count = bytes_at(data, SLICES_COUNT).map_or(0, u32::from_le_bytes);
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let entries = data.get(SLICES..).unwrap_or_default();
    entries
        .chunks_exact(2)
        .take(if is_present { count } else { 0 })
        .filter_map(|entry| match entry {
            [kind, length] => Some((*kind, *length)),
            _ => None,
        })
}

/// Says whether the slices decode: a tag, a count and so many pairs of a known kind and a length.
#[inline(always)]
fn check_slices(data: &[u8]) -> Result<(), WhirlpoolError> {
    if !flag_at(data, SLICES_TAG)? {
        return Ok(());
    }
    let count = u32::from_le_bytes(bytes_at(data, SLICES_COUNT).map_err(|_| malformed())?);
    let mut known = 0_u32;
    for (kind, _) in slices(data) {
        if kind >= KINDS {
            return Err(malformed());
        }
        known = known.wrapping_add(1);
    }
    if known == count {
        Ok(())
    } else {
        Err(malformed())
    }
}

/// Borsh knows two values of a flag.
#[inline(always)]
fn flag_at(data: &[u8], offset: usize) -> Result<bool, WhirlpoolError> {
    match u8_at(data, offset) {
        Ok(0) => Ok(false),
        Ok(1) => Ok(true),
        _ => Err(malformed()),
    }
}

#[inline(always)]
const fn malformed() -> WhirlpoolError {
    WhirlpoolError::InstructionDidNotDeserialize
}

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "an overflow in a test is a failed test"
)]
mod tests {
    use super::{
        decode, find_supplement, Direction, Order, Supplement, SwapMode, Version, SWAP, SWAP_V2,
    };
    use crate::whirlpool_error::WhirlpoolError;

    fn data(discriminator: [u8; 8], tail: &[u8]) -> ([u8; 80], usize) {
        let mut data = [0; 80];
        data[..8].copy_from_slice(&discriminator);
        data[8] = 5;
        data[16] = 6;
        data[24] = 7;
        data[40..40 + tail.len()].copy_from_slice(tail);
        (data, 40 + tail.len())
    }

    #[test]
    fn decodes_both_instructions() {
        let (bytes, length) = data(SWAP, &[1, 0]);
        let legacy = Order {
            version: Version::Legacy,
            amount: 5,
            threshold: 6,
            sqrt_price_limit: 7,
            mode: SwapMode::ExactIn,
            direction: Direction::BToA,
        };
        assert_eq!(decode(&bytes[..length]), Ok(legacy));
        let (bytes, length) = data(SWAP_V2, &[0, 1, 0]);
        let two = Order {
            version: Version::Two,
            mode: SwapMode::ExactOut,
            direction: Direction::AToB,
            ..legacy
        };
        assert_eq!(decode(&bytes[..length]), Ok(two));
        assert_eq!(
            find_supplement(&bytes[..length], 9),
            Ok(Supplement::default())
        );
    }

    #[test]
    fn refuses_what_does_not_decode() {
        let malformed = Err(WhirlpoolError::InstructionDidNotDeserialize);
        for tail in [
            &[2, 0, 0][..],
            &[0, 2, 0],
            &[0, 0],
            &[0, 0, 2],
            &[0, 0, 1, 1, 0],
            &[0, 0, 1, 1, 0, 0, 0],
            &[0, 0, 1, 1, 0, 0, 0, 6],
            &[0, 0, 1, 1, 0, 0, 0, 13, 0],
        ] {
            let (bytes, length) = data(SWAP_V2, tail);
            assert_eq!(decode(&bytes[..length]), malformed, "{tail:?}");
        }
        assert_eq!(
            decode(&[9; 50]),
            Err(WhirlpoolError::InstructionFallbackNotFound)
        );
    }

    #[test]
    fn finds_the_tick_arrays_behind_the_hooks() {
        let (bytes, length) = data(SWAP_V2, &[0, 0, 1, 2, 0, 0, 0, 1, 2, 6, 3]);
        assert_eq!(
            find_supplement(&bytes[..length], 5),
            Ok(Supplement { start: 2, count: 3 })
        );
        assert_eq!(
            find_supplement(&bytes[..length], 4),
            Err(WhirlpoolError::RemainingAccountsInsufficient)
        );
    }

    #[test]
    fn refuses_slices_that_a_swap_does_not_take() {
        let cases: [(&[u8], WhirlpoolError); 3] = [
            (
                &[0, 0, 1, 1, 0, 0, 0, 2, 0],
                WhirlpoolError::RemainingAccountsInvalidSlice,
            ),
            (
                &[0, 0, 1, 1, 0, 0, 0, 6, 4],
                WhirlpoolError::TooManySupplementalTickArrays,
            ),
            (
                &[0, 0, 1, 2, 0, 0, 0, 6, 1, 6, 1],
                WhirlpoolError::RemainingAccountsDuplicatedAccountsType,
            ),
        ];
        for (tail, error) in cases {
            let (bytes, length) = data(SWAP_V2, tail);
            assert_eq!(find_supplement(&bytes[..length], 9), Err(error));
        }
    }
}
