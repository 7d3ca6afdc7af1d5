//! Reads numbers and addresses that JavaScript passes, and refuses what does not fit instead of cutting it.

use napi::bindgen_prelude::BigInt;
use tandem_pools::quote::{Direction, InstructionSet, SwapMode};
use tandem_search::quote_batch::{decode_direction, decode_mode};

use crate::error::{Result, coded};

const ARGUMENT_INVALID: &str = "CORE_ARGUMENT_INVALID";

/// Reads an unsigned 64-bit integer.
pub fn u64_of(value: &BigInt, name: &str) -> Result<u64> {
    match value.get_u64() {
        (false, number, true) => Ok(number),
        _ => Err(coded(ARGUMENT_INVALID, format!("{name} does not fit an unsigned 64-bit integer"))),
    }
}

/// Reads an unsigned 128-bit integer.
pub fn u128_of(value: &BigInt, name: &str) -> Result<u128> {
    match value.get_u128() {
        (false, number, true) => Ok(number),
        _ => Err(coded(ARGUMENT_INVALID, format!("{name} does not fit an unsigned 128-bit integer"))),
    }
}

/// Reads an unsigned 32-bit integer.
pub fn u32_of(value: f64, name: &str) -> Result<u32> {
    let invalid = || coded(ARGUMENT_INVALID, format!("{name} does not fit an unsigned 32-bit integer"));
    whole(value).ok_or_else(invalid)
}

/// Reads the number of a store, a pool or a signer. Node-API would cut what is no such number to one that may exist; here
/// it becomes the last number there is, which no store, pool or signer ever gets, so that the core reports it as not found.
#[must_use]
pub fn number_of(value: f64) -> u32 {
    whole(value).unwrap_or(u32::MAX)
}

fn whole(value: f64) -> Option<u32> {
    if value.fract() == 0.0 && value >= 0.0 && value <= f64::from(u32::MAX) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked in the line above"
        )]
        return Some(value as u32);
    }
    None
}

/// Reads an address.
pub fn address<'a>(bytes: &'a [u8], name: &str) -> Result<&'a [u8; 32]> {
    bytes.try_into().map_err(|_| coded(ARGUMENT_INVALID, format!("{name} is not a 32-byte address")))
}

/// Reads a direction.
pub fn direction_of(value: f64) -> Result<Direction> {
    let decoded = discriminant(value).and_then(|value| decode_direction(value).ok());
    decoded.ok_or_else(|| coded(ARGUMENT_INVALID, "direction is neither 0 nor 1"))
}

/// Reads a swap mode.
pub fn mode_of(value: f64) -> Result<SwapMode> {
    let decoded = discriminant(value).and_then(|value| decode_mode(value).ok());
    decoded.ok_or_else(|| coded(ARGUMENT_INVALID, "mode is neither 0, 1 nor 2"))
}

/// Reads an instruction set.
pub fn instruction_set_of(value: f64) -> Result<InstructionSet> {
    match discriminant(value) {
        Some(0) => Ok(InstructionSet::Current),
        Some(1) => Ok(InstructionSet::Legacy),
        _ => Err(coded(ARGUMENT_INVALID, "instructions is neither 0 nor 1")),
    }
}

fn discriminant(value: f64) -> Option<u8> {
    whole(value).and_then(|value| u8::try_from(value).ok())
}
