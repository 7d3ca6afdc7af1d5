import { AccountWriter } from './account-writer.js';

/** lb_clmm 0.12.0 (IDL of `@meteora-ag/dlmm` 1.9.14), `BinArray`: size and Anchor discriminator. */
const ARRAY_BYTES = 10_136;
const ARRAY_DISCRIMINATOR = Uint8Array.from([0x5c, 0x8e, 0x5c, 0xdc, 0x05, 0x94, 0x46, 0xb5]);
const ARRAY_VERSION = 1;
const BINS_OFFSET = 56;
const BIN_BYTES = 144;
const BINS_PER_ARRAY = 70;

const ONE = 1n << 64n;
const U64_MASK = ONE - 1n;
const U128_MAX = (1n << 128n) - 1n;
const BASIS_POINTS = 10_000n;
/** From here on the program refuses the exponent. */
const EXPONENT_END = 0x8_0000;

/** What a bin holds of the liquidity providers', raw units. */
export interface DlmmBin {
  readonly x: bigint;
  readonly y: bigint;
}

/**
 * Returns `(1 + binStep / 10000) ^ id` in Q64.64, raw Y for each raw X, as the program stores it: the inverse of the base squared
 * again and again, every product cut to 64 fractional bits, and inverted for a positive id (dlmm-sdk fb02e51,
 * `commons/src/math/u64x64_math.rs`). Undefined where the price does not fit.
 */
export function priceOfBin(id: number, binStep: number): bigint | undefined {
  const exponent = Math.abs(id);
  if (exponent >= EXPONENT_END) return undefined;
  if (exponent === 0) return ONE;
  let power = U128_MAX / (ONE + (BigInt(binStep) << 64n) / BASIS_POINTS);
  let result = ONE;
  for (let bits = exponent; bits > 0; bits >>= 1) {
    if ((bits & 1) === 1) result = (result * power) >> 64n;
    power = (power * power) >> 64n;
  }
  if (result === 0n) return undefined;
  return id > 0 ? U128_MAX / result : result;
}

/** Returns the array of a bin. */
export function arrayOfBin(id: number): number {
  return Math.floor(id / BINS_PER_ARRAY);
}

export interface BinArraySpec {
  readonly pair: Uint8Array;
  readonly index: number;
  readonly binStep: number;
  /** By id; those of other arrays are left out. */
  readonly bins: ReadonlyMap<number, DlmmBin>;
}

/** Returns the data of a bin array: amounts, prices, and as liquidity the worth of both sides in Y. */
export function encodeBinArray({ pair, index, binStep, bins }: BinArraySpec): Uint8Array {
  const writer = new AccountWriter(ARRAY_BYTES)
    .raw(0, ARRAY_DISCRIMINATOR)
    .u64(8, BigInt(index))
    .u8(16, ARRAY_VERSION)
    .raw(24, pair);
  for (const [id, { x, y }] of bins) {
    if (arrayOfBin(id) !== index) continue;
    const price = priceOfBin(id, binStep);
    if (price === undefined) throw new RangeError(`bin ${id} has no price at a step of ${binStep}`);
    const supply = price * x + (y << 64n);
    const at = BINS_OFFSET + (id - index * BINS_PER_ARRAY) * BIN_BYTES;
    writer.u64(at, x).u64(at + 8, y);
    writer.u64(at + 16, price & U64_MASK).u64(at + 24, price >> 64n);
    writer.u64(at + 32, supply & U64_MASK).u64(at + 40, supply >> 64n);
  }
  return writer.bytes;
}
