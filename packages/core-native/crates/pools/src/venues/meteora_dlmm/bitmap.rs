//! Which bin arrays hold liquidity, searched as the program does: `next_bin_array_index_with_liquidity` of `dlmm-sdk`
//! `commons/src/extensions/{lb_pair.rs,bin_array_bitmap.rs}` (fb02e51).

use super::layout::{BitmapExtension, PAIR_WORDS};
use crate::quote::Direction;

/// Arrays that a word of the bitmaps covers.
const WORD_BITS: i32 = 64;
/// Words of the pair's bitmap on each side of array 0, and of pair and extension together.
const PAIR_HALF: i32 = 8;
const FULL_HALF: i32 = 104;

/// Both bitmaps as one row of words.
pub(super) struct Bitmap<'a> {
    pub(super) pair: &'a [u64; PAIR_WORDS],
    pub(super) extension: Option<&'a BitmapExtension>,
}

impl Bitmap<'_> {
    /// Returns the word of the arrays from `64 * position` on; `None` outside of what is known.
    fn word(&self, position: i32) -> Option<u64> {
        let at = |words: &[u64], index: i32| words.get(usize::try_from(index).ok()?).copied();
        if (-PAIR_HALF..PAIR_HALF).contains(&position) {
            return at(self.pair, position.saturating_add(PAIR_HALF));
        }
        let extension = self.extension?;
        if position > 0 {
            at(&extension.positive, position.saturating_sub(PAIR_HALF))
        } else {
            // Bits of the negative half count away from zero.
            let mirrored = (-1_i32).saturating_sub(position).saturating_sub(PAIR_HALF);
            at(&extension.negative, mirrored).map(u64::reverse_bits)
        }
    }

    /// Returns the nearest array with liquidity at or beyond `index`.
    pub(super) fn next(&self, direction: Direction, index: i32) -> Option<i32> {
        let mut position = index.div_euclid(WORD_BITS);
        let offset = index.rem_euclid(WORD_BITS).unsigned_abs();
        let mut mask = match direction {
            Direction::AToB => u64::MAX.wrapping_shr(63_u32.saturating_sub(offset)),
            Direction::BToA => u64::MAX.wrapping_shl(offset),
        };
        while (-FULL_HALF..FULL_HALF).contains(&position) {
            let bits = self.word(position)? & mask;
            let base = position.saturating_mul(WORD_BITS);
            if bits != 0 {
                let bit = match direction {
                    Direction::AToB => 63_u32.saturating_sub(bits.leading_zeros()),
                    Direction::BToA => bits.trailing_zeros(),
                };
                return Some(base.saturating_add_unsigned(bit));
            }
            mask = u64::MAX;
            position = step(direction, position);
        }
        None
    }
}

/// Returns the neighbour in a direction: swaps of X for Y go down.
pub(super) const fn step(direction: Direction, position: i32) -> i32 {
    match direction {
        Direction::AToB => position.saturating_sub(1),
        Direction::BToA => position.saturating_add(1),
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout::EXTENSION_WORDS;
    use super::*;

    fn extension(indexes: &[i32]) -> BitmapExtension {
        let mut extension =
            BitmapExtension { positive: [0; EXTENSION_WORDS], negative: [0; EXTENSION_WORDS] };
        for &index in indexes {
            // As `bin_array_bitmap.rs` places them: 512 arrays a row, away from zero.
            let (half, number) = if index > 0 {
                (&mut extension.positive, index)
            } else {
                (&mut extension.negative, -(index + 1))
            };
            let (row, bit) = (number / 512 - 1, number % 512);
            half[usize::try_from(row * 8 + bit / 64).unwrap()] |= 1 << (bit % 64);
        }
        extension
    }

    fn pair(indexes: &[i32]) -> [u64; PAIR_WORDS] {
        let mut words = [0; PAIR_WORDS];
        for &index in indexes {
            let offset = usize::try_from(index + 512).unwrap();
            words[offset / 64] |= 1 << (offset % 64);
        }
        words
    }

    /// Visits every array one after the other, which is slow and plain.
    fn visit(indexes: &[i32], direction: Direction, start: i32) -> Option<i32> {
        let mut index = start;
        while (-6_656..6_656).contains(&index) {
            if indexes.contains(&index) {
                return Some(index);
            }
            index = step(direction, index);
        }
        None
    }

    #[test]
    fn finds_the_next_array_across_words_rows_and_both_bitmaps() {
        let inside = [-512, -511, -449, -448, -65, -64, -1, 0, 63, 64, 127, 500, 511];
        let outside = [-6_656, -6_655, -1_025, -1_024, -577, -576, -513, 512, 575, 576, 1_023, 1_024, 6_655];
        let (pair, extension) = (pair(&inside), extension(&outside));
        let all: Vec<i32> = inside.iter().chain(&outside).copied().collect();
        let bitmap = Bitmap { pair: &pair, extension: Some(&extension) };
        let alone = Bitmap { pair: &pair, extension: None };
        for direction in [Direction::AToB, Direction::BToA] {
            for start in all.iter().flat_map(|index| [index - 1, *index, index + 1]) {
                assert_eq!(bitmap.next(direction, start), visit(&all, direction, start), "from {start}");
                let near = visit(&inside, direction, start).filter(|_| (-512..512).contains(&start));
                assert_eq!(alone.next(direction, start), near, "from {start} without the extension");
            }
        }
    }

    #[test]
    fn has_no_array_beyond_the_last() {
        let (pair, extension) = (pair(&[]), extension(&[]));
        let bitmap = Bitmap { pair: &pair, extension: Some(&extension) };
        for start in [i32::MIN, -6_657, 0, 6_656, i32::MAX] {
            assert_eq!(bitmap.next(Direction::AToB, start), None);
            assert_eq!(bitmap.next(Direction::BToA, start), None);
        }
    }
}
