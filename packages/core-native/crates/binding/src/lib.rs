//! Node-API surface of the core: decode, call, encode. No arithmetic, no policy.

pub mod arguments;
pub mod error;
pub mod pools;
pub mod search;
pub mod wire;
