//! Bends the accounts of `orca_whirlpool` pools and holds every answer to the laws of all pools.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tandem_fuzz::{Case, Laws, run};

fuzz_target!(|case: Case| run("orca_whirlpool", &case, &Laws::default()));
