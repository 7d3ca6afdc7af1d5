import { type ChainClock, Direction } from '../../../../core-api.js';
import { AccountReader, sameBytes } from '../../account-reader.js';
import { type AccountView, DecodeFailure, decodeError } from '../../pool.js';
import { SPL_TOKEN_PROGRAM, TOKEN_2022_PROGRAM } from '../../token-account.js';
import { type BaseFeeRule, decodeBaseFee } from './base-fee.js';
import { type DynamicFee, decodeDynamicFee } from './dynamic-fee.js';

// The pool account: `programs/cp-amm/src/state/{pool.rs,fee.rs}`, release 0.2.1.

/** Meteora DAMM v2: `MeteoraAg/damm-v2` (cp-amm). The program, `cpamdpZCGKUy5JxQXB4dcpGPiikHawvSWAd6mEn1sGG`. */
export const METEORA_DAMM_V2_PROGRAM = Uint8Array.from([
  0x09, 0x2d, 0x21, 0x35, 0x65, 0x7a, 0x15, 0x9c, 0x2b, 0x87, 0xd4, 0xb6, 0x6a, 0x70, 0xdb, 0x8e, 0x97, 0x52, 0x38,
  0x9f, 0xf7, 0x6a, 0xaf, 0x20, 0x6c, 0xed, 0x06, 0x3a, 0x38, 0xf9, 0x5a, 0xed,
]);

/** Anchor discriminator of `Pool`. */
const POOL_DISCRIMINATOR = Uint8Array.of(0xf1, 0x9a, 0x6d, 0x04, 0x11, 0xb1, 0x6d, 0xbc);

/** `Pool`, `state/pool.rs`: a zero-copy structure, token A before token B. */
const OFFSET = {
  protocolFeePercent: 48,
  compoundingFeeBps: 54,
  initSqrtPrice: 152,
  mints: [168, 200],
  vaults: [232, 264],
  liquidity: 360,
  protocolFees: [392, 400],
  sqrtMinPrice: 424,
  sqrtMaxPrice: 440,
  sqrtPrice: 456,
  activationPoint: 472,
  activationType: 480,
  poolStatus: 481,
  tokenFlags: [482, 483],
  collectFeeMode: 484,
  feeVersion: 486,
  totalProtocolFees: [600, 608],
  tokenAmounts: [680, 688],
  layoutVersion: 696,
} as const;
const POOL_LENGTH = 1112;

/** `MIN_SQRT_PRICE` and `MAX_SQRT_PRICE` of `constants.rs`; no range of a pool passes them. */
const MIN_SQRT_PRICE = 4_295_048_016n;
const MAX_SQRT_PRICE = 79_226_673_521_066_979_257_578_248_091n;

/** Returns whether this can be the square root of a price that is a quotient of two 64-bit reserves above zero. */
const isReserveSqrtPrice = (value: bigint): boolean => value >= 1n << 32n && value < 1n << 96n;

/** `MAX_FEE_NUMERATOR_V0` and `MAX_FEE_NUMERATOR_V1` of `constants.rs`, in billionths. */
const MAX_FEE_NUMERATORS = [500_000_000n, 990_000_000n] as const;

/**
 * Where fees are taken (`CollectFeeMode`): from the output; from token B; from token B, and a part of the fee stays in the
 * reserve. Compounding pools price along their reserves, the others along a range.
 */
export const CollectFeeMode = { BothToken: 0, OnlyB: 1, Compounding: 2 } as const;
export type CollectFeeMode = (typeof CollectFeeMode)[keyof typeof CollectFeeMode];

/** Returns whether the fee of a swap is taken from its input (`FeeMode::get_fee_mode`). */
export function isFeeOnInput(mode: CollectFeeMode, direction: Direction): boolean {
  return mode !== CollectFeeMode.BothToken && direction === Direction.BToA;
}

/** What the activation point and the schedules count in (`ActivationType`). */
export const ActivationType = { Slot: 0, Timestamp: 1 } as const;
export type ActivationType = (typeof ActivationType)[keyof typeof ActivationType];

/** Returns now in what an activation point counts in. */
export function pointOf(type: ActivationType, clock: ChainClock): bigint {
  return type === ActivationType.Slot ? clock.slot : clock.unixTimestamp;
}

/** Token A and token B. */
export type Pair<T> = readonly [T, T];

/** The fields of the pool account that never change. */
export interface Identity {
  readonly address: Uint8Array;
  readonly vaults: Pair<Uint8Array>;
  readonly mints: Pair<Uint8Array>;
  readonly tokenPrograms: Pair<Uint8Array>;
}

/** The fields of the pool account that change. */
export interface PoolState {
  readonly isEnabled: boolean;
  readonly activationType: ActivationType;
  readonly activationPoint: bigint;
  readonly collectFeeMode: CollectFeeMode;
  readonly baseFee: BaseFeeRule;
  readonly dynamicFee: DynamicFee | undefined;
  readonly maxFeeNumerator: bigint;
  readonly protocolFeePercent: bigint;
  readonly compoundingFeeBps: bigint;
  readonly initSqrtPrice: bigint;
  readonly liquidity: bigint;
  readonly sqrtMinPrice: bigint;
  readonly sqrtMaxPrice: bigint;
  readonly sqrtPrice: bigint;
  /** What is owed to the protocol, and what ever was; each is counted in 64 bits. */
  readonly protocolFees: Pair<bigint>;
  readonly totalProtocolFees: Pair<bigint>;
  /** The reserves; pools of the first layout have none until their next swap counts them. */
  readonly tokenAmounts: Pair<bigint> | undefined;
}

/** Decodes a pool account. @throws POOL_ACCOUNT_* when it is not a pool of this venue. */
export function decodePoolAccount(account: AccountView): { identity: Identity; state: PoolState } {
  if (!sameBytes(account.owner, METEORA_DAMM_V2_PROGRAM)) throw decodeError(DecodeFailure.OwnerMismatch);
  const reader = new AccountReader(account.data);
  if (!sameBytes(reader.bytes(0, 8), POOL_DISCRIMINATOR)) throw decodeError(DecodeFailure.DiscriminatorMismatch);
  if (reader.length < POOL_LENGTH) throw decodeError(DecodeFailure.TooShort);
  const { mints, vaults, tokenFlags } = OFFSET;
  const identity: Identity = {
    address: account.address.slice(),
    vaults: [reader.address(vaults[0]), reader.address(vaults[1])],
    mints: [reader.address(mints[0]), reader.address(mints[1])],
    tokenPrograms: [tokenProgramOf(reader.u8(tokenFlags[0])), tokenProgramOf(reader.u8(tokenFlags[1]))],
  };
  if (sameBytes(...identity.mints) || sameBytes(...identity.vaults)) throw decodeError(DecodeFailure.FieldInvalid);
  return { identity, state: decodeState(reader) };
}

/** `TokenProgramFlags`. */
function tokenProgramOf(flag: number): Uint8Array {
  if (flag > 1) throw decodeError(DecodeFailure.FieldInvalid);
  return flag === 0 ? SPL_TOKEN_PROGRAM : TOKEN_2022_PROGRAM;
}

function decodeState(reader: AccountReader): PoolState {
  const activationType = reader.u8(OFFSET.activationType);
  const collectFeeMode = reader.u8(OFFSET.collectFeeMode);
  const maxFeeNumerator = MAX_FEE_NUMERATORS[reader.u8(OFFSET.feeVersion)];
  const layoutVersion = reader.u8(OFFSET.layoutVersion);
  if (activationType > 1 || collectFeeMode > 2 || maxFeeNumerator === undefined || layoutVersion > 1)
    throw decodeError(DecodeFailure.FieldInvalid);
  const numbers = ([first, second]: Pair<number>): Pair<bigint> => [reader.u64(first), reader.u64(second)];
  // The reserves of compounding pools are what they price with, whatever the layout.
  const areCounted = layoutVersion === 1 || collectFeeMode === CollectFeeMode.Compounding;
  const state: PoolState = {
    isEnabled: reader.u8(OFFSET.poolStatus) === 0,
    activationType: activationType as ActivationType,
    activationPoint: reader.u64(OFFSET.activationPoint),
    collectFeeMode: collectFeeMode as CollectFeeMode,
    baseFee: decodeBaseFee(reader),
    dynamicFee: decodeDynamicFee(reader, isReserveSqrtPrice),
    maxFeeNumerator,
    protocolFeePercent: BigInt(reader.u8(OFFSET.protocolFeePercent)),
    compoundingFeeBps: BigInt(reader.u16(OFFSET.compoundingFeeBps)),
    initSqrtPrice: reader.u128(OFFSET.initSqrtPrice),
    liquidity: reader.u128(OFFSET.liquidity),
    sqrtMinPrice: reader.u128(OFFSET.sqrtMinPrice),
    sqrtMaxPrice: reader.u128(OFFSET.sqrtMaxPrice),
    sqrtPrice: reader.u128(OFFSET.sqrtPrice),
    protocolFees: numbers(OFFSET.protocolFees),
    totalProtocolFees: numbers(OFFSET.totalProtocolFees),
    tokenAmounts: areCounted ? numbers(OFFSET.tokenAmounts) : undefined,
  };
  if (!isPossible(state)) throw decodeError(DecodeFailure.FieldInvalid);
  return state;
}

/** Returns whether the program ever writes this, so that the arithmetic behind has no case for what it does not. */
function isPossible(state: PoolState): boolean {
  const { sqrtPrice, sqrtMinPrice, sqrtMaxPrice } = state;
  const isPriced =
    state.collectFeeMode === CollectFeeMode.Compounding
      ? isReserveSqrtPrice(sqrtPrice)
      : sqrtMinPrice >= MIN_SQRT_PRICE &&
        sqrtMaxPrice <= MAX_SQRT_PRICE &&
        sqrtMinPrice < sqrtMaxPrice &&
        sqrtMinPrice <= sqrtPrice &&
        sqrtPrice <= sqrtMaxPrice;
  return isPriced && state.protocolFeePercent <= 100n && state.compoundingFeeBps <= 10_000n;
}

/** Returns whether two accounts tell of the same pool. */
export function sameIdentity(left: Identity, right: Identity): boolean {
  const fields = ({ address, vaults, mints, tokenPrograms }: Identity): readonly Uint8Array[] => [
    address,
    ...vaults,
    ...mints,
    ...tokenPrograms,
  ];
  const others = fields(right);
  return fields(left).every((field, i) => sameBytes(field, others[i] ?? new Uint8Array()));
}
