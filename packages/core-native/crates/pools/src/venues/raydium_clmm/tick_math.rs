//! Prices of ticks, bit for bit as the program has them: `raydium-io/raydium-clmm`, `programs/amm/src/libraries/tick_math.rs`
//! (2026-07). No formula gives these numbers but the program's own order of roundings.

/// Lowest tick.
pub(super) const MIN_TICK: i32 = -443_636;
/// Highest tick.
pub(super) const MAX_TICK: i32 = 443_636;
/// Q64.64 square-root price of the lowest tick.
pub(super) const MIN_SQRT_PRICE: u128 = 4_295_048_016;
/// Q64.64 square-root price of the highest tick, which no pool reaches.
pub(super) const MAX_SQRT_PRICE: u128 = 79_226_673_521_066_979_257_578_248_091;

/// `2^64 / 1.0001^(2^(i - 1))` by bit `i` of a tick's size, cut as the program cuts them.
const FACTORS: [u64; 19] = [
    0xfffc_b933_bd6f_b800,
    0xfff9_7272_373d_4000,
    0xfff2_e50f_5f65_7000,
    0xffe5_caca_7e10_f000,
    0xffcb_9843_d60f_7000,
    0xff97_3b41_fa98_e800,
    0xff2e_a164_66c9_b000,
    0xfe5d_ee04_6a9a_3800,
    0xfcbe_86c7_900b_b000,
    0xf987_a725_3ac6_5800,
    0xf339_2b08_22bb_6000,
    0xe715_9475_a2ca_f000,
    0xd097_f3bd_fd2f_2000,
    0xa9f7_4646_2d9f_8000,
    0x70d8_69a1_56f3_1c00,
    0x31be_135f_97ed_3200,
    0x09aa_508b_5b85_a500,
    0x005d_6af8_dedc_582c,
    0x0000_2216_e584_f5fa,
];

/// Bits of the logarithm's fraction that the program takes.
const FRACTION_BITS: u32 = 16;
/// `2^32 / log2(√1.0001)`.
const LOG_BASE: i128 = 59_543_866_431_248;
/// What the logarithm may be too high and too low by, Q64.64.
const ERROR_BELOW: i128 = 184_467_440_737_095_516;
const ERROR_ABOVE: i128 = 15_793_534_762_490_258_745;

/// Returns the Q64.64 square-root price of a tick; a tick out of range counts as the nearest in range.
pub(super) fn sqrt_price_at_tick(tick: i32) -> u128 {
    let size = tick.clamp(MIN_TICK, MAX_TICK).unsigned_abs();
    let mut ratio: u128 = 1 << 64;
    for (bit, factor) in (0_u32..).zip(FACTORS) {
        if size >> bit & 1 != 0 {
            // The ratio never passes 2^64 and the factor stays below it, so that the product fits. Rounds down.
            ratio = ratio.wrapping_mul(u128::from(factor)) >> 64;
        }
    }
    if tick > 0 {
        // At the highest tick the ratio is still above 2^31. Rounds down.
        ratio = u128::MAX.checked_div(ratio).unwrap_or(MAX_SQRT_PRICE);
    }
    ratio
}

/// Returns the greatest tick whose price is not above a square-root price of the program's range.
pub(super) fn tick_at_sqrt_price(sqrt_price: u128) -> i32 {
    let sqrt_price = sqrt_price.clamp(MIN_SQRT_PRICE, MAX_SQRT_PRICE);
    // At least 32: the price is no less than 2^32.
    let top_bit = 127_u32.wrapping_sub(sqrt_price.leading_zeros());
    let whole = i128::from(top_bit).wrapping_sub(64) << 32;
    let mut mantissa = if top_bit >= 64 {
        sqrt_price >> top_bit.wrapping_sub(63)
    } else {
        sqrt_price << 63_u32.wrapping_sub(top_bit)
    };
    let mut fraction: i128 = 0;
    for position in 1..=FRACTION_BITS {
        // The mantissa has 64 bits, the top one set: its square has 127 or 128.
        mantissa = mantissa.wrapping_mul(mantissa);
        let bit = u32::from(mantissa >> 127 != 0);
        mantissa >>= 63_u32.wrapping_add(bit);
        fraction |= i128::from(bit) << 32_u32.wrapping_sub(position);
    }
    // Below 2^38 * 2^46: no product here comes near 128 bits. The shifts round towards minus infinity.
    let logarithm = whole.wrapping_add(fraction).wrapping_mul(LOG_BASE);
    let low = i32::try_from(logarithm.wrapping_sub(ERROR_BELOW) >> 64).unwrap_or(MIN_TICK);
    let high = i32::try_from(logarithm.wrapping_add(ERROR_ABOVE) >> 64).unwrap_or(MAX_TICK);
    if low != high && sqrt_price_at_tick(high) <= sqrt_price { high } else { low }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn knows_the_prices_at_the_ends_and_in_the_middle() {
        assert_eq!(sqrt_price_at_tick(MIN_TICK), MIN_SQRT_PRICE);
        assert_eq!(sqrt_price_at_tick(MAX_TICK), MAX_SQRT_PRICE);
        assert_eq!(sqrt_price_at_tick(0), 1 << 64);
        assert_eq!(sqrt_price_at_tick(-1), 0xfffc_b933_bd6f_b800);
        assert_eq!(sqrt_price_at_tick(i32::MAX), MAX_SQRT_PRICE);
    }

    #[test]
    fn rises_with_every_tick_and_finds_each_tick_again() {
        let mut below = 0;
        for tick in MIN_TICK..MAX_TICK {
            let price = sqrt_price_at_tick(tick);
            assert!(price > below, "tick {tick}");
            assert_eq!(tick_at_sqrt_price(price), tick);
            if price > MIN_SQRT_PRICE {
                assert_eq!(tick_at_sqrt_price(price - 1), tick - 1, "just below {tick}");
            }
            below = price;
        }
    }

    proptest! {
        #[test]
        fn finds_the_greatest_tick_not_above_a_price(price in any::<u128>(), bits in 31..96_u32) {
            let price = (price >> (127 - bits)).clamp(MIN_SQRT_PRICE, MAX_SQRT_PRICE - 1);
            let tick = tick_at_sqrt_price(price);
            prop_assert!(sqrt_price_at_tick(tick) <= price);
            prop_assert!(sqrt_price_at_tick(tick + 1) > price);
        }
    }
}
