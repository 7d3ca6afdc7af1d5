//! Transaction bytes: instructions, lookup tables, v0 and v1 messages, signatures.
//!
//! Everything is a pure function of packed bytes, but for the signing keys, which one process-global registry holds.
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::expect_used,
        clippy::float_arithmetic,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]

mod account_keys;
mod compute_budget;
pub mod error;
pub mod instruction;
pub mod lookup_table;
pub mod message;
pub mod message_v1;
pub mod signer;
pub mod transaction;

/// A 32-byte account address.
pub type Address = [u8; 32];

/// Reads a slice that must be an address.
fn address_of(bytes: &[u8], refusal: error::WireError) -> Result<&Address, error::WireError> {
    <&Address>::try_from(bytes).map_err(|_| refusal)
}
