import { TRADER } from './captured-runs.js';
import type { CapturedPool } from './captured-swaps.js';
import type { RandomNumbers } from './random-numbers.js';
import type { HeldAccount } from './swap-machine.js';
import {
  syntheticWhirlpool,
  type Position,
  type SyntheticOracle,
  type WhirlpoolNumbers,
} from './synthetic-whirlpool.js';
import {
  oracleAddress,
  tickArrayAddress,
  u128At,
  whirlpoolMints,
  WHIRLPOOL,
  type WhirlpoolWish,
} from './whirlpool-calls.js';

/** The time of the first swap on each made-up pool. */
export const START = 1_790_000_000n;
export const EPOCH = 1_018n;
const U64 = 2n ** 64n - 1n;
const MAX_TICK = 443_636;
const PRICE_ONE = 1n << 64n;
const MIN_SQRT_PRICE = 4_295_048_016n;
const MAX_SQRT_PRICE = 79_226_673_515_401_279_992_447_579_055n;

/** Returns a price near a tick; floats suffice, because both programs get the same bytes. */
function priceNear(tick: number): bigint {
  const price = BigInt(Math.floor(1.0001 ** (tick / 2) * 2 ** 64));
  return price < MIN_SQRT_PRICE ? MIN_SQRT_PRICE : price > MAX_SQRT_PRICE ? MAX_SQRT_PRICE : price;
}

/** Makes up a pool. */
export async function randomPool(numbers: RandomNumbers): Promise<CapturedPool> {
  const tickSpacing = numbers.pick([1, 2, 4, 8, 16, 64, 64, 128, 256, 32_896]);
  const span = 88 * tickSpacing;
  const reach = numbers.pick([400, 3_000, 30_000, 200_000, MAX_TICK - 1]);
  const tick = numbers.between(-reach, reach);
  const fraction = numbers.pick([0, numbers.between(1, 999) / 1_000]);
  const base = Math.floor(tick / span) * span;
  const width = numbers.pick([span / 8, span, 3 * span]);
  const formats = new Map<number, 'fixed' | 'dynamic' | 'absent'>();
  const pool: WhirlpoolNumbers = {
    tickSpacing,
    feeRate: numbers.pick([0, 100, 2_000, 10_000, numbers.between(0, 60_000)]),
    protocolFeeRate: numbers.pick([0, 300, 1_300, 2_500]),
    tick,
    sqrtPrice: priceNear(tick + fraction),
    positions: Array.from({ length: numbers.between(0, 12) }, () => position(numbers, tick, tickSpacing, width)),
    balances: [numbers.pick([1n << 62n, numbers.upTo(62n)]), 1n << 62n],
    transferFees: [transferFee(numbers), transferFee(numbers)],
    oracle: numbers.once(2n) ? oracle(numbers, tick, tickSpacing) : undefined,
    rewards: Array.from({ length: numbers.between(0, 3) }, () => [wide(numbers), wide(numbers)] as const),
    rewardsUpdated: START - numbers.pick([0n, 1n, numbers.upTo(24n)]) + (numbers.once(40n) ? 1_000n : 0n),
    feeGrowths: [wide(numbers), wide(numbers)],
    format: (start) => {
      const format = formats.get(start) ?? numbers.pick(['fixed', 'dynamic', 'absent']);
      formats.set(start, format);
      return format;
    },
    emptyArrays: [-3, -2, -1, 0, 1, 2, 3].map((step) => base + step * span),
  };
  return syntheticWhirlpool(pool);
}

function wide(numbers: RandomNumbers): bigint {
  return numbers.pick([(numbers.upTo(64n) << 64n) | numbers.word(), numbers.upTo(64n)]);
}

function position(numbers: RandomNumbers, tick: number, spacing: number, width: number): Position {
  const usable = Math.floor(MAX_TICK / spacing) * spacing;
  const near = (): number => {
    const distance = numbers.between(-Math.floor(width), Math.floor(width));
    return Math.max(-usable, Math.min(usable, Math.floor((tick + distance) / spacing) * spacing));
  };
  const [one, other] = numbers.once(6n) ? [-usable, usable] : [near(), near()];
  const lower = Math.min(one, other);
  const upper = lower === Math.max(one, other) ? lower + spacing : Math.max(one, other);
  const liquidity = 1n + numbers.pick([numbers.upTo(40n), numbers.upTo(63n), numbers.upTo(63n) << numbers.below(30n)]);
  return upper > usable ? { lower: lower - spacing, upper: lower, liquidity } : { lower, upper, liquidity };
}

function transferFee(numbers: RandomNumbers): WhirlpoolNumbers['transferFees'][0] {
  if (!numbers.once(3n)) return undefined;
  const rate = (): readonly [bigint, number] => [
    numbers.pick([0n, 5_000n, numbers.upTo(40n), U64]),
    numbers.pick([0, 1, 200, numbers.between(0, 9_999), 10_000]),
  ];
  return { epoch: EPOCH + numbers.below(3n) - 1n, older: rate(), newer: rate() };
}

/** Constants keep to `validate_constants`, because the program that sets them up does. */
function oracle(numbers: RandomNumbers, tick: number, tickSpacing: number): SyntheticOracle {
  const tickGroupSize = numbers.pick([1, tickSpacing, tickSpacing / 2, tickSpacing / 4].filter(Number.isInteger));
  const filterPeriod = numbers.pick([1, 10, 30]);
  const maxVolatility = numbers.pick([0, 8_000, 80_000, 350_000, 5_000_000]);
  const volatilityAccumulator = numbers.between(0, maxVolatility);
  const group = Math.floor(tick / tickGroupSize);
  const age = numbers.pick([0n, 5n, 29n, 30n, 300n, 600n, 3_600n, 3_601n, numbers.upTo(20n)]);
  return {
    tradeEnableTimestamp: numbers.once(20n) ? START + numbers.below(2n) : 0n,
    filterPeriod,
    decayPeriod: filterPeriod + numbers.pick([1, 90, 570]),
    reductionFactor: numbers.pick([0, 500, 5_000, 9_999]),
    controlFactor: numbers.pick([0, 1, 1_000, 4_000, 99_999]),
    maxVolatility: Math.min(maxVolatility, Math.floor((2 ** 32 - 1) / tickGroupSize)),
    tickGroupSize,
    majorSwapThreshold: numbers.between(1, Math.min(65_535, 88 * tickSpacing)),
    lastReferenceUpdate: START - age,
    lastMajorSwap: START - numbers.pick([age, age / 2n, 0n, age + 50n]) + (numbers.once(40n) ? 100n : 0n),
    volatilityReference: Math.min(numbers.between(0, volatilityAccumulator), Math.floor((2 ** 32 - 1) / tickGroupSize)),
    tickGroupReference: group + numbers.pick([0, 0, numbers.between(-3, 3), numbers.between(-600, 600)]),
    volatilityAccumulator,
  };
}

/** Makes up a swap on a pool as it now stands. */
export async function randomWish(
  numbers: RandomNumbers,
  pool: string,
  accountOf: (address: string) => HeldAccount | undefined,
): Promise<WhirlpoolWish> {
  const poolData = accountOf(pool)!.data;
  const mints = whirlpoolMints(poolData).map((mint) => accountOf(mint)!.owner) as [string, string];
  const isClassic = mints.every((owner) => owner.startsWith('Tokenkeg'));
  const inputSide = numbers.pick(['A', 'B'] as const);
  const isExactIn = numbers.pick([true, true, false]);
  const amount = numbers.pick([numbers.upTo(20n), numbers.upTo(40n), numbers.upTo(56n), numbers.upTo(62n)]);
  const loose = isExactIn ? 0n : U64;
  return {
    ix: isClassic && numbers.once(3n) ? 'swap' : 'swap_v2',
    pool,
    poolData,
    tokenPrograms: mints,
    inputSide,
    isExactIn,
    amount: numbers.once(60n) ? 0n : amount,
    threshold: numbers.once(5n) ? numbers.upTo(62n) : loose,
    sqrtPriceLimit: limit(numbers, u128At(poolData, 65), inputSide),
    tickArrays: await arrays(numbers, pool, poolData, inputSide),
    oracle: await oracleAddress(pool),
    user: TRADER,
  };
}

function limit(numbers: RandomNumbers, price: bigint, inputSide: 'A' | 'B'): bigint {
  const step = (price * numbers.pick([1n, 20n, 2_000n, 20_000n])) / 100_000n;
  const ahead = inputSide === 'A' ? price - step : price + step;
  const behind = inputSide === 'A' ? price + step : price - step;
  const ends = [MIN_SQRT_PRICE, MAX_SQRT_PRICE, MIN_SQRT_PRICE - 1n, MAX_SQRT_PRICE + 1n];
  return numbers.pick([
    0n,
    0n,
    0n,
    0n,
    ahead,
    ahead,
    // The exact price of tick 0, which is the edge of a tick group whatever its size.
    PRICE_ONE,
    numbers.once(4n) ? behind : 0n,
    numbers.once(4n) ? numbers.pick(ends) : 0n,
  ]);
}

/** Mostly the right arrays; at times in another order, with supplemental ones, repeated, or without one. */
async function arrays(
  numbers: RandomNumbers,
  pool: string,
  poolData: Uint8Array,
  inputSide: 'A' | 'B',
): Promise<string[]> {
  const view = new DataView(poolData.buffer, poolData.byteOffset);
  const [spacing, tick] = [view.getUint16(41, true), view.getInt32(81, true)];
  const span = 88 * spacing;
  const base = Math.floor(tick / span) * span;
  const isShifted = inputSide === 'B' && tick + spacing >= base + span;
  const steps = inputSide === 'A' ? [0, -1, -2] : isShifted ? [1, 2, 3] : [0, 1, 2];
  const right = await Promise.all(steps.map((step) => tickArrayAddress(pool, base + step * span)));
  const [first, second, third] = right as [string, string, string];
  const foreign = await tickArrayAddress(pool, base - 3 * span);
  const [other] = whirlpoolMints(poolData);
  return numbers.pick([
    right,
    right,
    right,
    right,
    right,
    [third, first, second],
    [first, first, first],
    [first, second, second],
    [second, third, third],
    [first, third, foreign],
    [foreign, foreign, second, first, third],
    [first, second, third, foreign, first, second],
    numbers.once(3n) ? [first, second, other] : right,
  ]);
}

/** Says whether the accounts after a swap that a program owns, or that hold tokens, are worth comparing. */
export function isCompared(account: HeldAccount): boolean {
  return account.owner === WHIRLPOOL || account.owner.startsWith('Token');
}
