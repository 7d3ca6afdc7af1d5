//! The data of the venues' own swap instructions: an amount in, and no minimum, for the route has one at its end.

use crate::route_error::RouteError;
use crate::venue_step::VenueSwap;
use core::hint::black_box;

/// The longest data: `swap_v2` of Whirlpool with the slices that a plan may name.
const LONGEST: usize = 64;

const CLMM_SWAP_V2: [u8; 8] = [0x2b, 0x04, 0xed, 0x0b, 0x1a, 0xc9, 0x1e, 0x62];
const CPMM_SWAP_BASE_INPUT: [u8; 8] = [0x8f, 0xbe, 0x5a, 0xda, 0xc4, 0x1e, 0x33, 0xde];
const METEORA_SWAP2: [u8; 8] = [0x41, 0x4b, 0x3f, 0x4c, 0xeb, 0x5b, 0x5b, 0x88];
const PUMPSWAP_BUY_EXACT_QUOTE_IN_V2: [u8; 8] = [0xc2, 0xab, 0x1c, 0x46, 0x68, 0x4d, 0x5b, 0x2f];
const PUMPSWAP_SELL_V2: [u8; 8] = [0x5d, 0xf6, 0x82, 0x3c, 0xe7, 0xe9, 0x40, 0xb2];
const WHIRLPOOL_SWAP_V2: [u8; 8] = [0x2b, 0x04, 0xed, 0x0b, 0x1a, 0xc9, 0x1e, 0x62];
const AMM_V4_SWAP_BASE_IN_V2: u8 = 16;
const METEORA_EXACT_IN: u8 = 0;

/// Instruction data of up to 64 bytes.
pub struct VenueData {
    bytes: [u8; LONGEST],
    length: usize,
}

impl VenueData {
    /// Writes the data of a swap that spends an amount.
    ///
    /// # Errors
    ///
    /// `InvalidCalculation` when it is too long: the reader of plans lets none such pass.
    #[inline(always)]
    pub fn spend(swap: &VenueSwap<'_>, amount: u64) -> Result<Self, RouteError> {
        let mut data = Self {
            bytes: [0; LONGEST],
            length: 0,
        };
        match *swap {
            VenueSwap::RaydiumV2 => {
                data.put(&[AMM_V4_SWAP_BASE_IN_V2])?;
                data.put_amounts(amount, 0)?;
            }
            VenueSwap::RaydiumCp => {
                data.put(&CPMM_SWAP_BASE_INPUT)?;
                data.put_amounts(amount, 0)?;
            }
            VenueSwap::RaydiumClmmV2 => {
                data.put(&CLMM_SWAP_V2)?;
                data.put_amounts(amount, 0)?;
                // No price limit, and the input is what is fixed.
                data.put(&[0; 16])?;
                data.put(&[1])?;
            }
            VenueSwap::WhirlpoolV2 { a_to_b, slices, .. } => {
                data.put(&WHIRLPOOL_SWAP_V2)?;
                data.put_amounts(amount, 0)?;
                data.put(&[0; 16])?;
                data.put(&[1, u8::from(a_to_b)])?;
                data.put(slices)?;
            }
            VenueSwap::MeteoraDlmmV2 { slices } => {
                data.put(&METEORA_SWAP2)?;
                data.put_amounts(amount, 0)?;
                data.put(slices)?;
            }
            VenueSwap::MeteoraDammV2 { .. } => {
                data.put(&METEORA_SWAP2)?;
                data.put_amounts(amount, 0)?;
                data.put(&[METEORA_EXACT_IN])?;
            }
            VenueSwap::PumpSwapBuy => {
                data.put(&PUMPSWAP_BUY_EXACT_QUOTE_IN_V2)?;
                // The venue refuses a minimum of zero, and never gives nothing.
                data.put_amounts(amount, 1)?;
            }
            VenueSwap::PumpSwapSell => {
                data.put(&PUMPSWAP_SELL_V2)?;
                data.put_amounts(amount, 0)?;
            }
        }
        Ok(data)
    }

    /// Returns what was written.
    #[inline(always)]
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&[])
    }

    #[inline(always)]
    fn put_amounts(&mut self, amount: u64, minimum: u64) -> Result<(), RouteError> {
        self.put(&amount.to_le_bytes())?;
        self.put(&minimum.to_le_bytes())
    }

    #[inline(always)]
    fn put(&mut self, bytes: &[u8]) -> Result<(), RouteError> {
        let end = self
            .length
            .checked_add(bytes.len())
            .ok_or(RouteError::InvalidCalculation)?;
        let place = self
            .bytes
            .get_mut(self.length..end)
            .ok_or(RouteError::InvalidCalculation)?;
        for (byte, from) in place.iter_mut().zip(bytes) {
            // Byte by byte: a copy of unknown length becomes a call of `memcpy`, which the target does not have.
            *byte = black_box(*from);
        }
        self.length = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::VenueData;
    use crate::venue_step::VenueSwap;

    fn data(swap: &VenueSwap<'_>) -> ([u8; 64], usize) {
        let Ok(data) = VenueData::spend(swap, 0x0102) else {
            unreachable!()
        };
        let mut bytes = [0; 64];
        bytes[..data.as_slice().len()].copy_from_slice(data.as_slice());
        (bytes, data.as_slice().len())
    }

    #[test]
    fn writes_amount_and_zero_minimum_behind_the_discriminator() {
        let (bytes, length) = data(&VenueSwap::RaydiumV2);
        assert_eq!(length, 17);
        assert_eq!(bytes[..4], [16, 2, 1, 0]);
        let (bytes, length) = data(&VenueSwap::RaydiumCp);
        assert_eq!(length, 24);
        assert_eq!(bytes[7..11], [0xde, 2, 1, 0]);
    }

    #[test]
    fn passes_the_slices_on() {
        let slices = [1, 1, 0, 0, 0, 6, 3];
        let swap = VenueSwap::WhirlpoolV2 {
            a_to_b: true,
            slices: &slices,
            extra: 3,
        };
        let (bytes, length) = data(&swap);
        assert_eq!(length, 49);
        assert_eq!(bytes[40..49], [1, 1, 1, 1, 0, 0, 0, 6, 3]);
        let swap = VenueSwap::MeteoraDlmmV2 { slices: &[0; 4] };
        assert_eq!(data(&swap).1, 28);
    }

    #[test]
    fn asks_pumpswap_for_at_least_one_unit() {
        let (bytes, length) = data(&VenueSwap::PumpSwapBuy);
        assert_eq!((bytes[16], length), (1, 24));
        assert_eq!(data(&VenueSwap::PumpSwapSell).0[16], 0);
    }

    #[test]
    fn refuses_what_does_not_fit() {
        let slices = [0; 40];
        assert!(VenueData::spend(&VenueSwap::MeteoraDlmmV2 { slices: &slices }, 1).is_ok());
        let slices = [0; 41];
        assert!(VenueData::spend(&VenueSwap::MeteoraDlmmV2 { slices: &slices }, 1).is_err());
    }
}
