import { AccountReader, sameBytes } from '../../account-reader.js';
import { type AccountView, DecodeFailure, decodeError } from '../../pool.js';
import { type Oracle, isPossibleOracle } from './adaptive-fee.js';
import { MAX_SQRT_PRICE, MAX_TICK, MIN_SQRT_PRICE, MIN_TICK, sqrtPriceAtTick } from './tick-math.js';

// The pool and oracle accounts: `programs/whirlpool/src/state/{whirlpool.rs,oracle.rs}`.

/** `whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc` */
export const ORCA_WHIRLPOOL_PROGRAM = Uint8Array.from([
  0x0e, 0x03, 0x68, 0x5f, 0x8e, 0x90, 0x90, 0x53, 0xe4, 0x58, 0x12, 0x1c, 0x66, 0xf5, 0xa7, 0x6a, 0xed, 0xc7, 0x70,
  0x6a, 0xa1, 0x1c, 0x82, 0xf8, 0xaa, 0x95, 0x2a, 0x8f, 0x2b, 0x78, 0x79, 0xa9,
]);

/** Anchor discriminators of `Whirlpool` and `Oracle`. */
const POOL_DISCRIMINATOR = Uint8Array.of(0x3f, 0x95, 0xd1, 0x0c, 0xe1, 0x80, 0x63, 0x09);
const ORACLE_DISCRIMINATOR = Uint8Array.of(0x8b, 0xc2, 0x83, 0xb3, 0x8c, 0xb3, 0xe5, 0xf4);
/** `MAX_FEE_RATE`, `math/token_math.rs`, millionths. */
const MAX_FEE_RATE = 60_000;

/** `Whirlpool`, `state/whirlpool.rs`: packed, A before B. */
const POOL_OFFSET = {
  tickSpacing: 41,
  feeTierIndex: 43,
  feeRate: 45,
  liquidity: 49,
  sqrtPrice: 65,
  tick: 81,
  mints: [101, 181],
  vaults: [133, 213],
  rewardLastUpdated: 261,
} as const;
const POOL_LENGTH = 653;

/** `Oracle`, `state/oracle.rs`: packed; the constants end with 16 reserved bytes. */
const ORACLE_OFFSET = {
  whirlpool: 8,
  tradeEnableTimestamp: 40,
  filterPeriod: 48,
  decayPeriod: 50,
  reductionFactor: 52,
  controlFactor: 54,
  maxVolatility: 58,
  tickGroupSize: 62,
  majorSwapThreshold: 64,
  lastReferenceUpdate: 82,
  lastMajorSwap: 90,
  volatilityReference: 98,
  groupReference: 102,
  volatility: 106,
} as const;
const ORACLE_LENGTH = 254;

/** Of A and of B. */
export type Pair<T> = readonly [T, T];

/** The fields of the pool account that never change. */
export interface Identity {
  readonly address: Uint8Array;
  readonly mints: Pair<Uint8Array>;
  readonly vaults: Pair<Uint8Array>;
  readonly tickSpacing: number;
  /** Whether an oracle account adapts the fee: the fee tier then has an index of its own, no tick spacing. */
  readonly isAdaptive: boolean;
}

/** The fields of the pool account that change. */
export interface PoolState {
  readonly liquidity: bigint;
  readonly sqrtPrice: bigint;
  /** Tick of the price, or the one below it where a swap down has just crossed that tick. */
  readonly tick: number;
  /** Static fee, millionths. */
  readonly feeRate: bigint;
  /** Unix seconds of the last swap or change of liquidity: the program refuses an earlier clock. */
  readonly updatedAt: bigint;
}

/** Decodes the pool account. @throws POOL_ACCOUNT_* when it is not a pool of this venue. */
export function decodePoolAccount(account: AccountView): { readonly identity: Identity; readonly state: PoolState } {
  const reader = readAccount(account, POOL_DISCRIMINATOR, POOL_LENGTH);
  const tickSpacing = reader.u16(POOL_OFFSET.tickSpacing);
  const pair = ([first, second]: Pair<number>): Pair<Uint8Array> => [reader.address(first), reader.address(second)];
  const identity: Identity = {
    address: Uint8Array.from(account.address),
    mints: pair(POOL_OFFSET.mints),
    vaults: pair(POOL_OFFSET.vaults),
    tickSpacing,
    isAdaptive: reader.u16(POOL_OFFSET.feeTierIndex) !== tickSpacing,
  };
  if (sameBytes(...identity.mints) || sameBytes(...identity.vaults) || tickSpacing === 0) {
    throw decodeError(DecodeFailure.FieldInvalid);
  }
  return { identity, state: decodeState(reader) };
}

function decodeState(reader: AccountReader): PoolState {
  const feeRate = reader.u16(POOL_OFFSET.feeRate);
  const sqrtPrice = reader.u128(POOL_OFFSET.sqrtPrice);
  const tick = reader.i32(POOL_OFFSET.tick);
  const isPossible =
    feeRate <= MAX_FEE_RATE &&
    sqrtPrice >= MIN_SQRT_PRICE &&
    sqrtPrice <= MAX_SQRT_PRICE &&
    tick >= MIN_TICK - 1 &&
    tick <= MAX_TICK &&
    sqrtPriceAtTick(tick) <= sqrtPrice &&
    sqrtPrice <= sqrtPriceAtTick(tick + 1);
  if (!isPossible) throw decodeError(DecodeFailure.FieldInvalid);
  return {
    liquidity: reader.u128(POOL_OFFSET.liquidity),
    sqrtPrice,
    tick,
    feeRate: BigInt(feeRate),
    updatedAt: reader.u64(POOL_OFFSET.rewardLastUpdated),
  };
}

/** Returns whether two decodings speak of the same pool. */
export function sameIdentity(left: Identity, right: Identity): boolean {
  return (
    sameBytes(left.address, right.address) &&
    left.mints.every((mint, side) => sameBytes(mint, right.mints[side as 0 | 1])) &&
    left.vaults.every((vault, side) => sameBytes(vault, right.vaults[side as 0 | 1])) &&
    left.tickSpacing === right.tickSpacing &&
    left.isAdaptive === right.isAdaptive
  );
}

/**
 * Decodes the oracle of a pool. An absent one is refused as an account of another owner: the program makes it together with a pool
 * whose fee adapts. @throws POOL_ACCOUNT_*
 */
export function decodeOracle(account: AccountView, identity: Identity): Oracle {
  const reader = readAccount(account, ORACLE_DISCRIMINATOR, ORACLE_LENGTH);
  if (!sameBytes(reader.address(ORACLE_OFFSET.whirlpool), identity.address)) {
    throw decodeError(DecodeFailure.RelationMismatch);
  }
  const oracle: Oracle = {
    tradeEnableTimestamp: reader.u64(ORACLE_OFFSET.tradeEnableTimestamp),
    constants: {
      filterPeriod: BigInt(reader.u16(ORACLE_OFFSET.filterPeriod)),
      decayPeriod: BigInt(reader.u16(ORACLE_OFFSET.decayPeriod)),
      reductionFactor: reader.u16(ORACLE_OFFSET.reductionFactor),
      controlFactor: reader.u32(ORACLE_OFFSET.controlFactor),
      maxVolatility: reader.u32(ORACLE_OFFSET.maxVolatility),
      tickGroupSize: reader.u16(ORACLE_OFFSET.tickGroupSize),
      majorSwapThreshold: reader.u16(ORACLE_OFFSET.majorSwapThreshold),
    },
    variables: {
      lastReferenceUpdate: reader.u64(ORACLE_OFFSET.lastReferenceUpdate),
      lastMajorSwap: reader.u64(ORACLE_OFFSET.lastMajorSwap),
      volatilityReference: reader.u32(ORACLE_OFFSET.volatilityReference),
      groupReference: reader.i32(ORACLE_OFFSET.groupReference),
      volatility: reader.u32(ORACLE_OFFSET.volatility),
    },
  };
  if (!isPossibleOracle(oracle, identity.tickSpacing)) throw decodeError(DecodeFailure.FieldInvalid);
  return oracle;
}

function readAccount(account: AccountView, discriminator: Uint8Array, length: number): AccountReader {
  if (!sameBytes(account.owner, ORCA_WHIRLPOOL_PROGRAM)) throw decodeError(DecodeFailure.OwnerMismatch);
  const reader = new AccountReader(account.data);
  if (!sameBytes(reader.bytes(0, 8), discriminator)) throw decodeError(DecodeFailure.DiscriminatorMismatch);
  if (reader.length < length) throw decodeError(DecodeFailure.TooShort);
  return reader;
}
