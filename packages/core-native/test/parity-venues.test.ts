import { randomInt } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AccountRecord, encodeAccountBatch } from '../ts/account-batch.js';
import type { SwapOrder } from '../ts/core-api.js';
import type { StoreApi } from '../ts/fallback/search/store-api.js';
import { VENUE_STEMS } from '../ts/venue-programs.js';
import { FixtureStore, readFixturePools } from './fixture-store.js';
import { RandomStream } from './random-stream.js';
import { nativeStoreAbsence, storeBackends } from './store-backends.js';

// Both cores on the fixtures of every venue: the same quotes, moved states, instructions and refusals, on the accounts as they are
// and with bytes of them changed.

/** Printed with every failure; TANDEM_SEED repeats it. */
const seed = Number(process.env['TANDEM_SEED'] ?? randomInt(2 ** 31));
/** TANDEM_PARITY_FACTOR asks for more of both. */
const FACTOR = Number(process.env['TANDEM_PARITY_FACTOR'] ?? 1);
const ORDERS = 60 * FACTOR;
const MUTATIONS = 12 * FACTOR;
const VENUES = readdirSync(join(import.meta.dirname, '../../../fixtures'));

/** Orders of every size, some of which stop at a price; the clock moves on. */
function randomOrders(random: RandomStream, count: number): SwapOrder[] {
  const start = 1_789_999_000n + BigInt(random.below(2_000));
  return Array.from({ length: count }, (_, step) => {
    const clock = {
      slot: 400_000_000n + BigInt(random.below(2_000)),
      epoch: random.pick([0n, 925n, 926n, 2_000n]),
      unixTimestamp: start + BigInt(step * random.below(100)),
    };
    const hasLimit = random.below(6) === 0;
    return {
      direction: random.pick([0, 1] as const),
      mode: random.pick([0, 0, 0, 1, 1, 2] as const),
      amount: random.magnitude(),
      sqrtPriceLimit: hasLimit ? (1n << 64n) + (random.u64() >> BigInt(1 + random.below(40))) : 0n,
      instructions: random.below(8) === 0 ? 1 : 0,
      clock,
    };
  });
}

/** Returns everything that one core says of a pool, in the order of the questions. */
function answers(fixture: FixtureStore, orders: readonly SwapOrder[]): readonly unknown[] {
  return [
    fixture.describe(),
    fixture.watched(),
    orders.map((order) => fixture.quote(order)),
    fixture.sequence(orders),
    fixture.batch(orders),
    orders.slice(0, 12).map((order) => fixture.instruction(order)),
  ];
}

/** Changes a few bytes, cuts an account off, or gives it to another program. */
function mutate(accounts: readonly AccountRecord[], random: RandomStream): AccountRecord {
  const account = random.pick(accounts);
  const data = account.data.slice();
  for (let change = random.below(4); change >= 0; change--) {
    const at = random.below(Math.max(1, data.length));
    data[at] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)]);
  }
  const kind = random.below(12);
  if (kind === 0) return { ...account, slot: 2n, data: data.slice(0, random.below(data.length + 1)) };
  if (kind === 1) return { ...account, slot: 2n, owner: new Uint8Array(32).fill(random.below(3)), data };
  if (kind === 2) return { ...account, slot: 2n, owner: new Uint8Array(32), data: new Uint8Array() };
  return { ...account, slot: 2n, data };
}

function compare(venue: string, ask: (api: StoreApi, random: RandomStream) => unknown): void {
  const [typescript, native] = storeBackends.map(([, api]) => ask(api, new RandomStream(seed)));
  expect(native, `${venue}, TANDEM_SEED=${seed}`).toEqual(typescript);
}

describe.skipIf(nativeStoreAbsence !== '')(
  `both cores on every fixture${nativeStoreAbsence === '' ? '' : ` (no addon: ${nativeStoreAbsence})`}`,
  () => {
    it.each(VENUES)('answer alike on the pools of %s', (venue) => {
      for (const pool of readFixturePools(venue)) {
        compare(`${venue} ${pool.name}`, (api, random) => {
          const fixture = new FixtureStore(api, pool.accounts);
          return answers(fixture, randomOrders(random, ORDERS));
        });
      }
    });

    it.each(VENUES)('answer alike on the pools of %s with bytes changed', (venue) => {
      for (const pool of readFixturePools(venue)) {
        compare(`${venue} ${pool.name}`, (api, random) =>
          Array.from({ length: MUTATIONS }, () => {
            const fixture = new FixtureStore(api, pool.accounts);
            const report = api.applyAccounts(fixture.store, encodeAccountBatch([mutate(pool.accounts, random)]));
            fixture.settle();
            return [report, ...answers(fixture, randomOrders(random, 6))];
          }),
        );
      }
    });
  },
);

it('has a fixture of every venue', () => {
  expect(VENUES.toSorted()).toEqual([...VENUE_STEMS].toSorted());
});
