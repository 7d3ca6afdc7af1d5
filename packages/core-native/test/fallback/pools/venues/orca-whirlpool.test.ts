import { describe, expect, it } from 'vitest';
import { type ChainClock, Direction, InstructionSet, SwapMode } from '../../../../ts/core-api.js';
import { decodePool } from '../../../../ts/fallback/pools/any-pool.js';
import { type AccountView, type Pool, Watch } from '../../../../ts/fallback/pools/pool.js';
import { QuoteRefusal } from '../../../../ts/fallback/pools/quote.js';
import {
  MAX_SQRT_PRICE,
  MAX_TICK,
  MIN_SQRT_PRICE,
  MIN_TICK,
  sqrtPriceAtTick,
  tickAtSqrtPrice,
} from '../../../../ts/fallback/pools/venues/orca-whirlpool/tick-math.js';
import { openPool, readFixture } from '../fixture-pools.js';

const CLOCK: ChainClock = { slot: 400_000_000n, epoch: 925n, unixTimestamp: 1_790_000_000n };
const MANY = 10_000_000_000_000_000n;

const fixture = (name: string): AccountView[] => readFixture('orca_whirlpool', name);

/** The same account with fields written over it. */
function altered({ address, owner, data }: AccountView, write: (view: DataView) => void): AccountView {
  const bytes = Uint8Array.from(data);
  write(new DataView(bytes.buffer));
  return { address, owner, data: bytes };
}

function codeOf(step: () => unknown): string | undefined {
  try {
    step();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return undefined;
}

const quoteIn = (pool: Pool, direction: Direction, amount: bigint): bigint | string =>
  codeOf(() => pool.quote(direction, SwapMode.ExactIn, amount, CLOCK)) ??
  pool.quote(direction, SwapMode.ExactIn, amount, CLOCK).amountOut;

describe('the price of a tick', () => {
  it('has the ends of the range that the program has', () => {
    expect(sqrtPriceAtTick(MIN_TICK)).toBe(MIN_SQRT_PRICE);
    expect(sqrtPriceAtTick(MAX_TICK)).toBe(MAX_SQRT_PRICE);
    expect(sqrtPriceAtTick(0)).toBe(1n << 64n);
  });

  it('rises and is found again, from its own price up to the next one', () => {
    for (let tick = MIN_TICK; tick < MAX_TICK; tick += 997) {
      const [price, next] = [sqrtPriceAtTick(tick), sqrtPriceAtTick(tick + 1)];
      expect(next > price).toBe(true);
      expect([price, (price + next) / 2n, next - 1n, next].map(tickAtSqrtPrice)).toEqual([tick, tick, tick, tick + 1]);
    }
  });
});

describe('a Whirlpool', () => {
  it('watches five arrays around its price, and six from the last tick of one', () => {
    const [middle, edge] = ['plain', 'last-tick-of-an-array'].map((name) => openPool(fixture(name)));
    expect(middle!.watched().length - middle!.required()).toBe(5);
    expect(edge!.watched().length - edge!.required()).toBe(6);
  });

  it('keeps the arrays that stay in reach when the price comes to another', () => {
    const accounts = fixture('plain');
    const pool = openPool(accounts);
    const before = pool.watched();
    const below = Math.floor(-32_101 / 5_632) * 5_632 - 100;
    const moved = altered(accounts[0]!, (view) => {
      const price = sqrtPriceAtTick(below) + 1n;
      view.setBigUint64(65, BigInt.asUintN(64, price), true);
      view.setBigUint64(73, price >> 64n, true);
      view.setInt32(81, below, true);
    });
    expect(pool.apply(accounts[0]!)).toBe(Watch.Same);
    expect(pool.apply(moved)).toBe(Watch.Changed);
    const after = pool.watched();
    expect(after.slice(pool.required() + 1)).toEqual(before.slice(pool.required(), -1));
    expect(quoteIn(pool, Direction.BToA, 1_000n)).toBeTypeOf('bigint');
  });

  it('refuses only what would come to an array that has not been applied', () => {
    const accounts = fixture('plain');
    const pool = decodePool(accounts[0]!);
    for (const mint of accounts.slice(1, 3)) pool.apply(mint);
    expect(quoteIn(pool, Direction.AToB, 1n)).toBe('QUOTE_LIQUIDITY_EXCEEDED');
    const whole = openPool(accounts);
    const current = pool.watched()[pool.required() + 2]!;
    pool.apply(accounts.find(({ address }) => Buffer.compare(address, current) === 0)!);
    expect(quoteIn(pool, Direction.AToB, 1_000_000n)).toBe(quoteIn(whole, Direction.AToB, 1_000_000n));
    expect(quoteIn(pool, Direction.AToB, MANY)).toBe('QUOTE_LIQUIDITY_EXCEEDED');
  });

  it('moves a copy alone', () => {
    const pool = openPool(fixture('adaptive-fee'));
    const before = quoteIn(pool, Direction.AToB, 1_000_000n);
    pool.clone().swap({ direction: Direction.AToB, mode: SwapMode.ExactIn, amount: 100_000_000n, clock: CLOCK });
    expect(quoteIn(pool, Direction.AToB, 1_000_000n)).toBe(before);
  });

  it('answers the older instruction as the newer one, unless a mint is of Token-2022', () => {
    const order = { direction: Direction.AToB, mode: SwapMode.ExactIn, amount: 1_000_000n, clock: CLOCK };
    const older = { ...order, instructions: InstructionSet.Legacy };
    const plain = openPool(fixture('plain'));
    expect(plain.clone().swap(older)).toEqual(plain.swap(order));
    for (const name of ['transfer-fee-on-a', 'transfer-fees-on-both']) {
      const taxed = openPool(fixture(name));
      expect(codeOf(() => taxed.swap(older))).toBe('QUOTE_FEATURE_UNSUPPORTED');
      expect(codeOf(() => taxed.swap(order))).toBeUndefined();
    }
  });

  it('waits for the oracle of an adaptive fee and refuses a pool without one', () => {
    const accounts = fixture('adaptive-fee');
    const pool = decodePool(accounts[0]!);
    for (const mint of accounts.slice(1, 3)) pool.apply(mint);
    expect(quoteIn(pool, Direction.AToB, 1n)).toBe('QUOTE_ACCOUNT_MISSING');
    const absent = { address: pool.watched()[3]!, owner: new Uint8Array(32), data: new Uint8Array() };
    expect(codeOf(() => pool.apply(absent))).toBe('POOL_ACCOUNT_OWNER_MISMATCH');
  });
});

describe('a Whirlpool while our clock is behind its last swap', () => {
  const since = (seconds: bigint): ChainClock => ({ ...CLOCK, unixTimestamp: CLOCK.unixTimestamp + seconds });
  const SWAP = { direction: Direction.AToB, mode: SwapMode.ExactIn, amount: 4_000_000_000n };

  it.each(['plain', 'adaptive-fee', 'adaptive-fee-of-every-tick'])('trades as at that swap: %s', (name) => {
    const pool = openPool(fixture(name));
    pool.swap({ ...SWAP, clock: CLOCK });
    const earlier = since(-700n);
    expect(pool.disabled(earlier)).toBeUndefined();
    for (const direction of [Direction.AToB, Direction.BToA]) {
      expect(pool.bounds(direction, earlier)).toEqual(pool.bounds(direction, CLOCK));
      const quoteAt = (clock: ChainClock): unknown => pool.quote(direction, SwapMode.ExactIn, 5_000_000n, clock);
      expect(quoteAt(earlier)).toEqual(quoteAt(CLOCK));
    }
    const [early, late] = [pool.clone(), pool.clone()];
    expect(early.swap({ ...SWAP, clock: earlier })).toEqual(late.swap({ ...SWAP, clock: CLOCK }));
    const later = since(40n);
    expect(early.quote(Direction.BToA, SwapMode.ExactIn, 5_000_000n, later)).toEqual(
      late.quote(Direction.BToA, SwapMode.ExactIn, 5_000_000n, later),
    );
  });

  it('takes the fee from the time that its oracle tells: a reference just too old by that time is renewed', () => {
    const accounts = fixture('adaptive-fee');
    const pool = openPool(accounts);
    const major = since(1n);
    const renewed = altered(accounts[3]!, (view) => {
      view.setBigUint64(82, major.unixTimestamp - 3_601n, true);
      view.setBigUint64(90, major.unixTimestamp, true);
    });
    const before = quoteIn(pool, Direction.AToB, 5_000_000n);
    pool.apply(renewed);
    const { amountOut } = pool.quote(Direction.AToB, SwapMode.ExactIn, 5_000_000n, major);
    expect(quoteIn(pool, Direction.AToB, 5_000_000n)).toBe(amountOut);
    expect(amountOut > (before as bigint)).toBe(true);
  });

  it('opens at its time by our clock or by that of the last change', () => {
    const accounts = fixture('opens-later');
    const pool = openPool(accounts);
    expect([pool.disabled(CLOCK), pool.disabled(since(1n))]).toEqual([QuoteRefusal.NotOpen, undefined]);
    expect(quoteIn(pool, Direction.AToB, 1_000n)).toBe('QUOTE_OPEN_TIME_INVALID');
    expect(pool.bounds(Direction.AToB, CLOCK)).toBeUndefined();
    pool.apply(altered(accounts[0]!, (view) => view.setBigUint64(261, since(1n).unixTimestamp, true)));
    expect(pool.disabled(CLOCK)).toBeUndefined();
    expect(quoteIn(pool, Direction.AToB, 1_000n)).toBeTypeOf('bigint');
  });
});

describe('an account of a Whirlpool', () => {
  const accounts = fixture('adaptive-fee');
  const pool = openPool(accounts);
  const [own, , , oracle, array] = accounts as [AccountView, AccountView, AccountView, AccountView, AccountView];
  const setters: readonly (readonly [string, AccountView, (view: DataView) => void, string])[] = [
    ['a tick beside its price', own, (view) => view.setInt32(81, 5, true), 'FIELD_INVALID'],
    ['a price out of range', own, (view) => view.setBigUint64(73, 1n << 40n, true), 'FIELD_INVALID'],
    ['no tick spacing', own, (view) => view.setUint16(41, 0, true), 'FIELD_INVALID'],
    ['another mint', own, (view) => view.setUint8(101, 0), 'RELATION_MISMATCH'],
    ['another discriminator', own, (view) => view.setUint8(0, 0), 'DISCRIMINATOR_MISMATCH'],
    ['no tick group size', oracle, (view) => view.setUint16(62, 0, true), 'FIELD_INVALID'],
    ['more volatility than it allows', oracle, (view) => view.setUint32(106, 350_001, true), 'FIELD_INVALID'],
    ['another pool in its oracle', oracle, (view) => view.setUint8(8, 0), 'RELATION_MISMATCH'],
    ['another start of an array', array, (view) => view.setInt32(8, 0, true), 'RELATION_MISMATCH'],
    ['another pool in an array', array, (view) => view.setUint8(9_956, 0), 'RELATION_MISMATCH'],
    ['a tick that is neither', array, (view) => view.setUint8(12, 2), 'FIELD_INVALID'],
  ];

  it.each(setters)('is refused with %s, and the state before stays', (_name, account, write, code) => {
    const before = quoteIn(pool, Direction.AToB, 1_000_000n);
    expect(codeOf(() => pool.apply(altered(account, write)))).toBe(`POOL_ACCOUNT_${code}`);
    expect(quoteIn(pool, Direction.AToB, 1_000_000n)).toBe(before);
  });

  it('is refused with a dynamic array whose bitmap and ticks differ', () => {
    const dynamic = fixture('dynamic-arrays');
    const other = openPool(dynamic);
    const bent = altered(dynamic[3]!, (view) => view.setUint8(44, view.getUint8(44) ^ 1));
    expect(codeOf(() => other.apply(bent))).toBe('POOL_ACCOUNT_FIELD_INVALID');
    const cut = { ...dynamic[3]!, data: dynamic[3]!.data.subarray(0, -1) };
    expect(codeOf(() => other.apply(cut))).toBe('POOL_ACCOUNT_TOO_SHORT');
  });
});
