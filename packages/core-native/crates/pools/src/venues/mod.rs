//! One file for each venue.

pub mod raydium_amm_v4;
pub mod raydium_cpmm;
