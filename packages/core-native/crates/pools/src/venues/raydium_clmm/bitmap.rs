//! Which tick arrays hold initialized ticks: 1,024 arrays around tick 0 in the pool (`libraries/tick_array_bit_map.rs`), the
//! others in an account of their own (`states/tickarray_bitmap_extension.rs`), which a pool has only where they can exist.
//!
//! Arrays are numbered: array `n` starts at tick `n * 60 * spacing`.

use super::layout::{Identity, PoolState};
use super::tick_math::{MAX_TICK, MIN_TICK};

/// Words of the pool's own bitmap.
pub(super) const POOL_WORDS: usize = 16;
/// Words of the extension: 14 blocks of 8 words above the pool's bitmap, then as many below.
pub(super) const EXTENSION_WORDS: usize = 224;
const EXTENSION_HALF: i32 = 112;
/// First and last array of the pool's own bitmap.
const FIRST_OWN: i32 = -512;
const LAST_OWN: i32 = 511;
/// Spacing from which the pool's own bitmap covers every tick, so that no extension is read.
const SPACING_WITHOUT_EXTENSION: u16 = 15;

/// What is known of the extension account.
#[derive(Clone, Debug)]
pub(super) enum Extension {
    /// The pool's own bitmap covers every tick.
    Unused,
    /// Not applied yet.
    Unknown,
    /// The account does not exist: nobody placed liquidity that far out, and the program refuses to go there.
    Absent,
    Present(Box<[u64; EXTENSION_WORDS]>),
}

impl Extension {
    /// Returns what a pool of a spacing starts with.
    pub(super) const fn of_spacing(tick_spacing: u16) -> Self {
        if tick_spacing >= SPACING_WITHOUT_EXTENSION { Self::Unused } else { Self::Unknown }
    }

    /// Returns whether swaps can be given the account.
    pub(super) const fn is_present(&self) -> bool {
        matches!(self, Self::Present(_))
    }
}

/// Returns the number of the array that a tick lies in.
pub(super) fn array_of(tick: i32, span: i32) -> i32 {
    tick.checked_div_euclid(span).unwrap_or(0)
}

/// Returns whether an array lies in the pool's own bitmap.
pub(super) fn is_own(array: i32) -> bool {
    (FIRST_OWN..=LAST_OWN).contains(&array)
}

/// The bitmaps of one pool.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bitmaps<'a> {
    own: &'a [u64; POOL_WORDS],
    extension: Option<&'a [u64; EXTENSION_WORDS]>,
    /// First and last array that hold ticks at all.
    first: i32,
    last: i32,
}

impl<'a> Bitmaps<'a> {
    pub(super) fn new(identity: &Identity, state: &'a PoolState, extension: &'a Extension) -> Self {
        let span = identity.array_span();
        let extension = match extension {
            Extension::Present(words) => Some(&**words),
            Extension::Unused | Extension::Unknown | Extension::Absent => None,
        };
        let (mut first, mut last) = (array_of(MIN_TICK, span), array_of(MAX_TICK, span));
        if extension.is_none() {
            (first, last) = (first.max(FIRST_OWN), last.min(LAST_OWN));
        }
        Self { own: &state.bitmap, extension, first, last }
    }

    /// Returns whether swaps can start in an array: the program asks for the extension where it lies outside.
    pub(super) fn covers(&self, array: i32) -> bool {
        (self.first..=self.last).contains(&array)
    }

    /// Returns whether an array holds an initialized tick.
    pub(super) fn is_set(&self, array: i32) -> bool {
        self.covers(array) && self.word(array >> 6) >> array.rem_euclid(64).unsigned_abs() & 1 != 0
    }

    /// Returns the nearest array below that holds an initialized tick.
    pub(super) fn below(&self, array: i32) -> Option<i32> {
        let start = array.checked_sub(1)?.min(self.last);
        if start < self.first {
            return None;
        }
        let mut word_index = start >> 6;
        // Bits above the start are shifted out.
        let mut word = self.word(word_index) << 63_u32.wrapping_sub(start.rem_euclid(64).unsigned_abs());
        let mut top = start;
        loop {
            if word != 0 {
                let found = top.checked_sub(i32::try_from(word.leading_zeros()).ok()?)?;
                return (found >= self.first).then_some(found);
            }
            top = word_index.checked_mul(64)?.checked_sub(1)?;
            if top < self.first {
                return None;
            }
            word_index = top >> 6;
            word = self.word(word_index);
        }
    }

    /// Returns the nearest array above that holds an initialized tick.
    pub(super) fn above(&self, array: i32) -> Option<i32> {
        let start = array.checked_add(1)?.max(self.first);
        if start > self.last {
            return None;
        }
        let mut word_index = start >> 6;
        let mut word = self.word(word_index) >> start.rem_euclid(64).unsigned_abs();
        let mut bottom = start;
        loop {
            if word != 0 {
                let found = bottom.checked_add(i32::try_from(word.trailing_zeros()).ok()?)?;
                return (found <= self.last).then_some(found);
            }
            word_index = word_index.checked_add(1)?;
            bottom = word_index.checked_mul(64)?;
            if bottom > self.last {
                return None;
            }
            word = self.word(word_index);
        }
    }

    /// Returns the bits of arrays `64 * index` to `64 * index + 63`.
    fn word(&self, index: i32) -> u64 {
        let Some(place) = place_of(index) else { return 0 };
        let word = match place {
            Place::Own(at) => self.own.get(at),
            Place::Extension(at) => self.extension.and_then(|words| words.get(at)),
        };
        word.copied().unwrap_or(0)
    }
}

/// Where a word of the bitmap lies.
enum Place {
    Own(usize),
    Extension(usize),
}

fn place_of(index: i32) -> Option<Place> {
    let at = |index: i32| usize::try_from(index).ok();
    Some(match index {
        -8..=7 => Place::Own(at(index.wrapping_add(8))?),
        8..=119 => Place::Extension(at(index.wrapping_sub(8))?),
        -120..=-9 => {
            // Blocks of eight words run downwards from the pool's bitmap, the words in each upwards.
            let block = index.div_euclid(8).wrapping_neg().wrapping_sub(2);
            let word = EXTENSION_HALF.wrapping_add(block.wrapping_mul(8)).wrapping_add(index.rem_euclid(8));
            Place::Extension(at(word)?)
        }
        _ => return None,
    })
}

/// Flips the bit of an array, as the program does when the last tick of one is used up.
pub(super) fn flip(array: i32, own: &mut [u64; POOL_WORDS], extension: &mut Extension) {
    let mask = 1_u64 << array.rem_euclid(64).unsigned_abs();
    let word = match (place_of(array >> 6), extension) {
        (Some(Place::Own(at)), _) => own.get_mut(at),
        (Some(Place::Extension(at)), Extension::Present(words)) => words.get_mut(at),
        (Some(Place::Extension(_)) | None, _) => None,
    };
    if let Some(word) = word {
        *word ^= mask;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::venues::raydium_clmm::dynamic_fee::DynamicFee;
    use crate::venues::raydium_clmm::layout::FeeOn;
    use proptest::prelude::*;

    fn identity(tick_spacing: u16) -> Identity {
        let address = [0; 32];
        Identity {
            address,
            config: address,
            mints: [address; 2],
            vaults: [address; 2],
            observation: address,
            tick_spacing,
        }
    }

    fn state(bitmap: [u64; POOL_WORDS]) -> PoolState {
        let dynamic_fee: Option<DynamicFee> = None;
        PoolState {
            sqrt_price: 1 << 64,
            liquidity: 0,
            tick: 0,
            status: 0,
            fee_on: FeeOn::Input,
            open_time: 0,
            dynamic_fee,
            bitmap,
        }
    }

    proptest! {
        #[test]
        fn finds_the_arrays_that_a_search_one_by_one_finds(arrays in proptest::collection::vec(-7_393..7_393_i32, 0..12), from in -7_500..7_500_i32) {
            let mut state = state([0; POOL_WORDS]);
            let mut extension = Extension::Present(Box::new([0; EXTENSION_WORDS]));
            let mut set = std::collections::BTreeSet::new();
            for array in arrays {
                if set.insert(array) {
                    flip(array, &mut state.bitmap, &mut extension);
                }
            }
            let identity = identity(1);
            let bitmaps = Bitmaps::new(&identity, &state, &extension);
            prop_assert_eq!(bitmaps.is_set(from), set.contains(&from));
            prop_assert_eq!(bitmaps.below(from), set.range(..from).next_back().copied());
            prop_assert_eq!(bitmaps.above(from), set.range(from + 1..).next().copied());
            let own = Bitmaps::new(&identity, &state, &Extension::Absent);
            prop_assert_eq!(own.below(from), set.range(-512..from.clamp(-512, 512)).next_back().copied());
        }
    }

    #[test]
    fn keeps_the_blocks_of_the_extension_where_the_program_has_them() {
        // Arrays 512 and -513 are the first and the last bit of the blocks next to the pool's own bitmap.
        let mut own = [0; POOL_WORDS];
        let mut extension = Extension::Present(Box::new([0; EXTENSION_WORDS]));
        for array in [512, -513, -1024, -1025, 1024] {
            flip(array, &mut own, &mut extension);
        }
        let Extension::Present(words) = extension else { panic!("present") };
        let bits: Vec<(usize, u64)> =
            words.iter().copied().enumerate().filter(|(_, word)| *word != 0).collect();
        assert_eq!(bits, [(0, 1), (8, 1), (112, 1), (119, 1 << 63), (127, 1 << 63)]);
        assert_eq!(own, [0; POOL_WORDS]);
    }

    #[test]
    fn ignores_bits_of_arrays_beyond_all_ticks() {
        let state = state([u64::MAX; POOL_WORDS]);
        let identity = identity(60);
        let bitmaps = Bitmaps::new(&identity, &state, &Extension::Unused);
        assert_eq!((bitmaps.below(-124), bitmaps.below(-123)), (None, Some(-124)));
        assert_eq!((bitmaps.above(123), bitmaps.above(122)), (None, Some(123)));
    }
}
