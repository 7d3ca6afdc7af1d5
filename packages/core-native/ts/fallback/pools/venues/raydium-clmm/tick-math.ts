/**
 * Prices of ticks, bit for bit as the program has them: `raydium-io/raydium-clmm`,
 * `programs/amm/src/libraries/tick_math.rs` (2026-07). No formula gives these numbers but the program's own order of roundings.
 */

/** Lowest tick. */
export const MIN_TICK = -443_636;
/** Highest tick. */
export const MAX_TICK = 443_636;
/** Q64.64 square-root price of the lowest tick. */
export const MIN_SQRT_PRICE = 4_295_048_016n;
/** Q64.64 square-root price of the highest tick, which no pool reaches. */
export const MAX_SQRT_PRICE = 79_226_673_521_066_979_257_578_248_091n;

/** `2^64 / 1.0001^(2^(i - 1))` by bit `i` of a tick's size, cut as the program cuts them. */
const FACTORS = [
  0xfffc_b933_bd6f_b800n,
  0xfff9_7272_373d_4000n,
  0xfff2_e50f_5f65_7000n,
  0xffe5_caca_7e10_f000n,
  0xffcb_9843_d60f_7000n,
  0xff97_3b41_fa98_e800n,
  0xff2e_a164_66c9_b000n,
  0xfe5d_ee04_6a9a_3800n,
  0xfcbe_86c7_900b_b000n,
  0xf987_a725_3ac6_5800n,
  0xf339_2b08_22bb_6000n,
  0xe715_9475_a2ca_f000n,
  0xd097_f3bd_fd2f_2000n,
  0xa9f7_4646_2d9f_8000n,
  0x70d8_69a1_56f3_1c00n,
  0x31be_135f_97ed_3200n,
  0x09aa_508b_5b85_a500n,
  0x005d_6af8_dedc_582cn,
  0x0000_2216_e584_f5fan,
] as const;

const U128_MAX = (1n << 128n) - 1n;
/** Bits of the logarithm's fraction that the program takes. */
const FRACTION_BITS = 16;
/** `2^32 / log2(√1.0001)`. */
const LOG_BASE = 59_543_866_431_248n;
/** What the logarithm may be too high and too low by, Q64.64. */
const ERROR_BELOW = 184_467_440_737_095_516n;
const ERROR_ABOVE = 15_793_534_762_490_258_745n;

/** Returns the Q64.64 square-root price of a tick; a tick out of range counts as the nearest in range. */
export function sqrtPriceAtTick(tick: number): bigint {
  let size = Math.min(Math.abs(tick), MAX_TICK);
  let ratio = 1n << 64n;
  for (let bit = 0; size !== 0; bit += 1, size >>= 1) {
    // Rounds down.
    if ((size & 1) !== 0) ratio = (ratio * (FACTORS[bit] ?? 0n)) >> 64n;
  }
  // Rounds down.
  return tick > 0 ? U128_MAX / ratio : ratio;
}

/** Returns the greatest tick whose price is not above a square-root price of the program's range. */
export function tickAtSqrtPrice(sqrtPrice: bigint): number {
  const topBit = bitLength(sqrtPrice) - 1;
  let mantissa = topBit >= 64 ? sqrtPrice >> BigInt(topBit - 63) : sqrtPrice << BigInt(63 - topBit);
  let fraction = 0;
  for (let position = 1; position <= FRACTION_BITS; position += 1) {
    // The mantissa has 64 bits, the top one set: its square has 127 or 128.
    mantissa *= mantissa;
    const bit = mantissa >> 127n;
    mantissa >>= 63n + bit;
    fraction += Number(bit) * 2 ** (32 - position);
  }
  const logarithm = (BigInt(topBit - 64) * 4_294_967_296n + BigInt(fraction)) * LOG_BASE;
  // The shifts round towards minus infinity.
  const low = Number((logarithm - ERROR_BELOW) >> 64n);
  const high = Number((logarithm + ERROR_ABOVE) >> 64n);
  return low !== high && sqrtPriceAtTick(high) <= sqrtPrice ? high : low;
}

function bitLength(value: bigint): number {
  // The price has at least 33 bits and at most 97.
  const upper = Number(value >> 32n);
  const high = Math.floor(upper / 4_294_967_296);
  if (high >= 4_294_967_296) return 97;
  return high === 0 ? 64 - Math.clz32(upper) : 96 - Math.clz32(high);
}
