//! Account bytes as a store keeps them. Tick and bin arrays are ten kilobytes each and mostly zero: only the words that are not
//! zero are kept, and one bit a word that tells which those are.

/// Bytes of a word.
const WORD: usize = size_of::<u64>();
const BITS: usize = 64;

/// Bytes without their zero words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SparseBytes {
    length: usize,
    /// Bit `i % 64` of entry `i / 64` tells that word `i` is kept.
    kept: Vec<u64>,
    /// The words that are not zero, in order.
    words: Vec<u64>,
}

/// Returns the words of bytes; the last one is filled up with zeros.
fn words_of(bytes: &[u8]) -> impl Iterator<Item = u64> + '_ {
    let (full, rest) = bytes.as_chunks::<WORD>();
    let last = (!rest.is_empty()).then(|| {
        let mut word = [0; WORD];
        for (target, byte) in word.iter_mut().zip(rest) {
            *target = *byte;
        }
        u64::from_le_bytes(word)
    });
    full.iter().map(|word| u64::from_le_bytes(*word)).chain(last)
}

/// Returns the bytes in pieces of as many words as an entry has bits.
fn blocks_of(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.chunks(WORD * BITS)
}

/// Returns the bit of a word within its block.
fn bit_of(position: usize) -> u64 {
    1_u64.rotate_left(u32::try_from(position).unwrap_or_default())
}

impl SparseBytes {
    /// Keeps bytes in place of those held, in the memory they took.
    pub fn replace(&mut self, bytes: &[u8]) {
        self.length = bytes.len();
        self.kept.clear();
        self.words.clear();
        for block in blocks_of(bytes) {
            let mut kept = 0_u64;
            for (position, word) in words_of(block).enumerate().filter(|(_, word)| *word != 0) {
                kept |= bit_of(position);
                self.words.push(word);
            }
            self.kept.push(kept);
        }
        self.kept.shrink_to_fit();
        self.words.shrink_to_fit();
    }

    /// Returns whether these are the bytes. Words that are zero are only counted, as most are.
    pub fn equals(&self, bytes: &[u8]) -> bool {
        let mut words = self.words.iter();
        let mut is_block = |(block, kept): (&[u8], &u64)| {
            let mut seen = 0_u64;
            for (position, word) in words_of(block).enumerate().filter(|(_, word)| *word != 0) {
                if words.next() != Some(&word) {
                    return false;
                }
                seen |= bit_of(position);
            }
            seen == *kept
        };
        self.length == bytes.len() && blocks_of(bytes).zip(&self.kept).all(&mut is_block)
    }

    /// Returns the bytes in full.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = self.all_words().flat_map(u64::to_le_bytes).collect();
        bytes.truncate(self.length);
        bytes
    }

    /// Returns every word, the zeros too.
    fn all_words(&self) -> impl Iterator<Item = u64> + '_ {
        let count = self.length.div_ceil(WORD);
        let mut next = self.words.iter().copied();
        let bits = self.kept.iter().flat_map(|kept| (0..64_u32).map(move |bit| kept >> bit & 1 == 1));
        bits.take(count).map(move |is_kept| if is_kept { next.next().unwrap_or_default() } else { 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(bytes: &[u8]) -> SparseBytes {
        let mut sparse = SparseBytes::default();
        sparse.replace(bytes);
        sparse
    }

    #[test]
    fn gives_back_what_it_was_given_whatever_its_length() {
        for length in [0, 1, 7, 8, 9, 511, 512, 513, 1_100] {
            let mut bytes = vec![0_u8; length];
            for (at, byte) in bytes.iter_mut().enumerate().filter(|(at, _)| at % 37 == 0) {
                *byte = u8::try_from(at % 251 + 1).unwrap();
            }
            let sparse = kept(&bytes);
            assert_eq!(sparse.to_bytes(), bytes, "{length} bytes");
            assert!(sparse.equals(&bytes), "{length} bytes");
        }
    }

    #[test]
    fn tells_bytes_apart_that_differ_in_one_byte_or_in_length_alone() {
        let sparse = kept(&[0; 24]);
        assert!(!sparse.equals(&[0; 23]));
        assert!(!sparse.equals(&[0; 25]));
        let mut other = [0; 24];
        other[23] = 1;
        assert!(!sparse.equals(&other));
    }

    #[test]
    fn takes_little_memory_for_zeros() {
        let mut bytes = vec![0; 10_240];
        bytes[5_000] = 7;
        let sparse = kept(&bytes);
        assert_eq!((sparse.kept.capacity(), sparse.words.capacity()), (20, 1));
    }
}
