//! Bounds-checked little-endian reads.

use crate::pool::{Address, DecodeError};

/// Reads little-endian fields of an account; a read past its end is `DecodeError::TooShort`.
#[derive(Clone, Copy, Debug)]
pub struct AccountReader<'a> {
    data: &'a [u8],
}

impl<'a> AccountReader<'a> {
    /// Returns a reader over an account's data.
    #[must_use]
    pub const fn new(data: &'a [u8]) -> Self {
        Self { data }
    }

    /// Returns the number of bytes in the account.
    #[must_use]
    pub const fn len(self) -> usize {
        self.data.len()
    }

    /// Returns whether the account holds no data.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.data.is_empty()
    }

    /// Returns `N` bytes at an offset.
    ///
    /// # Errors
    /// `TooShort` when the account ends before them.
    pub fn bytes<const N: usize>(self, offset: usize) -> Result<[u8; N], DecodeError> {
        let rest = self.data.get(offset..).ok_or(DecodeError::TooShort)?;
        rest.first_chunk::<N>().copied().ok_or(DecodeError::TooShort)
    }

    /// Returns the byte at an offset.
    ///
    /// # Errors
    /// `TooShort` when the account ends before it.
    pub fn u8(self, offset: usize) -> Result<u8, DecodeError> {
        self.data.get(offset).copied().ok_or(DecodeError::TooShort)
    }

    /// Returns the `u16` at an offset.
    ///
    /// # Errors
    /// `TooShort` when the account ends before it.
    pub fn u16(self, offset: usize) -> Result<u16, DecodeError> {
        self.bytes(offset).map(u16::from_le_bytes)
    }

    /// Returns the `u32` at an offset.
    ///
    /// # Errors
    /// `TooShort` when the account ends before it.
    pub fn u32(self, offset: usize) -> Result<u32, DecodeError> {
        self.bytes(offset).map(u32::from_le_bytes)
    }

    /// Returns the `i32` at an offset.
    ///
    /// # Errors
    /// `TooShort` when the account ends before it.
    pub fn i32(self, offset: usize) -> Result<i32, DecodeError> {
        self.bytes(offset).map(i32::from_le_bytes)
    }

    /// Returns the `u64` at an offset.
    ///
    /// # Errors
    /// `TooShort` when the account ends before it.
    pub fn u64(self, offset: usize) -> Result<u64, DecodeError> {
        self.bytes(offset).map(u64::from_le_bytes)
    }

    /// Returns the `i64` at an offset.
    ///
    /// # Errors
    /// `TooShort` when the account ends before it.
    pub fn i64(self, offset: usize) -> Result<i64, DecodeError> {
        self.bytes(offset).map(i64::from_le_bytes)
    }

    /// Returns the `u128` at an offset.
    ///
    /// # Errors
    /// `TooShort` when the account ends before it.
    pub fn u128(self, offset: usize) -> Result<u128, DecodeError> {
        self.bytes(offset).map(u128::from_le_bytes)
    }

    /// Returns the `i128` at an offset.
    ///
    /// # Errors
    /// `TooShort` when the account ends before it.
    pub fn i128(self, offset: usize) -> Result<i128, DecodeError> {
        self.bytes(offset).map(i128::from_le_bytes)
    }

    /// Returns the address at an offset.
    ///
    /// # Errors
    /// `TooShort` when the account ends before it.
    pub fn address(self, offset: usize) -> Result<Address, DecodeError> {
        self.bytes(offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_little_endian_up_to_the_last_byte() {
        let reader = AccountReader::new(&[1, 2, 0, 0, 0, 0, 0, 0, 0x80]);
        assert_eq!(reader.u16(0), Ok(0x0201));
        assert_eq!(reader.u32(0), Ok(0x0201));
        assert_eq!(reader.u64(1), Ok(0x8000_0000_0000_0002));
        assert_eq!(reader.i64(1), Ok(-0x7fff_ffff_ffff_fffe));
        assert_eq!(reader.i32(5), Ok(i32::MIN));
    }

    #[test]
    fn reads_wide_fields_with_their_sign() {
        let reader = AccountReader::new(&[0xff; 16]);
        assert_eq!(reader.u128(0), Ok(u128::MAX));
        assert_eq!(reader.i128(0), Ok(-1));
        assert_eq!(reader.u128(1), Err(DecodeError::TooShort));
    }

    #[test]
    fn refuses_a_read_past_the_end_even_at_an_offset_that_would_overflow() {
        let reader = AccountReader::new(&[0; 8]);
        assert_eq!(reader.u64(1), Err(DecodeError::TooShort));
        assert_eq!(reader.u8(8), Err(DecodeError::TooShort));
        assert_eq!(reader.address(usize::MAX), Err(DecodeError::TooShort));
    }
}
