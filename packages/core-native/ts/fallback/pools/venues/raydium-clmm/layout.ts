import { MILLIONTHS } from '../../../math/fee.js';
import { U64_MAX } from '../../../math/mul-div.js';
import { AccountReader, sameBytes } from '../../account-reader.js';
import { type AccountView, DecodeFailure, decodeError } from '../../pool.js';
import { EXTENSION_WORDS, POOL_WORDS } from './bitmap.js';
import type { DynamicFee } from './dynamic-fee.js';
import { MAX_SQRT_PRICE, MAX_TICK, MIN_SQRT_PRICE, MIN_TICK, sqrtPriceAtTick } from './tick-math.js';

// Accounts: `raydium-io/raydium-clmm`, `programs/amm/src/states/{pool.rs,pool_fee.rs,config.rs,tick_array.rs,
// tickarray_bitmap_extension.rs}` (2026-07). Pools of before dynamic fees have zeros where those are.

/** The program, `CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK`. */
export const RAYDIUM_CLMM_PROGRAM = Uint8Array.from([
  0xa5, 0xd5, 0xca, 0x9e, 0x04, 0xcf, 0x5d, 0xb5, 0x90, 0xb7, 0x14, 0xba, 0x2f, 0xe3, 0x2c, 0xb1, 0x59, 0x13, 0x3f,
  0xc1, 0xc1, 0x92, 0xb7, 0x22, 0x57, 0xfd, 0x07, 0xd3, 0x9c, 0xb0, 0x40, 0x1e,
]);

/** Anchor discriminators of `PoolState`, `AmmConfig`, `TickArrayState` and `TickArrayBitmapExtension`. */
const POOL_DISCRIMINATOR = Uint8Array.of(0xf7, 0xed, 0xe3, 0xf5, 0xd7, 0xc3, 0xde, 0x46);
const CONFIG_DISCRIMINATOR = Uint8Array.of(0xda, 0xf4, 0x21, 0x68, 0xcb, 0xcb, 0x2b, 0x6f);
const TICK_ARRAY_DISCRIMINATOR = Uint8Array.of(0xc0, 0x9b, 0x55, 0xcd, 0x31, 0xf9, 0x81, 0x2a);
const EXTENSION_DISCRIMINATOR = Uint8Array.of(0x3c, 0x96, 0x24, 0xdb, 0x61, 0x80, 0x8b, 0x99);

/** Ticks in an array (`TICK_ARRAY_SIZE`). */
const TICKS_PER_ARRAY = 60;

/** `PoolState`, packed, token 0 before token 1. */
const POOL_OFFSET = {
  ammConfig: 9,
  mints: [73, 105],
  vaults: [137, 169],
  observation: 201,
  tickSpacing: 235,
  liquidity: 237,
  sqrtPrice: 253,
  tick: 269,
  status: 389,
  feeOn: 390,
  bitmap: 904,
  openTime: 1080,
  dynamicFee: 1096,
} as const;
const POOL_LENGTH = 1544;

/** `DynamicFeeInfo` inside the pool, packed. */
const DYNAMIC_FEE_OFFSET = {
  filterPeriod: 1096,
  decayPeriod: 1098,
  reductionFactor: 1100,
  control: 1102,
  maxAccumulator: 1106,
  indexReference: 1110,
  volatilityReference: 1114,
  accumulator: 1118,
  lastUpdate: 1122,
} as const;
const DYNAMIC_FEE_LENGTH = 80;

/** `AmmConfig`. */
const CONFIG_OFFSET = { protocolFeeRate: 43, tradeFeeRate: 47, fundFeeRate: 53 } as const;
const CONFIG_LENGTH = 117;

/** `TickArrayState` and its `TickState`s, packed. */
const TICK_OFFSET = {
  pool: 8,
  start: 40,
  first: 44,
  liquidityNet: 4,
  liquidityGross: 20,
  orders: 124,
  partFilled: 132,
};
const TICK_LENGTH = 168;
const TICK_ARRAY_LENGTH = 10_240;

/** `TickArrayBitmapExtension`. */
const EXTENSION_OFFSET = { pool: 8, words: 40 } as const;
const EXTENSION_LENGTH = 1832;

/** Which token the fee is taken in (`CollectFeeOn`); 0 is the input whichever it is. */
export const FEE_ON_TOKEN_0 = 1;
export const FEE_ON_TOKEN_1 = 2;

/** Token 0 and token 1. */
export type Pair<T> = readonly [T, T];

/** The fields of the pool account that never change. */
export interface Identity {
  readonly address: Uint8Array;
  readonly config: Uint8Array;
  readonly mints: Pair<Uint8Array>;
  readonly vaults: Pair<Uint8Array>;
  readonly observation: Uint8Array;
  readonly tickSpacing: number;
  /** Ticks that an array spans. */
  readonly arraySpan: number;
}

/** The fields of the pool account that change. */
export interface PoolState {
  readonly sqrtPrice: bigint;
  readonly liquidity: bigint;
  readonly tick: number;
  readonly status: number;
  readonly feeOn: number;
  readonly openTime: bigint;
  /** Undefined where all of `DynamicFeeInfo` is zero, as the program tells whether a pool has one. */
  readonly dynamicFee: DynamicFee | undefined;
  readonly bitmap: Uint32Array;
}

/** One initialized tick. */
export interface Tick {
  readonly sqrtPrice: bigint;
  /** What is added to the liquidity on the way up; nothing is where no position ends. */
  readonly liquidityNet: bigint;
  /** What the limit orders at this tick still give out. */
  readonly unfilled: bigint;
  /** Which tick. */
  readonly index: number;
  readonly hasLiquidity: boolean;
}

function readerOf({ owner, data }: AccountView, discriminator: Uint8Array, length: number): AccountReader {
  if (!sameBytes(owner, RAYDIUM_CLMM_PROGRAM)) throw decodeError(DecodeFailure.OwnerMismatch);
  const reader = new AccountReader(data);
  if (!sameBytes(reader.bytes(0, 8), discriminator)) throw decodeError(DecodeFailure.DiscriminatorMismatch);
  if (reader.length < length) throw decodeError(DecodeFailure.TooShort);
  return reader;
}

/** Decodes a pool account. @throws POOL_ACCOUNT_* when it is not a pool of this venue. */
export function decodePoolAccount(account: AccountView): { identity: Identity; state: PoolState } {
  const reader = readerOf(account, POOL_DISCRIMINATOR, POOL_LENGTH);
  const addresses = ([first, second]: Pair<number>): Pair<Uint8Array> => [
    reader.address(first),
    reader.address(second),
  ];
  const tickSpacing = reader.u16(POOL_OFFSET.tickSpacing);
  const identity: Identity = {
    address: account.address.slice(),
    config: reader.address(POOL_OFFSET.ammConfig),
    mints: addresses(POOL_OFFSET.mints),
    vaults: addresses(POOL_OFFSET.vaults),
    observation: reader.address(POOL_OFFSET.observation),
    tickSpacing,
    arraySpan: tickSpacing * TICKS_PER_ARRAY,
  };
  if (sameBytes(...identity.mints) || sameBytes(...identity.vaults) || tickSpacing === 0) {
    throw decodeError(DecodeFailure.FieldInvalid);
  }
  return { identity, state: decodeState(reader) };
}

function decodeState(reader: AccountReader): PoolState {
  const sqrtPrice = reader.u128(POOL_OFFSET.sqrtPrice);
  const tick = reader.i32(POOL_OFFSET.tick);
  // A swap that stops on a tick on its way down leaves the tick below it, so that the upper end belongs to the range too.
  const isInRange =
    sqrtPrice >= MIN_SQRT_PRICE &&
    sqrtPrice < MAX_SQRT_PRICE &&
    tick >= MIN_TICK &&
    tick < MAX_TICK &&
    sqrtPrice >= sqrtPriceAtTick(tick) &&
    sqrtPrice <= sqrtPriceAtTick(tick + 1);
  const feeOn = reader.u8(POOL_OFFSET.feeOn);
  if (!isInRange || feeOn > FEE_ON_TOKEN_1) throw decodeError(DecodeFailure.FieldInvalid);
  return {
    sqrtPrice,
    liquidity: reader.u128(POOL_OFFSET.liquidity),
    tick,
    status: reader.u8(POOL_OFFSET.status),
    feeOn,
    openTime: reader.u64(POOL_OFFSET.openTime),
    dynamicFee: decodeDynamicFee(reader),
    bitmap: readWords(reader, POOL_OFFSET.bitmap, POOL_WORDS),
  };
}

function readWords(reader: AccountReader, offset: number, count: number): Uint32Array {
  const words = new Uint32Array(count);
  for (let i = 0; i < count; i += 1) words[i] = reader.u32(offset + 4 * i);
  return words;
}

function decodeDynamicFee(reader: AccountReader): DynamicFee | undefined {
  if (reader.bytes(POOL_OFFSET.dynamicFee, DYNAMIC_FEE_LENGTH).every((byte) => byte === 0)) return undefined;
  const fee: DynamicFee = {
    filterPeriod: reader.u16(DYNAMIC_FEE_OFFSET.filterPeriod),
    decayPeriod: reader.u16(DYNAMIC_FEE_OFFSET.decayPeriod),
    reductionFactor: reader.u16(DYNAMIC_FEE_OFFSET.reductionFactor),
    control: reader.u32(DYNAMIC_FEE_OFFSET.control),
    maxAccumulator: reader.u32(DYNAMIC_FEE_OFFSET.maxAccumulator),
    indexReference: reader.i32(DYNAMIC_FEE_OFFSET.indexReference),
    volatilityReference: reader.u32(DYNAMIC_FEE_OFFSET.volatilityReference),
    accumulator: reader.u32(DYNAMIC_FEE_OFFSET.accumulator),
    lastUpdate: reader.u64(DYNAMIC_FEE_OFFSET.lastUpdate),
  };
  // Written by swaps only, from a pool's own ticks and below the maximum.
  const isPossible =
    fee.accumulator <= fee.maxAccumulator &&
    fee.volatilityReference <= fee.maxAccumulator &&
    fee.indexReference >= MIN_TICK &&
    fee.indexReference <= MAX_TICK;
  if (!isPossible) throw decodeError(DecodeFailure.FieldInvalid);
  return fee;
}

/** Returns the trade fee's rate in millionths. @throws POOL_ACCOUNT_* when the account is no configuration. */
export function decodeConfig(account: AccountView): number {
  const reader = readerOf(account, CONFIG_DISCRIMINATOR, CONFIG_LENGTH);
  const rate = reader.u32(CONFIG_OFFSET.tradeFeeRate);
  const shares = reader.u32(CONFIG_OFFSET.protocolFeeRate) + reader.u32(CONFIG_OFFSET.fundFeeRate);
  // `create_amm_config`: a fee of everything or more shares of it than there is are never written.
  if (BigInt(rate) >= MILLIONTHS || BigInt(shares) > MILLIONTHS) throw decodeError(DecodeFailure.FieldInvalid);
  return rate;
}

/**
 * Returns the initialized ticks of the array that starts at a tick, ascending. Their prices are taken from `known`, which is
 * ascending too, where it has them: a price takes longer than all else of a tick.
 * @throws POOL_ACCOUNT_* when the account is not that array of the pool
 */
export function decodeTickArray(
  account: AccountView,
  identity: Identity,
  start: number,
  known: readonly Tick[],
): Tick[] {
  const reader = readerOf(account, TICK_ARRAY_DISCRIMINATOR, TICK_ARRAY_LENGTH);
  // The swap takes an account of another length for the end of its list.
  if (reader.length > TICK_ARRAY_LENGTH) throw decodeError(DecodeFailure.DiscriminatorMismatch);
  if (!sameBytes(reader.address(TICK_OFFSET.pool), identity.address) || reader.i32(TICK_OFFSET.start) !== start) {
    throw decodeError(DecodeFailure.RelationMismatch);
  }
  const ticks: Tick[] = [];
  let next = 0;
  for (let i = 0; i < TICKS_PER_ARRAY; i += 1) {
    const at = TICK_OFFSET.first + i * TICK_LENGTH;
    const index = start + i * identity.tickSpacing;
    const hasLiquidity = reader.u128(at + TICK_OFFSET.liquidityGross) !== 0n;
    const unfilled = reader.u64(at + TICK_OFFSET.orders) + reader.u64(at + TICK_OFFSET.partFilled);
    if (!hasLiquidity && unfilled === 0n) continue;
    if (unfilled > U64_MAX || reader.i32(at) !== index || index < MIN_TICK || index > MAX_TICK) {
      throw decodeError(DecodeFailure.FieldInvalid);
    }
    while ((known[next]?.index ?? index) < index) next += 1;
    const kept = known[next];
    const sqrtPrice = kept?.index === index ? kept.sqrtPrice : sqrtPriceAtTick(index);
    const liquidityNet = reader.i128(at + TICK_OFFSET.liquidityNet);
    ticks.push({ sqrtPrice, liquidityNet, unfilled, index, hasLiquidity });
  }
  return ticks;
}

/** Returns the words of a pool's outer bitmaps. @throws POOL_ACCOUNT_* when the account does not hold them. */
export function decodeExtension(account: AccountView, pool: Uint8Array): Uint32Array {
  const reader = readerOf(account, EXTENSION_DISCRIMINATOR, EXTENSION_LENGTH);
  if (reader.length > EXTENSION_LENGTH) throw decodeError(DecodeFailure.DiscriminatorMismatch);
  if (!sameBytes(reader.address(EXTENSION_OFFSET.pool), pool)) throw decodeError(DecodeFailure.RelationMismatch);
  return readWords(reader, EXTENSION_OFFSET.words, EXTENSION_WORDS);
}

/** Returns whether two pool accounts are of one pool. */
export function sameIdentity(left: Identity, right: Identity): boolean {
  const pairs: readonly Pair<Uint8Array>[] = [
    [left.address, right.address],
    [left.config, right.config],
    [left.mints[0], right.mints[0]],
    [left.mints[1], right.mints[1]],
    [left.vaults[0], right.vaults[0]],
    [left.vaults[1], right.vaults[1]],
    [left.observation, right.observation],
  ];
  return left.tickSpacing === right.tickSpacing && pairs.every(([one, other]) => sameBytes(one, other));
}
