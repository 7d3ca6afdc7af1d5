import { AccountReader, sameBytes } from '../../account-reader.js';
import { type AccountView, DecodeFailure, decodeError, isAbsent } from '../../pool.js';
import { ORCA_WHIRLPOOL_PROGRAM } from './layout.js';
import { MAX_TICK, MIN_TICK, TICKS_IN_ARRAY, sqrtPriceAtTick } from './tick-math.js';

// Tick arrays of both formats: `programs/whirlpool/src/state/{fixed_tick_array.rs,dynamic_tick_array.rs,tick.rs}`. Of the 88 ticks only
// the initialized ones are kept, with their price.

/** Anchor discriminators of `TickArray` and `DynamicTickArray`. */
const FIXED_DISCRIMINATOR = Uint8Array.of(0x45, 0x61, 0xbd, 0xbe, 0x6e, 0x07, 0x42, 0xbb);
const DYNAMIC_DISCRIMINATOR = Uint8Array.of(0x11, 0xd8, 0xf6, 0x8e, 0xe1, 0xc7, 0xda, 0x38);

/** The same in both formats. */
const START_TICK = 8;
/** Of an initialized tick; of any in the fixed format. */
const TICK_LENGTH = 113;
/** Of an uninitialized tick in the dynamic format. */
const EMPTY_LENGTH = 1;
/** In a tick, of the liquidity that a swap upwards adds: after the byte that says whether it is initialized. */
const LIQUIDITY_NET = 1;

const FIXED_OFFSET = { ticks: 12, whirlpool: 9_956 } as const;
const FIXED_LENGTH = 9_988;
const DYNAMIC_OFFSET = { whirlpool: 12, bitmap: 44, ticks: 60 } as const;

/** An initialized tick. */
export interface Tick {
  readonly index: number;
  readonly sqrtPrice: bigint;
  /** What crossing it upwards adds to the liquidity. */
  readonly liquidityNet: bigint;
}

/** What a pool says about one of its tick arrays. */
export interface ArrayRelation {
  readonly pool: Uint8Array;
  readonly start: number;
  readonly tickSpacing: number;
  /** Initialized ticks as known before, ascending: their prices are taken over. */
  readonly known: readonly Tick[];
}

/**
 * Decodes a tick array into its initialized ticks, ascending. One that does not exist has none.
 * @throws POOL_ACCOUNT_* when the account is not the array that the pool says it is.
 */
export function decodeTickArray(account: AccountView, relation: ArrayRelation): Tick[] {
  if (isAbsent(account)) return [];
  if (!sameBytes(account.owner, ORCA_WHIRLPOOL_PROGRAM)) throw decodeError(DecodeFailure.OwnerMismatch);
  const reader = new AccountReader(account.data);
  const discriminator = reader.bytes(0, 8);
  const isFixed = sameBytes(discriminator, FIXED_DISCRIMINATOR);
  if (isFixed && reader.length < FIXED_LENGTH) throw decodeError(DecodeFailure.TooShort);
  if (!isFixed && !sameBytes(discriminator, DYNAMIC_DISCRIMINATOR)) {
    throw decodeError(DecodeFailure.DiscriminatorMismatch);
  }
  const whirlpool = reader.address(isFixed ? FIXED_OFFSET.whirlpool : DYNAMIC_OFFSET.whirlpool);
  if (!sameBytes(whirlpool, relation.pool) || reader.i32(START_TICK) !== relation.start) {
    throw decodeError(DecodeFailure.RelationMismatch);
  }
  return isFixed ? decodeFixed(reader, relation) : decodeDynamic(reader, relation);
}

function decodeFixed(reader: AccountReader, relation: ArrayRelation): Tick[] {
  const list = new TickList(relation);
  for (let position = 0; position < TICKS_IN_ARRAY; position++) {
    const at = FIXED_OFFSET.ticks + position * TICK_LENGTH;
    const initialized = reader.u8(at);
    if (initialized > 1) throw decodeError(DecodeFailure.FieldInvalid);
    if (initialized === 1) list.push(position, reader.i128(at + LIQUIDITY_NET));
  }
  return list.ticks;
}

function decodeDynamic(reader: AccountReader, relation: ArrayRelation): Tick[] {
  const list = new TickList(relation);
  const bitmap = reader.u128(DYNAMIC_OFFSET.bitmap);
  if (bitmap >> BigInt(TICKS_IN_ARRAY) !== 0n) throw decodeError(DecodeFailure.FieldInvalid);
  // Three words, which bit operations of numbers reach.
  const words = [0n, 32n, 64n].map((shift) => Number((bitmap >> shift) & 0xffff_ffffn));
  let at: number = DYNAMIC_OFFSET.ticks;
  for (let position = 0; position < TICKS_IN_ARRAY; position++) {
    const isInitialized = (((words[position >> 5] ?? 0) >>> (position & 31)) & 1) === 1;
    if (reader.u8(at) !== (isInitialized ? 1 : 0)) throw decodeError(DecodeFailure.FieldInvalid);
    if (isInitialized) list.push(position, reader.i128(at + LIQUIDITY_NET));
    at += isInitialized ? TICK_LENGTH : EMPTY_LENGTH;
  }
  // The account ends with the last tick, growths included.
  if (at > reader.length) throw decodeError(DecodeFailure.TooShort);
  return list.ticks;
}

class TickList {
  readonly ticks: Tick[] = [];
  readonly #relation: ArrayRelation;
  /** Position among the known ticks: both lists ascend, so that one pass over them serves all. */
  #known = 0;

  constructor(relation: ArrayRelation) {
    this.#relation = relation;
  }

  push(position: number, liquidityNet: bigint): void {
    const { start, tickSpacing } = this.#relation;
    const index = start + position * tickSpacing;
    if (index < MIN_TICK || index > MAX_TICK) throw decodeError(DecodeFailure.FieldInvalid);
    this.ticks.push({ index, sqrtPrice: this.#knownPrice(index) ?? sqrtPriceAtTick(index), liquidityNet });
  }

  #knownPrice(index: number): bigint | undefined {
    const { known } = this.#relation;
    for (let tick = known[this.#known]; tick !== undefined && tick.index <= index; tick = known[this.#known]) {
      if (tick.index === index) return tick.sqrtPrice;
      this.#known += 1;
    }
    return undefined;
  }
}
