import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Direction, SwapMode } from '../../../ts/core-api.js';
import { sameBytes } from '../../../ts/fallback/pools/account-reader.js';
import type { AccountView } from '../../../ts/fallback/pools/pool.js';
import {
  Bitmaps,
  EXTENSION_WORDS,
  POOL_WORDS,
  flipped,
} from '../../../ts/fallback/pools/venues/raydium-clmm/bitmap.js';
import {
  type DynamicFee,
  accumulatorAt,
  rateAt,
  withReference,
} from '../../../ts/fallback/pools/venues/raydium-clmm/dynamic-fee.js';
import type { Identity, PoolState } from '../../../ts/fallback/pools/venues/raydium-clmm/layout.js';
import {
  MAX_SQRT_PRICE,
  MAX_TICK,
  MIN_SQRT_PRICE,
  MIN_TICK,
  sqrtPriceAtTick,
  tickAtSqrtPrice,
} from '../../../ts/fallback/pools/venues/raydium-clmm/tick-math.js';
import { openPool, readFixture } from './fixture-pools.js';

const array = fc.integer({ min: -7_393, max: 7_393 });

function identityOf(tickSpacing: number): Identity {
  const address = new Uint8Array(32);
  return {
    address,
    config: address,
    mints: [address, address],
    vaults: [address, address],
    observation: address,
    tickSpacing,
    arraySpan: tickSpacing * 60,
  };
}

function stateOf(bitmap: Uint32Array): PoolState {
  const prices = { sqrtPrice: 1n << 64n, liquidity: 0n, tick: 0 };
  return { ...prices, status: 0, feeOn: 0, openTime: 0n, dynamicFee: undefined, bitmap };
}

describe('Bitmaps', () => {
  it('finds the arrays that a search one by one finds, the outer ones included', () => {
    fc.assert(
      fc.property(fc.uniqueArray(array, { maxLength: 12 }), array, (arrays, from) => {
        let [own, extension] = [new Uint32Array(POOL_WORDS), new Uint32Array(EXTENSION_WORDS)];
        for (const one of arrays) {
          const both = flipped(one, own, extension);
          [own, extension] = [both.own as typeof own, both.extension as typeof extension];
        }
        const bitmaps = new Bitmaps(identityOf(1), stateOf(own), extension);
        const sorted = arrays.toSorted((left, right) => left - right);
        expect(bitmaps.isSet(from)).toBe(arrays.includes(from));
        expect(bitmaps.below(from)).toBe(sorted.findLast((one) => one < from));
        expect(bitmaps.above(from)).toBe(sorted.find((one) => one > from));
      }),
      { numRuns: 500 },
    );
  });

  it('ignores bits of arrays beyond all ticks', () => {
    const bitmaps = new Bitmaps(identityOf(60), stateOf(new Uint32Array(POOL_WORDS).fill(0xffff_ffff)), 'unused');
    expect([bitmaps.below(-124), bitmaps.below(-123)]).toEqual([undefined, -124]);
    expect([bitmaps.above(123), bitmaps.above(122)]).toEqual([undefined, 123]);
  });
});

describe('tick prices', () => {
  it('have the program’s values at the ends and in the middle', () => {
    expect(sqrtPriceAtTick(MIN_TICK)).toBe(MIN_SQRT_PRICE);
    expect(sqrtPriceAtTick(MAX_TICK)).toBe(MAX_SQRT_PRICE);
    expect(sqrtPriceAtTick(0)).toBe(1n << 64n);
    expect(sqrtPriceAtTick(-1)).toBe(0xfffc_b933_bd6f_b800n);
  });

  it('lead back to the greatest tick not above them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: MIN_TICK, max: MAX_TICK - 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (tick, share) => {
          const [lower, upper] = [sqrtPriceAtTick(tick), sqrtPriceAtTick(tick + 1)];
          expect(tickAtSqrtPrice(lower)).toBe(tick);
          expect(tickAtSqrtPrice(upper - 1n)).toBe(tick);
          const within = lower + ((upper - lower - 1n) * BigInt(Math.floor(share * 1_000_000))) / 1_000_000n;
          expect(tickAtSqrtPrice(within)).toBe(tick);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('a dynamic fee', () => {
  const fee: DynamicFee = {
    filterPeriod: 30,
    decayPeriod: 600,
    reductionFactor: 5_000,
    control: 50_000,
    maxAccumulator: 350_000,
    indexReference: -3,
    volatilityReference: 7,
    accumulator: 40_001,
    lastUpdate: 1_000n,
  };

  it('keeps, halves and forgets volatility by the time passed', () => {
    const after = (now: bigint): unknown => {
      const { indexReference, volatilityReference, lastUpdate } = withReference(fee, 9, now);
      return [indexReference, volatilityReference, lastUpdate];
    };
    expect(after(1_029n)).toEqual([-3, 7, 1_000n]);
    expect(after(1_030n)).toEqual([9, 20_000, 1_030n]);
    expect(after(1_599n)).toEqual([9, 20_000, 1_599n]);
    expect(after(1_600n)).toEqual([9, 0, 1_600n]);
    expect(after(1n)).toEqual([-3, 7, 1_000n]);
  });

  it('grows with the distance, rounds up and is capped', () => {
    expect(accumulatorAt(fee, -5)).toBe(20_007);
    expect(accumulatorAt(fee, 2 ** 31)).toBe(350_000);
    expect(rateAt(fee, 20_007, 2_500, 60)).toBe(9_706);
    expect(rateAt(fee, 350_000, 2_500, 60)).toBe(100_000);
    expect(rateAt(fee, 2 ** 32 - 1, 2_500, 2)).toBeUndefined();
  });
});

/** Opens the pool that has arrays -2 to 1 of 3,600 ticks with its price at another tick, and returns the array that a swap names first. */
function firstNamed(tick: number, direction: Direction, missing?: number): number {
  const accounts = readFixture('raydium_clmm', 'plain').map((account, i) => {
    const data = Uint8Array.from(account.data);
    if (i === 0) {
      data.set(widePrice(sqrtPriceAtTick(tick)), 253);
      new DataView(data.buffer).setInt32(269, tick, true);
    }
    return { ...account, data };
  });
  const numberOf = ({ data }: AccountView): number => new DataView(data.buffer).getInt32(40, true) / 3_600;
  const arrays = accounts.filter(({ data }) => data.length === 10_240);
  const pool = openPool(accounts.filter((account) => !arrays.includes(account) || numberOf(account) !== missing));
  const [owner] = pool.mints();
  const order = { direction, mode: SwapMode.ExactIn, amount: 1_000n, limit: 0n };
  const { accounts: used } = pool.swapInstruction({ ...order, owner, source: owner, destination: owner });
  return numberOf(arrays.find(({ address }) => sameBytes(address, used[13]!.address))!);
}

function widePrice(price: bigint): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt.asUintN(64, price), true);
  view.setBigUint64(8, price >> 64n, true);
  return bytes;
}

describe('a CLMM swap', () => {
  it.each([
    [2_999, Direction.AToB, 0],
    [3_000, Direction.AToB, 1],
    [3_599, Direction.AToB, 1],
    [0, Direction.AToB, 0],
    [600, Direction.BToA, 0],
    [599, Direction.BToA, -1],
    [0, Direction.BToA, -1],
    [3_599, Direction.BToA, 0],
  ])('from tick %i in direction %i names array %i first: the one behind the price where it is near', (...row) => {
    const [tick, direction, expected] = row;
    expect(firstNamed(tick, direction)).toBe(expected);
  });

  it('names no array behind the price that does not exist', () => {
    expect(firstNamed(3_599, Direction.AToB, 1)).toBe(0);
    expect(firstNamed(0, Direction.BToA, -1)).toBe(0);
  });
});
