//! The swaps of the router's `Swap` enum that the sandbox has programs for: numbers, fields and accounts.
//!
//! Variant numbers: the IDL in jup-ag/instruction-parser 0936381 up to 48, and its later copies (position in `Swap`) above.
//! Accounts: the venue's program, then those of the venue's own swap instruction; lists of open length end with the router's
//! own address (MeteoraAg/zap-program, tests of its Jupiter parser).

use crate::plan_reader::PlanReader;
use crate::route_error::RouteError;
use pinocchio::Address;

/// A slice of remaining accounts has a type and a length; this many bytes of slices are passed on at most.
const MOST_SLICES: u32 = 8;

const AMM_V4: Address = Address::from_str_const("675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8");
const CLMM: Address = Address::from_str_const("CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK");
const CPMM: Address = Address::from_str_const("CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C");
const DAMM_V2: Address = Address::from_str_const("cpamdpZCGKUy5JxQXB4dcpGPiikHawvSWAd6mEn1sGG");
const DLMM: Address = Address::from_str_const("LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo");
const PUMPSWAP: Address = Address::from_str_const("pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA");
const WHIRLPOOL: Address = Address::from_str_const("whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc");

/// A venue's swap as a plan names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VenueSwap<'a> {
    /// 40: Raydium CLMM `swap_v2`.
    RaydiumClmmV2,
    /// 46: Raydium CPMM `swap_base_input`.
    RaydiumCp,
    /// 47: Whirlpool `swap_v2`.
    WhirlpoolV2 {
        /// The direction.
        a_to_b: bool,
        /// The optional slices, as the venue's own instruction has them.
        slices: &'a [u8],
        /// The accounts in the slices.
        extra: usize,
    },
    /// 75: Meteora DLMM `swap2`.
    MeteoraDlmmV2 {
        /// The slices, as the venue's own instruction has them.
        slices: &'a [u8],
    },
    /// 77 and 108: Meteora DAMM v2 `swap2`; the second with accounts behind.
    MeteoraDammV2 {
        /// Whether accounts follow.
        is_open: bool,
    },
    /// 99: `PumpSwap` `buy_exact_quote_in_v2`.
    PumpSwapBuy,
    /// 100: `PumpSwap` `sell_v2`.
    PumpSwapSell,
    /// 105: Raydium AMM v4 `SwapBaseInV2`.
    RaydiumV2,
}

/// The accounts of a venue's swap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepShape {
    /// The program that must stand in front.
    pub program: Address,
    /// How many accounts follow it.
    pub fixed: usize,
    /// Whether more follow, up to the router's own address.
    pub is_open: bool,
    /// Where the account that pays stands.
    pub source: usize,
    /// Where the account that receives stands.
    pub destination: usize,
}

impl<'a> VenueSwap<'a> {
    /// Reads a swap and its fields.
    ///
    /// # Errors
    ///
    /// `SwapNotSupported` for a venue that is not called here, Anchor's code for malformed fields.
    #[inline(always)]
    pub fn read(reader: &mut PlanReader<'a>) -> Result<Self, RouteError> {
        Ok(match reader.u8()? {
            40 => Self::RaydiumClmmV2,
            46 => Self::RaydiumCp,
            47 => {
                let a_to_b = reader.flag()?;
                let start = *reader;
                let extra = if reader.flag()? {
                    read_slices(reader)?
                } else {
                    0
                };
                let slices = reader.since(start);
                Self::WhirlpoolV2 {
                    a_to_b,
                    slices,
                    extra,
                }
            }
            75 => {
                let start = *reader;
                read_slices(reader)?;
                let slices = reader.since(start);
                Self::MeteoraDlmmV2 { slices }
            }
            77 => Self::MeteoraDammV2 { is_open: false },
            99 => Self::PumpSwapBuy,
            100 => Self::PumpSwapSell,
            105 => Self::RaydiumV2,
            108 => Self::MeteoraDammV2 { is_open: true },
            _ => return Err(RouteError::SwapNotSupported),
        })
    }

    /// Returns the accounts that the swap stands for.
    #[inline(always)]
    #[must_use]
    pub fn shape(&self) -> StepShape {
        match *self {
            Self::RaydiumClmmV2 => StepShape::open(CLMM, 13, (3, 4)),
            Self::RaydiumCp => StepShape::closed(CPMM, 13, (4, 5)),
            Self::WhirlpoolV2 { a_to_b, extra, .. } => {
                let users = if a_to_b { (7, 9) } else { (9, 7) };
                StepShape::closed(WHIRLPOOL, 15_usize.saturating_add(extra), users)
            }
            Self::MeteoraDlmmV2 { .. } => StepShape::open(DLMM, 16, (4, 5)),
            Self::MeteoraDammV2 { is_open: true } => StepShape::open(DAMM_V2, 14, (2, 3)),
            Self::MeteoraDammV2 { is_open: false } => StepShape::closed(DAMM_V2, 14, (2, 3)),
            Self::PumpSwapBuy => StepShape::closed(PUMPSWAP, 17, (6, 5)),
            Self::PumpSwapSell => StepShape::closed(PUMPSWAP, 17, (5, 6)),
            Self::RaydiumV2 => StepShape::closed(AMM_V4, 8, (5, 6)),
        }
    }
}

impl StepShape {
    #[inline(always)]
    const fn closed(program: Address, fixed: usize, users: (usize, usize)) -> Self {
        Self {
            program,
            fixed,
            is_open: false,
            source: users.0,
            destination: users.1,
        }
    }

    #[inline(always)]
    const fn open(program: Address, fixed: usize, users: (usize, usize)) -> Self {
        Self {
            is_open: true,
            ..Self::closed(program, fixed, users)
        }
    }
}

#[inline(always)]
fn read_slices(reader: &mut PlanReader<'_>) -> Result<usize, RouteError> {
    let count = reader.u32()?;
    if count > MOST_SLICES {
        return Err(RouteError::InstructionDidNotDeserialize);
    }
    let mut accounts = 0_usize;
    for _ in 0..count {
        reader.u8()?;
        let length = usize::from(reader.u8()?);
        accounts = accounts
            .checked_add(length)
            .ok_or(RouteError::InvalidCalculation)?;
    }
    Ok(accounts)
}

#[cfg(test)]
mod tests {
    use super::{VenueSwap, WHIRLPOOL};
    use crate::plan_reader::PlanReader;
    use crate::route_error::RouteError;

    fn read(bytes: &[u8]) -> Result<VenueSwap<'_>, RouteError> {
        VenueSwap::read(&mut PlanReader::new(bytes, 0))
    }

    #[test]
    fn counts_the_accounts_in_whirlpool_slices() {
        let bytes = [47, 1, 1, 1, 0, 0, 0, 6, 3];
        let swap = read(&bytes).map(|swap| (swap, swap.shape()));
        let Ok((
            VenueSwap::WhirlpoolV2 {
                a_to_b,
                slices,
                extra,
            },
            shape,
        )) = swap
        else {
            unreachable!("{swap:?}")
        };
        assert_eq!((a_to_b, slices, extra), (true, &bytes[2..], 3));
        assert_eq!((shape.program, shape.fixed), (WHIRLPOOL, 18));
        assert_eq!((shape.source, shape.destination), (7, 9));
    }

    #[test]
    fn pays_from_the_other_side_the_other_way() {
        let swap = read(&[47, 0, 0]).map(|swap| swap.shape());
        assert_eq!(
            swap.map(|shape| (shape.source, shape.destination, shape.fixed)),
            Ok((9, 7, 15))
        );
    }

    #[test]
    fn refuses_venues_without_a_program_here_and_cut_off_fields() {
        assert_eq!(read(&[7]), Err(RouteError::SwapNotSupported));
        let malformed = Err(RouteError::InstructionDidNotDeserialize);
        assert_eq!(read(&[47, 1, 1, 1, 0, 0, 0, 6]), malformed);
        assert_eq!(read(&[75, 9, 0, 0, 0]), malformed);
        assert_eq!(read(&[]), malformed);
    }
}
