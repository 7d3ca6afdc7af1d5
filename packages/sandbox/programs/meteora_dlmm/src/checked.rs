//! Sums and differences that fail with the program's code.

use crate::dlmm_error::DlmmError;

/// Returns a sum.
///
/// # Errors
///
/// `MathOverflow` above 64 bits.
#[inline(always)]
pub fn more(a: u64, b: u64) -> Result<u64, DlmmError> {
    a.checked_add(b).ok_or(DlmmError::MathOverflow)
}

/// Returns a difference.
///
/// # Errors
///
/// `MathOverflow` below zero.
#[inline(always)]
pub fn less(a: u64, b: u64) -> Result<u64, DlmmError> {
    a.checked_sub(b).ok_or(DlmmError::MathOverflow)
}
