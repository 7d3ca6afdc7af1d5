//! Messages, signers and transactions for JavaScript.
//!
//! Bytes are written into a typed array of the caller, which costs a fraction of returning a new one.

use napi::bindgen_prelude::{Uint8Array, Uint8ArraySlice, Uint32Array};
use napi_derive::napi;
use tandem_wire::{lookup_table, message, message_v1, signer, transaction};

use crate::arguments::number_of;
use crate::error::{Result, coded, raise};

/// Writes the v0 message of packed instructions into `out` and returns its length.
#[napi(catch_unwind)]
pub fn compile_message(
    payer: &[u8],
    blockhash: &[u8],
    instructions: &[u8],
    lookup_tables: &[u8],
    out: Uint8ArraySlice<'_>,
) -> Result<u32> {
    let bytes = message::compile_message(payer, blockhash, instructions, lookup_tables).map_err(raise)?;
    write_out(&bytes, out)
}

/// Writes the v1 message of packed instructions into `out` and returns its length.
#[napi(catch_unwind, js_name = "compileMessageV1")]
pub fn compile_message_v1(
    payer: &[u8],
    blockhash: &[u8],
    instructions: &[u8],
    out: Uint8ArraySlice<'_>,
) -> Result<u32> {
    let bytes = message_v1::compile_message_v1(payer, blockhash, instructions).map_err(raise)?;
    write_out(&bytes, out)
}

/// Returns the positions of the lookup tables that make the message smaller.
#[napi(catch_unwind)]
pub fn choose_lookup_tables(payer: &[u8], instructions: &[u8], lookup_tables: &[u8]) -> Result<Uint32Array> {
    lookup_table::choose_lookup_tables(payer, instructions, lookup_tables)
        .map(Uint32Array::new)
        .map_err(raise)
}

/// Takes a 64-byte secret key into the process-global registry and returns its id.
#[napi(catch_unwind)]
pub fn create_signer(secret_key: &[u8]) -> Result<u32> {
    signer::create_signer(secret_key).map_err(raise)
}

/// Returns the public key of a held key.
#[napi(catch_unwind)]
pub fn signer_address(signer: f64) -> Result<Uint8Array> {
    let signer = signer::find_signer(number_of(signer)).map_err(raise)?;
    Ok(Uint8Array::new(signer.address().to_vec()))
}

/// Forgets a held key.
#[napi(catch_unwind)]
pub fn drop_signer(signer: f64) -> Result<()> {
    signer::drop_signer(number_of(signer)).map_err(raise)
}

/// Writes the signed transaction of a v0 or v1 message into `out` and returns its length.
#[napi(catch_unwind)]
pub fn sign_transaction(signer: f64, message: &[u8], out: Uint8ArraySlice<'_>) -> Result<u32> {
    let bytes = transaction::sign_transaction(number_of(signer), message).map_err(raise)?;
    write_out(&bytes, out)
}

/// Copies a result to the front of the caller's array.
fn write_out(bytes: &[u8], mut out: Uint8ArraySlice<'_>) -> Result<u32> {
    let too_short =
        || coded("WIRE_OUTPUT_TOO_SHORT", "the output array is shorter than the largest transaction");
    // SAFETY: JavaScript waits for this call, no other borrow of the array is alive, and the loader passes an array of
    // its own thread.
    let out = unsafe { out.as_mut() };
    out.get_mut(..bytes.len()).ok_or_else(too_short)?.copy_from_slice(bytes);
    u32::try_from(bytes.len()).map_err(|_| too_short())
}
