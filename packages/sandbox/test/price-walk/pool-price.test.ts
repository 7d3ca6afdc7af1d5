import { CoreError, Direction, type CoreApi, type PoolDescription } from '@tandem/core-native';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseBaseMints } from '../../src/market/base-mints.js';
import { inputToMove, quotedPriceX64, type PoolQuotes } from '../../src/market/pool-price.js';
import { addressText, WRAPPED_SOL_MINT } from '../../src/seed/addresses.js';

const CLOCK = { slot: 1n, epoch: 0n, unixTimestamp: 0n };
const FEE_PPM = 3_000n;
const TOKEN = new Uint8Array(32).fill(9);

interface Curve {
  /** Reserves of the constant product that is quoted; virtual ones where the pool holds less. */
  readonly x: bigint;
  readonly y: bigint;
  /** What can be taken out. */
  readonly realX: bigint;
  readonly realY: bigint;
}

/** A range of concentrated liquidity: quoted on virtual reserves, refused beyond the real ones. */
function quotesOf({ x, y, realX, realY }: Curve): PoolQuotes {
  const quote: CoreApi['quote'] = (_store, _pool, direction, _mode, amountIn) => {
    const [reserveIn, reserveOut, real] = direction === Direction.AToB ? [x, y, realY] : [y, x, realX];
    const traded = amountIn - (amountIn * FEE_PPM + 999_999n) / 1_000_000n;
    const amountOut = (reserveOut * traded) / (reserveIn + traded);
    if (amountOut === 0n || amountOut > real) throw new CoreError('QUOTE_LIQUIDITY_EXCEEDED', 'no');
    return { amountIn, amountOut };
  };
  return { core: { quote }, store: 1, clock: CLOCK };
}

function poolOf({ realX, realY }: Curve): PoolDescription {
  return {
    index: 0,
    ready: true,
    reserveA: realX,
    reserveB: realY,
    mintA: WRAPPED_SOL_MINT,
    mintB: TOKEN,
  } as PoolDescription;
}

const curve = fc
  .record({
    x: fc.bigInt({ min: 10n ** 10n, max: 10n ** 16n }),
    y: fc.bigInt({ min: 10n ** 10n, max: 10n ** 16n }),
    realShare: fc.bigInt({ min: 20n, max: 100n }),
  })
  .map(({ x, y, realShare }): Curve => ({ x, y, realX: (x * realShare) / 100n, realY: (y * realShare) / 100n }));
const relative = (value: bigint, wanted: bigint): number => Math.abs(Number(value) / Number(wanted) - 1);

describe('the price of a pool', () => {
  it('is that of its curve, whatever stands in its vaults, with the fees of both directions cancelled', () => {
    fc.assert(
      fc.property(curve, (pool) => {
        expect(relative(quotedPriceX64(quotesOf(pool), poolOf(pool)), (pool.y << 64n) / pool.x)).toBeLessThan(0.001);
      }),
    );
  });

  it('is unknown where a direction is refused', () => {
    const pool = { x: 10n ** 12n, y: 10n ** 12n, realX: 0n, realY: 10n ** 12n };
    expect(quotedPriceX64(quotesOf(pool), poolOf(pool))).toBe(0n);
  });
});

describe('the input of a move', () => {
  it('brings any curve to the price wanted, from any first guess', () => {
    const ppm = fc.integer({ min: 2_000, max: 60_000 }).map(BigInt);
    const guessShare = fc.bigInt({ min: 1n, max: 10n ** 6n });
    fc.assert(
      fc.property(curve, ppm, guessShare, fc.boolean(), (pool, move, share, isFalling) => {
        const fromX64 = (pool.y << 64n) / pool.x;
        const toX64 = isFalling
          ? (fromX64 * (1_000_000n - move)) / 1_000_000n
          : (fromX64 * (1_000_000n + move)) / 1_000_000n;
        const direction = isFalling ? Direction.AToB : Direction.BToA;
        const guess = (isFalling ? pool.x : pool.y) / share + 1n;
        const quotes = quotesOf(pool);
        const amountIn = inputToMove(quotes, poolOf(pool), { direction, fromX64, toX64, guess });
        const { amountOut } = quotes.core.quote(1, 0, direction, 0, amountIn, CLOCK);
        const traded = amountIn - (amountIn * FEE_PPM) / 1_000_000n;
        const [x, y] = isFalling ? [pool.x + traded, pool.y - amountOut] : [pool.x - amountOut, pool.y + traded];
        // A hundredth of the move at least, or a few parts in ten thousand of the price.
        expect(relative((y << 64n) / x, toX64)).toBeLessThan(0.0008);
      }),
    );
  });

  it('is half of what the pool takes where its range ends before', () => {
    const pool = { x: 10n ** 12n, y: 10n ** 12n, realX: 10n ** 10n, realY: 10n ** 9n };
    const quotes = quotesOf(pool);
    const [fromX64, toX64] = [1n << 64n, (1n << 64n) / 2n];
    const amountIn = inputToMove(quotes, poolOf(pool), { direction: Direction.AToB, fromX64, toX64, guess: 10n ** 9n });
    const { amountOut } = quotes.core.quote(1, 0, Direction.AToB, 0, amountIn, CLOCK);
    expect(relative(amountOut, pool.realY / 2n)).toBeLessThan(0.01);
  });
});

describe('the price of a base mint', () => {
  it('follows the quotes of the deepest pool against SOL, not what its vaults hold', () => {
    const priced = (x: bigint, realX: bigint) => {
      const pool = { x, y: 10n ** 12n, realX, realY: 10n ** 9n };
      return { pool: poolOf(pool), priceX64: quotedPriceX64(quotesOf(pool), poolOf(pool)) };
    };
    const mints = chooseBaseMints([priced(4n * 10n ** 12n, 10n ** 11n), priced(2n * 10n ** 12n, 10n ** 12n)], [TOKEN]);
    expect(mints.map(({ mint }) => mint)).toEqual([WRAPPED_SOL_MINT, TOKEN].map(addressText));
    const { lamportPriceNumerator, lamportPriceDenominator } = mints[1]!;
    expect(Number(lamportPriceNumerator) / Number(lamportPriceDenominator)).toBeCloseTo(0.5, 3);
  });
});
