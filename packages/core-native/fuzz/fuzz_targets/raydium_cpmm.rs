//! Bends the accounts of `raydium_cpmm` pools and holds every answer to the laws of all pools.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tandem_fuzz::{Case, Laws, run};

fuzz_target!(|case: Case| run("raydium_cpmm", &case, &Laws::default()));
