import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Direction, SwapMode } from '../../../ts/core-api.js';
import { CoreError } from '../../../ts/core-error.js';
import { sameBytes } from '../../../ts/fallback/pools/account-reader.js';
import { decodePool } from '../../../ts/fallback/pools/any-pool.js';
import type { AccountView, Pool } from '../../../ts/fallback/pools/pool.js';
import { nextArray, step } from '../../../ts/fallback/pools/venues/meteora-dlmm/bitmap.js';
import { scheduleOf } from '../../../ts/fallback/pools/venues/meteora-dlmm/fee.js';
import { openPool, readFixture } from './fixture-pools.js';

const DIRECTIONS = [Direction.AToB, Direction.BToA];
const CLOCK = { slot: 400_000_000n, epoch: 925n, unixTimestamp: 1_790_000_000n };
const FIXTURES = ['volatile', 'fee-in-y', 'limit-orders', 'beyond-the-bitmap', 'transfer-fees-on-both'];

/** Words with the bits of some numbers set. */
function words(count: number, bits: readonly number[]): bigint[] {
  const found = Array.from({ length: count }, () => 0n);
  for (const bit of bits) found[bit >> 6] = (found[bit >> 6] ?? 0n) | (1n << BigInt(bit & 63));
  return found;
}

/** Visits every array one after the other, which is slow and plain. */
function visit(indexes: readonly number[], direction: Direction, start: number): number | undefined {
  for (let index = start; index >= -6_656 && index < 6_656; index = step(direction, index))
    if (indexes.includes(index)) return index;
  return undefined;
}

describe('the bitmaps of DLMM', () => {
  const inside = [-512, -511, -449, -448, -65, -64, -1, 0, 63, 64, 127, 500, 511];
  const above = [512, 575, 576, 1_023, 1_024, 6_655];
  const below = [-6_656, -6_655, -1_025, -1_024, -577, -576, -513];
  const pair = words(
    16,
    inside.map((index) => index + 512),
  );
  const extension = {
    positive: words(
      96,
      above.map((index) => index - 512),
    ),
    negative: words(
      96,
      below.map((index) => -index - 1 - 512),
    ),
  };
  const all = [...below, ...inside, ...above];
  const starts = all.flatMap((index) => [index - 1, index, index + 1]);

  it.each(DIRECTIONS)('give the next array across words, rows and both bitmaps (direction %i)', (direction) => {
    for (const start of starts) {
      expect(nextArray({ pair, extension }, direction, start), `${start}`).toBe(visit(all, direction, start));
      const near = start >= -512 && start < 512 ? visit(inside, direction, start) : undefined;
      expect(nextArray({ pair, extension: undefined }, direction, start), `${start} alone`).toBe(near);
    }
  });

  it.each(DIRECTIONS)('give no array beyond the last (direction %i)', (direction) => {
    const empty = { pair: words(16, []), extension: { positive: words(96, []), negative: words(96, []) } };
    for (const start of [-(2 ** 31), -6_657, 0, 6_656, 2 ** 31 - 1])
      expect(nextArray(empty, direction, start)).toBeUndefined();
  });
});

it('keeps, halves and forgets the volatility of a DLMM pair as time goes by', () => {
  const parameters = {
    baseRate: 500_000n,
    variableFactor: 7_680_000n,
    maxAccumulator: 300_000,
    filterPeriod: 30,
    decayPeriod: 600,
    reductionFactor: 5_000,
  };
  const volatility = { accumulator: 12_814, reference: 2_814, indexReference: 3_773, lastUpdate: 1_000n };
  const references = (now: bigint): unknown => {
    const schedule = scheduleOf(parameters, volatility, 3_774, now);
    return typeof schedule === 'number' ? schedule : [schedule.reference, schedule.indexReference];
  };
  expect(references(1_029n)).toEqual([2_814, 3_773]);
  expect(references(1_030n)).toEqual([6_407, 3_774]);
  expect(references(1_600n)).toEqual([0, 3_774]);
  expect(references(0n)).toEqual([2_814, 3_773]);
});

/** Runs a step that may fail with a code of the core, and with nothing else. */
function attempt(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
  }
}

function exercise(pool: Pool, amount: bigint): void {
  const [owner] = pool.mints();
  for (const direction of DIRECTIONS) {
    for (const mode of Object.values(SwapMode)) {
      attempt(() => pool.quote(direction, mode, amount, CLOCK));
      attempt(() => pool.clone().swap({ direction, mode, amount, clock: CLOCK }));
      pool.swapComputeUnits(direction, mode, amount, CLOCK);
      const request = { direction, mode, amount, limit: 0n, owner, source: owner, destination: owner };
      expect(pool.swapInstruction(request).accounts.length).toBeGreaterThanOrEqual(16);
    }
    pool.bounds(direction, CLOCK);
  }
  expect(pool.watched().length).toBeLessThanOrEqual(15);
}

describe('a DLMM pair of which an account was bent', () => {
  const bend = fc.record({
    fixture: fc.constantFrom(...FIXTURES),
    account: fc.nat(),
    flips: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 12 }),
    length: fc.option(fc.nat(), { freq: 4 }),
    amount: fc.oneof(fc.bigInt(0n, 10_000_000_000n), fc.bigInt(0n, (1n << 64n) - 1n)),
  });

  it('answers or refuses with a code, whatever the bytes', () => {
    fc.assert(
      fc.property(bend, ({ fixture, account, flips, length, amount }) => {
        const accounts = readFixture('meteora_dlmm', fixture);
        const whole = accounts[account % accounts.length] as AccountView;
        const data = Uint8Array.from(whole.data);
        for (const [place, byte] of flips) data[place % data.length] = byte;
        const bent = { ...whole, data: length === null ? data : data.slice(0, length % data.length) };
        const pool = openPool(accounts);
        attempt(() => pool.apply(bent));
        exercise(pool, amount);
        attempt(() => exercise(decodePool(bent), amount));
      }),
      { numRuns: 400 },
    );
  });
});

/** Opens the pair that has arrays -1 to 2 with its price at a bin of array 0, and returns the numbers of the arrays that a swap names. */
function namedArrays(active: number, direction: Direction, missing?: number): number[] {
  const accounts = readFixture('meteora_dlmm', 'across-arrays').map((account, i) => {
    const data = Uint8Array.from(account.data);
    if (i === 0) new DataView(data.buffer).setInt32(76, active, true);
    return { ...account, data };
  });
  const numberOf = ({ data }: AccountView): number => Number(new DataView(data.buffer).getBigInt64(8, true));
  const arrays = accounts.filter(({ data }) => data.length === 10_136);
  const pool = openPool(accounts.filter((account) => !arrays.includes(account) || numberOf(account) !== missing));
  const [owner] = pool.mints();
  const order = { direction, mode: SwapMode.ExactIn, amount: 1_000n, limit: 0n };
  const { accounts: used } = pool.swapInstruction({ ...order, owner, source: owner, destination: owner });
  return used.slice(16).map(({ address }) => numberOf(arrays.find((array) => sameBytes(array.address, address))!));
}

describe('a DLMM swap', () => {
  it.each([
    [57, Direction.AToB, [0, -1]],
    [58, Direction.AToB, [1, 0, -1]],
    [69, Direction.AToB, [1, 0, -1]],
    [0, Direction.AToB, [0, -1]],
    [12, Direction.BToA, [0, 1]],
    [11, Direction.BToA, [-1, 0, 1]],
    [0, Direction.BToA, [-1, 0, 1]],
    [68, Direction.BToA, [0, 1]],
  ])('from bin %i in direction %i names the arrays %j: the one behind the price first where it is near', (...row) => {
    const [active, direction, expected] = row;
    expect(namedArrays(active, direction)).toEqual(expected);
  });

  it('names no array behind the price that is not known', () => {
    expect(namedArrays(69, Direction.AToB, 1)).toEqual([0, -1]);
    expect(namedArrays(0, Direction.BToA, -1)).toEqual([0, 1]);
  });
});
