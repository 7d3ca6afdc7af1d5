//! Bends the accounts of `meteora_damm_v2` pools and holds every answer to the laws of all pools.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tandem_fuzz::{Case, Held, Laws, run};

/// Byte of the base fee's mode in a pool (`BaseFeeInfo`), and that of the rate limiter.
const MODE_OFFSET: usize = 16;
const RATE_LIMITER: u8 = 2;

/// The rate limiter's inverse is rounded on its own and knows nothing of a volatility fee on top: the program asks for less.
fn inverts(accounts: &[Held]) -> bool {
    accounts.first().and_then(|pool| pool.data.get(MODE_OFFSET)) != Some(&RATE_LIMITER)
}

fuzz_target!(|case: Case| run("meteora_damm_v2", &case, &Laws { inverts, ..Laws::default() }));
