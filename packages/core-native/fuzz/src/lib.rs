//! What the fuzzers of all venues do: take a pool that trades, bend its accounts, and hold every answer to what must hold for
//! any pool. A panic, an overflow or a broken law is a finding.

mod accounts;
mod case;
mod laws;
mod seeds;

pub use accounts::Held;
pub use case::{Case, run};
pub use laws::Laws;
pub use seeds::SeedAccount;
