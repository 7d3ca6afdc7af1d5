//! Square-root prices in Q64.64 and their ticks (orca-so/whirlpools 630c0e0, `math/tick_math.rs`).
//!
//! The price of a tick is a product of precomputed powers, one for each set bit: in Q32.96 above zero and in Q0.64 below.
//! Each product is cut to its scale at once, so the constants and their order decide the last bits.

use program_frame::or_stop;
use wide_math::{high_of_product, Quad, Wide};

/// The highest tick of a pool.
pub const MAX_TICK: i32 = 443_636;
/// The lowest tick of a pool.
pub const MIN_TICK: i32 = -443_636;
/// The price of the highest tick.
pub const MAX_SQRT_PRICE: u128 = 79_226_673_515_401_279_992_447_579_055;
/// The price of the lowest tick.
pub const MIN_SQRT_PRICE: u128 = 4_295_048_016;

const TICK_BITS: usize = 19;

/// `√1.0001` to the powers of two, in Q32.96.
const UPWARD: [u128; TICK_BITS] = [
    79_232_123_823_359_799_118_286_999_567,
    79_236_085_330_515_764_027_303_304_731,
    79_244_008_939_048_815_603_706_035_061,
    79_259_858_533_276_714_757_314_932_305,
    79_291_567_232_598_584_799_939_703_904,
    79_355_022_692_464_371_645_785_046_466,
    79_482_085_999_252_804_386_437_311_141,
    79_736_823_300_114_093_921_829_183_326,
    80_248_749_790_819_932_309_965_073_892,
    81_282_483_887_344_747_381_513_967_011,
    83_390_072_131_320_151_908_154_831_281,
    87_770_609_709_833_776_024_991_924_138,
    97_234_110_755_111_693_312_479_820_773,
    119_332_217_159_966_728_226_237_229_890,
    179_736_315_981_702_064_433_883_588_727,
    407_748_233_172_238_350_107_850_275_304,
    2_098_478_828_474_011_932_436_660_412_517,
    55_581_415_166_113_811_149_459_800_483_533,
    38_992_368_544_603_139_932_233_054_999_993_551,
];
/// One in Q32.96.
const UPWARD_ONE: u128 = 1 << 96;

/// `1 / √1.0001` to the powers of two, in Q0.64.
const DOWNWARD: [u64; TICK_BITS] = [
    18_445_821_805_675_392_311,
    18_444_899_583_751_176_498,
    18_443_055_278_223_354_162,
    18_439_367_220_385_604_838,
    18_431_993_317_065_449_817,
    18_417_254_355_718_160_513,
    18_387_811_781_193_591_352,
    18_329_067_761_203_520_168,
    18_212_142_134_806_087_854,
    17_980_523_815_641_551_639,
    17_526_086_738_831_147_013,
    16_651_378_430_235_024_244,
    15_030_750_278_693_429_944,
    12_247_334_978_882_834_399,
    8_131_365_268_884_726_200,
    3_584_323_654_723_342_297,
    696_457_651_847_595_233,
    26_294_789_957_452_057,
    37_481_735_321_082,
];

/// Two to the power of 32 over the binary logarithm of `√1.0001`.
const LOG_BASE_2_X32: u64 = 59_543_866_431_248;
const LOG_BITS: u32 = 14;
/// 0.01 ticks in Q64.64.
const LOWER_MARGIN: i128 = 184_467_440_737_095_516;
/// What 14 bits of the logarithm leave open, plus 0.01 ticks, in Q64.64.
const UPPER_MARGIN: i128 = 15_793_534_762_490_258_745;

/// Returns the price of a tick.
///
/// # Panics
///
/// Far above the highest tick, where the real program unwraps a price of more than 128 bits.
#[inline(always)]
#[must_use]
pub fn sqrt_price_of(tick: i32) -> u128 {
    let mut price = 0;
    put_sqrt_price(tick, &mut price);
    price
}

/// Called and not inlined: it answers through a reference, because a call on the SBF target returns one register.
#[inline(never)]
fn put_sqrt_price(tick: i32, price: &mut u128) {
    let bits = tick.unsigned_abs();
    *price = if tick >= 0 {
        upward(bits)
    } else {
        downward(bits)
    };
}

#[inline(always)]
fn upward(bits: u32) -> u128 {
    let mut ratio = UPWARD_ONE;
    for (bit, power) in UPWARD.iter().enumerate() {
        if bits & (1 << bit) == 0 {
            continue;
        }
        ratio = if bit == 0 {
            *power
        } else {
            or_stop(Quad::product(ratio, *power).to_u128_from_bit(96))
        };
    }
    ratio >> 32
}

#[inline(always)]
fn downward(bits: u32) -> u128 {
    // Nothing stands for one, which does not fit 64 bits; one times a power is the power.
    let mut ratio = None;
    for (bit, power) in DOWNWARD.iter().enumerate() {
        if bits & (1 << bit) != 0 {
            ratio = Some(ratio.map_or(*power, |ratio| high_of_product(ratio, *power)));
        }
    }
    ratio.map_or(1 << 64, u128::from)
}

/// Returns the highest tick whose price is not above a price.
#[inline(never)]
#[must_use]
pub fn tick_of(sqrt_price: &u128) -> i32 {
    let logarithm = logarithm_of(*sqrt_price);
    let low = tick_at(logarithm.wrapping_sub(LOWER_MARGIN));
    let high = tick_at(logarithm.wrapping_add(UPPER_MARGIN));
    // The two differ by one at most; where they do, the price of the upper one decides.
    if low == high || sqrt_price_of(high) > *sqrt_price {
        low
    } else {
        high
    }
}

#[inline(always)]
fn tick_at(logarithm: i128) -> i32 {
    or_stop(i32::try_from(logarithm >> 64).ok())
}

/// Returns the logarithm to the base `√1.0001` in Q64.64: its whole part in base 2 from the highest bit, then 14 bits by
/// repeated squaring.
#[inline(always)]
fn logarithm_of(sqrt_price: u128) -> i128 {
    let highest = 127_u32.wrapping_sub(sqrt_price.leading_zeros());
    let mut root = aligned(Wide::from(sqrt_price), highest);
    let mut fraction = 0_i64;
    for _ in 0..LOG_BITS {
        let square = Wide::product(root, root);
        let is_two_or_more = square.high() >> 63;
        root = if is_two_or_more == 1 {
            square.high()
        } else {
            (square.high() << 1) | (square.low() >> 63)
        };
        fraction = (fraction << 1) | i64::from(is_two_or_more == 1);
    }
    // 14 bits of a fraction of 32.
    let whole = i64::from(highest).wrapping_sub(64) << 32;
    let binary = whole.wrapping_add(fraction << 18);
    let size = u128::from(Wide::product(binary.unsigned_abs(), LOG_BASE_2_X32));
    let size = or_stop(i128::try_from(size).ok());
    if binary < 0 {
        size.wrapping_neg()
    } else {
        size
    }
}

/// Returns the 64 bits of a number from its highest one on. The SBF target shifts no 128 bits by a variable.
#[inline(always)]
const fn aligned(number: Wide, highest: u32) -> u64 {
    let shift = number.high().leading_zeros();
    if highest < 64 {
        return number.low() << number.low().leading_zeros();
    }
    if shift == 0 {
        return number.high();
    }
    (number.high() << shift) | (number.low() >> 64_u32.wrapping_sub(shift))
}

#[cfg(test)]
mod tests {
    use super::{sqrt_price_of, tick_of, MAX_SQRT_PRICE, MAX_TICK, MIN_SQRT_PRICE, MIN_TICK};

    #[test]
    fn knows_the_prices_of_both_ends_and_of_tick_zero() {
        assert_eq!(sqrt_price_of(MAX_TICK), MAX_SQRT_PRICE);
        assert_eq!(sqrt_price_of(MIN_TICK), MIN_SQRT_PRICE);
        assert_eq!(sqrt_price_of(0), 1 << 64);
        assert_eq!(sqrt_price_of(-1), 18_445_821_805_675_392_311);
    }

    #[test]
    fn finds_the_tick_of_each_price_and_of_the_prices_beside_it() {
        for tick in (MIN_TICK + 1..MAX_TICK).step_by(37) {
            let price = sqrt_price_of(tick);
            assert!(price < sqrt_price_of(tick + 1), "{tick}");
            assert_eq!(tick_of(&price), tick);
            assert_eq!(tick_of(&(price - 1)), tick - 1, "below {tick}");
            let last = sqrt_price_of(tick + 1) - 1;
            assert_eq!(tick_of(&last), tick, "above {tick}");
        }
        assert_eq!(tick_of(&MIN_SQRT_PRICE), MIN_TICK);
        assert_eq!(tick_of(&MAX_SQRT_PRICE), MAX_TICK);
    }
}
