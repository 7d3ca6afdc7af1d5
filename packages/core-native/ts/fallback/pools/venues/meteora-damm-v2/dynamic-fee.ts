import { Rounding, U64_MAX } from '../../../math/mul-div.js';
import { shl64Div } from '../../../math/wide.js';
import type { AccountReader } from '../../account-reader.js';
import { DecodeFailure, decodeError } from '../../pool.js';

// The volatility part of the fee: `programs/cp-amm/src/state/fee.rs` (`DynamicFeeStruct`).

/** `PoolFeesStruct::dynamic_fee`, from byte 56 of the pool. */
const OFFSET = {
  initialized: 56,
  maxVolatilityAccumulator: 64,
  variableFeeControl: 68,
  binStep: 72,
  filterPeriod: 74,
  decayPeriod: 76,
  reductionFactor: 78,
  lastUpdateTimestamp: 80,
  binStepX64: 88,
  sqrtPriceReference: 104,
  volatilityAccumulator: 120,
  volatilityReference: 136,
} as const;

const ONE_Q64 = 1n << 64n;
const MAX_BASIS_POINT = 10_000n;
const U32_MAX = 0xffff_ffffn;
/** Far below the step that every pool has (2^64 / 10,000), and enough that no number of bins overflows. */
const LEAST_BIN_STEP = 1n << 32n;

/** The volatility a pool has seen and how it is charged. */
export interface DynamicFee {
  readonly maxVolatilityAccumulator: bigint;
  readonly variableFeeControl: bigint;
  readonly binStep: bigint;
  readonly filterPeriod: bigint;
  readonly decayPeriod: bigint;
  readonly reductionFactor: bigint;
  readonly lastUpdateTimestamp: bigint;
  readonly binStepX64: bigint;
  /** Zero until the first swap. */
  readonly sqrtPriceReference: bigint;
  readonly volatilityAccumulator: bigint;
  readonly volatilityReference: bigint;
}

/** Decodes the part of a pool account; undefined where the pool charges none. @throws POOL_ACCOUNT_FIELD_INVALID */
export function decodeDynamicFee(
  reader: AccountReader,
  isSqrtPrice: (value: bigint) => boolean,
): DynamicFee | undefined {
  if (reader.u8(OFFSET.initialized) === 0) return undefined;
  const fee: DynamicFee = {
    maxVolatilityAccumulator: BigInt(reader.u32(OFFSET.maxVolatilityAccumulator)),
    variableFeeControl: BigInt(reader.u32(OFFSET.variableFeeControl)),
    binStep: BigInt(reader.u16(OFFSET.binStep)),
    filterPeriod: BigInt(reader.u16(OFFSET.filterPeriod)),
    decayPeriod: BigInt(reader.u16(OFFSET.decayPeriod)),
    reductionFactor: BigInt(reader.u16(OFFSET.reductionFactor)),
    lastUpdateTimestamp: reader.u64(OFFSET.lastUpdateTimestamp),
    binStepX64: reader.u128(OFFSET.binStepX64),
    sqrtPriceReference: reader.u128(OFFSET.sqrtPriceReference),
    volatilityAccumulator: reader.u128(OFFSET.volatilityAccumulator),
    volatilityReference: reader.u128(OFFSET.volatilityReference),
  };
  const isReference = fee.sqrtPriceReference === 0n || isSqrtPrice(fee.sqrtPriceReference);
  const isVolatility = fee.volatilityAccumulator <= U32_MAX && fee.volatilityReference <= U64_MAX;
  if (fee.binStepX64 < LEAST_BIN_STEP || !isVolatility || !isReference) throw decodeError(DecodeFailure.FieldInvalid);
  return fee;
}

/**
 * Returns what is added to the base fee, billionths: `ceil(control * (accumulator * bin step)^2 / 10^11)`. It follows from the
 * accumulator that the swap before left, so that no clock is asked. Undefined where the program overflows.
 */
export function dynamicNumerator(fee: DynamicFee): bigint | undefined {
  const scaled = (fee.volatilityAccumulator * fee.binStep) ** 2n * fee.variableFeeControl;
  const numerator = (scaled + 99_999_999_999n) / 100_000_000_000n;
  return numerator > U64_MAX ? undefined : numerator;
}

/**
 * Returns the first time at which a swap has a price to compare its own with; the program refuses earlier ones. Zero but for a
 * pool never traded, on a clock that starts at zero.
 */
export function pricedFrom(fee: DynamicFee): bigint {
  if (fee.sqrtPriceReference !== 0n || fee.filterPeriod === 0n) return 0n;
  const from = fee.lastUpdateTimestamp + fee.filterPeriod;
  return from > U64_MAX ? U64_MAX : from;
}

/**
 * Returns the fee after a swap that moved the price (`update_references` before it, `update_volatility_accumulator` after it,
 * and the time of the last update only where a bin was crossed); undefined where the program refuses.
 */
export function afterSwap(
  fee: DynamicFee,
  move: { readonly before: bigint; readonly after: bigint; readonly timestamp: bigint },
): DynamicFee | undefined {
  const { before, after, timestamp } = move;
  let { sqrtPriceReference, volatilityReference } = fee;
  const elapsed = timestamp > fee.lastUpdateTimestamp ? timestamp - fee.lastUpdateTimestamp : 0n;
  if (elapsed >= fee.filterPeriod) {
    sqrtPriceReference = before;
    volatilityReference =
      elapsed < fee.decayPeriod ? (fee.volatilityAccumulator * fee.reductionFactor) / MAX_BASIS_POINT : 0n;
  }
  const moved = binsBetween(fee, after, sqrtPriceReference);
  const crossed = binsBetween(fee, before, after);
  if (moved === undefined || crossed === undefined) return undefined;
  const accumulated = volatilityReference + moved * MAX_BASIS_POINT;
  return {
    ...fee,
    sqrtPriceReference,
    volatilityReference,
    volatilityAccumulator: accumulated > fee.maxVolatilityAccumulator ? fee.maxVolatilityAccumulator : accumulated,
    lastUpdateTimestamp: crossed > 0n ? timestamp : fee.lastUpdateTimestamp,
  };
}

/** `get_delta_bin_id`: twice the bins between two square-root prices, as if each were as wide as the first. */
function binsBetween(fee: DynamicFee, left: bigint, right: bigint): bigint | undefined {
  const ratio = left > right ? shl64Div(left, right, Rounding.Down) : shl64Div(right, left, Rounding.Down);
  return ratio === undefined ? undefined : ((ratio - ONE_Q64) / fee.binStepX64) * 2n;
}
