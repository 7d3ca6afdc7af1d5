//! The seeds of a pair's address, with which it signs for its reserves (`lb_clmm` 0.8 source, `state/lb_pair.rs`, `seeds`;
//! type 3 from `@meteora-ag/dlmm` 1.9.14, whose base key is the preset).

use crate::lb_pair::{MINTS, PAIR_TYPE};
use pinocchio::error::ProgramError;
use program_frame::{bytes_at, u8_at};

const BUMP_SEED: usize = 72;
const BIN_STEP_SEED: usize = 73;
const HAS_BASE_FACTOR_SEED: usize = 83;
const BASE_FACTOR_SEED: usize = 84;
const BASE_KEY: usize = 784;

/// The seeds of one pair.
pub struct PairSeeds {
    kind: u8,
    has_base_factor: bool,
    base_key: [u8; 32],
    mints: [[u8; 32]; 2],
    bin_step: [u8; 2],
    base_factor: [u8; 2],
    bump: [u8; 1],
}

impl PairSeeds {
    /// Decodes the seeds.
    ///
    /// # Errors
    ///
    /// `AccountDataTooSmall` when the account is shorter than a pair.
    #[inline(always)]
    pub fn decode(data: &[u8]) -> Result<Self, ProgramError> {
        let x = bytes_at(data, MINTS)?;
        let y = bytes_at(data, MINTS.saturating_add(32))?;
        Ok(Self {
            kind: u8_at(data, PAIR_TYPE)?,
            has_base_factor: u8_at(data, HAS_BASE_FACTOR_SEED)? != 0,
            base_key: bytes_at(data, BASE_KEY)?,
            mints: if x < y { [x, y] } else { [y, x] },
            bin_step: bytes_at(data, BIN_STEP_SEED)?,
            base_factor: bytes_at(data, BASE_FACTOR_SEED)?,
            bump: bytes_at(data, BUMP_SEED)?,
        })
    }

    /// Returns the seeds in their order, and how many of them count.
    #[inline(always)]
    #[must_use]
    pub fn parts(&self) -> ([&[u8]; 5], usize) {
        let [low, high] = &self.mints;
        let (base, step): (&[u8], &[u8]) = (&self.base_key, &self.bin_step);
        match (self.kind, self.has_base_factor) {
            (1, _) => ([base, low, high, step, &self.bump], 5),
            (2 | 3, _) => ([base, low, high, &self.bump, &[]], 4),
            (_, true) => ([low, high, step, &self.base_factor, &self.bump], 5),
            (_, false) => ([low, high, step, &self.bump, &[]], 4),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PairSeeds;

    fn seeds_of(kind: u8, has_base_factor: u8) -> Option<([usize; 5], usize)> {
        let mut data = [0; 904];
        data[75] = kind;
        data[83] = has_base_factor;
        // Mint Y sorts before mint X.
        data[88..120].fill(9);
        data[120..152].fill(8);
        let seeds = PairSeeds::decode(&data).ok()?;
        let (parts, count) = seeds.parts();
        let mints = parts.iter().position(|it| it.first() == Some(&8))?;
        assert_eq!(parts[mints.saturating_add(1)], [9; 32]);
        Some((parts.map(<[u8]>::len), count))
    }

    #[test]
    fn has_the_seeds_of_its_kind() {
        assert_eq!(seeds_of(0, 0), Some(([32, 32, 2, 1, 0], 4)));
        assert_eq!(seeds_of(0, 1), Some(([32, 32, 2, 2, 1], 5)));
        assert_eq!(seeds_of(1, 0), Some(([32, 32, 32, 2, 1], 5)));
        assert_eq!(seeds_of(2, 0), Some(([32, 32, 32, 1, 0], 4)));
        assert_eq!(seeds_of(3, 1), Some(([32, 32, 32, 1, 0], 4)));
    }
}
