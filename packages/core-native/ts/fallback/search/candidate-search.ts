import {
  type BaseMint,
  type Candidate,
  type CostModel,
  type PoolIndex,
  type Profit,
  type SearchRequest,
  SwapMode,
} from '../../core-api.js';
import type { Pool, SwapBounds } from '../pools/pool.js';
import { addressKey } from './account-table.js';
import { type Cycle, CycleFinder } from './cycle-finder.js';
import { poolNotFound } from './error.js';
import type { PoolStore } from './pool-store.js';
import { fitsTransaction, type LamportPrice, lamportsDown, RouteCosts } from './profit.js';
import { type Leg, type SizedCycle, SizeOptimizer } from './size-optimizer.js';
import type { Edge } from './token-graph.js';

/** One, as the product of two Q64.64 rates. */
const ONE_X128 = 1n << 128n;

/** Halvings of a size that is too large for a transaction before the cycle is given up. */
const MOST_SIZINGS = 12;

/** A candidate with what it is ranked by: net profit in lamports, rounded down. */
interface Ranked {
  readonly candidate: Candidate;
  readonly netLamports: bigint;
}

/**
 * Returns the best candidates: largest net profit in lamports first, then by the pools of the first and the second leg, then
 * by base mint. Pools that are not ready, are too old or give no quote at this clock are left out, as are cycles whose costs
 * do not fit 64 bits.
 *
 * @throws STORE_POOL_NOT_FOUND for an unknown touched pool; PROFIT_* for costs that are impossible whatever the route
 */
export function findCandidates(store: PoolStore, request: SearchRequest): Candidate[] {
  const touched = touchedPools(store, request.touched);
  const finder = new CycleFinder(store.graph, (pool) => {
    if (store.slot(pool) < request.oldestSlot) return false;
    const ready = store.readyPool(pool);
    return ready !== undefined && ready.disabled(request.clock) === undefined;
  });
  const found: Ranked[] = [];
  for (const [baseMintIndex, base] of request.baseMints.entries()) {
    // Says now what is wrong with the costs, even where there is no cycle.
    void new RouteCosts(request.costs, priceOf(base), 0);
    const mint = store.graph.findMint(addressKey(base.mint));
    if (mint === undefined) continue;
    finder.visit(mint, touched, (cycle) => {
      const ranked = evaluate(store, request, baseMintIndex, cycle);
      if (ranked !== undefined) found.push(ranked);
    });
  }
  return found
    .sort(compareRanked)
    .slice(0, request.maxCandidates)
    .map(({ candidate }) => candidate);
}

/** Returns the touched pools ascending, each once. */
function touchedPools(store: PoolStore, touched: Uint32Array | undefined): PoolIndex[] {
  if (touched === undefined) return Array.from({ length: store.poolCount }, (_, pool) => pool);
  const pools = [...new Set(touched)].sort((left, right) => left - right);
  if ((pools.at(-1) ?? -1) >= store.poolCount) throw poolNotFound();
  return pools;
}

function evaluate(store: PoolStore, request: SearchRequest, baseMintIndex: number, cycle: Cycle): Ranked | undefined {
  const base = request.baseMints[baseMintIndex];
  const [firstPool, secondPool] = [store.readyPool(cycle.first.pool), store.readyPool(cycle.second.pool)];
  if (base === undefined || firstPool === undefined || secondPool === undefined) return undefined;
  const costs = routeCosts(request, base, firstPool.computeUnits() + secondPool.computeUnits());
  if (costs === undefined) return undefined;
  const { clock } = request;
  if (!canGain(firstPool.bounds(cycle.first.direction, clock), secondPool.bounds(cycle.second.direction, clock)))
    return undefined;
  const legOf = (pool: Pool, { direction }: Edge): RoutedLeg => ({
    tryQuote: (mode, amount) => pool.tryQuote(direction, mode, amount, clock),
    priceMayRecover: pool.priceMayRecover(),
    computeUnits: (amount) => pool.swapComputeUnits(direction, SwapMode.ExactIn, amount, clock),
  });
  const legs = [legOf(firstPool, cycle.first), legOf(secondPool, cycle.second)] as const;
  const sized = findSize(legs, base.maxAmountIn, costs, request.costs);
  if (sized === undefined) return undefined;
  const { amountIn, middle, amountOut, units } = sized;
  const [firstUnits, secondUnits] = units;
  const profit = findProfit(routeCosts(request, base, firstUnits + secondUnits), amountIn, amountOut);
  if (profit === undefined || profit.net <= 0n || profit.net < base.minNetProfit) return undefined;
  const netLamports = lamportsDown(profit.net, priceOf(base));
  if (netLamports === undefined) return undefined;
  const [firstSlot, secondSlot] = [store.slot(cycle.first.pool), store.slot(cycle.second.pool)];
  const leg = ({ pool, direction }: Edge, paid: bigint, received: bigint, computeUnits: number) => ({
    pool,
    direction,
    amountIn: paid,
    amountOut: received,
    computeUnits,
  });
  const candidate: Candidate = {
    baseMintIndex,
    legs: [leg(cycle.first, amountIn, middle, firstUnits), leg(cycle.second, middle, amountOut, secondUnits)],
    profit,
    oldestSlot: firstSlot < secondSlot ? firstSlot : secondSlot,
  };
  return { candidate, netLamports };
}

/** One leg of a cycle: what sizes it, and what a size costs. */
interface RoutedLeg extends Leg {
  readonly computeUnits: (amountIn: bigint) => number;
}

/**
 * Returns the best size that one transaction can hold, with the compute units of its legs. With the size it is known which price
 * ranges the swaps cross; where they are too many, half of it crosses fewer.
 */
function findSize(
  [first, second]: readonly [RoutedLeg, RoutedLeg],
  maxAmountIn: bigint,
  costs: RouteCosts,
  model: CostModel,
): (SizedCycle & { readonly units: readonly [number, number] }) | undefined {
  let largest = maxAmountIn;
  for (let sizing = 0; sizing < MOST_SIZINGS; sizing++) {
    const sized = new SizeOptimizer({ first, second, maxAmountIn: largest, costs }).best();
    if (sized === undefined) return undefined;
    const units = [first.computeUnits(sized.amountIn), second.computeUnits(sized.middle)] as const;
    if (fitsTransaction(units[0] + units[1], model)) return { ...sized, units };
    largest = sized.amountIn >> 1n;
  }
  return undefined;
}

/** Returns whether two marginal rates multiply to more than one: every quote stays below its rate. */
function canGain(first: SwapBounds | undefined, second: SwapBounds | undefined): boolean {
  return first !== undefined && second !== undefined && first.rateX64 * second.rateX64 > ONE_X128;
}

function findProfit(costs: RouteCosts | undefined, amountIn: bigint, amountOut: bigint): Profit | undefined {
  try {
    return costs?.profit(amountIn, amountOut);
  } catch {
    return undefined;
  }
}

/** Returns the costs of a route, or undefined when they do not fit 64 bits; all else was refused before. */
function routeCosts(request: SearchRequest, base: BaseMint, computeUnits: number): RouteCosts | undefined {
  try {
    return new RouteCosts(request.costs, priceOf(base), computeUnits);
  } catch {
    return undefined;
  }
}

function priceOf(base: BaseMint): LamportPrice {
  return { numerator: base.lamportPriceNumerator, denominator: base.lamportPriceDenominator };
}

function compareRanked(left: Ranked, right: Ranked): number {
  if (left.netLamports !== right.netLamports) return left.netLamports > right.netLamports ? -1 : 1;
  const [a, b] = [left.candidate, right.candidate];
  for (const [at, leg] of a.legs.entries()) {
    const difference = leg.pool - (b.legs[at]?.pool ?? leg.pool);
    if (difference !== 0) return difference;
  }
  return a.baseMintIndex - b.baseMintIndex;
}
