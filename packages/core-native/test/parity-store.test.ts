import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeAccountBatch } from '../ts/account-batch.js';
import type { ChainClock, Direction, QuoteBatch, SwapMode } from '../ts/core-api.js';
import type { StoreApi } from '../ts/fallback/search/store-api.js';
import { addressOf, ownAccount, poolAccounts, type PoolSketch } from './pool-accounts.js';
import {
  anyAmount,
  randomPools,
  randomProfit,
  randomSearch,
  type RandomUpdate,
  randomUpdates,
  updatedAccount,
} from './random-pools.js';
import { nativeStoreAbsence, storeBackends } from './store-backends.js';

/** Seed of this run's random tests, printed so that a failure can be repeated with TANDEM_TEST_SEED. */
const seed = Number(process.env['TANDEM_TEST_SEED'] ?? Date.now() % 2 ** 31);
console.log(`random store tests use TANDEM_TEST_SEED=${seed}`);

const RUNS = 400;
const PROFIT_RUNS = 3_000;
const REQUIRED_COMPARISONS = 20_000;

interface RandomLeg {
  readonly pool: number;
  readonly direction: Direction;
  readonly mode: SwapMode;
  readonly amount: bigint;
}

const randomLegs: fc.Arbitrary<RandomLeg[]> = fc.array(
  fc.record({
    pool: fc.nat({ max: 5 }),
    direction: fc.constantFrom(0 as const, 1 as const),
    mode: fc.constantFrom(0 as const, 0 as const, 1 as const),
    amount: anyAmount,
  }),
  { minLength: 20, maxLength: 40 },
);

/** What a call gave, or the code and text it was refused with. */
function outcomeOf(call: () => unknown): unknown {
  try {
    return { gave: call() };
  } catch (thrown) {
    const { code, message } = thrown as { code?: unknown; message?: unknown };
    return { code, message };
  }
}

function quoteAll(api: StoreApi, store: number, batch: QuoteBatch, clock: ChainClock) {
  const [out, codes] = [new BigUint64Array(batch.pools.length), new Uint8Array(batch.pools.length)];
  return { given: api.quoteBatch(store, batch, clock, out, codes), out, codes };
}

/** Holds the backends to each other, call by call, and counts what was compared. */
class Comparison {
  compared = 0;
  readonly given: Record<string, number> = {};
  readonly #backends = storeBackends.map(([, api]) => ({ api, store: api.createStore() }));

  /** Calls every backend and expects one outcome; `weight` is the number of values it holds. */
  same(what: string, call: (api: StoreApi, store: number) => unknown, weight = 1): unknown {
    const [first, ...others] = this.#backends.map(({ api, store }) => outcomeOf(() => call(api, store)));
    for (const other of others) {
      expect(other, what).toEqual(first);
      this.compared += weight;
    }
    return (first as { gave?: unknown }).gave;
  }

  drop(): void {
    for (const { api, store } of this.#backends) api.dropStore(store);
  }
}

interface Scenario {
  readonly pools: PoolSketch[];
  readonly updates: RandomUpdate[];
  readonly legs: RandomLeg[];
  readonly search: Parameters<StoreApi['findCandidates']>[1];
}

function compareScenario(
  both: Comparison,
  { pools, updates, legs, search }: Scenario,
): { quotes: number; found: number } {
  // Owners, vaults and unknown accounts among the pools: the others are refused.
  const all = encodeAccountBatch(pools.flatMap(poolAccounts));
  both.same('addPools', (api, store) => api.addPools(store, all));
  const early = updates.slice(0, updates.length / 3).map((update) => updatedAccount(pools, update));
  both.same('apply before the accounts', (api, store) => api.applyAccounts(store, encodeAccountBatch(early)));
  both.same('apply the accounts', (api, store) => api.applyAccounts(store, all));
  let touched = new Uint32Array(0);
  for (const update of updates.slice(updates.length / 3)) {
    const batch = encodeAccountBatch([updatedAccount(pools, update), updatedAccount(pools, { ...update, slot: 3n })]);
    const report = both.same('apply an update', (api, store) => api.applyAccounts(store, batch));
    touched = (report as { touched: Uint32Array<ArrayBuffer> }).touched;
  }
  both.same('add the pools again', (api, store) => api.addPools(store, encodeAccountBatch(pools.map(ownAccount))));
  both.same('a cut batch', (api, store) => api.applyAccounts(store, all.subarray(0, all.length - 1)));
  const everyPool = Uint32Array.from(pools.keys());
  both.same('describePools', (api, store) => api.describePools(store, everyPool), pools.length);
  both.same('watchedAccounts', (api, store) => api.watchedAccounts(store, everyPool));
  const given = both.same(
    'quoteBatch',
    (api, store) => {
      const known = legs.map((leg) => ({ ...leg, pool: leg.pool % pools.length }));
      const batch: QuoteBatch = {
        pools: Uint32Array.from(known, (leg) => leg.pool),
        directions: Uint8Array.from(known, (leg) => leg.direction),
        modes: Uint8Array.from(known, (leg) => leg.mode),
        amounts: BigUint64Array.from(known, (leg) => leg.amount),
      };
      return quoteAll(api, store, batch, search.clock);
    },
    legs.length,
  );
  for (const { pool, direction, mode, amount } of legs.slice(0, 10)) {
    both.same('quote', (api, store) => api.quote(store, pool, direction, mode, amount, search.clock));
  }
  const found = both.same('findCandidates', (api, store) => api.findCandidates(store, search));
  both.same('findCandidates of touched pools', (api, store) => api.findCandidates(store, { ...search, touched }));
  const accounts = { sourceAccount: addressOf('source'), destinationAccount: addressOf('destination') };
  const swaps = legs.slice(0, 3).map((leg) => ({ ...leg, ...accounts, limit: leg.amount >> 1n }));
  both.same('swapInstructions', (api, store) => api.swapInstructions(store, addressOf('owner'), swaps));
  both.same('exportAccounts', (api, store) => api.exportAccounts(store));
  return {
    quotes: (given as { given: number }).given,
    found: Array.isArray(found) ? found.length : 0,
  };
}

describe('the native core and the TypeScript core', () => {
  if (nativeStoreAbsence !== '') {
    it.skip(`give the same answers, but the native core cannot be loaded: ${nativeStoreAbsence}`);
    return;
  }

  it(`give the same answers and the same refusals in at least ${REQUIRED_COMPARISONS} comparisons`, () => {
    let [compared, quotes, found] = [0, 0, 0];
    const scenario = fc.record({ pools: randomPools, updates: randomUpdates, legs: randomLegs, search: randomSearch });
    const property = fc.property(scenario, (drawn) => {
      const both = new Comparison();
      const counts = compareScenario(both, drawn);
      both.drop();
      compared += both.compared;
      quotes += counts.quotes;
      found += counts.found;
    });
    fc.assert(property, { numRuns: RUNS, seed });
    console.log(`compared ${compared} results: ${quotes} quotes given, ${found} candidates found`);
    expect(compared).toBeGreaterThanOrEqual(REQUIRED_COMPARISONS);
    // A generator that drifts into pools that give nothing would prove little.
    expect(quotes).toBeGreaterThan(2_000);
    expect(found).toBeGreaterThan(50);
  });

  it(`reckon ${PROFIT_RUNS} profits alike`, () => {
    let given = 0;
    const both = new Comparison();
    const property = fc.property(randomProfit, (request) => {
      if (both.same('profit', (api) => api.profit(request)) !== undefined) given++;
    });
    fc.assert(property, { numRuns: PROFIT_RUNS, seed });
    both.drop();
    expect(given).toBeGreaterThan(PROFIT_RUNS / 10);
  });
});
