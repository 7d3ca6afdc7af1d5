//! Reads the fields of instruction data one after the other.

use crate::route_error::RouteError;
use program_frame::{bytes_at, u64_at, u8_at};

/// A position in instruction data.
#[derive(Clone, Copy, Debug)]
pub struct PlanReader<'a> {
    data: &'a [u8],
    at: usize,
}

const ENDS_EARLY: RouteError = RouteError::InstructionDidNotDeserialize;

impl<'a> PlanReader<'a> {
    /// Starts at an offset.
    #[inline(always)]
    #[must_use]
    pub const fn new(data: &'a [u8], at: usize) -> Self {
        Self { data, at }
    }

    /// Reads a byte.
    ///
    /// # Errors
    ///
    /// Anchor's code when the data ends before it; so do the others.
    #[inline(always)]
    pub fn u8(&mut self) -> Result<u8, RouteError> {
        let value = u8_at(self.data, self.at).map_err(|_| ENDS_EARLY)?;
        self.skip(1)?;
        Ok(value)
    }

    /// Reads a flag: one byte, zero or one.
    ///
    /// # Errors
    ///
    /// As `u8`, and for any other value.
    #[inline(always)]
    pub fn flag(&mut self) -> Result<bool, RouteError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(ENDS_EARLY),
        }
    }

    /// Reads a 16-bit number.
    ///
    /// # Errors
    ///
    /// As `u8`.
    #[inline(always)]
    pub fn u16(&mut self) -> Result<u16, RouteError> {
        let value = bytes_at(self.data, self.at).map_err(|_| ENDS_EARLY)?;
        self.skip(2)?;
        Ok(u16::from_le_bytes(value))
    }

    /// Reads a 32-bit number.
    ///
    /// # Errors
    ///
    /// As `u8`.
    #[inline(always)]
    pub fn u32(&mut self) -> Result<u32, RouteError> {
        let value = bytes_at(self.data, self.at).map_err(|_| ENDS_EARLY)?;
        self.skip(4)?;
        Ok(u32::from_le_bytes(value))
    }

    /// Reads a 64-bit number.
    ///
    /// # Errors
    ///
    /// As `u8`.
    #[inline(always)]
    pub fn u64(&mut self) -> Result<u64, RouteError> {
        let value = u64_at(self.data, self.at).map_err(|_| ENDS_EARLY)?;
        self.skip(8)?;
        Ok(value)
    }

    /// Returns the bytes between an earlier position of this reader and now.
    #[inline(always)]
    #[must_use]
    pub fn since(&self, earlier: Self) -> &'a [u8] {
        self.data.get(earlier.at..self.at).unwrap_or(&[])
    }

    #[inline(always)]
    fn skip(&mut self, bytes: usize) -> Result<(), RouteError> {
        self.at = self.at.checked_add(bytes).ok_or(ENDS_EARLY)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::PlanReader;
    use crate::route_error::RouteError;

    #[test]
    fn reads_fields_in_a_row_and_gives_back_what_it_passed() {
        let data = [9, 1, 2, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0];
        let mut reader = PlanReader::new(&data, 1);
        let start = reader;
        assert_eq!(reader.flag(), Ok(true));
        assert_eq!(reader.u16(), Ok(2));
        assert_eq!(reader.since(start), &[1, 2, 0]);
        assert_eq!(reader.u32(), Ok(3));
        assert_eq!(reader.u64(), Ok(4));
        assert_eq!(reader.u8(), Err(RouteError::InstructionDidNotDeserialize));
    }

    #[test]
    fn refuses_a_flag_that_is_neither() {
        let refused = Err(RouteError::InstructionDidNotDeserialize);
        assert_eq!(PlanReader::new(&[2], 0).flag(), refused);
    }
}
