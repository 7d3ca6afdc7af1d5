//! One file for each venue.

pub mod meteora_damm_v2;
pub mod meteora_dlmm;
pub mod orca_whirlpool;
pub mod pumpswap;
pub mod raydium_amm_v4;
pub mod raydium_clmm;
pub mod raydium_cpmm;
