//! Addresses that programs derive for their accounts.
//!
//! Follows `Pubkey::find_program_address` of the Solana SDK (crate `solana-address`, `syscalls.rs` for the on-chain form).

use curve25519_dalek::edwards::CompressedEdwardsY;
use sha2::{Digest, Sha256};

/// Most seeds a program address has, the bump included.
const MAX_SEEDS: usize = 16;
/// Most bytes a seed has.
const MAX_SEED_BYTES: usize = 32;
/// What ends the hashed bytes, so that no other hash of the chain can give the same address.
const MARKER: &[u8] = b"ProgramDerivedAddress";

/// Returns the address that a program derives from seeds, and its bump: the largest byte from 255 down to 1 with which the
/// hash is no point of the ed25519 curve, so that no key pair can have the address. `None` for too many or too long seeds, or
/// where every bump gives a point.
///
/// Takes some microseconds; callers keep what they have found.
#[must_use]
pub fn find_program_address(seeds: &[&[u8]], program: &[u8; 32]) -> Option<([u8; 32], u8)> {
    if seeds.len() >= MAX_SEEDS || seeds.iter().any(|seed| seed.len() > MAX_SEED_BYTES) {
        return None;
    }
    let mut prefix = Sha256::new();
    for seed in seeds {
        prefix.update(seed);
    }
    (1..=u8::MAX).rev().find_map(|bump| {
        let hash = prefix.clone().chain_update([bump]).chain_update(program).chain_update(MARKER);
        let address: [u8; 32] = hash.finalize().into();
        (!is_on_curve(address)).then_some((address, bump))
    })
}

/// Decodes as the runtime does: a y coordinate that is not reduced, or a negative zero x, still counts as a point.
#[cfg(not(fuzzing))]
fn is_on_curve(address: [u8; 32]) -> bool {
    CompressedEdwardsY(address).decompress().is_some()
}

/// A fuzzer opens the same few pools millions of times, and would spend most of its time on their addresses.
#[cfg(fuzzing)]
fn is_on_curve(address: [u8; 32]) -> bool {
    use std::cell::RefCell;
    use std::collections::HashMap;
    const MOST: usize = 1 << 18;
    thread_local! {
        static KNOWN: RefCell<HashMap<[u8; 32], bool>> = RefCell::new(HashMap::new());
    }
    KNOWN.with_borrow_mut(|known| {
        if known.len() >= MOST {
            known.clear();
        }
        *known.entry(address).or_insert_with(|| CompressedEdwardsY(address).decompress().is_some())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_seeds_that_the_runtime_refuses() {
        let seed: &[u8] = &[7; 32];
        assert!(find_program_address(&[seed; 15], &[1; 32]).is_some());
        assert!(find_program_address(&[seed; 16], &[1; 32]).is_none());
        assert!(find_program_address(&[&[7; 33]], &[1; 32]).is_none());
        assert!(find_program_address(&[], &[1; 32]).is_some());
    }

    #[test]
    fn takes_y_as_the_runtime_does() {
        // y = 1, the neutral point; the same with the sign bit; and the same y not reduced (p + 1).
        let mut neutral = [0; 32];
        neutral[0] = 1;
        assert!(is_on_curve(neutral));
        neutral[31] = 0x80;
        assert!(is_on_curve(neutral));
        let mut unreduced = [0xff; 32];
        (unreduced[0], unreduced[31]) = (0xee, 0x7f);
        assert!(is_on_curve(unreduced));
        let mut two = [0; 32];
        two[0] = 2;
        assert!(!is_on_curve(two), "y = 2 has no x");
    }
}
