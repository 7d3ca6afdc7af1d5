//! The fixtures, embedded by `build.rs`.

/// A pool with its accounts, its own first.
pub struct Seed {
    /// The accounts.
    pub accounts: &'static [SeedAccount],
}

/// An account as the fixture holds it.
pub struct SeedAccount {
    /// The account's address.
    pub address: [u8; 32],
    /// The program that owns it.
    pub owner: [u8; 32],
    /// Its data.
    pub data: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/seeds.rs"));

/// Returns the seeds of a venue.
///
/// # Panics
/// When the venue has no fixtures: a fuzzer without pools would find nothing for ever.
pub fn of(stem: &str) -> &'static [Seed] {
    let (_, seeds) = SEEDS.iter().find(|(name, _)| *name == stem).expect("fixtures of the venue");
    seeds
}
