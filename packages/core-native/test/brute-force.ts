import type { CostModel } from '../ts/core-api.js';
import type { PoolSketch } from './pool-accounts.js';

// Search by trying every size of every pair of pools, in arithmetic written apart from the cores: what the optimizer and the
// ranking are held to.

/** A base mint by its name. */
interface BaseMintSketch {
  readonly mint: string;
  readonly maxAmountIn: bigint;
  readonly minNetProfit: bigint;
  readonly lamportPrice: readonly [numerator: bigint, denominator: bigint];
}

export interface SearchSketch {
  readonly pools: readonly PoolSketch[];
  readonly touched: readonly number[] | null;
  readonly baseMints: readonly BaseMintSketch[];
  readonly costs: CostModel;
  readonly oldestSlot: bigint;
  readonly maxCandidates: number;
}

/** The best size of one cycle. */
export interface BestCycle {
  readonly baseMintIndex: number;
  readonly pools: readonly [number, number];
  readonly net: bigint;
  readonly computeUnitLimit: number;
}

const COMPUTE_UNITS = { raydium_cpmm: 36_000, raydium_amm_v4: 29_000 } as const;

/** Returns the ranked cycles that earn something. */
export function bruteForceSearch(search: SearchSketch): BestCycle[] {
  const found: { cycle: BestCycle; lamports: bigint }[] = [];
  for (const [baseMintIndex, base] of search.baseMints.entries()) {
    for (const [p, first] of search.pools.entries()) {
      for (const [q, second] of search.pools.entries()) {
        const isTouched = search.touched === null || search.touched.includes(p) || search.touched.includes(q);
        const isFresh = first.slot >= search.oldestSlot && second.slot >= search.oldestSlot;
        if (p === q || !isTouched || !isFresh) continue;
        const best = bestNet(search, base, first, second);
        if (best === undefined || best.net <= 0n || best.net < base.minNetProfit) continue;
        const lamports = (best.net * base.lamportPrice[1]) / base.lamportPrice[0];
        found.push({ cycle: { baseMintIndex, pools: [p, q], ...best }, lamports });
      }
    }
  }
  found.sort((a, b) => {
    if (a.lamports !== b.lamports) return a.lamports > b.lamports ? -1 : 1;
    const [left, right] = [a.cycle, b.cycle];
    return left.pools[0] - right.pools[0] || left.pools[1] - right.pools[1] || left.baseMintIndex - right.baseMintIndex;
  });
  return found.slice(0, search.maxCandidates).map(({ cycle }) => cycle);
}

function bestNet(search: SearchSketch, base: BaseMintSketch, first: PoolSketch, second: PoolSketch) {
  const side = first.mints.indexOf(base.mint);
  const middle = first.mints[1 - side];
  const back = second.mints.indexOf(base.mint);
  if (side < 0 || back < 0 || second.mints[1 - back] !== middle) return undefined;
  const units = COMPUTE_UNITS[first.venue] + COMPUTE_UNITS[second.venue];
  let best: bigint | undefined;
  for (let amountIn = 1n; amountIn <= base.maxAmountIn; amountIn++) {
    const between = amountOut(first, side, amountIn);
    const received = between > 0n ? amountOut(second, 1 - back, between) : 0n;
    if (received === 0n) continue;
    const net = netProfit(received - amountIn, units, search.costs, base.lamportPrice);
    if (best === undefined || net > best) best = net;
  }
  return best === undefined ? undefined : { net: best, computeUnitLimit: unitLimit(units, search.costs) };
}

/** Fee rounded up, output rounded down: both venues alike. */
function amountOut({ reserves, feeMillionths }: PoolSketch, side: number, amountIn: bigint): bigint {
  const [reserveIn, reserveOut] = side === 0 ? reserves : [reserves[1], reserves[0]];
  const swapped = amountIn - ceilDivide(amountIn * feeMillionths, 1_000_000n);
  return (swapped * reserveOut) / (reserveIn + swapped);
}

/** Returns gross profit less base fee, priority fee, tip and rent. */
export function netProfit(
  gross: bigint,
  routeUnits: number,
  costs: CostModel,
  [numerator, denominator]: readonly [bigint, bigint],
): bigint {
  const limit = BigInt(unitLimit(routeUnits, costs));
  const priorityFee = ceilDivide(limit * costs.computeUnitPriceMicroLamports, 1_000_000n);
  const worth = gross > 0n ? ceilDivide(gross * denominator, numerator) : 0n;
  const wanted = costs.tipLamports + ceilDivide(worth * BigInt(costs.tipShareBps), 10_000n);
  const tip = wanted > costs.maxTipLamports ? costs.maxTipLamports : wanted;
  return gross - ceilDivide((costs.baseFeeLamports + priorityFee + tip + costs.rentLamports) * numerator, denominator);
}

function unitLimit(routeUnits: number, { overheadComputeUnits, computeUnitMarginBps }: CostModel): number {
  const exact = ((routeUnits + overheadComputeUnits) * (10_000 + computeUnitMarginBps)) / 10_000;
  return Math.min(Math.ceil(exact), 1_400_000);
}

function ceilDivide(numerator: bigint, denominator: bigint): bigint {
  return numerator / denominator + (numerator % denominator === 0n ? 0n : 1n);
}
