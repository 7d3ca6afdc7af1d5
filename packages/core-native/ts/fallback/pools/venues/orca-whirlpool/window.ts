import { Direction } from '../../../../core-api.js';
import { type ProgramAddress, findProgramAddress } from '../../../math/program-address.js';
import { sameBytes } from '../../account-reader.js';
import { ORCA_WHIRLPOOL_PROGRAM, type Pair } from './layout.js';
import type { Tick } from './tick-array.js';
import { MAX_SQRT_PRICE, MAX_TICK, MIN_SQRT_PRICE, MIN_TICK, TICKS_IN_ARRAY, sqrtPriceAtTick } from './tick-math.js';
import type { Stop } from './walk.js';

// Which tick arrays a swap can use: `programs/whirlpool/src/util/{sparse_swap.rs,swap_tick_sequence.rs}`. The program takes at most
// three, from the one of the current tick in the direction of the swap.

/** Most arrays that one swap uses. */
export const ARRAYS_A_SWAP = 3;

/** What stands at the end of the ticks that a swap can reach. */
export const End = {
  /** The end of the range of prices: what is left of the amount stays with the user. */
  Price: 0,
  /** The end of the last array that the program takes; it refuses to go on. */
  Window: 1,
  /** An array that has not been applied, so that nothing is known of a swap that reaches it. */
  Unknown: 2,
} as const;
export type End = (typeof End)[keyof typeof End];

/** The way ahead of a swap in one direction. */
export interface Path {
  /** Its initialized ticks, by position among the window's: from the first to before the second, ascending. */
  readonly from: number;
  readonly to: number;
  readonly last: Stop;
  readonly end: End;
}

/** One array within reach. */
interface Slot {
  readonly start: number;
  /** Derived when first asked for. */
  derived: ProgramAddress | undefined;
  /** Its initialized ticks; undefined while it has not been applied. */
  readonly ticks: readonly Tick[] | undefined;
}

/** Where a pool's price is. */
export interface Position {
  readonly tick: number;
  readonly sqrtPrice: bigint;
}

/** The arrays within reach of swaps in either direction, ascending, and their initialized ticks. */
export class Window {
  readonly #pool: Uint8Array;
  readonly #tickSpacing: number;
  #slots: readonly Slot[] = [];
  #ticks: readonly Tick[] = [];
  #paths: Pair<Path> | undefined;
  /** Position of the array of the current tick. */
  #current = 0;
  /** Whether swaps upwards start at the array after it: none of its ticks is above the current one. */
  #startsAbove = false;

  /** Makes the window around a pool's price, all its arrays unknown. */
  constructor(pool: Uint8Array, tickSpacing: number, position: Position) {
    this.#pool = pool;
    this.#tickSpacing = tickSpacing;
    this.moveTo(position);
  }

  /** Returns a window of its own with the same arrays. */
  clone(position: Position): Window {
    const copy = new Window(this.#pool, this.#tickSpacing, position);
    copy.#slots = this.#slots;
    copy.#ticks = this.#ticks;
    copy.moveTo(position);
    return copy;
  }

  /** Follows the pool's price; returns whether other arrays are within reach than before. */
  moveTo(position: Position): boolean {
    const span = this.#span;
    const base = Math.floor(position.tick / span) * span;
    this.#startsAbove = position.tick + this.#tickSpacing >= base + span;
    const starts: number[] = [];
    for (let offset = -2; offset <= (this.#startsAbove ? 3 : 2); offset++) {
      const start = base + offset * span;
      // Arrays beyond the range of ticks do not exist.
      if (start <= MAX_TICK && start + span > MIN_TICK) starts.push(start);
    }
    const slots = this.#slots;
    const isSame = starts.length === slots.length && starts.every((start, i) => start === slots[i]?.start);
    if (!isSame) {
      this.#slots = starts.map(
        (start) => slots.find((slot) => slot.start === start) ?? { start, derived: undefined, ticks: undefined },
      );
      this.#ticks = this.#slots.flatMap(({ ticks }) => ticks ?? []);
    }
    this.#current = starts.indexOf(base);
    this.#settle(position);
    return !isSame;
  }

  /** Returns the position, the start and the known ticks of the array at an address; undefined when it is not within reach. */
  find(address: Uint8Array): { slot: number; start: number; known: readonly Tick[] } | undefined {
    const slot = this.#slots.findIndex((candidate) => sameBytes(this.#derive(candidate).address, address));
    const found = this.#slots[slot];
    return found && { slot, start: found.start, known: found.ticks ?? [] };
  }

  /** Replaces the ticks of the array at a position. */
  set(slot: number, ticks: readonly Tick[], position: Position): void {
    this.#slots = this.#slots.map((known, i) =>
      i === slot ? { start: known.start, derived: known.derived, ticks } : known,
    );
    this.#ticks = this.#slots.flatMap((known) => known.ticks ?? []);
    this.#settle(position);
  }

  /** Returns the addresses of all arrays within reach. */
  addresses(): Uint8Array[] {
    return this.#slots.map((slot) => this.#derive(slot).address);
  }

  /**
   * Returns the addresses of the first arrays of a swap, so many as are needed to come to a tick, and one more in case the price
   * moves on before.
   */
  addressesTo(direction: Direction, tick: number | undefined): Uint8Array[] {
    const sequence = this.#sequence(direction);
    const isBehind = (slot: Slot): boolean =>
      tick !== undefined && (direction === Direction.AToB ? tick >= slot.start + this.#span : tick < slot.start);
    const behind = sequence.findIndex(isBehind);
    const needed = Math.max(behind === -1 ? sequence.length : behind, 1);
    return sequence.slice(0, needed + 1).map((slot) => this.#derive(slot).address);
  }

  /**
   * Returns the bumps of the arrays of a swap that hold no ticks: the program derives the addresses of those that do not exist.
   */
  absentBumps(direction: Direction): number[] {
    const empty = this.#sequence(direction).filter(({ ticks }) => ticks?.length === 0);
    return empty.map((slot) => this.#derive(slot).bump);
  }

  /** Returns the way ahead in a direction. */
  path(direction: Direction): Path {
    const path = this.#paths?.[direction];
    if (path === undefined) throw new RangeError('a window without paths');
    return path;
  }

  /** All initialized ticks, ascending. */
  get ticks(): readonly Tick[] {
    return this.#ticks;
  }

  get #span(): number {
    return this.#tickSpacing * TICKS_IN_ARRAY;
  }

  /** Finds both ways ahead again. */
  #settle(position: Position): void {
    const ticks = this.#ticks;
    // The ticks up to the current one, by bisection.
    let [cursor, above] = [0, ticks.length];
    while (cursor < above) {
      const middle = (cursor + above) >> 1;
      if ((ticks[middle]?.index ?? 0) <= position.tick) cursor = middle + 1;
      else above = middle;
    }
    this.#paths = [
      this.#pathAhead(Direction.AToB, cursor, position),
      this.#pathAhead(Direction.BToA, cursor, position),
    ];
  }

  #pathAhead(direction: Direction, cursor: number, position: Position): Path {
    const sequence = this.#sequence(direction);
    const unknown = sequence.findIndex(({ ticks }) => ticks === undefined);
    const last = unknown === -1 ? sequence.at(-1) : sequence[unknown - 1];
    if (last === undefined) {
      const { tick, sqrtPrice } = position;
      return { from: cursor, to: cursor, last: { tick, sqrtPrice, liquidityNet: undefined }, end: End.Unknown };
    }
    let before = 0;
    for (const slot of this.#slots) {
      if (slot === last) break;
      before += slot.ticks?.length ?? 0;
    }
    const stop = this.#lastStop(direction, last, unknown === -1);
    return direction === Direction.AToB
      ? { from: before, to: cursor, last: stop.last, end: stop.end }
      : { from: cursor, to: before + (last.ticks?.length ?? 0), last: stop.last, end: stop.end };
  }

  /** Where a swap has to stop after the last initialized tick: `get_next_initialized_tick_index`. */
  #lastStop(direction: Direction, last: Slot, isWhole: boolean): { last: Stop; end: End } {
    const after = last.start + this.#span;
    const end = isWhole ? End.Window : End.Unknown;
    const liquidityNet = undefined;
    if (direction === Direction.AToB) {
      return last.start <= MIN_TICK
        ? { last: { tick: MIN_TICK, sqrtPrice: MIN_SQRT_PRICE, liquidityNet }, end: End.Price }
        : { last: { tick: last.start, sqrtPrice: sqrtPriceAtTick(last.start), liquidityNet }, end };
    }
    return after > MAX_TICK
      ? { last: { tick: MAX_TICK, sqrtPrice: MAX_SQRT_PRICE, liquidityNet }, end: End.Price }
      : { last: { tick: after - 1, sqrtPrice: sqrtPriceAtTick(after - 1), liquidityNet }, end };
  }

  /** The arrays that the program takes, in their order. */
  #sequence(direction: Direction): Slot[] {
    const current = this.#current;
    if (direction === Direction.AToB) {
      return this.#slots.slice(Math.max(current - ARRAYS_A_SWAP + 1, 0), current + 1).toReversed();
    }
    const first = this.#startsAbove ? current + 1 : current;
    return this.#slots.slice(first, first + ARRAYS_A_SWAP);
  }

  #derive(slot: Slot): ProgramAddress {
    slot.derived ??= deriveAddress(['tick_array', this.#pool, String(slot.start)]);
    return slot.derived;
  }
}

/**
 * Returns an address that the program derives. That every bump gives a point of the curve has a chance of 2^-255; the address is
 * then one that holds nothing.
 */
export function deriveAddress(seeds: readonly (string | Uint8Array)[]): ProgramAddress {
  const bytes = seeds.map((seed) => (typeof seed === 'string' ? Buffer.from(seed) : seed));
  return findProgramAddress(bytes, ORCA_WHIRLPOOL_PROGRAM) ?? { address: new Uint8Array(32), bump: 0 };
}
