import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type ChainClock, Direction, SwapMode } from '../../../ts/core-api.js';
import type { Pool, SwapInstruction } from '../../../ts/fallback/pools/pool.js';
import { VENUE_STEMS } from '../../../ts/venue-programs.js';
import { bytesOf, openPool, readFixture } from './fixture-pools.js';

interface VenueVector {
  readonly name: string;
  readonly input: {
    readonly pool: string;
    readonly direction: string;
    readonly mode: string;
    readonly amount: string;
    readonly slot: string;
    readonly epoch: string;
    readonly unixTimestamp: string;
    readonly limit?: string;
    readonly user?: Readonly<Record<'owner' | 'source' | 'destination', string>>;
  };
  readonly expected: {
    readonly amountIn?: string;
    readonly amountOut?: string;
    readonly refused?: number | string;
    readonly instruction?: { readonly data: string; readonly accounts: readonly string[] };
  };
}

function readVectors(venue: string): readonly VenueVector[] {
  const path = join(import.meta.dirname, '../../../vectors/venues', `${venue}.json`);
  return JSON.parse(readFileSync(path, 'utf8')) as readonly VenueVector[];
}

const directionOf = ({ input }: VenueVector): Direction =>
  input.direction === 'aToB' ? Direction.AToB : Direction.BToA;
const MODES: Readonly<Record<string, SwapMode>> = {
  exactIn: SwapMode.ExactIn,
  exactOut: SwapMode.ExactOut,
  partialFill: SwapMode.PartialFill,
};
const modeOf = ({ input }: VenueVector): SwapMode => MODES[input.mode] ?? SwapMode.ExactIn;

function outcome(pool: Pool, vector: VenueVector): unknown {
  const { input } = vector;
  const clock: ChainClock = {
    slot: BigInt(input.slot),
    epoch: BigInt(input.epoch),
    unixTimestamp: BigInt(input.unixTimestamp),
  };
  try {
    const quote = pool.quote(directionOf(vector), modeOf(vector), BigInt(input.amount), clock);
    return { amountIn: String(quote.amountIn), amountOut: String(quote.amountOut) };
  } catch (error) {
    expect((error as { code?: string }).code).toMatch(/^QUOTE_/);
    return 'refused';
  }
}

function textOf({ data, accounts }: SwapInstruction): unknown {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  return {
    data: hex(data),
    accounts: accounts.map(
      ({ address, isSigner, isWritable }) => `${hex(address)} ${isSigner ? 's' : '-'}${isWritable ? 'w' : '-'}`,
    ),
  };
}

it.each(VENUE_STEMS)('quotes and instructs what the program of %s executed', (venue) => {
  const vectors = readVectors(venue);
  const pools = new Map<string, Pool>();
  let instructions = 0;
  for (const vector of vectors) {
    const { input, expected } = vector;
    const pool = pools.get(input.pool) ?? openPool(readFixture(venue, input.pool));
    pools.set(input.pool, pool);
    const { amountIn, amountOut } = expected;
    // A fixed input that the program does not spend whole is none for a quote.
    const isWhole = input.mode !== 'exactIn' || amountIn === input.amount;
    expect(outcome(pool, vector), vector.name).toEqual(
      expected.refused === undefined && isWhole ? { amountIn, amountOut } : 'refused',
    );
    if (expected.instruction === undefined || input.user === undefined) continue;
    instructions += 1;
    const instruction = pool.swapInstruction({
      direction: directionOf(vector),
      mode: modeOf(vector),
      amount: BigInt(input.amount),
      limit: BigInt(input.limit ?? ''),
      owner: bytesOf(input.user.owner),
      source: bytesOf(input.user.source),
      destination: bytesOf(input.user.destination),
    });
    expect(textOf(instruction), vector.name).toEqual(expected.instruction);
  }
  expect(vectors.length).toBeGreaterThan(300);
  expect(instructions).toBeGreaterThanOrEqual(40);
});
