import type { CoreApi, CostModel, SearchRequest } from '../../core-api.js';
import { encodeInstructions } from '../../packed-instructions.js';
import {
  requireAddress,
  requireClock,
  requireDirection,
  requireMode,
  requireOrder,
  requireU32,
  requireU64,
} from './arguments.js';
import { findCandidates } from './candidate-search.js';
import { RouteCosts } from './profit.js';
import { StoreRegistry } from './store-registry.js';

/** The part of the contract that works on pool stores. */
export type StoreApi = Pick<
  CoreApi,
  | 'createStore'
  | 'dropStore'
  | 'addPools'
  | 'applyAccounts'
  | 'watchedAccounts'
  | 'exportAccounts'
  | 'poolCount'
  | 'findPool'
  | 'describePools'
  | 'quote'
  | 'quoteSequence'
  | 'quoteBatch'
  | 'findCandidates'
  | 'profit'
  | 'swapInstructions'
>;

/** Returns the store, quote and search part of the TypeScript backend; its stores belong to the calling thread. */
export function createStoreApi(): StoreApi {
  const stores = new StoreRegistry();
  return {
    createStore: () => stores.create(),
    dropStore: (store) => stores.drop(store),
    addPools: (store, accounts) => stores.find(store).addPools(accounts),
    applyAccounts: (store, accounts) => stores.find(store).applyAccounts(accounts),
    watchedAccounts: (store, pools) => stores.find(store).watchedAccounts(pools),
    exportAccounts: (store) => stores.find(store).exportAccounts(),
    poolCount: (store) => stores.find(store).poolCount,
    findPool(store, address) {
      requireAddress(address, 'address');
      return stores.find(store).findPool(address) ?? -1;
    },
    describePools(store, pools) {
      const held = stores.find(store);
      return Array.from(pools, (pool) => held.describe(pool));
    },
    quote(store, pool, direction, mode, amount, clock) {
      requireDirection(direction);
      requireMode(mode);
      requireU64(amount, 'amount');
      requireClock(clock);
      return stores.find(store).quote(pool, direction, mode, amount, clock);
    },
    quoteSequence(store, pool, orders) {
      for (const order of orders) requireOrder(order);
      return stores.find(store).quoteSequence(pool, orders);
    },
    quoteBatch(store, batch, clock, out, codes) {
      requireClock(clock);
      return stores.find(store).quoteBatch(batch, clock, out, codes);
    },
    findCandidates(store, request) {
      requireSearch(request);
      return findCandidates(stores.find(store), request);
    },
    profit({ amountIn, amountOut, routeComputeUnits, costs, lamportPriceNumerator, lamportPriceDenominator }) {
      requireU64(lamportPriceNumerator, 'lamportPriceNumerator');
      requireU64(lamportPriceDenominator, 'lamportPriceDenominator');
      requireU32(routeComputeUnits, 'routeComputeUnits');
      requireU64(amountIn, 'amountIn');
      requireU64(amountOut, 'amountOut');
      requireCosts(costs);
      const price = { numerator: lamportPriceNumerator, denominator: lamportPriceDenominator };
      return new RouteCosts(costs, price, routeComputeUnits).profit(amountIn, amountOut);
    },
    swapInstructions(store, owner, legs) {
      requireAddress(owner, 'owner');
      for (const leg of legs) {
        requireDirection(leg.direction);
        requireMode(leg.mode);
        requireU64(leg.amount, 'amount');
        requireU64(leg.limit, 'limit');
        requireAddress(leg.sourceAccount, 'sourceAccount');
        requireAddress(leg.destinationAccount, 'destinationAccount');
      }
      const held = stores.find(store);
      return encodeInstructions(
        legs.map(({ pool, direction, mode, amount, limit, sourceAccount: source, destinationAccount: destination }) =>
          held.swapInstruction(pool, { direction, mode, amount, limit, owner, source, destination }),
        ),
      );
    },
  };
}

/** @throws CORE_ARGUMENT_INVALID */
function requireSearch(request: SearchRequest): void {
  for (const base of request.baseMints) {
    requireAddress(base.mint, 'mint');
    requireU64(base.maxAmountIn, 'maxAmountIn');
    requireU64(base.minNetProfit, 'minNetProfit');
    requireU64(base.lamportPriceNumerator, 'lamportPriceNumerator');
    requireU64(base.lamportPriceDenominator, 'lamportPriceDenominator');
  }
  requireClock(request.clock);
  requireCosts(request.costs);
  requireU64(request.oldestSlot, 'oldestSlot');
  requireU32(request.maxCandidates, 'maxCandidates');
}

/** @throws CORE_ARGUMENT_INVALID */
function requireCosts(costs: CostModel): void {
  requireU64(costs.baseFeeLamports, 'baseFeeLamports');
  requireU64(costs.computeUnitPriceMicroLamports, 'computeUnitPriceMicroLamports');
  requireU32(costs.overheadComputeUnits, 'overheadComputeUnits');
  requireU32(costs.computeUnitMarginBps, 'computeUnitMarginBps');
  requireU64(costs.tipLamports, 'tipLamports');
  requireU32(costs.tipShareBps, 'tipShareBps');
  requireU64(costs.maxTipLamports, 'maxTipLamports');
  requireU64(costs.rentLamports, 'rentLamports');
}
