import { Direction } from '../../../../core-api.js';
import { U64_MAX } from '../../../math/mul-div.js';
import { findProgramAddress } from '../../../math/program-address.js';
import { sameBytes } from '../../account-reader.js';
import { type AccountView, DecodeFailure, decodeError, isAbsent } from '../../pool.js';
import { type Bin, LimitOrders, type Terms } from './bin.js';
import { nextArray, step } from './bitmap.js';
import {
  type BitmapExtension,
  type Identity,
  METEORA_DLMM_PROGRAM,
  type PairState,
  arrayOfBin,
  decodeBinArray,
} from './layout.js';

// The bin arrays in reach of the price, and the bins that a swap meets in them.

/** Arrays kept in each direction: the one of the price and five more. */
export const REACH = 6;
/** How far the price may have moved in a swap's favour before it lands, for the instruction to hold all the same. */
const LEEWAY_BINS = 12;

/** A bin array that swaps may reach. */
export interface ReachedArray {
  readonly index: number;
  readonly address: Uint8Array;
  /** Those that hold something, by id; undefined until the account has been applied. */
  readonly bins: readonly Bin[] | undefined;
  readonly depth: Depth;
}

/** What an array holds of the providers', and X of asks and Y of bids. */
interface Depth {
  readonly x: bigint;
  readonly y: bigint;
  readonly asked: bigint;
  readonly bid: bigint;
}

const NO_DEPTH: Depth = { x: 0n, y: 0n, asked: 0n, bid: 0n };
const capped = (sum: bigint): bigint => (sum > U64_MAX ? U64_MAX : sum);

function depthOf(bins: readonly Bin[]): Depth {
  let { x, y, asked, bid } = NO_DEPTH;
  for (const bin of bins) {
    x += bin.x;
    y += bin.y;
    const orders = bin.processedOrders + bin.openOrders;
    if (bin.ordersFor === Direction.BToA) asked += orders;
    else bid += orders;
  }
  return { x, y, asked, bid };
}

/** The arrays in reach, by index. Arrays and bins are never changed, only replaced, so that copies share them. */
export class Window {
  #arrays: readonly ReachedArray[] = [];
  /** By direction, A to B first: the bins a swap meets, up to the first array that is not known. */
  #bins: readonly [readonly (readonly Bin[])[], readonly (readonly Bin[])[]] = [[], []];
  #activeArray = 0;
  /** What the arrays in reach were found from. */
  #reached: { readonly bitmap: readonly bigint[]; readonly extension: BitmapExtension | undefined } | undefined;

  clone(): Window {
    const copy = new Window();
    copy.#arrays = this.#arrays;
    copy.#bins = this.#bins;
    copy.#activeArray = this.#activeArray;
    copy.#reached = this.#reached;
    return copy;
  }

  /**
   * Follows the price and the bitmaps: keeps the arrays that stay in reach and finds the addresses of new ones. Returns whether
   * other arrays are in reach than before.
   */
  follow(identity: Identity, state: PairState, extension: BitmapExtension | undefined): boolean {
    const reached = this.#reached;
    const isReached =
      reached !== undefined &&
      reached.extension === extension &&
      this.#activeArray === arrayOfBin(state.activeId) &&
      reached.bitmap.every((word, i) => word === state.bitmap[i]);
    const hasChanged = !isReached && this.#reach(identity, state, extension);
    this.#locate(state.activeId);
    return hasChanged;
  }

  #reach(identity: Identity, state: PairState, extension: BitmapExtension | undefined): boolean {
    this.#reached = { bitmap: state.bitmap, extension };
    const indexes = reach(state, extension);
    const known = this.#arrays;
    if (indexes.length === known.length && indexes.every((index, i) => known[i]?.index === index)) return false;
    this.#arrays = indexes.flatMap((index): readonly ReachedArray[] => {
      const kept = known.find((array) => array.index === index);
      if (kept !== undefined) return [kept];
      const address = arrayAddress(identity, index);
      return address === undefined ? [] : [{ index, address, bins: undefined, depth: NO_DEPTH }];
    });
    return true;
  }

  /** Notes the bins that walks from a bin meet. */
  #locate(activeId: number): void {
    this.#activeArray = arrayOfBin(activeId);
    const walk = (direction: Direction): (readonly Bin[])[] => {
      const walked: (readonly Bin[])[] = [];
      for (const { index, bins } of this.arrays(direction)) {
        if (bins === undefined) break;
        const isAhead = ({ id }: Bin): boolean => (direction === Direction.AToB ? id <= activeId : id >= activeId);
        const ahead = index === this.#activeArray ? bins.filter(isAhead) : bins;
        walked.push(direction === Direction.AToB ? ahead.toReversed() : ahead);
      }
      return walked;
    };
    this.#bins = [walk(Direction.AToB), walk(Direction.BToA)];
  }

  /**
   * Applies an account when it is that of an array in reach, and says whether it is. An absent one is not known.
   * @throws POOL_ACCOUNT_*
   */
  apply(account: AccountView, identity: Identity, activeId: number): boolean {
    const array = this.#arrays.find(({ address }) => sameBytes(address, account.address));
    if (array === undefined) return false;
    if (isAbsent(account)) {
      this.#replace({ ...array, bins: undefined, depth: NO_DEPTH });
    } else {
      const bins = decodeBinArray(account, { pair: identity.address, index: array.index });
      this.#replace({ ...array, bins, depth: depthOf(bins) });
    }
    this.#locate(activeId);
    return true;
  }

  addresses(): Uint8Array[] {
    return this.#arrays.map(({ address }) => address);
  }

  /** Returns how many arrays a swap enters on its way from one to another. */
  arraysBetween(from: number, to: number): number {
    const [least, most] = from < to ? [from, to] : [to, from];
    return this.#arrays.filter(({ index }) => index !== from && index >= least && index <= most).length;
  }

  /** Returns the arrays of a direction, the one around the price first. */
  arrays(direction: Direction): ReachedArray[] {
    const isAhead = ({ index }: ReachedArray): boolean =>
      direction === Direction.AToB ? index <= this.#activeArray : index >= this.#activeArray;
    const ahead = this.#arrays.filter(isAhead);
    return direction === Direction.AToB ? ahead.toReversed() : ahead;
  }

  /**
   * Returns the array next to that of the price, against the direction, where the price is near it. Only a known one: the program
   * refuses an account that does not exist.
   */
  arrayBehind(direction: Direction, activeId: number): ReachedArray | undefined {
    const behind = arrayOfBin(direction === Direction.AToB ? activeId + LEEWAY_BINS : activeId - LEEWAY_BINS);
    if (behind === arrayOfBin(activeId)) return undefined;
    return this.#arrays.find(({ index, bins }) => index === behind && bins !== undefined);
  }

  /** Returns the bins that a swap meets in its order, array by array, up to the first array that is not known. */
  bins(direction: Direction): readonly (readonly Bin[])[] {
    return this.#bins[direction];
  }

  /** Replaces bins by what a swap left of them; `follow` comes after. */
  replaceBins(moved: ReadonlyMap<number, Bin>): void {
    const touched = new Set([...moved.keys()].map(arrayOfBin));
    for (const array of this.#arrays) {
      if (array.bins === undefined || !touched.has(array.index)) continue;
      const bins = array.bins.map((bin) => moved.get(bin.id) ?? bin);
      this.#replace({ ...array, bins, depth: depthOf(bins) });
    }
  }

  #replace(array: ReachedArray): void {
    this.#arrays = this.#arrays.map((other) => (other.index === array.index ? array : other));
  }

  /**
   * Returns what the known arrays of a direction hold, cut at 64 bits. On the far side of the price a pool holds nothing that
   * this direction could take, so that whole arrays are counted.
   */
  depth({ direction, orders }: Terms): bigint {
    let sum = 0n;
    for (const { bins, depth } of this.arrays(direction)) {
      if (bins === undefined) break;
      sum += direction === Direction.AToB ? depth.y : depth.x;
      if (orders === LimitOrders.Counted) sum += direction === Direction.AToB ? depth.bid : depth.asked;
    }
    return capped(sum);
  }
}

/** Returns the indexes in reach, in their order. */
function reach({ bitmap, activeId }: PairState, extension: BitmapExtension | undefined): number[] {
  const indexes = new Set<number>();
  for (const direction of [Direction.AToB, Direction.BToA]) {
    let start = arrayOfBin(activeId);
    for (let found = 0; found < REACH; found += 1) {
      const index = nextArray({ pair: bitmap, extension }, direction, start);
      if (index === undefined) break;
      indexes.add(index);
      start = step(direction, index);
    }
  }
  return [...indexes].toSorted((left, right) => left - right);
}

/** PDA of `bin_array`, the pair and the index, as a 64-bit integer. */
function arrayAddress(identity: Identity, index: number): Uint8Array | undefined {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(index), true);
  return findProgramAddress([ascii('bin_array'), identity.address, bytes], METEORA_DLMM_PROGRAM)?.address;
}

/** PDA of `bitmap` and the pair. @throws POOL_ACCOUNT_FIELD_INVALID where there is none */
export function extensionAddress(pair: Uint8Array): Uint8Array {
  const found = findProgramAddress([ascii('bitmap'), pair], METEORA_DLMM_PROGRAM);
  if (found === undefined) throw decodeError(DecodeFailure.FieldInvalid);
  return found.address;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'ascii'));
}
