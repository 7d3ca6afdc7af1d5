//! The widths of account fields that the other programs do not have.

use pinocchio::error::ProgramError;
use program_frame::bytes_at;

/// Returns the little-endian 16-bit number at an offset.
///
/// # Errors
///
/// `AccountDataTooSmall` when the data ends before it.
#[inline(always)]
pub fn u16_at(data: &[u8], offset: usize) -> Result<u16, ProgramError> {
    Ok(u16::from_le_bytes(bytes_at(data, offset)?))
}

/// Returns the little-endian 32-bit number at an offset.
///
/// # Errors
///
/// `AccountDataTooSmall` when the data ends before it.
#[inline(always)]
pub fn u32_at(data: &[u8], offset: usize) -> Result<u32, ProgramError> {
    Ok(u32::from_le_bytes(bytes_at(data, offset)?))
}

/// Returns the little-endian signed 32-bit number at an offset.
///
/// # Errors
///
/// `AccountDataTooSmall` when the data ends before it.
#[inline(always)]
pub fn i32_at(data: &[u8], offset: usize) -> Result<i32, ProgramError> {
    Ok(i32::from_le_bytes(bytes_at(data, offset)?))
}

/// Returns the little-endian 128-bit number at an offset.
///
/// # Errors
///
/// `AccountDataTooSmall` when the data ends before it.
#[inline(always)]
pub fn u128_at(data: &[u8], offset: usize) -> Result<u128, ProgramError> {
    Ok(u128::from_le_bytes(bytes_at(data, offset)?))
}

/// Writes bytes at an offset.
///
/// # Errors
///
/// `AccountDataTooSmall` when the data ends before their end.
#[inline(always)]
pub fn put_bytes<const WIDTH: usize>(
    data: &mut [u8],
    offset: usize,
    bytes: [u8; WIDTH],
) -> Result<(), ProgramError> {
    let field = data
        .get_mut(offset..)
        .and_then(<[u8]>::first_chunk_mut::<WIDTH>)
        .ok_or(ProgramError::AccountDataTooSmall)?;
    *field = bytes;
    Ok(())
}
