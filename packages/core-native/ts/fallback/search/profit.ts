import type { CostModel, Profit } from '../../core-api.js';
import { U64_MAX } from '../math/mul-div.js';
import { lamportPriceInvalid, profitOutOfRange, tipShareOutOfRange } from './error.js';

// The only definition of profit: gross = out - in; cost = base fee + priority fee + tip + rent; net = gross - cost.
// Every rounding goes against us: fees, tips and their conversion round up, and the lamports a profit is worth round down.

/** The runtime's ceiling of a transaction's compute units (agave, `MAX_COMPUTE_UNIT_LIMIT`). */
const MAX_COMPUTE_UNITS = 1_400_000;

const BPS = 10_000n;
const MICRO_LAMPORTS_PER_LAMPORT = 1_000_000n;

/** The price of one lamport in raw units of the base mint. */
export interface LamportPrice {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Returns the compute-unit limit to request: `ceil((route + overhead) * (10_000 + margin) / 10_000)`, at most the ceiling. */
export function computeUnitLimit(routeComputeUnits: number, costs: CostModel): number {
  const units = BigInt(routeComputeUnits) + BigInt(costs.overheadComputeUnits);
  const limit = divideUp(units * (BPS + BigInt(costs.computeUnitMarginBps)), BPS);
  return limit > BigInt(MAX_COMPUTE_UNITS) ? MAX_COMPUTE_UNITS : Number(limit);
}

/** Returns whether one transaction can hold the swaps of a route and what stands beside them. */
export function fitsTransaction(routeComputeUnits: number, { overheadComputeUnits }: CostModel): boolean {
  return routeComputeUnits + overheadComputeUnits <= MAX_COMPUTE_UNITS;
}

/** Returns the lamports that a net profit is worth, rounded down; undefined unless it is positive. */
export function lamportsDown(net: bigint, price: LamportPrice): bigint | undefined {
  return net > 0n ? (net * price.denominator) / price.numerator : undefined;
}

/** The costs of one route, ready to price many sizes of it. */
export class RouteCosts {
  readonly #costs: CostModel;
  readonly #price: LamportPrice;
  readonly #computeUnitLimit: number;
  readonly #priorityFeeLamports: bigint;
  readonly #tipShareBps: bigint;

  /** @throws PROFIT_LAMPORT_PRICE_INVALID, PROFIT_TIP_SHARE_OUT_OF_RANGE, and PROFIT_OUT_OF_RANGE for the priority fee */
  constructor(costs: CostModel, price: LamportPrice, routeComputeUnits: number) {
    if (price.numerator === 0n || price.denominator === 0n) throw lamportPriceInvalid();
    this.#tipShareBps = BigInt(costs.tipShareBps);
    if (this.#tipShareBps > BPS) throw tipShareOutOfRange();
    this.#computeUnitLimit = computeUnitLimit(routeComputeUnits, costs);
    const microLamports = costs.computeUnitPriceMicroLamports * BigInt(this.#computeUnitLimit);
    this.#priorityFeeLamports = divideUp(microLamports, MICRO_LAMPORTS_PER_LAMPORT);
    if (this.#priorityFeeLamports > U64_MAX) throw profitOutOfRange();
    this.#costs = costs;
    this.#price = price;
  }

  /**
   * Whether a larger gross profit always is a larger or equal net profit. A tip that is a share of the gross profit rises
   * in whole lamports, which may take back more than the raw unit that raised it; where the fixed tip alone meets the cap,
   * no share is left to rise.
   */
  get netFollowsGross(): boolean {
    return this.#tipShareBps === 0n || this.#costs.tipLamports >= this.#costs.maxTipLamports;
  }

  /** Returns the profit of one size of the route. @throws PROFIT_OUT_OF_RANGE when a cost does not fit 64 bits */
  profit(amountIn: bigint, amountOut: bigint): Profit {
    const profit = this.tryProfit(amountIn, amountOut);
    if (profit === undefined) throw profitOutOfRange();
    return profit;
  }

  /** Returns the profit of one size of the route, or undefined when a cost does not fit 64 bits. */
  tryProfit(amountIn: bigint, amountOut: bigint): Profit | undefined {
    const { baseFeeLamports, rentLamports } = this.#costs;
    const { numerator, denominator } = this.#price;
    const gross = amountOut - amountIn;
    const tipLamports = this.#tip(gross);
    const lamports = baseFeeLamports + this.#priorityFeeLamports + tipLamports + rentLamports;
    const cost = divideUp(lamports * numerator, denominator);
    if (cost > U64_MAX) return undefined;
    return {
      gross,
      baseFeeLamports,
      priorityFeeLamports: this.#priorityFeeLamports,
      tipLamports,
      rentLamports,
      cost,
      net: gross - cost,
      computeUnitLimit: this.#computeUnitLimit,
    };
  }

  /** Returns the fixed tip and the share of a positive gross profit, rounded up and then cut to the cap. */
  #tip(gross: bigint): bigint {
    const { tipLamports, maxTipLamports } = this.#costs;
    const worth = gross > 0n ? divideUp(gross * this.#price.denominator, this.#price.numerator) : 0n;
    const tip = tipLamports + divideUp(worth * this.#tipShareBps, BPS);
    return tip < maxTipLamports ? tip : maxTipLamports;
  }
}

/** Returns `ceil(numerator / denominator)` of numbers that are not negative. */
function divideUp(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}
