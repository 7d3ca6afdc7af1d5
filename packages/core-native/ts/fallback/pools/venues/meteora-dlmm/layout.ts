import { Direction } from '../../../../core-api.js';
import { U128_MAX } from '../../../math/wide.js';
import { AccountReader, sameBytes } from '../../account-reader.js';
import { type AccountView, DecodeFailure, decodeError } from '../../pool.js';
import { SPL_TOKEN_PROGRAM, TOKEN_2022_PROGRAM } from '../../token-account.js';
import { type Bin, FeeSide, LimitOrders, type Terms } from './bin.js';
import { type FeeParameters, MAX_RATE, type Volatility } from './fee.js';

// The accounts of Meteora DLMM (`lb_clmm` 0.12.0): the IDL of `@meteora-ag/dlmm` 1.9.14, Anchor zero-copy, so that fields stand
// at their natural alignment.

/** `LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo`. */
export const METEORA_DLMM_PROGRAM = Uint8Array.from([
  0x04, 0xe9, 0xe1, 0x2f, 0xbc, 0x84, 0xe8, 0x26, 0xc9, 0x32, 0xcc, 0xe9, 0xe2, 0x64, 0x0c, 0xce, 0x15, 0x59, 0x0c,
  0x1c, 0x62, 0x73, 0xb0, 0x92, 0x57, 0x08, 0xba, 0x3b, 0x85, 0x20, 0xb0, 0xbc,
]);

/** Anchor discriminators of `LbPair`, `BinArray` and `BinArrayBitmapExtension`. */
const PAIR_DISCRIMINATOR = Uint8Array.of(0x21, 0x0b, 0x31, 0x62, 0xb5, 0x65, 0xb1, 0x0d);
const BIN_ARRAY_DISCRIMINATOR = Uint8Array.of(0x5c, 0x8e, 0x5c, 0xdc, 0x05, 0x94, 0x46, 0xb5);
const EXTENSION_DISCRIMINATOR = Uint8Array.of(0x50, 0x6f, 0x7c, 0x71, 0x37, 0xed, 0x12, 0x05);

/** Bins in an array. */
export const BINS_PER_ARRAY = 70;
/** The program moves no price beyond this bin, either way. */
const MAX_BIN_ID = 443_636;
/** Words of the bitmap in the pair, and of each half of the extension's. */
const PAIR_WORDS = 16;
const EXTENSION_WORDS = 96;

const PAIR = {
  baseFactor: 8,
  filterPeriod: 10,
  decayPeriod: 12,
  reductionFactor: 14,
  variableFeeControl: 16,
  maxAccumulator: 20,
  baseFeePower: 34,
  functionType: 35,
  collectFeeMode: 36,
  accumulator: 40,
  reference: 44,
  indexReference: 48,
  lastUpdate: 56,
  pairType: 75,
  activeId: 76,
  binStep: 80,
  status: 82,
  activationType: 86,
  mints: [88, 120],
  reserves: [152, 184],
  rewardMints: [264, 408],
  oracle: 552,
  bitmap: 584,
  activationPoint: 816,
  tokenProgramFlags: [880, 881],
  length: 904,
} as const;

const ARRAY = { index: 8, pair: 24, bins: 56, length: 10_136 } as const;
const BIN = {
  amountX: 0,
  amountY: 8,
  price: 16,
  openOrders: 112,
  processedOrders: 128,
  isAskSide: 140,
  length: 144,
} as const;
const EXTENSION = { pair: 8, positive: 40, negative: 808, length: 1_576 } as const;

type Pair<T> = readonly [T, T];

/** The fields of the pair that never change. */
export interface Identity {
  readonly address: Uint8Array;
  readonly mints: Pair<Uint8Array>;
  readonly reserves: Pair<Uint8Array>;
  readonly tokenPrograms: Pair<Uint8Array>;
  readonly oracle: Uint8Array;
  readonly binStep: number;
}

/** When swaps begin (`activation_type`). */
export const ActivationKind = { Open: 0, Slot: 1, UnixTimestamp: 2 } as const;
export type ActivationKind = (typeof ActivationKind)[keyof typeof ActivationKind];

/** Which token fees are taken in (`CollectFeeMode`). */
const FeeMode = { Input: 0, OnlyY: 1 } as const;
type FeeMode = (typeof FeeMode)[keyof typeof FeeMode];

/** The fields of the pair that change. */
export interface PairState {
  readonly fees: FeeParameters;
  readonly volatility: Volatility;
  /** By direction, A to B first. */
  readonly terms: Pair<Terms>;
  readonly isEnabled: boolean;
  readonly activation: { readonly kind: ActivationKind; readonly point: bigint };
  readonly activeId: number;
  readonly bitmap: readonly bigint[];
}

/** The bitmap of the arrays that lie outside the pair's own, by words of 64 arrays away from it. */
export interface BitmapExtension {
  readonly positive: readonly bigint[];
  readonly negative: readonly bigint[];
}

function open({ owner, data }: AccountView, discriminator: Uint8Array, length: number): AccountReader {
  if (!sameBytes(owner, METEORA_DLMM_PROGRAM)) throw decodeError(DecodeFailure.OwnerMismatch);
  const reader = new AccountReader(data);
  if (!sameBytes(reader.bytes(0, 8), discriminator)) throw decodeError(DecodeFailure.DiscriminatorMismatch);
  if (reader.length < length) throw decodeError(DecodeFailure.TooShort);
  return reader;
}

/** Decodes a pair. @throws POOL_ACCOUNT_* */
export function decodePair(account: AccountView): { identity: Identity; state: PairState } {
  const reader = open(account, PAIR_DISCRIMINATOR, PAIR.length);
  const addresses = ([first, second]: Pair<number>): Pair<Uint8Array> => [
    reader.address(first),
    reader.address(second),
  ];
  const tokenProgram = (offset: number): Uint8Array => {
    const flag = reader.u8(offset);
    if (flag > 1) throw decodeError(DecodeFailure.FieldInvalid);
    return flag === 0 ? SPL_TOKEN_PROGRAM : TOKEN_2022_PROGRAM;
  };
  const identity = {
    address: account.address,
    mints: addresses(PAIR.mints),
    reserves: addresses(PAIR.reserves),
    tokenPrograms: [tokenProgram(PAIR.tokenProgramFlags[0]), tokenProgram(PAIR.tokenProgramFlags[1])] as const,
    oracle: reader.address(PAIR.oracle),
    binStep: reader.u16(PAIR.binStep),
  };
  if (sameBytes(...identity.mints) || sameBytes(...identity.reserves) || identity.binStep === 0) {
    throw decodeError(DecodeFailure.FieldInvalid);
  }
  return { identity, state: decodeState(reader, identity.binStep) };
}

/** Returns whether two decoded pairs are the same pool. */
export function sameIdentity(left: Identity, right: Identity): boolean {
  const parts = ({ address, mints, reserves, tokenPrograms, oracle }: Identity): Uint8Array[] => [
    address,
    ...mints,
    ...reserves,
    ...tokenPrograms,
    oracle,
  ];
  const others = parts(right);
  return left.binStep === right.binStep && parts(left).every((part, i) => sameBytes(part, others[i] ?? part));
}

function decodeState(reader: AccountReader, binStep: number): PairState {
  const activeId = reader.i32(PAIR.activeId);
  if (Math.abs(activeId) > MAX_BIN_ID) throw decodeError(DecodeFailure.FieldInvalid);
  const bitmap = readWords(reader, PAIR.bitmap, PAIR_WORDS);
  const fees = decodeFees(reader, binStep);
  const volatility = {
    accumulator: reader.u32(PAIR.accumulator),
    reference: reader.u32(PAIR.reference),
    indexReference: reader.i32(PAIR.indexReference),
    lastUpdate: reader.i64(PAIR.lastUpdate),
  };
  const feeMode = oneOf(reader, PAIR.collectFeeMode, 1) as FeeMode;
  const orders = decodeOrders(reader);
  const isEnabled = reader.u8(PAIR.status) === 0;
  const activation = decodeActivation(reader);
  const terms = (direction: Direction): Terms => {
    const isFeeOnInput = feeMode === FeeMode.Input || direction === Direction.BToA;
    return { direction, feeSide: isFeeOnInput ? FeeSide.Input : FeeSide.Output, orders };
  };
  return {
    fees,
    volatility,
    terms: [terms(Direction.AToB), terms(Direction.BToA)],
    isEnabled,
    activation,
    activeId,
    bitmap,
  };
}

function decodeFees(reader: AccountReader, binStep: number): FeeParameters {
  const step = BigInt(binStep);
  // The power of ten may pass 128 bits, which the program refuses at every swap.
  const scale = 10n ** BigInt(reader.u8(PAIR.baseFeePower) + 1);
  const rate = BigInt(reader.u16(PAIR.baseFactor)) * step * scale;
  if (scale > U128_MAX || rate > U128_MAX) throw decodeError(DecodeFailure.FieldInvalid);
  return {
    baseRate: rate > MAX_RATE ? MAX_RATE : rate,
    variableFactor: BigInt(reader.u32(PAIR.variableFeeControl)) * step * step,
    maxAccumulator: reader.u32(PAIR.maxAccumulator),
    filterPeriod: reader.u16(PAIR.filterPeriod),
    decayPeriod: reader.u16(PAIR.decayPeriod),
    reductionFactor: reader.u16(PAIR.reductionFactor),
  };
}

/** Pools that mine rewards keep other figures where the limit orders of the rest stand (`is_support_limit_order`). */
function decodeOrders(reader: AccountReader): LimitOrders {
  const kind = oneOf(reader, PAIR.functionType, 2);
  const hasReward = PAIR.rewardMints.some((offset) => reader.address(offset).some((byte) => byte !== 0));
  return kind === 2 || (kind === 0 && !hasReward) ? LimitOrders.Counted : LimitOrders.Ignored;
}

/** Only permissioned pools and those with customizable terms wait for an activation point. */
function decodeActivation(reader: AccountReader): PairState['activation'] {
  const point = reader.u64(PAIR.activationPoint);
  const type = oneOf(reader, PAIR.pairType, 3);
  const kind = oneOf(reader, PAIR.activationType, 1) === 0 ? ActivationKind.Slot : ActivationKind.UnixTimestamp;
  return type === 1 || type === 2 ? { kind, point } : { kind: ActivationKind.Open, point: 0n };
}

function oneOf(reader: AccountReader, offset: number, largest: number): number {
  const value = reader.u8(offset);
  if (value > largest) throw decodeError(DecodeFailure.FieldInvalid);
  return value;
}

function readWords(reader: AccountReader, offset: number, count: number): bigint[] {
  return Array.from({ length: count }, (_, i) => reader.u64(offset + 8 * i));
}

/** Which array is expected. */
export interface ArrayRelation {
  readonly pair: Uint8Array;
  readonly index: number;
}

/** Decodes the bins of an array that hold something, in the order of their ids. @throws POOL_ACCOUNT_* */
export function decodeBinArray(account: AccountView, relation: ArrayRelation): Bin[] {
  const reader = open(account, BIN_ARRAY_DISCRIMINATOR, ARRAY.length);
  const isOfPair = sameBytes(reader.address(ARRAY.pair), relation.pair);
  if (!isOfPair || reader.i64(ARRAY.index) !== BigInt(relation.index))
    throw decodeError(DecodeFailure.RelationMismatch);
  const bins: Bin[] = [];
  for (let i = 0; i < BINS_PER_ARRAY; i += 1) {
    const bin = decodeBin(reader, ARRAY.bins + i * BIN.length, relation.index * BINS_PER_ARRAY + i);
    if (bin !== undefined) bins.push(bin);
  }
  return bins;
}

function decodeBin(reader: AccountReader, at: number, id: number): Bin | undefined {
  const isZero = (offset: number): boolean => reader.u32(at + offset) === 0 && reader.u32(at + offset + 4) === 0;
  const isEmpty = isZero(BIN.amountX) && isZero(BIN.amountY) && isZero(BIN.processedOrders) && isZero(BIN.openOrders);
  if (isEmpty) return undefined;
  return {
    id,
    price: reader.u128(at + BIN.price),
    x: reader.u64(at + BIN.amountX),
    y: reader.u64(at + BIN.amountY),
    processedOrders: reader.u64(at + BIN.processedOrders),
    openOrders: reader.u64(at + BIN.openOrders),
    ordersFor: reader.u8(at + BIN.isAskSide) === 0 ? Direction.AToB : Direction.BToA,
  };
}

/** Decodes the bitmap extension of a pair. @throws POOL_ACCOUNT_* */
export function decodeExtension(account: AccountView, pair: Uint8Array): BitmapExtension {
  const reader = open(account, EXTENSION_DISCRIMINATOR, EXTENSION.length);
  if (!sameBytes(reader.address(EXTENSION.pair), pair)) throw decodeError(DecodeFailure.RelationMismatch);
  return {
    positive: readWords(reader, EXTENSION.positive, EXTENSION_WORDS),
    negative: readWords(reader, EXTENSION.negative, EXTENSION_WORDS),
  };
}

/** Returns the array of a bin. */
export function arrayOfBin(id: number): number {
  return Math.floor(id / BINS_PER_ARRAY);
}
