//! The instructions of a route: their discriminators and arguments.
//!
//! `route`: plan, in amount u64, quoted out u64, slippage u16, platform fee u8. `route_v2`: in amount u64, quoted out u64,
//! slippage u16, platform fee u16, positive slippage u16, plan (IDL as in `venue_step`; discriminators are Anchor's).

use crate::amount_share::{share_up, WHOLE_BPS};
use crate::plan_reader::PlanReader;
use crate::route_error::RouteError;
use crate::venue_step::VenueSwap;
use program_frame::bytes_at;

const ROUTE: [u8; 8] = [0xe5, 0x17, 0xcb, 0x97, 0x7a, 0xe3, 0xad, 0x2a];
const ROUTE_V2: [u8; 8] = [0xbb, 0x64, 0xfa, 0xcc, 0x31, 0xc4, 0xaf, 0x14];
const ARGUMENTS: usize = 8;
const BPS_OF_PERCENT: u16 = 100;

/// Which of the two instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// `route`: shares in percent.
    One,
    /// `route_v2`: shares in basis points.
    Two,
}

/// A route as its instruction describes it.
#[derive(Clone, Copy, Debug)]
pub struct RouteOrder<'a> {
    /// Which instruction brought it.
    pub generation: Generation,
    /// What leaves the source account.
    pub in_amount: u64,
    /// The least that must come out.
    pub minimum_out: u64,
    /// How many steps there are.
    pub step_count: u32,
    /// Where the first step begins.
    pub plan: PlanReader<'a>,
}

/// One step of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanStep<'a> {
    /// What is called.
    pub swap: VenueSwap<'a>,
    /// The share of the input token's slot.
    pub bps: u16,
    /// The slot that pays; 0 is the source.
    pub input_slot: u8,
    /// The slot that receives.
    pub output_slot: u8,
}

/// Decodes an instruction and reads its plan once to the end.
///
/// # Errors
///
/// Anchor's codes for an unknown discriminator and malformed arguments; the codes of an empty plan, a slippage above 100 % and
/// a platform fee.
#[inline(always)]
pub fn decode(data: &[u8]) -> Result<RouteOrder<'_>, RouteError> {
    let discriminator: [u8; 8] =
        bytes_at(data, 0).map_err(|_| RouteError::InstructionFallbackNotFound)?;
    let mut reader = PlanReader::new(data, ARGUMENTS);
    match discriminator {
        ROUTE => {
            let step_count = reader.u32()?;
            let plan = reader;
            pass_steps(&mut reader, step_count, Generation::One)?;
            let (in_amount, quoted_out) = (reader.u64()?, reader.u64()?);
            let slippage_bps = reader.u16()?;
            let fee_bps = u16::from(reader.u8()?);
            let minimum_out = least(quoted_out, slippage_bps, fee_bps, step_count)?;
            Ok(RouteOrder {
                generation: Generation::One,
                in_amount,
                minimum_out,
                step_count,
                plan,
            })
        }
        ROUTE_V2 => {
            let (in_amount, quoted_out) = (reader.u64()?, reader.u64()?);
            let slippage_bps = reader.u16()?;
            let fee_bps = reader.u16()?;
            // A share of a surplus goes to the fee account too.
            let surplus_bps = reader.u16()?;
            let step_count = reader.u32()?;
            let plan = reader;
            pass_steps(&mut reader, step_count, Generation::Two)?;
            let charged = fee_bps.saturating_add(surplus_bps);
            let minimum_out = least(quoted_out, slippage_bps, charged, step_count)?;
            Ok(RouteOrder {
                generation: Generation::Two,
                in_amount,
                minimum_out,
                step_count,
                plan,
            })
        }
        _ => Err(RouteError::InstructionFallbackNotFound),
    }
}

/// Reads the next step of a plan.
///
/// # Errors
///
/// Those of `VenueSwap::read`, and Anchor's code when the data ends.
#[inline(always)]
pub fn read_step<'a>(
    reader: &mut PlanReader<'a>,
    generation: Generation,
) -> Result<PlanStep<'a>, RouteError> {
    let swap = VenueSwap::read(reader)?;
    let bps = match generation {
        Generation::One => u16::from(reader.u8()?).saturating_mul(BPS_OF_PERCENT),
        Generation::Two => reader.u16()?,
    };
    Ok(PlanStep {
        swap,
        bps,
        input_slot: reader.u8()?,
        output_slot: reader.u8()?,
    })
}

#[inline(always)]
fn pass_steps(
    reader: &mut PlanReader<'_>,
    count: u32,
    generation: Generation,
) -> Result<(), RouteError> {
    for _ in 0..count {
        read_step(reader, generation)?;
    }
    Ok(())
}

/// The quoted output less the slippage, rounded up: for the trader. The real program's rounding is not published.
#[inline(always)]
fn least(quoted: u64, slippage_bps: u16, fee_bps: u16, steps: u32) -> Result<u64, RouteError> {
    if steps == 0 {
        return Err(RouteError::EmptyRoute);
    }
    let kept_bps = WHOLE_BPS
        .checked_sub(slippage_bps)
        .ok_or(RouteError::InvalidSlippage)?;
    if fee_bps != 0 {
        return Err(RouteError::MissingPlatformFeeAccount);
    }
    share_up(quoted, kept_bps).ok_or(RouteError::InvalidCalculation)
}

#[cfg(test)]
mod tests {
    use super::{decode, read_step, Generation};
    use crate::route_error::RouteError;
    use crate::venue_step::VenueSwap;

    /// One CPMM step of the whole: 1,000 in, 999 quoted, 50 bps of slippage.
    const ROUTE: [u8; 35] = [
        0xe5, 0x17, 0xcb, 0x97, 0x7a, 0xe3, 0xad, 0x2a, 1, 0, 0, 0, 46, 100, 0, 1, 0xe8, 3, 0, 0,
        0, 0, 0, 0, 0xe7, 3, 0, 0, 0, 0, 0, 0, 50, 0, 0,
    ];
    const ROUTE_V2: [u8; 39] = [
        0xbb, 0x64, 0xfa, 0xcc, 0x31, 0xc4, 0xaf, 0x14, 0xe8, 3, 0, 0, 0, 0, 0, 0, 0xe7, 3, 0, 0,
        0, 0, 0, 0, 50, 0, 0, 0, 0, 0, 1, 0, 0, 0, 46, 0x10, 0x27, 0, 1,
    ];

    fn changed(bytes: &[u8], at: usize, value: u8) -> [u8; 39] {
        let mut data = [0; 39];
        data[..bytes.len()].copy_from_slice(bytes);
        data[at] = value;
        data
    }

    #[test]
    fn reads_both_layouts_alike() {
        for (data, generation) in [
            (&ROUTE[..], Generation::One),
            (&ROUTE_V2[..], Generation::Two),
        ] {
            let Ok(order) = decode(data) else {
                unreachable!()
            };
            assert_eq!(order.generation, generation);
            assert_eq!((order.in_amount, order.step_count), (1_000, 1));
            // 999 less half a percent is 994.005.
            assert_eq!(order.minimum_out, 995);
            let mut reader = order.plan;
            let step = read_step(&mut reader, generation);
            let facts = step.map(|step| (step.swap, step.bps, step.input_slot, step.output_slot));
            assert_eq!(facts, Ok((VenueSwap::RaydiumCp, 10_000, 0, 1)));
        }
    }

    #[test]
    fn refuses_what_no_route_can_be() {
        let code = |data: &[u8]| decode(data).map(|order| order.in_amount);
        assert_eq!(
            code(&ROUTE[..7]),
            Err(RouteError::InstructionFallbackNotFound)
        );
        assert_eq!(code(&[0; 35]), Err(RouteError::InstructionFallbackNotFound));
        assert_eq!(
            code(&ROUTE[..34]),
            Err(RouteError::InstructionDidNotDeserialize)
        );
        assert_eq!(
            code(&changed(&ROUTE, 12, 7)),
            Err(RouteError::SwapNotSupported)
        );
        assert_eq!(
            code(&changed(&ROUTE, 33, 0x28)),
            Err(RouteError::InvalidSlippage)
        );
        assert_eq!(
            code(&changed(&ROUTE, 34, 1)),
            Err(RouteError::MissingPlatformFeeAccount)
        );
        assert_eq!(
            code(&changed(&ROUTE_V2, 28, 1)),
            Err(RouteError::MissingPlatformFeeAccount)
        );
        assert_eq!(
            code(&changed(&ROUTE_V2, 30, 0)),
            Err(RouteError::EmptyRoute)
        );
    }
}
