//! Ticks and square-root prices: `programs/whirlpool/src/math/tick_math.rs`. A price is the product of one factor for each bit
//! of the tick, cut off after each: in 64 fractional bits below tick 0, in 96 above it.

use tandem_math::mul_div::wide_mul;
use tandem_math::wide::wide_mul_u128;

/// `TICK_ARRAY_SIZE`, `state/tick_array.rs`.
pub(super) const TICKS_IN_ARRAY: i32 = 88;
/// The range of ticks and of prices.
pub(super) const MIN_TICK: i32 = -443_636;
pub(super) const MAX_TICK: i32 = 443_636;
pub(super) const MIN_SQRT_PRICE: u128 = 4_295_048_016;
pub(super) const MAX_SQRT_PRICE: u128 = 79_226_673_515_401_279_992_447_579_055;

/// `1.0001^(-2^i / 2)` in 64 fractional bits.
const FALLING: [u64; 19] = [
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

/// `1.0001^(2^i / 2)` in 96 fractional bits.
const RISING: [u128; 19] = [
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

/// Returns the square-root price of a tick, Q64.64; the ticks next to the range have one too.
#[inline]
pub(super) fn sqrt_price_at_tick(tick: i32) -> u128 {
    if tick < 0 { falling(tick.unsigned_abs()) } else { rising(tick.unsigned_abs()) }
}

/// Takes the lowest set bit off and returns its factor.
#[inline]
fn next_factor<T: Copy>(bits: &mut u32, factors: &[T; 19]) -> Option<T> {
    let factor = factors.get(usize::try_from(bits.trailing_zeros()).ok()?).copied();
    *bits &= bits.wrapping_sub(1); // never called with zero
    factor
}

#[inline]
fn falling(mut bits: u32) -> u128 {
    let Some(mut ratio) = next_factor(&mut bits, &FALLING) else { return 0 };
    while bits != 0 {
        let Some(factor) = next_factor(&mut bits, &FALLING) else { return 0 };
        ratio = high_half(wide_mul(ratio, factor));
    }
    u128::from(ratio)
}

#[inline]
fn rising(mut bits: u32) -> u128 {
    let mut ratio = 1 << 96;
    if let Some(first) = next_factor(&mut bits, &RISING) {
        ratio = first;
    }
    while bits != 0 {
        let Some(factor) = next_factor(&mut bits, &RISING) else { return u128::MAX };
        let product = wide_mul_u128(ratio, factor);
        ratio = (product.high << 32) | (product.low >> 96);
    }
    ratio >> 32
}

#[inline]
const fn high_half(value: u128) -> u64 {
    (value >> 64) as u64
}

/// `log(2) / log(sqrt(1.0001))` in 32 fractional bits, how many bits of the logarithm are found, and by how much the tick may
/// then be missed downwards and upwards, in 64 fractional bits.
const LOG_SQRT_BASE_OF_2_X32: i128 = 59_543_866_431_248;
const LOG_BITS: u32 = 14;
const ERROR_BELOW_X64: i128 = 184_467_440_737_095_516;
const ERROR_ABOVE_X64: i128 = 15_793_534_762_490_258_745;

/// Returns the greatest tick whose price is at most this one, as the program finds it: from 14 bits of the logarithm, and one
/// comparison where they leave two ticks. The price must be within the range.
pub(super) fn tick_at_sqrt_price(sqrt_price: u128) -> i32 {
    let high_bit = 127_u32.saturating_sub(sqrt_price.leading_zeros());
    // The price as a 64-bit number whose top bit is set.
    let shifted = if high_bit >= 64 {
        sqrt_price >> high_bit.wrapping_sub(63)
    } else {
        sqrt_price << 63_u32.wrapping_sub(high_bit)
    };
    let mut mantissa = low_half(shifted);
    let mut fraction_x64 = 0_u64;
    for bit in 0..LOG_BITS {
        let square = wide_mul(mantissa, mantissa);
        let is_above_two = square.leading_zeros() == 0;
        fraction_x64 |= u64::from(is_above_two) << 63_u32.wrapping_sub(bit);
        mantissa = low_half(square >> if is_above_two { 64 } else { 63 });
    }
    // At most 2^38 times 2^46: none of this can overflow 128 bits.
    let log_x32 = (i128::from(high_bit).wrapping_sub(64) << 32) | i128::from(fraction_x64 >> 32);
    let tick_x64 = log_x32.wrapping_mul(LOG_SQRT_BASE_OF_2_X32);
    let whole = |value: i128| i32::try_from(value >> 64).unwrap_or(0); // a 128-bit price has a tick below 2^21
    let low = whole(tick_x64.wrapping_sub(ERROR_BELOW_X64));
    let high = whole(tick_x64.wrapping_add(ERROR_ABOVE_X64));
    if low == high || sqrt_price_at_tick(high) > sqrt_price { low } else { high }
}

#[inline]
const fn low_half(value: u128) -> u64 {
    (value & 0xffff_ffff_ffff_ffff) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_the_ends_and_the_middle_of_the_range() {
        assert_eq!(sqrt_price_at_tick(MIN_TICK), MIN_SQRT_PRICE);
        assert_eq!(sqrt_price_at_tick(MAX_TICK), MAX_SQRT_PRICE);
        assert_eq!(sqrt_price_at_tick(0), 1 << 64);
        assert_eq!(sqrt_price_at_tick(1), 18_447_666_387_855_959_850);
        assert_eq!(sqrt_price_at_tick(-1), 18_445_821_805_675_392_311);
    }

    #[test]
    fn rises_with_every_tick_and_finds_each_again() {
        let mut before = sqrt_price_at_tick(MIN_TICK - 1);
        for tick in MIN_TICK..=MAX_TICK {
            let price = sqrt_price_at_tick(tick);
            assert!(price > before, "{tick}");
            assert_eq!(tick_at_sqrt_price(price), tick);
            if tick > MIN_TICK {
                assert_eq!(tick_at_sqrt_price(price - 1), tick - 1);
            }
            before = price;
        }
    }
}
