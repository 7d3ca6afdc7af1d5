//! Node-API surface of the core: decode, call, encode. No arithmetic, no policy.

mod arguments;
mod error;
mod pools;
mod search;
mod wire;
