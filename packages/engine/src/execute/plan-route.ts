import type { Opportunity } from '../strategy/opportunity.js';

/** What the swaps of a plan pass through: what its events name and what a failure is attributed to. */
export interface PlanRoute {
  /** First and last pool, base58. */
  readonly poolA: string;
  readonly poolB: string;
  /** Who makes each swap instruction, in their order: a venue's stem, or a router's name. */
  readonly venues: readonly string[];
}

/** Returns the route of a plan that swaps in the opportunity's own pools. */
export function directRoute({ legs }: Opportunity): PlanRoute {
  return {
    poolA: legs[0]?.poolAddress ?? '',
    poolB: legs.at(-1)?.poolAddress ?? '',
    venues: legs.map((leg) => leg.venue),
  };
}
