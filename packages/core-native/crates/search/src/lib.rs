//! Pool store, token graph, cycles, sizes and the one definition of profit.
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::expect_used,
        clippy::float_arithmetic,
        clippy::panic,
        clippy::unwrap_used
    )
)]

mod account_batch;
mod account_table;
pub mod candidate_search;
pub mod cycle_finder;
pub mod error;
pub mod pool_store;
mod pool_table;
pub mod profit;
pub mod quote_batch;
pub mod size_optimizer;
mod sparse_bytes;
pub mod store_registry;
pub mod token_graph;
