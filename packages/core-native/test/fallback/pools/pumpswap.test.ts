import { describe, expect, it } from 'vitest';
import { type ChainClock, Direction, InstructionSet, SwapMode } from '../../../ts/core-api.js';
import { findProgramAddress } from '../../../ts/fallback/math/program-address.js';
import type { AccountView, Pool } from '../../../ts/fallback/pools/pool.js';
import {
  EVENT_AUTHORITY,
  FEE_CONFIG,
  FEE_PROGRAM,
  GLOBAL_CONFIG,
  isSolLike,
} from '../../../ts/fallback/pools/venues/pumpswap/addresses.js';
import { PUMPSWAP_PROGRAM } from '../../../ts/fallback/pools/venues/pumpswap/layout.js';
import { TOKEN_2022_PROGRAM } from '../../../ts/fallback/pools/token-account.js';
import { openPool, readFixture } from './fixture-pools.js';

const CLOCK: ChainClock = { slot: 440_000_000n, epoch: 1_018n, unixTimestamp: 1_790_000_000n };
const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));
const find = (seeds: readonly Uint8Array[], program: Uint8Array): Uint8Array | undefined =>
  findProgramAddress(seeds, program)?.address;

const saleOf = (amount: bigint, instructions: InstructionSet) => ({
  direction: Direction.AToB,
  mode: SwapMode.ExactIn,
  amount,
  instructions,
  clock: CLOCK,
});
const refusalOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return (error as { code?: string }).code;
  }
};
const open = (name: string): Pool => openPool(readFixture('pumpswap', name));

describe('the addresses of PumpSwap', () => {
  it('are those that follow from their seeds', () => {
    expect(find([ascii('global_config')], PUMPSWAP_PROGRAM)).toEqual(GLOBAL_CONFIG);
    expect(find([ascii('fee_config'), PUMPSWAP_PROGRAM], FEE_PROGRAM)).toEqual(FEE_CONFIG);
    expect(find([ascii('__event_authority')], PUMPSWAP_PROGRAM)).toEqual(EVENT_AUTHORITY);
    // Token-2022's native mint is itself derived from its program.
    expect(isSolLike(find([ascii('native-mint')], TOKEN_2022_PROGRAM) ?? new Uint8Array())).toBe(true);
  });
});

describe('a PumpSwap pool', () => {
  it('sells a cashback coin by the older instructions alone', () => {
    const pool = open('cashback');
    expect(refusalOf(() => pool.swap(saleOf(1_000_000n, InstructionSet.Current)))).toBe('QUOTE_FEATURE_UNSUPPORTED');
    const plain = open('coin-in-the-second-tier').quote(Direction.AToB, SwapMode.ExactIn, 1_000_000n, CLOCK);
    expect(pool.swap(saleOf(1_000_000n, InstructionSet.Legacy))).toEqual(plain);
  });

  it('refuses the older instructions where the creator gets nothing', () => {
    const pool = open('coin-in-the-second-tier');
    expect(pool.quote(Direction.AToB, SwapMode.ExactIn, 4n, CLOCK)).toEqual({ amountIn: 4n, amountOut: 0n });
    expect(refusalOf(() => pool.swap(saleOf(4n, InstructionSet.Legacy)))).toBe('QUOTE_FEATURE_UNSUPPORTED');
  });

  it('prices and pays out alike after a swap whether its fees wait in the vault or left it', () => {
    const after = [InstructionSet.Current, InstructionSet.Legacy].map((instructions) => {
      const pool = open('boosted');
      pool.swap(saleOf(20_000_000_000_000n, instructions));
      return { reserves: pool.reserves(), bounds: pool.bounds(Direction.AToB, CLOCK) };
    });
    expect(after[0]).toEqual(after[1]);
  });

  it('leaves the pool it was cloned from alone', () => {
    const pool = open('waiting-fees');
    const before = pool.reserves();
    const copy = pool.clone();
    copy.swap(saleOf(1_000_000_000n, InstructionSet.Current));
    expect(copy.reserves()).not.toEqual(before);
    expect(pool.reserves()).toEqual(before);
  });

  it('refuses every account it needs when that is absent, cut or bent, and keeps what it had', () => {
    const accounts = readFixture('pumpswap', 'coin-in-the-second-tier');
    const pool = openPool(accounts);
    const quote = () => pool.quote(Direction.BToA, SwapMode.ExactIn, 1_000_000n, CLOCK);
    const before = quote();
    for (const account of accounts) {
      const { data } = account;
      const cuts = [0, 7, 40, 80, 164, 210].filter((length) => length < data.length);
      const bent: AccountView[] = [
        { ...account, owner: new Uint8Array(32), data: new Uint8Array() },
        { ...account, owner: new Uint8Array(32).fill(9) },
        ...cuts.map((length) => ({ ...account, data: data.slice(0, length) })),
      ];
      for (const view of bent)
        expect(
          refusalOf(() => pool.apply(view)),
          `${data.length} ${view.data.length}`,
        ).toMatch(/^POOL_ACCOUNT_/);
      expect(quote()).toEqual(before);
    }
  });
});
