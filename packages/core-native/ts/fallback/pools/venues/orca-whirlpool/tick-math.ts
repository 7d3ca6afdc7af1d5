// Ticks and square-root prices: `programs/whirlpool/src/math/tick_math.rs`. A price is the product of one factor for each bit of the
// tick, cut off after each: in 64 fractional bits below tick 0, in 96 above it.

/** `TICK_ARRAY_SIZE`, `state/tick_array.rs`. */
export const TICKS_IN_ARRAY = 88;
/** The range of ticks and of prices. */
export const MIN_TICK = -443_636;
export const MAX_TICK = 443_636;
export const MIN_SQRT_PRICE = 4_295_048_016n;
export const MAX_SQRT_PRICE = 79_226_673_515_401_279_992_447_579_055n;

/** `1.0001^(-2^i / 2)` in 64 fractional bits. */
const FALLING = [
  18_445_821_805_675_392_311n,
  18_444_899_583_751_176_498n,
  18_443_055_278_223_354_162n,
  18_439_367_220_385_604_838n,
  18_431_993_317_065_449_817n,
  18_417_254_355_718_160_513n,
  18_387_811_781_193_591_352n,
  18_329_067_761_203_520_168n,
  18_212_142_134_806_087_854n,
  17_980_523_815_641_551_639n,
  17_526_086_738_831_147_013n,
  16_651_378_430_235_024_244n,
  15_030_750_278_693_429_944n,
  12_247_334_978_882_834_399n,
  8_131_365_268_884_726_200n,
  3_584_323_654_723_342_297n,
  696_457_651_847_595_233n,
  26_294_789_957_452_057n,
  37_481_735_321_082n,
] as const;

/** `1.0001^(2^i / 2)` in 96 fractional bits. */
const RISING = [
  79_232_123_823_359_799_118_286_999_567n,
  79_236_085_330_515_764_027_303_304_731n,
  79_244_008_939_048_815_603_706_035_061n,
  79_259_858_533_276_714_757_314_932_305n,
  79_291_567_232_598_584_799_939_703_904n,
  79_355_022_692_464_371_645_785_046_466n,
  79_482_085_999_252_804_386_437_311_141n,
  79_736_823_300_114_093_921_829_183_326n,
  80_248_749_790_819_932_309_965_073_892n,
  81_282_483_887_344_747_381_513_967_011n,
  83_390_072_131_320_151_908_154_831_281n,
  87_770_609_709_833_776_024_991_924_138n,
  97_234_110_755_111_693_312_479_820_773n,
  119_332_217_159_966_728_226_237_229_890n,
  179_736_315_981_702_064_433_883_588_727n,
  407_748_233_172_238_350_107_850_275_304n,
  2_098_478_828_474_011_932_436_660_412_517n,
  55_581_415_166_113_811_149_459_800_483_533n,
  38_992_368_544_603_139_932_233_054_999_993_551n,
] as const;

/** Returns the square-root price of a tick, Q64.64; the ticks next to the range have one too. */
export function sqrtPriceAtTick(tick: number): bigint {
  return tick < 0 ? product(FALLING, -tick, 64n) : product(RISING, tick, 96n) >> 32n;
}

function product(factors: readonly bigint[], bits: number, fraction: bigint): bigint {
  let ratio: bigint | undefined;
  for (let i = 0; bits >> i !== 0; i++) {
    if (((bits >> i) & 1) === 0) continue;
    const factor = factors[i] ?? 0n;
    ratio = ratio === undefined ? factor : (ratio * factor) >> fraction;
  }
  return ratio ?? 1n << fraction;
}

/**
 * `log(2) / log(sqrt(1.0001))` in 32 fractional bits, how many bits of the logarithm are found, and by how much the tick may then be
 * missed downwards and upwards, in 64 fractional bits.
 */
const LOG_SQRT_BASE_OF_2_X32 = 59_543_866_431_248n;
const LOG_BITS = 14;
const ERROR_BELOW_X64 = 184_467_440_737_095_516n;
const ERROR_ABOVE_X64 = 15_793_534_762_490_258_745n;

/**
 * Returns the greatest tick whose price is at most this one, as the program finds it: from 14 bits of the logarithm, and one
 * comparison where they leave two ticks. The price must be within the range.
 */
export function tickAtSqrtPrice(sqrtPrice: bigint): number {
  const highBit = sqrtPrice.toString(2).length - 1;
  // The price as a 64-bit number whose top bit is set.
  let mantissa = highBit >= 64 ? sqrtPrice >> BigInt(highBit - 63) : sqrtPrice << BigInt(63 - highBit);
  let fraction = 0;
  for (let bit = 0; bit < LOG_BITS; bit++) {
    const square = mantissa * mantissa;
    const isAboveTwo = square >> 127n === 1n;
    fraction = fraction * 2 + (isAboveTwo ? 1 : 0);
    mantissa = square >> (isAboveTwo ? 64n : 63n);
  }
  const logX32 = (BigInt(highBit - 64) << 32n) + (BigInt(fraction) << BigInt(32 - LOG_BITS));
  const tickX64 = logX32 * LOG_SQRT_BASE_OF_2_X32;
  const low = Number((tickX64 - ERROR_BELOW_X64) >> 64n);
  const high = Number((tickX64 + ERROR_ABOVE_X64) >> 64n);
  return low === high || sqrtPriceAtTick(high) > sqrtPrice ? low : high;
}
