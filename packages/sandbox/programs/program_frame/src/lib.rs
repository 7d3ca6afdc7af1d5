//! What every program here stands on: bounds-checked little-endian fields, and a panic that aborts without a message.

#![no_std]

use pinocchio::{error::ProgramError, Address};

/// Returns the `WIDTH` bytes at an offset.
///
/// # Errors
///
/// `AccountDataTooSmall` when the data ends before them.
#[inline(always)]
pub fn bytes_at<const WIDTH: usize>(
    data: &[u8],
    offset: usize,
) -> Result<[u8; WIDTH], ProgramError> {
    data.get(offset..)
        .and_then(<[u8]>::first_chunk::<WIDTH>)
        .copied()
        .ok_or(ProgramError::AccountDataTooSmall)
}

/// Returns the byte at an offset.
///
/// # Errors
///
/// `AccountDataTooSmall` when the data ends before it.
#[inline(always)]
pub fn u8_at(data: &[u8], offset: usize) -> Result<u8, ProgramError> {
    data.get(offset)
        .copied()
        .ok_or(ProgramError::AccountDataTooSmall)
}

/// Returns the little-endian 64-bit number at an offset.
///
/// # Errors
///
/// `AccountDataTooSmall` when the data ends before it.
#[inline(always)]
pub fn u64_at(data: &[u8], offset: usize) -> Result<u64, ProgramError> {
    Ok(u64::from_le_bytes(bytes_at(data, offset)?))
}

/// Returns the address at an offset.
///
/// # Errors
///
/// `AccountDataTooSmall` when the data ends before it.
#[inline(always)]
pub fn address_at(data: &[u8], offset: usize) -> Result<Address, ProgramError> {
    Ok(Address::new_from_array(bytes_at(data, offset)?))
}

/// Writes a little-endian 64-bit number at an offset.
///
/// # Errors
///
/// `AccountDataTooSmall` when the data ends before it.
#[inline(always)]
pub fn put_u64(data: &mut [u8], offset: usize, value: u64) -> Result<(), ProgramError> {
    let field = data
        .get_mut(offset..)
        .and_then(<[u8]>::first_chunk_mut::<8>)
        .ok_or(ProgramError::AccountDataTooSmall)?;
    *field = value.to_le_bytes();
    Ok(())
}

/// Ends the execution the way the real programs do where they unwrap a failed calculation: no error code, no message.
///
/// # Panics
///
/// Always: that is its purpose.
#[cold]
#[inline(never)]
#[expect(
    clippy::panic,
    reason = "the real programs panic here, and clients must see the same failure"
)]
pub fn stop() -> ! {
    panic!()
}

/// Returns the value of a calculation that the real programs unwrap.
///
/// # Panics
///
/// When there is no value, as they do.
#[inline(always)]
pub fn or_stop<T>(value: Option<T>) -> T {
    match value {
        Some(value) => value,
        None => stop(),
    }
}

/// Aborts without a file name, so that the built program does not depend on where it was built.
#[cfg(any(target_os = "solana", target_arch = "bpf"))]
#[panic_handler]
#[expect(unsafe_code, reason = "the abort syscall has no safe wrapper")]
fn abort_on_panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // SAFETY: the syscall takes no argument and does not return.
    unsafe { pinocchio::syscalls::abort() }
}

#[cfg(test)]
mod tests {
    use super::{address_at, put_u64, u64_at, u8_at};
    use pinocchio::error::ProgramError;

    #[test]
    fn reads_back_what_it_wrote_at_an_unaligned_offset() {
        let mut data = [0_u8; 12];
        assert_eq!(put_u64(&mut data, 3, 0x0102_0304_0506_0708), Ok(()));
        assert_eq!(u64_at(&data, 3), Ok(0x0102_0304_0506_0708));
        assert_eq!(u8_at(&data, 3), Ok(8));
        assert_eq!(u8_at(&data, 11), Ok(0));
    }

    #[test]
    fn refuses_a_field_that_crosses_the_end() {
        let mut data = [0_u8; 39];
        assert_eq!(u64_at(&data, 32), Err(ProgramError::AccountDataTooSmall));
        assert_eq!(u64_at(&data, 40), Err(ProgramError::AccountDataTooSmall));
        assert_eq!(u8_at(&data, 39), Err(ProgramError::AccountDataTooSmall));
        assert_eq!(
            put_u64(&mut data, 32, 1),
            Err(ProgramError::AccountDataTooSmall)
        );
        assert!(address_at(&data, 8).is_err());
        assert!(address_at(&data, 7).is_ok());
    }
}
