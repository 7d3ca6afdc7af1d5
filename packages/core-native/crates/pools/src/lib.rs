//! Venues: account decoding, exact quotes, swap instructions.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::arithmetic_side_effects,
        clippy::float_arithmetic,
        clippy::cast_possible_truncation,
        clippy::indexing_slicing
    )
)]

pub mod account_reader;
pub mod constant_product;
pub mod pool;
pub mod quote;
pub mod token_account;
pub mod token_mint;
pub mod venues;
