import type { PoolIndex } from '@tandem/core-native';
import type { Opportunity } from '../strategy/opportunity.js';
import { type CheckResult, PASSED, refuse } from '../validate/refusal.js';

/**
 * Bounds the submissions without a verdict and keeps two of them out of the same pool: the second would trade on a price that the
 * first is about to change.
 */
export class InFlightLimit {
  readonly #maxInFlight: number;
  readonly #poolsById = new Map<string, readonly PoolIndex[]>();
  readonly #busyPools = new Set<PoolIndex>();

  constructor(maxInFlight: number) {
    this.#maxInFlight = maxInFlight;
  }

  get count(): number {
    return this.#poolsById.size;
  }

  check(opportunity: Opportunity): CheckResult {
    const busy = opportunity.legs.find((leg) => this.#busyPools.has(leg.pool));
    if (busy !== undefined) return refuse('risk', 'RISK_POOL_IN_FLIGHT_EXCEEDED', { pool: busy.poolAddress });
    if (this.count < this.#maxInFlight) return PASSED;
    return refuse('risk', 'RISK_IN_FLIGHT_EXCEEDED', { inFlight: this.count, maxInFlight: this.#maxInFlight });
  }

  /** Counts a submission in. */
  enter(opportunity: Opportunity): void {
    const pools = opportunity.legs.map((leg) => leg.pool);
    this.#poolsById.set(opportunity.id, pools);
    for (const pool of pools) this.#busyPools.add(pool);
  }

  /** Counts a submission out, after its verdict only. */
  leave(id: string): void {
    for (const pool of this.#poolsById.get(id) ?? []) this.#busyPools.delete(pool);
    this.#poolsById.delete(id);
  }
}
