//! Venues: account decoding, exact quotes, swap instructions.

pub mod pool;
pub mod quote;
