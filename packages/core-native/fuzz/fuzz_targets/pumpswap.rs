//! Bends the accounts of `pumpswap` pools and holds every answer to the laws of all pools.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tandem_fuzz::{Case, Laws, run};

// The program takes one unit off a fixed input before it prices it: the price of a fixed output never buys all of it.
fuzz_target!(|case: Case| run("pumpswap", &case, &Laws { inverts: |_| false, ..Laws::default() }));
