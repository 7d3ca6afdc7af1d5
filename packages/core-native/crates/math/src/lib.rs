//! Integer arithmetic for pools. Knows nothing about pools.
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

pub mod fee;
pub mod mul_div;
pub mod program_address;
pub mod sqrt_price;
pub mod transfer_fee;
pub mod wide;
