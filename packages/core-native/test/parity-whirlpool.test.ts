import { randomInt } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AccountRecord, encodeAccountBatch } from '../ts/account-batch.js';
import { type ChainClock, type Direction, SwapMode, type SwapOrder } from '../ts/core-api.js';
import { sameBytes } from '../ts/fallback/pools/account-reader.js';
import type { StoreApi } from '../ts/fallback/search/store-api.js';
import { readFixture } from './fallback/pools/fixture-pools.js';
import { RandomStream } from './random-stream.js';
import { nativeStoreAbsence, storeBackends } from './store-backends.js';

const ROUNDS = 400;
const CLOCK: ChainClock = { slot: 9n, epoch: 925n, unixTimestamp: 1_790_000_000n };
const NAMES = readdirSync(join(import.meta.dirname, '../../../fixtures/orca_whirlpool'));

/** Printed with every failure; TANDEM_SEED repeats it. */
const seed = Number(process.env['TANDEM_SEED'] ?? randomInt(2 ** 31));

const random = new RandomStream(seed);
const below = (limit: number): number => random.below(limit);
const magnitude = (): bigint => random.magnitude();

/** Fields that a swap reads, in the pool, the oracle and the first ticks of a fixed array: offset and bytes. */
const FIELDS: Readonly<Record<number, readonly (readonly [offset: number, bytes: number])[]>> = {
  653: [
    [45, 2],
    [49, 16],
    [65, 8],
    [261, 8],
  ],
  254: [
    [48, 2],
    [52, 2],
    [54, 4],
    [58, 4],
    [62, 2],
    [90, 8],
    [98, 4],
    [102, 4],
    [106, 4],
  ],
  9988: Array.from({ length: 88 }, (_, i) => [12 + 113 * i, 17] as const),
};

/** Some accounts as they are, some with a field or a byte changed, a few cut off or missing. */
function bend(account: AccountRecord): AccountRecord | undefined {
  if (below(60) === 0) return undefined;
  const data = Uint8Array.from(account.data);
  const fields = FIELDS[data.length] ?? [];
  for (let changes = below(3); changes > 0; changes--) {
    const [offset, bytes] = fields[below(fields.length || 1)] ?? [below(data.length), 1];
    const value = (magnitude() << 64n) | random.u64();
    const wide = bytes === 17 || bytes === 16 ? value >> BigInt(below(128)) : magnitude();
    for (let i = bytes === 17 ? 1 : 0; i < bytes; i++) data[offset + i] = Number((wide >> BigInt(8 * i)) & 255n);
    if (bytes === 17) data[offset] = below(8) === 0 ? below(3) : 1;
  }
  if (below(40) === 0) data[below(data.length)] = below(256);
  return { ...account, data: below(80) === 0 ? data.slice(0, below(data.length)) : data };
}

/** What a call returns, or the code that it is refused with: bytes that were refused disable the pool. */
function codeOr<T>(call: () => T): T | string {
  try {
    return call();
  } catch (thrown) {
    return (thrown as { code: string }).code;
  }
}

/** What a backend says of the pool, everything that it can be asked. */
function answers(api: StoreApi, accounts: readonly AccountRecord[], orders: readonly SwapOrder[]): unknown {
  const store = api.createStore();
  const added = api.addPools(store, encodeAccountBatch(accounts.slice(0, 1)));
  if (added.refusals.length > 0) {
    api.dropStore(store);
    return added.refusals.map(({ code }) => code);
  }
  const applied: unknown[] = [];
  for (let rounds = 0; rounds < 2; rounds++) {
    const packed = api.watchedAccounts(store, Uint32Array.of(0));
    const watched = Array.from({ length: packed.length / 32 }, (_, i) => packed.slice(32 * i, 32 * i + 32));
    const records = watched.map(
      (address) =>
        accounts.find((account) => sameBytes(account.address, address)) ?? {
          address,
          owner: new Uint8Array(32),
          data: new Uint8Array(),
          slot: 9n,
        },
    );
    const { rewatched, refusals } = api.applyAccounts(store, encodeAccountBatch(records));
    applied.push(
      packed,
      rewatched,
      refusals.map(({ address, code }) => [address, code]),
    );
  }
  const owner = new Uint8Array(32).fill(7);
  const legs = orders.map(({ direction, mode, amount }) => ({
    pool: 0,
    direction,
    mode: mode === SwapMode.ExactOut ? mode : SwapMode.ExactIn,
    amount,
    limit: 1n,
    sourceAccount: owner,
    destinationAccount: owner,
  }));
  const report = {
    applied,
    facts: api.describePools(store, Uint32Array.of(0)),
    single: orders.map((order) => codeOr(() => api.quoteSequence(store, 0, [order]))),
    row: codeOr(() => api.quoteSequence(store, 0, orders)),
    instructions: api.swapInstructions(store, owner, legs),
  };
  api.dropStore(store);
  return report;
}

describe.skipIf(nativeStoreAbsence !== '')(`Whirlpools on both backends (seed ${seed})`, () => {
  it(`answer alike on ${ROUNDS} bent pools: watched accounts, refusals, quotes, swaps in a row and instructions`, () => {
    let quoted = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const name = NAMES[below(NAMES.length)] ?? '';
      const records = readFixture('orca_whirlpool', name).map((account) => ({ ...account, slot: 9n }));
      const isBent = below(4) !== 0;
      const accounts = isBent ? records.map(bend).filter((account) => account !== undefined) : records;
      const orders = Array.from({ length: 6 }, (): SwapOrder => {
        const limit = below(4) === 0 ? { sqrtPriceLimit: (random.u64() << 32n) >> BigInt(below(64)) } : {};
        const seconds = BigInt(below(3) === 0 ? below(10_000) - 5_000 : 0);
        const clock = { ...CLOCK, unixTimestamp: CLOCK.unixTimestamp + seconds };
        return {
          direction: below(2) as Direction,
          mode: below(9) === 0 ? 2 : (below(2) as SwapMode),
          amount: magnitude() >> 20n,
          clock,
          ...limit,
        };
      });
      if (accounts.length === 0) continue;
      const [typescript, native] = storeBackends.map(([, api]) => answers(api, accounts, orders));
      expect(native, `${name}, round ${round}, seed ${seed}`).toEqual(typescript);
      quoted += JSON.stringify(typescript, (_, value: unknown) => (typeof value === 'bigint' ? 0 : value)).includes(
        '"amountIn"',
      )
        ? 1
        : 0;
    }
    expect(quoted).toBeGreaterThan(ROUNDS / 4);
  }, 120_000);
});
