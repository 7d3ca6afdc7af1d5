//! Tick arrays of both formats: 9988 packed bytes with every tick (orca-so/whirlpools 630c0e0,
//! `state/fixed_tick_array.rs`), and a bitmap with the initialized ticks alone (`state/dynamic_tick_array.rs`).

use crate::fields::{i32_at, put_bytes, u128_at};
use crate::whirlpool::REWARD_COUNT;
use crate::whirlpool_error::WhirlpoolError;
use pinocchio::{error::ProgramError, AccountView, Address};
use program_frame::{address_at, bytes_at, stop, u64_at, u8_at};

/// How many ticks an array holds.
pub const TICK_COUNT: i32 = 88;

const FIXED: [u8; 8] = [0x45, 0x61, 0xbd, 0xbe, 0x6e, 0x07, 0x42, 0xbb];
const FIXED_LENGTH: usize = 9988;
const FIXED_TICKS: usize = 12;
const FIXED_WHIRLPOOL: usize = 9956;
const DYNAMIC: [u8; 8] = [0x11, 0xd8, 0xf6, 0x8e, 0xe1, 0xc7, 0xda, 0x38];
const DYNAMIC_WHIRLPOOL: usize = 12;
const DYNAMIC_BITMAP: usize = 44;
const DYNAMIC_TICKS: usize = 60;
const START_TICK_INDEX: usize = 8;
/// A flag and 112 bytes; an empty tick of a dynamic array is the flag alone.
const TICK_LENGTH: usize = 113;
/// Behind a tick's flag: net and gross liquidity, then what has grown outside of it.
const GROSS: usize = 16;
const FEE_GROWTHS: [usize; 2] = [32, 48];
const REWARD_GROWTHS: usize = 64;

/// How an array stores its ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Every tick has its place.
    Fixed,
    /// A bitmap tells which ticks have more than a flag.
    Dynamic,
    /// There is no account: no tick is initialized.
    Absent,
}

/// An array that was given to a swap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The first tick.
    pub start: i32,
    /// How the ticks are stored.
    pub format: Format,
}

/// What has grown in the pool when a tick is crossed.
pub struct Growths {
    /// The fees per liquidity of token A and token B.
    pub fees: [u128; 2],
    /// The rewards per liquidity, where they are paid.
    pub rewards: [Option<u128>; REWARD_COUNT],
}

/// Checks an account that was given as a tick array and reads which one it is.
///
/// # Errors
///
/// Anchor's codes for an account of another program or type, `DifferentWhirlpoolTickArrayAccount` for another pool's.
///
/// # Panics
///
/// On a fixed array of another length, as the real program does.
#[inline(always)]
pub fn load(
    account: &AccountView,
    pool: &Address,
    program_id: &Address,
) -> Result<Header, ProgramError> {
    if !account.is_writable() {
        return Err(WhirlpoolError::AccountNotMutable.into());
    }
    if !account.owned_by(program_id) {
        return Err(WhirlpoolError::AccountOwnedByWrongProgram.into());
    }
    let data = account.try_borrow()?;
    let (format, whirlpool) = match bytes_at(&data, 0) {
        Ok(FIXED) if data.len() == FIXED_LENGTH => (Format::Fixed, FIXED_WHIRLPOOL),
        Ok(FIXED) => stop(),
        Ok(DYNAMIC) => (Format::Dynamic, DYNAMIC_WHIRLPOOL),
        Ok(_) => return Err(WhirlpoolError::AccountDiscriminatorMismatch.into()),
        Err(_) => return Err(WhirlpoolError::AccountDiscriminatorNotFound.into()),
    };
    if address_at(&data, whirlpool)? != *pool {
        return Err(WhirlpoolError::DifferentWhirlpoolTickArrayAccount.into());
    }
    let start = i32_at(&data, START_TICK_INDEX)?;
    Ok(Header { start, format })
}

/// Returns the first initialized place at or below `from`; none below zero.
#[inline(always)]
#[must_use]
pub fn find_down(data: &[u8], format: Format, from: i32) -> Option<i32> {
    let mut place = from;
    while place >= 0 {
        if is_marked(data, format, place) {
            return Some(place);
        }
        place = place.wrapping_sub(1);
    }
    None
}

/// Returns the first initialized place at or above `from`; none above the last.
#[inline(always)]
#[must_use]
pub fn find_up(data: &[u8], format: Format, from: i32) -> Option<i32> {
    let mut place = from;
    while place < TICK_COUNT {
        if is_marked(data, format, place) {
            return Some(place);
        }
        place = place.wrapping_add(1);
    }
    None
}

/// Says whether a search stops here: at the flag of a fixed array, at the bit of a dynamic one.
#[inline(always)]
fn is_marked(data: &[u8], format: Format, place: i32) -> bool {
    let Ok(index) = usize::try_from(place) else {
        return false;
    };
    match format {
        Format::Fixed => u8_at(data, fixed_offset(index)).is_ok_and(|flag| flag != 0),
        Format::Dynamic => {
            let byte = u8_at(data, DYNAMIC_BITMAP.wrapping_add(index >> 3));
            byte.is_ok_and(|bits| bits & (1 << (index & 7)) != 0)
        }
        Format::Absent => false,
    }
}

/// Returns where the 112 bytes of an initialized tick begin; nothing for an empty one.
#[inline(always)]
#[must_use]
pub fn find_tick(data: &[u8], format: Format, place: i32) -> Option<usize> {
    let index = usize::try_from(place).ok()?;
    let flag_at = match format {
        Format::Fixed => fixed_offset(index),
        Format::Dynamic => {
            let filled = filled_below(data, index)?;
            let rest = filled.wrapping_mul(TICK_LENGTH.wrapping_sub(1));
            DYNAMIC_TICKS.wrapping_add(index).wrapping_add(rest)
        }
        Format::Absent => return None,
    };
    let flag = u8_at(data, flag_at).ok()?;
    let is_initialized = match format {
        // A dynamic tick with another flag than 0 and 1 does not decode, and counts as empty.
        Format::Dynamic => flag == 1,
        _ => flag != 0,
    };
    is_initialized.then(|| flag_at.wrapping_add(1))
}

/// Counts the initialized ticks of a dynamic array below a place, one word of its bitmap at a time.
#[inline(always)]
fn filled_below(data: &[u8], index: usize) -> Option<usize> {
    let place = u32::try_from(index & 63).ok()?;
    let below = 1_u64.wrapping_shl(place).wrapping_sub(1);
    let lower = u64_at(data, DYNAMIC_BITMAP).ok()?;
    let count = if index < 64 {
        (lower & below).count_ones()
    } else {
        let upper = u64_at(data, DYNAMIC_BITMAP.wrapping_add(8)).ok()?;
        lower
            .count_ones()
            .wrapping_add((upper & below).count_ones())
    };
    usize::try_from(count).ok()
}

#[inline(always)]
const fn fixed_offset(index: usize) -> usize {
    FIXED_TICKS.wrapping_add(index.wrapping_mul(TICK_LENGTH))
}

/// Turns what has grown outside of a tick into what has grown on its other side, and returns its net liquidity.
///
/// # Errors
///
/// `AccountDataTooSmall` when the account ends inside the tick.
#[inline(always)]
pub fn cross(data: &mut [u8], tick: usize, growths: &Growths) -> Result<i128, ProgramError> {
    for (field, growth) in FEE_GROWTHS.into_iter().zip(growths.fees) {
        flip(data, tick.wrapping_add(field), growth)?;
    }
    for (index, growth) in growths.rewards.iter().enumerate() {
        if let Some(growth) = growth {
            let field = REWARD_GROWTHS.wrapping_add(index.wrapping_mul(GROSS));
            flip(data, tick.wrapping_add(field), *growth)?;
        }
    }
    Ok(i128::from_le_bytes(bytes_at(data, tick)?))
}

#[inline(always)]
fn flip(data: &mut [u8], offset: usize, growth: u128) -> Result<(), ProgramError> {
    let outside = u128_at(data, offset)?;
    put_bytes(data, offset, growth.wrapping_sub(outside).to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::{cross, find_down, find_tick, find_up, u128_at, Format, Growths, FIXED_LENGTH};

    /// Places 3 and 70 are initialized, in both formats.
    fn fixed() -> [u8; FIXED_LENGTH] {
        let mut data = [0; FIXED_LENGTH];
        data[12 + 3 * 113] = 1;
        data[12 + 70 * 113] = 1;
        data
    }

    fn dynamic() -> [u8; 148 + 2 * 112] {
        let mut data = [0; 148 + 2 * 112];
        data[44..60].copy_from_slice(&((1_u128 << 3) | (1 << 70)).to_le_bytes());
        data[60 + 3] = 1;
        data[60 + 70 + 112] = 1;
        data
    }

    #[test]
    fn finds_the_same_ticks_in_both_formats() {
        let (fixed, dynamic) = (fixed(), dynamic());
        for (data, format) in [(&fixed[..], Format::Fixed), (&dynamic[..], Format::Dynamic)] {
            assert_eq!(find_down(data, format, 87), Some(70));
            assert_eq!(find_down(data, format, 70), Some(70));
            assert_eq!(find_down(data, format, 69), Some(3));
            assert_eq!(find_down(data, format, 2), None);
            assert_eq!(find_down(data, format, -1), None);
            assert_eq!(find_up(data, format, 0), Some(3));
            assert_eq!(find_up(data, format, 4), Some(70));
            assert_eq!(find_up(data, format, 71), None);
            assert_eq!(find_up(data, format, 88), None);
            assert_eq!(find_tick(data, format, 4), None);
        }
        assert_eq!(find_tick(&fixed, Format::Fixed, 70), Some(13 + 70 * 113));
        assert_eq!(find_tick(&dynamic, Format::Dynamic, 3), Some(64));
        assert_eq!(
            find_tick(&dynamic, Format::Dynamic, 70),
            Some(61 + 70 + 112)
        );
        assert_eq!(find_down(&[], Format::Absent, 87), None);
        assert_eq!(find_tick(&[], Format::Absent, 3), None);
    }

    #[test]
    fn crosses_a_tick_by_taking_the_outside_from_the_whole() {
        let mut data = [0; 112];
        data[..16].copy_from_slice(&(-5_i128).to_le_bytes());
        data[32] = 7;
        data[64] = 9;
        let growths = Growths {
            fees: [10, 20],
            rewards: [Some(5), None, Some(1)],
        };
        assert_eq!(cross(&mut data, 0, &growths), Ok(-5));
        let field = |offset: usize| u128_at(&data, offset);
        assert_eq!((field(32), field(48)), (Ok(3), Ok(20)));
        assert_eq!(
            [field(64), field(80), field(96)],
            [Ok(u128::MAX - 3), Ok(0), Ok(1)]
        );
    }
}
